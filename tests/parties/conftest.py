"""The cast of `cast.py`, entered once for each test."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.parties import cast


@pytest.fixture
def people(db) -> Callable[[str], Any]:
    """`people("e1.clerk")` is that person as an actor."""
    cast.enter()
    return cast.actor
