"""Runs one suite of tests and refuses a suite that ran nothing.

A suite whose browser or server is absent would skip every test and still end well; here that is a failure.
Tests run in as many processes as there are processors (at most four); `-n 0` among the arguments keeps them in one.
`--left-out` prints the suites that `make test` does not run, and what each needs.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from glob import glob
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NO_TESTS = 5  # pytest's exit code for an empty selection


def main(arguments: list[str]) -> int:
    if arguments == ["--left-out"]:
        print("\n".join(left_out()))
        return 0
    with tempfile.TemporaryDirectory(prefix="quanheng-test-") as folder:
        report = Path(folder) / "report.xml"
        code = _pytest(arguments, report)
        ran = tests_run(report) if report.exists() else 0
    if code in (0, NO_TESTS) and ran == 0:
        print(f"suite: no test ran ({' '.join(arguments)})", file=sys.stderr)
        return 1
    return code


def _pytest(arguments: list[str], report: Path) -> int:
    workers = [
        "-n",
        str(min(os.cpu_count() or 1, 4)),
        "--dist",
        "loadfile",
    ]  # a module that enters its people once stays together
    command = [sys.executable, "-m", "pytest", "-q", f"--junitxml={report}", *workers, *arguments]
    same_order = {**os.environ, "PYTHONHASHSEED": "0"}  # parallel workers must collect the same tests
    return subprocess.run(command, cwd=ROOT, env=same_order, check=False).returncode


def tests_run(report: Path) -> int:
    """Tests that were carried out, skipped ones not counted."""
    suites = ET.parse(report).getroot().iter("testsuite")  # our own pytest wrote it a moment ago
    return sum(int(suite.get("tests", 0)) - int(suite.get("skipped", 0)) for suite in suites)


def left_out() -> list[str]:
    """One line per suite that needs more than a fresh clone: the command, and what this host lacks for it."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    postgres = glob("/usr/lib/postgresql/*/bin/initdb") or shutil.which("initdb")
    return [
        "left out: browser   make test-browser   " + _need("Chromium", chromium, "chromium"),
        "left out: postgres  make test-postgres  " + _need("PostgreSQL", postgres, "postgresql"),
        "left out: fuzz      make fuzz           needs nothing more, but minutes",
        "left out: faults    make faults         needs nothing more, but minutes",
    ]


def _need(name: str, found: object, package: str) -> str:
    return f"{name} is here" if found else f"{name} is absent (Debian: apt install {package})"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
