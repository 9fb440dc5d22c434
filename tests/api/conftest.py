"""Each test has its own folders, an empty cache and a small world."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from tests.api.world import World

from quanheng.apps.monitoring import queries
from quanheng.apps.records import files, personal


@pytest.fixture(autouse=True)
def _own_folders(settings, tmp_path):
    settings.KEYS_FOLDER = tmp_path / "keys"
    settings.CHECKPOINTS_FOLDER = tmp_path / "checkpoints"
    settings.FILE_STORE = (tmp_path / "files").as_uri()
    settings.LAKE_FOLDER = tmp_path / "lake"
    cache.clear()
    yield
    personal._master.cache_clear()
    files._opened.cache_clear()
    queries._lake.cache_clear()


@pytest.fixture
def world(db) -> World:
    return World()
