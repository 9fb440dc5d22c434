"""Organisations, people and roles from a workbook: each good row lands by its own act, each bad one is named.

A file whose form is wrong (no workbook, no known sheet, a column missing or unknown) lands nothing. What this file
is not: a second door. It calls the acts that a page calls, and the acts judge.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from quanheng.apps.parties import actions, roles
from quanheng.apps.parties.models import Organisation
from quanheng.apps.records import workbooks
from quanheng.apps.records.uploads import Upload
from quanheng.apps.records.workbooks import Column, Sheet
from quanheng.errors import BadInput, Problem, Refused, Verdict


def _role_words() -> dict[str, str]:
    return {role.name: code for code, role in roles.book().roles.items()}


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
                Column(
                    "种类", "kind", "选一种", required=True, words=workbooks.choice_words(Organisation.Kind)
                ),
                Column("统一社会信用代码", "uscc", "18 位，校验码须正确"),
                Column("所在地", "division", "行政区划代码或名称"),
                Column("主管局", "authority", "主管的市场监管局的简码"),
                Column("隶属", "unit_kind", "选一种", words=workbooks.choice_words(Organisation.UnitKind)),
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
    read = workbooks.read(upload, sheets())
    told = Imported(upload.name)
    for sheet, rows in read:
        for number, values in rows:
            _one(actor, sheet, number, values, told)
    if told.by_right and not told.taken and len(told.by_right) == told.left:
        raise Refused(told.by_right[0])
    return told


def _one(actor: Any, sheet: Sheet, number: int, values: dict[str, Any], told: Imported) -> None:
    try:
        sheet.act(actor, **workbooks.plain(sheet, values))
    except BadInput as error:
        told.problems += [workbooks.placed(problem, sheet, told.file, number) for problem in error.problems]
    except Refused as error:
        told.by_right.append(error.verdict)
        told.problems.append(Problem(error.line(), file=f"{told.file} {sheet.title}", row=number))
    else:
        told.landed[sheet.title] = told.landed.get(sheet.title, 0) + 1
        return
    told.refused[sheet.title] = told.refused.get(sheet.title, 0) + 1


def template() -> bytes:
    """The empty workbook, with a sheet that explains every column."""
    return workbooks.template(sheets())
