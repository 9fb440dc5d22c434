"""A workbook lands row by row through the acts; what is wrong with a row is told with its sheet, row and column."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from quanheng.apps.parties import importing, queries
from quanheng.apps.records.uploads import Upload
from quanheng.errors import BadInput, Refused

UNITS = ["简码*", "名称*", "种类*", "统一社会信用代码", "所在地", "主管局"]
PEOPLE = ["登录名*", "姓名*", "单位*", "联系电话"]
ROLES = ["登录名*", "单位*", "角色*", "辖区"]
GOOD_USCC = "91350100M000100Y43"  # printed with GB 32100-2015 as its example


def workbook(path: Path, **sheets: list[list]) -> Upload:
    book = Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        table = book.create_sheet(title)
        for row in rows:
            table.append(row)
    book.save(path / "parties.xlsx")
    return Upload("parties.xlsx", path / "parties.xlsx")


def test_good_rows_land_and_each_bad_row_is_named_with_sheet_row_and_column(people, tmp_path) -> None:
    file = workbook(
        tmp_path,
        单位=[
            UNITS,
            ["E7", "新示例厂", "企业", GOOD_USCC, "渝中区", "CQ"],
            ["E8", "代码写错的厂", "企业", "91350100M000100Y44", "渝中区", "CQ"],
            ["E9", "种类写错的厂", "工厂", "", "渝中区", "CQ"],
            ["", "没有简码的厂", "企业", "", "渝中区", "CQ"],
        ],
        人员=[PEOPLE, ["e7.clerk", "何新", "E7", 13800000000], ["e8.clerk", "何旧", "E8", ""]],
    )
    told = importing.take_in(people("cq.system"), file)
    assert (told.landed, told.refused) == ({"单位": 1, "人员": 1}, {"单位": 3, "人员": 1})
    places = [(p.file, p.row, p.field) for p in told.problems]
    assert places == [
        ("parties.xlsx 单位", 3, "统一社会信用代码"),
        ("parties.xlsx 单位", 4, "种类"),
        ("parties.xlsx 单位", 5, "简码"),
        ("parties.xlsx 人员", 3, "单位"),
    ]
    assert queries.organisation("E7").uscc == GOOD_USCC
    assert queries.person("e7.clerk").phone == "13800000000"


def test_a_role_row_is_refused_with_its_article_and_the_next_lands(people, tmp_path) -> None:
    file = workbook(
        tmp_path,
        角色=[
            ROLES,
            ["cq.officer", "CQ", "系统管理员", ""],
            ["e1.clerk", "E1", "检定员（校准人员）", ""],
            ["yz.officer", "YZ", "区县局经办人", "500107"],
        ],
    )
    told = importing.take_in(people("cq.security"), file)
    assert told.landed == {"角色": 1}
    assert [p.row for p in told.problems] == [2, 3]
    assert "GB/T 22239-2019 8.1.4.2" in told.problems[0].message


def test_a_file_is_refused_whole_where_the_person_may_land_none_of_its_rows(people, tmp_path) -> None:
    file = workbook(tmp_path, 单位=[UNITS, ["E7", "新示例厂", "企业", "", "渝中区", "CQ"]])
    with pytest.raises(Refused):
        importing.take_in(people("e1.clerk"), file)


@pytest.mark.parametrize(
    "sheets",
    [
        {"单位": [["简码", "名称"], ["E7", "新示例厂"]]},
        {"单位": [[*UNITS, "备注"], ["E7", "新示例厂", "企业", "", "", "CQ", "无"]]},
        {"单位": [[*UNITS, "名称"], ["E7", "新示例厂", "企业", "", "", "CQ", "无"]]},
        {"单位": [UNITS, ["E7", "新示例厂", "企业", "", "", "CQ"]], "备注": [["无"]]},
        {"备注": [["无"]]},
    ],
    ids=["column missing", "column unknown", "column twice", "sheet unknown", "no known sheet"],
)
def test_a_workbook_of_another_form_lands_nothing(people, tmp_path, sheets) -> None:
    before = queries.public_organisations().count()
    with pytest.raises(BadInput) as bad:
        importing.take_in(people("cq.system"), workbook(tmp_path, **sheets))
    assert bad.value.problems[0].file.startswith("parties.xlsx")
    assert queries.public_organisations().count() == before


@pytest.mark.parametrize("content", [b"", b"not a workbook", b"PK\x03\x04 broken"])
def test_a_file_that_is_no_workbook_is_told_in_one_line(people, tmp_path, content) -> None:
    path = tmp_path / "parties.xlsx"
    path.write_bytes(content)
    with pytest.raises(BadInput) as bad:
        importing.take_in(people("cq.system"), Upload("parties.xlsx", path))
    assert len(bad.value.problems) == 1


def test_the_empty_template_has_the_form_that_is_taken_in(people, tmp_path) -> None:
    path = tmp_path / "template.xlsx"
    path.write_bytes(importing.template())
    told = importing.take_in(people("cq.system"), Upload("template.xlsx", path))
    assert (told.taken, told.left) == (0, 0)


def test_a_filled_template_is_taken_in(people, tmp_path) -> None:
    book = load_workbook(io.BytesIO(importing.template()))
    book["人员"].append(["e1.new", "新人", "E1", "统计员", "", "", ""])
    book.save(tmp_path / "filled.xlsx")
    told = importing.take_in(people("cq.system"), Upload("filled.xlsx", tmp_path / "filled.xlsx"))
    assert told.landed == {"人员": 1}


def test_the_same_file_again_adds_nothing(people, tmp_path) -> None:
    file = workbook(tmp_path, 单位=[UNITS, ["E7", "新示例厂", "企业", "", "渝中区", "CQ"]])
    importing.take_in(people("cq.system"), file)
    told = importing.take_in(people("cq.system"), file)
    assert (told.taken, told.left) == (0, 1)


def test_rows_of_another_authority_are_refused(people, tmp_path) -> None:
    file = workbook(
        tmp_path,
        单位=[
            UNITS,
            ["E7", "自己的厂", "企业", "", "渝中区", "CQ"],
            ["E8", "外省的厂", "企业", "", "420100", "HB"],
        ],
    )
    told = importing.take_in(people("cq.system"), file)
    assert (told.landed, [p.row for p in told.problems]) == ({"单位": 1}, [3])
