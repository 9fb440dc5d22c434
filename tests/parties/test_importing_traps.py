"""Workbooks that mean harm or nothing sensible: formulas, bombs, false sizes, broken sheets, the same file twice."""

from __future__ import annotations

import time
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook

from quanheng.apps.parties import importing, queries
from quanheng.apps.records.action import SYSTEM
from quanheng.apps.records.uploads import Upload
from quanheng.errors import BadInput

PEOPLE = ["登录名*", "姓名*", "单位*", "职务"]
ROLES = ["登录名*", "单位*", "角色*", "终止"]


def saved(path: Path, **sheets: list[list]) -> Upload:
    book = Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        table = book.create_sheet(title)
        for row in rows:
            table.append(row)
    book.save(path / "parties.xlsx")
    return Upload("parties.xlsx", path / "parties.xlsx")


def rewritten(file: Upload, path: Path, change) -> Upload:
    """The workbook with its first sheet changed as text."""
    target = path / "changed.xlsx"
    with zipfile.ZipFile(file.path) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            content = old.read(member)
            if member.filename == "xl/worksheets/sheet1.xml":
                content = change(content.decode()).encode()
            new.writestr(member.filename, content)
    return Upload("changed.xlsx", target)


def test_a_formula_is_refused_at_its_cell_and_the_other_rows_land(people, tmp_path) -> None:
    rows = [
        ["e1.one", '=CONCATENATE("新","人")', "E1", ""],
        ["e1.two", "二", "E1", "=1+1"],
        ["e1.three", "三", "E1", ""],
    ]
    told = importing.take_in(people("cq.system"), saved(tmp_path, 人员=[PEOPLE, *rows]))
    assert told.landed == {"人员": 1}
    assert [(p.row, p.field, p.message) for p in told.problems] == [
        (2, "姓名", "is a formula"),
        (3, "职务", "is a formula"),
    ]


def test_row_numbers_are_those_of_excel_also_behind_empty_rows(people, tmp_path) -> None:
    rows = [["e1.one", "一", "E1", ""], [], [], ["E1 坏", "坏", "E1", ""]]
    told = importing.take_in(people("cq.system"), saved(tmp_path, 人员=[PEOPLE, *rows]))
    assert (told.landed, [p.row for p in told.problems]) == ({"人员": 1}, [5])


def test_the_same_file_again_names_each_row_as_taken_and_doubles_nothing(people, tmp_path) -> None:
    rows = {
        "人员": [PEOPLE, ["e1.one", "一", "E1", ""]],
        "角色": [ROLES, ["e1.one", "E1", "企业填报员", "2099-12-31"]],
    }
    file = saved(tmp_path, **rows)
    assert importing.take_in(SYSTEM, file).taken == 2
    told = importing.take_in(SYSTEM, file)
    assert (told.taken, told.refused) == (0, {"人员": 1, "角色": 1})
    assert queries.role_grants(SYSTEM).filter(person__login="e1.one").count() == 1


def test_a_bomb_is_refused_before_it_is_unpacked(people, tmp_path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", b"0" * 20_000_000)
    with pytest.raises(BadInput, match="bomb.xlsx"):
        importing.take_in(SYSTEM, Upload("bomb.xlsx", path))


def test_a_sheet_that_claims_a_million_rows_and_columns_is_read_in_moments(people, tmp_path) -> None:
    file = saved(tmp_path, 人员=[PEOPLE, *([f"e1.n{i}", "人", "E2 不存在", ""] for i in range(300))])
    claimed = rewritten(file, tmp_path, lambda xml: xml.replace('ref="A1:D301"', 'ref="A1:XFD1048576"'))
    began = time.monotonic()
    assert importing.take_in(SYSTEM, claimed).left == 300
    assert time.monotonic() - began < 20


def test_a_row_far_below_is_too_far(people, tmp_path) -> None:
    file = saved(tmp_path, 人员=[PEOPLE, ["e1.one", "一", "E1", ""]])
    far = rewritten(
        file, tmp_path, lambda xml: xml.replace('r="2"', 'r="1048576"').replace('"A2"', '"A1048576"')
    )
    with pytest.raises(BadInput, match="too many rows"):
        importing.take_in(SYSTEM, far)
    assert not queries.people(SYSTEM).filter(login="e1.one").exists()


@pytest.mark.parametrize(
    "broken", ["<worksheet", "", "<!DOCTYPE x [<!ENTITY a 'b'>]><worksheet>&a;</worksheet>"]
)
def test_a_broken_sheet_lands_nothing_and_is_told_in_one_line(people, tmp_path, broken) -> None:
    file = saved(tmp_path, 人员=[PEOPLE, ["e1.one", "一", "E1", ""]])
    with pytest.raises(BadInput) as bad:
        importing.take_in(SYSTEM, rewritten(file, tmp_path, lambda xml: broken))
    assert all(p.file.startswith("changed.xlsx") for p in bad.value.problems)
    assert not queries.people(SYSTEM).filter(login="e1.one").exists()
