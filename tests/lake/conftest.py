from __future__ import annotations

from pathlib import Path

import pytest

from quanheng.lake import Lake


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "lake"


@pytest.fixture
def lake(home: Path) -> Lake:
    return Lake(home)
