"""The cast of `cast.py`, entered once for each module."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.parties import cast
from tests.worlds import forget, give, kept


@pytest.fixture(scope="module")
def _cast(django_db_setup, django_db_blocker, tmp_path_factory):
    with kept(django_db_blocker, tmp_path_factory.mktemp("cast"), cast.enter) as folder:
        yield folder


@pytest.fixture
def people(_cast, db, settings, tmp_path) -> Callable[[str], Any]:
    """`people("e1.clerk")` is that person as an actor."""
    give(_cast, settings, tmp_path)
    yield cast.actor
    forget()
