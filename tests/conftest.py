"""What all tests share: the folder of real data, and what tests of a guarded database need.

The append-only triggers would refuse the emptying of a test database after a transactional test; they are taken
away just before and made anew before the next.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def test_data() -> Path:
    """The folder of real data; a test that needs it is skipped with a message where it is absent."""
    folder = Path(os.environ.get("QUANHENG_TEST_DATA", ""))
    if not os.environ.get("QUANHENG_TEST_DATA") or not folder.is_dir():
        pytest.skip("QUANHENG_TEST_DATA names no folder with the real data")
    return folder


@pytest.fixture(autouse=True)
def _guarded_database(request: pytest.FixtureRequest):
    marker = request.node.get_closest_marker("django_db")
    transactional = (
        marker and marker.kwargs.get("transaction")
    ) or "transactional_db" in request.fixturenames
    if not transactional:
        yield
        return
    request.getfixturevalue("transactional_db")
    from quanheng.apps.records import triggers

    triggers.install()
    yield
    triggers.remove()
