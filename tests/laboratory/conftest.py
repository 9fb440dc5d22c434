"""Each test has its own lake and file store."""

from __future__ import annotations

import pytest
from tests.carbon import world

from quanheng.apps.records import files


@pytest.fixture
def cast(db, settings, tmp_path):
    """The people of the small world."""
    settings.LAKE_FOLDER = tmp_path / "lake"
    settings.FILE_STORE = (tmp_path / "files").as_uri()
    settings.KEYS_FOLDER = tmp_path / "keys"
    files._opened.cache_clear()
    yield world.people()
    files._opened.cache_clear()


@pytest.fixture
def plant(cast):
    """The site with its four points and instruments, without certificates."""
    world.plant(cast)
    return cast
