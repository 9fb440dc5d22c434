"""The tables of GB/T 22239 and ASVS name tests and duties that exist. They do not prove that a test is enough."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.house.test_coverage_table import named_tests

ROOT = Path(__file__).resolve().parents[2]
TABLES = [ROOT / "docs" / "security" / name for name in ("gbt-22239.md", "asvs.md")]
POINT = re.compile(r"^\| (\d[\d.]*(?: [a-z])?) \| (.+) \|$", re.M)
DUTY = re.compile(r"\bD-\d\d\b")
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+(?:::\w+)?)`")


def points(table: Path) -> dict[str, str]:
    """Point and last cell of each line."""
    found = POINT.findall(table.read_text(encoding="utf-8"))
    return {point: cells.rsplit(" | ", 1)[-1] for point, cells in found}


@pytest.mark.parametrize("table", TABLES, ids=lambda path: path.stem)
def test_every_point_names_a_test_a_duty_or_why_not(table: Path) -> None:
    assert points(table)
    answered = re.compile(r"(open|not applicable): \S+")
    unanswered = [
        p
        for p, said in points(table).items()
        if not (TEST.search(said) or DUTY.search(said) or answered.match(said))
    ]
    assert unanswered == []


@pytest.mark.parametrize("table", TABLES, ids=lambda path: path.stem)
def test_no_point_stands_twice(table: Path) -> None:
    found = [point for point, _ in POINT.findall(table.read_text(encoding="utf-8"))]
    assert len(found) == len(set(found))


@pytest.mark.parametrize("table", TABLES, ids=lambda path: path.stem)
def test_every_named_test_exists(table: Path) -> None:
    for point, said in points(table).items():
        for file, name in TEST.findall(said):
            assert (ROOT / file).is_file(), f"{point}: no file {file}"
            assert name in named_tests(ROOT / file), f"{point}: no test {name} in {file}"


@pytest.mark.parametrize("table", TABLES, ids=lambda path: path.stem)
def test_every_named_duty_is_described(table: Path) -> None:
    described = set(
        re.findall(r"^\| (D-\d\d) ", (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8"), re.M)
    )
    assert {duty for said in points(table).values() for duty in DUTY.findall(said)} <= described


def test_all_points_of_8_1_4_are_listed() -> None:
    letters = {
        1: "abcd",
        2: "abcdefg",
        3: "abcd",
        4: "abcdef",
        7: "ab",
        8: "ab",
        9: "abc",
        10: "ab",
        11: "ab",
    }
    wanted = {f"8.1.4.{point} {letter}" for point, row in letters.items() for letter in row}
    assert points(TABLES[0]).keys() == wanted | {"8.1.4.5", "8.1.4.6"}


def test_the_times_for_mending_are_written_down() -> None:
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    assert re.search(r"mended within 7 days .* 30 days", " ".join(text.split()))
