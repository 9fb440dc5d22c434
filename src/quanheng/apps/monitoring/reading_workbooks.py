"""Workbooks (.xlsx) of readings: the empty template of a site, and a filled one as rows of texts. It stores nothing.

A workbook is read as the CSV file that it could have been: every cell becomes the text that is kept as received. A
formula is no reading: what it gives depends on the program that computes it.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font

from quanheng.apps.monitoring.quantities import quantities
from quanheng.apps.records.archives import office_type
from quanheng.errors import BadInput

SHEET = "读数"
HELP = "说明"
WIDEST = 500  # columns that are looked at
MAGIC = b"PK\x03\x04"
EXPLANATION = (
    ("时间", "间隔的起点，按方括号中的时区，例如 2025-01-31 23:00"),
    ("场所/测点 [单位]", "每个测点一列；单位可以改成同一被测量的另一个单位，会自动换算"),
    ("空格", "没有读数；不要填 0"),
    ("数值", "只填数字，不带千位分隔符，不用公式"),
    ("同一文件导入两次", "不会重复；更正读数时另存一个文件，只放要更正的行"),
)


def is_workbook(path: Path) -> bool:
    """Whether a file is an archive, as workbooks are; told by its first bytes, not by its name."""
    with path.open("rb") as stream:
        return stream.read(4) == MAGIC


@dataclass(slots=True)
class SheetReader:
    """The sheet of readings as `csv.DictReader` would give it: `fieldnames`, `line_num`, and a dict for each row."""

    lines: Iterator[tuple[int, list[str]]]
    fieldnames: list[str] = field(default_factory=list)
    line_num: int = 1

    def __post_init__(self) -> None:
        head = next(self.lines, (1, []))[1]
        while head and not head[-1]:
            head.pop()
        self.fieldnames = head

    def __iter__(self) -> Iterator[dict[Any, Any]]:
        for number, cells in self.lines:
            self.line_num = number
            kept = cells[: len(self.fieldnames)]
            row: dict[Any, Any] = dict(zip(self.fieldnames, kept, strict=False))
            row |= dict.fromkeys(self.fieldnames[len(kept) :], "")  # a sheet does not write its empty cells
            beyond = [cell for cell in cells[len(self.fieldnames) :] if cell]
            yield {**row, None: beyond} if beyond else row


def sheet_reader(path: Path, name: str) -> SheetReader:
    """The rows of the sheet of readings; empty rows are left out. Raises BadInput for what is no such workbook."""
    kind = office_type(path, name)
    if not kind.endswith("spreadsheetml.sheet"):
        raise BadInput("is no Excel workbook (.xlsx)", file=name, remedy="start from the site's template")
    try:
        book = load_workbook(io.BytesIO(path.read_bytes()), read_only=True)
        return SheetReader(iter(list(_lines(_sheet(book, name)))))
    except BadInput:
        raise
    except Exception as error:  # openpyxl raises whatever its parsers raise on a broken part
        found = f"{type(error).__name__}: {error}"[:80]
        raise BadInput("is a damaged workbook", file=name, found=found) from None


def _sheet(book: Any, name: str) -> Any:
    titles = [title for title in book.sheetnames if title != HELP]
    if SHEET in titles:
        return book[SHEET]
    if len(titles) != 1:
        raise BadInput(
            "which sheet holds the readings?", file=name, found=", ".join(titles)[:120], expected=SHEET
        )
    return book[titles[0]]


def _lines(sheet: Any) -> Iterator[tuple[int, list[str]]]:
    sheet.reset_dimensions()  # the size that a sheet claims for itself is not believed
    for number, cells in enumerate(sheet.iter_rows(max_col=WIDEST, values_only=True), start=1):
        texts = [_text(cell) for cell in cells]
        if number == 1 or any(texts):
            yield number, texts


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, dt.datetime):
        return cell.isoformat(sep=" ", timespec="minutes" if not cell.second else "seconds")
    return str(cell).strip()


def titles(site: str, zone: str, points: Sequence[Any]) -> list[str]:
    """The head of a site's template: the time with its zone, and each point with site and unit."""
    every = quantities()
    return [f"时间 [{zone}]", *(f"{site}/{point.code} [{every[point.quantity].symbol}]" for point in points)]


def empty_workbook(site: str, zone: str, points: Sequence[Any]) -> bytes:
    """The template of a site as Excel: a sheet to fill and a sheet that explains it."""
    book = Workbook()
    sheet = book.active
    sheet.title = SHEET
    sheet.append(titles(site, zone, points))
    for cell in sheet[1]:
        cell.font = Font(bold=True)
        sheet.column_dimensions[cell.column_letter].width = max(18, len(str(cell.value)) + 4)
    sheet.column_dimensions["A"].number_format = "yyyy-mm-dd hh:mm"
    sheet.freeze_panes = "B2"
    explain = book.create_sheet(HELP)
    for line in [*EXPLANATION, *((f"{site}/{p.code}", f"{p.name}，间隔 {p.interval} 秒") for p in points)]:
        explain.append(line)
    for letter, width in (("A", 24), ("B", 80)):
        explain.column_dimensions[letter].width = width
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def empty_csv(site: str, zone: str, points: Sequence[Any]) -> bytes:
    """The same as CSV, with the mark by which Excel knows UTF-8."""
    out = io.StringIO()
    csv.writer(out).writerow(titles(site, zone, points))
    return out.getvalue().encode("utf-8-sig")
