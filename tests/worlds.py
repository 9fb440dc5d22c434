"""A world of records made once for a module: its rows stay, and each test works in a savepoint above them.

What lies outside the database (keys, files, the lake) is copied for each test.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import transaction
from django.test import override_settings

from quanheng.apps.monitoring import queries as monitoring
from quanheng.apps.records import files, personal


def _folders(folder: Path) -> dict[str, Any]:
    return {
        "KEYS_FOLDER": folder / "keys",
        "CHECKPOINTS_FOLDER": folder / "checkpoints",
        "FILE_STORE": (folder / "files").as_uri(),
        "LAKE_FOLDER": folder / "lake",
    }


def forget() -> None:
    """Open nothing of another test's folders."""
    personal._master.cache_clear()
    files._opened.cache_clear()
    monitoring._lake.cache_clear()


@contextmanager
def kept(blocker: Any, folder: Path, make: Callable[[], Any]) -> Iterator[Path]:
    """The rows of `make`, until the module ends; gives the folder in which its files lie."""
    outer = transaction.atomic()
    outer._from_testcase = (
        True  # acts that want the outermost transaction take this one for it, as in any test
    )
    with blocker.unblock(), outer:
        with override_settings(**_folders(folder)):
            forget()
            make()
            forget()
        yield folder
        transaction.set_rollback(True)


def give(folder: Path, settings: Any, place: Path) -> None:
    """Let a test work on its own copy of the files of a kept world."""
    if folder.exists():
        shutil.copytree(folder, place, dirs_exist_ok=True)
    for name, value in _folders(place).items():
        setattr(settings, name, value)
    forget()
