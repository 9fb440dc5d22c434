"""Organisations, people and roles from a workbook: each good row lands by its own act, each bad one is named.

A file whose form is wrong (no workbook, no known sheet, a column missing or unknown) lands nothing. What this file
is not: a second door. It calls the acts that a page calls, and the acts judge.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font
from openpyxl.worksheet.datavalidation import DataValidation

from quanheng.apps.parties import actions, roles
from quanheng.apps.parties.models import Organisation
from quanheng.apps.records.archives import office_type
from quanheng.apps.records.uploads import Upload
from quanheng.errors import BadInput, Problem, Refused, Verdict

LONGEST = 20_000  # rows of one sheet
WIDEST = 100  # columns of one sheet that are looked at
HELP = "说明"


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
    """One sheet of the template and the act that takes its rows."""

    title: str
    act: Callable[..., Any]
    columns: tuple[Column, ...]


def _role_words() -> dict[str, str]:
    return {role.name: code for code, role in roles.book().roles.items()}


def _choice_words(choices: Any) -> dict[str, str]:
    return {str(label): value for value, label in choices.choices}


def sheets() -> tuple[Sheet, ...]:
    """The template, in the order in which its sheets are taken in: a person needs its organisation first."""
    unit = Column("单位", "organisation", "简码或统一社会信用代码", required=True)
    login = Column("登录名", "login", "小写字母开头，3 至 40 个小写字母、数字、点、横线", required=True)
    return (
        Sheet(
            "单位",
            actions.register_organisation,
            (
                Column("简码", "code", "命令行和证书编号前使用，如 CQIM；字母、数字、横线", required=True),
                Column("名称", "name", "单位全称", required=True),
                Column("种类", "kind", "选一种", required=True, words=_choice_words(Organisation.Kind)),
                Column("统一社会信用代码", "uscc", "18 位，校验码须正确"),
                Column("所在地", "division", "行政区划代码或名称"),
                Column("主管局", "authority", "主管的市场监管局的简码"),
                Column("隶属", "unit_kind", "选一种", words=_choice_words(Organisation.UnitKind)),
                Column("英文名称", "name_en", ""),
            ),
        ),
        Sheet(
            "人员",
            actions.register_person,
            (
                login,
                Column("姓名", "name", "", required=True),
                unit,
                Column("职务", "title", ""),
                Column("电子邮箱", "email", "个人信息，台账只留承诺值"),
                Column("联系电话", "phone", "个人信息，台账只留承诺值"),
                Column("英文姓名", "name_en", ""),
            ),
        ),
        Sheet(
            "角色",
            actions.grant_role,
            (
                login,
                unit,
                Column("角色", "role", "选一种", required=True, words=_role_words()),
                Column("辖区", "territory", "区县局经办人须填：行政区划代码或名称"),
                Column("管理办法", "regime", "只管一部办法时填，如 CQC；不填为全部"),
                Column("终止", "valid_to", "日期，如 2027-12-31；不填为长期"),
            ),
        ),
    )


@dataclass(frozen=True, slots=True)
class Formula:
    """A cell that holds no value but a way to compute one."""

    text: str

    def __str__(self) -> str:
        return self.text


@dataclass
class Imported:
    """What became of a file: how many rows of each sheet landed, and what is wrong with each that did not."""

    file: str
    landed: dict[str, int] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    by_right: list[Verdict] = field(default_factory=list)

    @property
    def taken(self) -> int:
        return sum(self.landed.values())

    @property
    def left(self) -> int:
        return sum(self.refused.values())


def take_in(actor: Any, upload: Upload) -> Imported:
    """Take a workbook in, row by row. Raises BadInput where nothing of it can be read, Refused where the actor
    has the right to none of its rows."""
    read = _read(upload)
    told = Imported(upload.name)
    for sheet, rows in read:
        for number, values in rows:
            _one(actor, sheet, number, values, told)
    if told.by_right and not told.taken and len(told.by_right) == told.left:
        raise Refused(told.by_right[0])
    return told


def _one(actor: Any, sheet: Sheet, number: int, values: dict[str, Any], told: Imported) -> None:
    place = f"{told.file} {sheet.title}"
    try:
        sheet.act(actor, **_plain(sheet, values))
    except BadInput as error:
        told.problems += [_placed(problem, sheet, place, number) for problem in error.problems]
    except Refused as error:
        told.by_right.append(error.verdict)
        told.problems.append(Problem(error.line(), file=place, row=number))
    else:
        told.landed[sheet.title] = told.landed.get(sheet.title, 0) + 1
        return
    told.refused[sheet.title] = told.refused.get(sheet.title, 0) + 1


def _placed(problem: Problem, sheet: Sheet, place: str, number: int) -> Problem:
    """The act's problem with the head of the column in place of the parameter."""
    heads = {column.name: column.head for column in sheet.columns}
    head = heads.get(problem.field.split(".")[0], problem.field)
    return Problem(
        problem.message,
        field=head,
        row=number,
        file=place,
        found=problem.found,
        expected=problem.expected,
        remedy=problem.remedy,
    )


def _plain(sheet: Sheet, values: dict[str, Any]) -> dict[str, Any]:
    """The cells of a row as values of the act: words become codes, empty cells are left out."""
    found = {}
    for column in sheet.columns:
        value = _text(_computed(values.get(column.head), column))
        if value == "":
            if column.required:
                raise BadInput("is empty", field=column.name)
            continue
        found[column.name] = _coded(column, value)
    return found


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


def _text(value: Any) -> str:
    """A cell as text: Excel makes numbers of codes and telephone numbers, and moments of dates."""
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


# ---- the file --------------------------------------------------------------------------------------------------


def _read(upload: Upload) -> list[tuple[Sheet, list[tuple[int, dict[str, Any]]]]]:
    """All rows of all known sheets; the whole form is checked before the first row is taken in."""
    book = _open(upload)
    known = {sheet.title: sheet for sheet in sheets()}
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


def _rows(table: Any, sheet: Sheet, file: str) -> Iterator[tuple[int, dict[str, Any]]]:
    place = f"{file} {sheet.title}"
    lines = _lines(table)
    heads = [_text(cell).rstrip("*＊") for cell in next(lines, ())]
    _check_heads([head for head in heads if head], sheet, place)
    for number, cells in enumerate(lines, start=2):
        if number > LONGEST + 1:
            raise BadInput("has too many rows", file=place, expected=f"at most {LONGEST}")
        values = dict(zip(heads, cells, strict=False))
        if any(_text(cell) for cell in values.values()):
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


def template() -> bytes:
    """The empty workbook: a sheet for each noun, required heads marked with *, and a sheet that explains them."""
    book = Workbook()
    book.remove(book.active)
    for sheet in sheets():
        _empty(book.create_sheet(sheet.title), sheet)
    _explain(book.create_sheet(HELP))
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


def _explain(table: Any) -> None:
    table.append(["表", "列", "必填", "含义", "可填"])
    for sheet in sheets():
        for column in sheet.columns:
            must = "是" if column.required else ""
            table.append([sheet.title, column.head, must, column.meaning, "、".join(column.words or ())])
    for letter, width in zip("ABCDE", (8, 20, 8, 48, 80), strict=True):
        table.column_dimensions[letter].width = width
