"""Workbooks (.xlsx) by template: the sheets that an app knows, each row as values of an act, and the empty workbook.

A file whose form is wrong (no workbook, no known sheet, a column missing or unknown) is refused whole; what is wrong
with one row is said of that row. Nothing is stored here: an app's `importing` calls its own acts.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font
from openpyxl.worksheet.datavalidation import DataValidation

from quanheng.apps.records.archives import office_type
from quanheng.apps.records.uploads import Upload
from quanheng.errors import BadInput, Problem

LONGEST = 20_000  # rows of one sheet
WIDEST = 100  # columns of one sheet that are looked at
HELP = "说明"
Row = tuple[int, dict[str, Any]]  # its number in the sheet, and its cells by head


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the template: its head, the act's parameter, what it means, and the words it may hold."""

    head: str
    name: str
    meaning: str
    required: bool = False
    words: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of the template and the act that takes its rows; None where its rows belong to those of another."""

    title: str
    act: Any
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Formula:
    """A cell that holds no value but a way to compute one."""

    text: str

    def __str__(self) -> str:
        return self.text


def choice_words(choices: Any) -> dict[str, str]:
    """The words of a model's choices, as a column may hold them."""
    return {str(label): value for value, label in choices.choices}


# ---- one row ---------------------------------------------------------------------------------------------------


def plain(sheet: Sheet, values: dict[str, Any]) -> dict[str, Any]:
    """The cells of a row as values of the act: words become codes, empty cells are left out."""
    found = {}
    for column in sheet.columns:
        value = text_of(_computed(values.get(column.head), column))
        if value == "":
            if column.required:
                raise BadInput("is empty", field=column.name)
            continue
        found[column.name] = _coded(column, value)
    return found


def placed(problem: Problem, sheet: Sheet, file: str, number: int) -> Problem:
    """The act's problem with file and sheet, row, and the head of the column in place of the parameter."""
    heads = {column.name: column.head for column in sheet.columns}
    head = heads.get(problem.field.split(".")[0], problem.field)
    return Problem(
        problem.message,
        field=head,
        row=number,
        file=f"{file} {sheet.title}",
        found=problem.found,
        expected=problem.expected,
        remedy=problem.remedy,
    )


def _computed(cell: Any, column: Column) -> Any:
    """A formula is refused: what it would give depends on the program that computes it."""
    if isinstance(cell, Formula):
        raise BadInput("is a formula", field=column.name, found=cell.text[:80], remedy="enter its value")
    return cell


def _coded(column: Column, value: str) -> str:
    if column.words is None or value in column.words.values():
        return value
    if value not in column.words:
        raise BadInput("unknown word", field=column.name, found=value, expected="、".join(column.words))
    return column.words[value]


def text_of(value: Any) -> str:
    """A cell as text: Excel makes numbers of codes and telephone numbers, and moments of dates."""
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


# ---- the file --------------------------------------------------------------------------------------------------


def read(upload: Upload, sheets: Sequence[Sheet]) -> list[tuple[Sheet, list[Row]]]:
    """All rows of all known sheets; the whole form is checked before the first row is taken in."""
    book = _open(upload)
    known = {sheet.title: sheet for sheet in sheets}
    strange = [title for title in book.sheetnames if title not in known and title != HELP]
    if strange or not set(book.sheetnames) & set(known):
        found, expected = "、".join(strange or book.sheetnames), "、".join(known)
        raise BadInput("unknown sheet", file=upload.name, found=found, expected=expected, remedy=_REMEDY)
    try:
        return [
            (sheet, list(_rows(book[title], sheet, upload.name)))
            for title, sheet in known.items()
            if title in book.sheetnames
        ]
    except BadInput:
        raise
    except Exception as error:
        raise _damaged(upload, error) from None


