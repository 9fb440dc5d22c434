"""The command line in this process, with a lake of its own, and a small cast of people."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., SimpleNamespace]:
    """Run a command; gives its exit code, its output, its errors and, with `--json`, its data."""
    from quanheng.cli import main

    def call(*arguments: str) -> SimpleNamespace:
        code = 0
        try:
            main([str(a) for a in arguments])
        except SystemExit as end:
            code = int(end.code or 0)
        out, err = capsys.readouterr()
        data: Any = json.loads(out) if "--json" in arguments and out.strip() else None
        return SimpleNamespace(code=code, out=out, err=err, data=data)

    return call


@pytest.fixture
def lake(settings, tmp_path):
    """A lake that no other test writes to."""
    settings.LAKE_FOLDER = tmp_path / "lake"
    return settings.LAKE_FOLDER
