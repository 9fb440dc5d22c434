"""An installation of its own for tests that need several processes: a fresh folder, or the test database of the server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
HEAD = """
import json, sys, threading
import django
django.setup()
from django.db import connection
from tests.records import sample
"""


class Installation:
    """Runs pieces of Python in processes of their own, all on the same database."""

    def __init__(self, folder: Path) -> None:
        self.environment = {**os.environ, "QUANHENG_HOME": str(folder), "PYTHONPATH": _python_path()}
        if connection.vendor == "postgresql":
            self.environment["QUANHENG_DATABASE_URL"] = _address(connection.settings_dict)
        elif not (folder / "quanheng.sqlite3").exists():
            self.run("from django.core.management import call_command; call_command('migrate', verbosity=0)")

    def start(self, code: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", HEAD + code],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, code: str, copies: int = 1) -> list[Any]:
        """What the copies print, read as JSON; a copy that fails fails the test."""
        processes = [self.start(code) for _n in range(copies)]
        answers = []
        for process in processes:
            out, wrong = process.communicate(timeout=240)
            assert process.returncode == 0, wrong[-3000:]
            answers.append(json.loads(out) if out.strip() else None)
        return answers


def _python_path() -> str:
    return os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))


def _address(where: dict[str, Any]) -> str:
    host = quote(str(where["HOST"]), safe="")
    port = f":{where['PORT']}" if where["PORT"] else ""
    return (
        f"postgresql://{quote(where['USER'])}:{quote(where['PASSWORD'])}@{host}{port}/{quote(where['NAME'])}"
    )
