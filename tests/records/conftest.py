"""Each test of the records room has its own keys, checkpoints and file store."""

from __future__ import annotations

import pytest

from quanheng.apps.records import files, personal


@pytest.fixture(autouse=True)
def _own_folders(settings, tmp_path):
    settings.KEYS_FOLDER = tmp_path / "keys"
    settings.CHECKPOINTS_FOLDER = tmp_path / "checkpoints"
    settings.FILE_STORE = (tmp_path / "files").as_uri()
    yield
    personal._master.cache_clear()
    files._opened.cache_clear()
