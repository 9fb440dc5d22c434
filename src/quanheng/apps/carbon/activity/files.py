"""Reading a file of months, Excel by template or CSV with the same heads, into rows of words. It judges no content.

A file whose form is wrong lands nothing. Workbooks are read as everywhere in the house (`records.workbooks`); a CSV
file has the heads of the template or their names in the interface.
"""

from __future__ import annotations

import csv
import io
from typing import Any

from quanheng.apps.carbon.activity.models import ActivityMonth
from quanheng.apps.records.uploads import Upload
from quanheng.apps.records.workbooks import LONGEST, Column, Row, Sheet, choice_words, read, template
from quanheng.errors import BadInput, Problem

COLUMNS = (
    Column("编号", "stream", "活动数据的编号", required=True),
    Column("年", "year", "如 2025", required=True),
    Column("月", "month", "1 至 12", required=True),
    Column("数量", "amount", "本月的量", required=True),
    Column("单位", "unit", "如 t、kWh、GJ、万m3；可以换算的单位也收", required=True),
    Column("元素碳%", "carbon", "实测值；没有实测时不填"),
    Column("基准", "basis", "元素碳的基准", words=choice_words(ActivityMonth.Basis)),
    Column("全水分%", "moisture_ar", "空干基、干基换算到收到基时要用"),
    Column("空干基水分%", "moisture_ad", "空干基换算到收到基时要用"),
    Column("低位发热量", "ncv", "收到基，GJ/t 或 GJ/万m3"),
    Column("碳氧化率%", "oxidation", "实测值；不填取缺省值"),
    Column("分析日期", "analysed_on", "如 2025-02-03；不填按当月末判断仪器的证书"),
    Column("检测报告", "report", "编号"),
)
SHEET = Sheet("活动数据", None, COLUMNS)
NAMES = {column.name: column.head for column in COLUMNS}


def rows_of(upload: Upload) -> list[Row]:
    """All rows that hold anything, with their number in the file and their cells by head."""
    with upload.path.open("rb") as stream:
        zipped = stream.read(2) == b"PK"
    rows = [row for _sheet, found in read(upload, [SHEET]) for row in found] if zipped else _csv(upload)
    if not rows:
        raise BadInput("has no row below the header", file=upload.name)
    return rows


def empty_template() -> bytes:
    """The empty workbook of this form."""
    return template([SHEET])


def _csv(upload: Upload) -> list[Row]:
    try:
        lines = list(csv.reader(io.StringIO(upload.path.read_text(encoding="utf-8-sig")), strict=True))
    except UnicodeError:
        remedy = "save it as UTF-8, or as .xlsx"
        raise BadInput("is not written in UTF-8", file=upload.name, remedy=remedy) from None
    except csv.Error as error:
        raise BadInput("is not a CSV table", file=upload.name, found=str(error)[:120]) from None
    if len(lines) > LONGEST + 1:
        raise BadInput("has too many rows", file=upload.name, expected=f"at most {LONGEST}")
    heads = [NAMES.get(text := cell.strip().rstrip("*＊"), text) for cell in (lines or [[]])[0]]
    _refuse_heads(heads, upload.name)
    return [_row(n, heads, cells, upload.name) for n, cells in enumerate(lines[1:], start=2) if any(cells)]


def _row(number: int, heads: list[str], cells: list[str], file: str) -> Row:
    """A row; one with more fields than the header is kept as torn, so that it is refused by its number."""
    values: dict[str, Any] = dict(zip(heads, cells, strict=False))
    if len(cells) > len(heads):
        values[""] = "has more fields than the header"
    return number, values


def _refuse_heads(heads: list[str], file: str) -> None:
    known = [column.head for column in COLUMNS]
    problems = [
        Problem("an unknown column", field=head, row=1, file=file, expected="、".join(known))
        for head in heads
        if head not in known
    ]
    problems += [
        Problem("a column is missing", field=column.head, row=1, file=file)
        for column in COLUMNS
        if column.required and column.head not in heads
    ]
    twice = sorted({head for head in heads if heads.count(head) > 1})
    problems += [Problem("a column twice", field=head, row=1, file=file) for head in twice]
    if problems:
        raise BadInput(problems)
