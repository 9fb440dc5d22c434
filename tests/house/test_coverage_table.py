"""docs/coverage.md names every requirement once, and what it calls finished is tested under that name."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROW = re.compile(r"^\| ([A-Z]+-\d+) \| (.+?) \| (.+?) \| (.+?) \|$", re.M)
# The numbers that exist in each area; a gap in the numbering of the source is a gap here.
AREAS = {
    "SYS": range(1, 14),
    "LC": range(1, 37),
    "GOV": range(1, 20),
    "NEED": range(1, 10),
    "RND": range(1, 30),
    "DATA": [*range(1, 27), 29, 30, 31],
    "DQ": range(1, 9),
    "SHARE": [*range(1, 8), 9],
    "CAL": range(1, 26),
    "ESV": [*range(1, 12), 13, 14, 15],
    "REV": range(1, 8),
    "HR": range(1, 13),
    "IND": [*range(1, 28), 29, 30],
    "SUP": [*range(1, 17), *range(18, 24), *range(25, 34), *range(35, 42)],
    "ENT": range(1, 10),
    "COOP": [1, 2, 3, 4, 6, 7],
    "PLAN": range(1, 22),
}


def rows() -> list[tuple[str, str, str, str]]:
    return ROW.findall((ROOT / "docs" / "coverage.md").read_text(encoding="utf-8"))


FINISHED = [row for row in rows() if not row[3].startswith("open")]
OPEN = [row for row in rows() if row[3].startswith("open")]


def named_tests(path: Path) -> set[str]:
    """Names of the tests of a file; those of a class as `Class::test`."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    named = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    for group in (node for node in tree.body if isinstance(node, ast.ClassDef)):
        named |= {f"{group.name}::{node.name}" for node in group.body if isinstance(node, ast.FunctionDef)}
    return named


def test_all_312_requirements_stand_once() -> None:
    wanted = Counter(f"{area}-{number:02d}" for area, numbers in AREAS.items() for number in numbers)
    assert wanted.total() == 312
    assert Counter(row[0] for row in rows()) == wanted


def test_a_finished_row_names_a_test_that_exists_and_carries_its_id() -> None:
    for row, _, _, test in FINISHED:
        file, _, name = test.strip("`").partition("::")
        assert (ROOT / file).is_file(), f"{row}: no file {file}"
        assert name in named_tests(ROOT / file), f"{row}: no test {name} in {file}"
        assert row.replace("-", "_").lower() in name.lower(), f"{row}: {name} does not carry the row's ID"


def test_a_finished_row_names_rooms_that_exist() -> None:
    for row, _, where, _ in FINISHED:
        rooms = re.findall(r"`([^`]+)`", where)
        assert rooms, f"{row}: names no room"
        assert [room for room in rooms if not (ROOT / "src" / "quanheng" / room).exists()] == [], row


def test_an_open_row_gives_a_reason_and_no_path() -> None:
    assert [
        row[0] for row in OPEN if not re.match(r"open: \S+", row[3]) or "tests/" in row[3] or row[2] != "—"
    ] == []