def _damaged(upload: Upload, error: Exception) -> BadInput:
    """Whatever the parsers of a workbook stumble over, in one line."""
    found = f"{type(error).__name__}: {error}"[:80]
    return BadInput("is a damaged workbook", file=upload.name, found=found, remedy=_REMEDY)


_REMEDY = "start from the empty template"


def _open(upload: Upload) -> Any:
    kind = office_type(upload.path, upload.name)
    if not kind.endswith("spreadsheetml.sheet"):
        raise BadInput("is no Excel workbook (.xlsx)", file=upload.name, remedy=_REMEDY)
    try:
        return load_workbook(io.BytesIO(upload.path.read_bytes()), read_only=True)
    except Exception as error:  # openpyxl raises whatever its parsers raise on a broken part
        raise _damaged(upload, error) from None


def _rows(table: Any, sheet: Sheet, file: str) -> Iterator[Row]:
    place = f"{file} {sheet.title}"
    lines = _lines(table)
    heads = [text_of(cell).rstrip("*＊") for cell in next(lines, ())]
    _check_heads([head for head in heads if head], sheet, place)
    for number, cells in enumerate(lines, start=2):
        if number > LONGEST + 1:
            raise BadInput("has too many rows", file=place, expected=f"at most {LONGEST}")
        values = dict(zip(heads, cells, strict=False))
        if any(text_of(cell) for cell in values.values()):
            yield number, values


def _lines(table: Any) -> Iterator[tuple[Any, ...]]:
    """The cells of each row; formulas as such. The size that a sheet claims for itself is not believed."""
    table.reset_dimensions()
    for cells in table.iter_rows(max_col=WIDEST):
        yield tuple(Formula(str(cell.value)) if cell.data_type == "f" else cell.value for cell in cells)


def _check_heads(heads: list[str], sheet: Sheet, place: str) -> None:
    known = [column.head for column in sheet.columns]
    needed = [column.head for column in sheet.columns if column.required]
    problems = [
        Problem("a column is missing", field=head, file=place, row=1, remedy=_REMEDY)
        for head in needed
        if head not in heads
    ]
    problems += [
        Problem("an unknown column", field=head, file=place, row=1, expected="、".join(known))
        for head in heads
        if head not in known
    ]
    problems += [
        Problem("a column twice", field=head, file=place, row=1)
        for head in sorted({h for h in heads if heads.count(h) > 1})
    ]
    if problems:
        raise BadInput(problems)


# ---- the empty template ----------------------------------------------------------------------------------------


def template(sheets: Sequence[Sheet]) -> bytes:
    """The empty workbook: a sheet for each noun, required heads marked with *, and a sheet that explains them."""
    book = Workbook()
    book.remove(book.active)
    for sheet in sheets:
        _empty(book.create_sheet(sheet.title), sheet)
    _explain(book.create_sheet(HELP), sheets)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _empty(table: Any, sheet: Sheet) -> None:
    for n, column in enumerate(sheet.columns, start=1):
        cell = table.cell(row=1, column=n, value=column.head + ("*" if column.required else ""))
        cell.font = Font(bold=True)
        letter = cell.column_letter
        table.column_dimensions[letter].width = 24
        table.column_dimensions[letter].number_format = "@"
        words = ",".join(column.words or ())
        if words and len(words) < 250:  # Excel takes no longer list
            rule = DataValidation(type="list", formula1=f'"{words}"', allow_blank=not column.required)
            rule.add(f"{letter}2:{letter}{LONGEST + 1}")
            table.add_data_validation(rule)
    table.freeze_panes = "A2"


def _explain(table: Any, sheets: Sequence[Sheet]) -> None:
    table.append(["表", "列", "必填", "含义", "可填"])
    for sheet in sheets:
        for column in sheet.columns:
            must = "是" if column.required else ""
            table.append([sheet.title, column.head, must, column.meaning, "、".join(column.words or ())])
    for letter, width in zip("ABCDE", (8, 20, 8, 48, 80), strict=True):
        table.column_dimensions[letter].width = width
