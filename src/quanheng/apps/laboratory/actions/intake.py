"""The act that takes in a file of instruments and certificates, and keeps the file and the report of what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from quanheng.apps.laboratory import importing, policy
from quanheng.apps.laboratory.models import Intake
from quanheng.apps.parties import queries as parties
from quanheng.apps.records import intake as files
from quanheng.apps.records.action import Act, action
from quanheng.apps.records.classify import urn_of
from quanheng.apps.records.uploads import Upload
from quanheng.errors import Refused


@dataclass(frozen=True, slots=True)
class _Prepared:
    plan: importing.Plan
    taken: files.Taken


def _prepare(actor: Any, given: Any) -> _Prepared:
    plan = importing.read(given.file, given.mapping, given.owner)
    return _Prepared(plan, files.take_in(given.file))


@action(
    "laboratory.intake.take_in",
    policy=policy.keep_records,
    title=_("导入器具和证书"),
    note=_(
        "Excel 按模板填；别的表格要附一份对照文件。好的行收下，坏的行逐行列出，已有的不重复。空的模板在“导入记录”页下载。"
    ),
    prepare=_prepare,
)
def take_in(
    act: Act,
    *,
    owner: Annotated[str, Field(title=_("为哪个单位导入"))],
    file: Annotated[Upload, Field(title=_("文件（.xlsx，或附对照文件的 .csv）"))],
    mapping: Annotated[Upload | None, Field(title=_("对照文件（YAML）"))] = None,
) -> Intake:
    """Take in a workbook or a foreign table: good records land by their own acts, bad ones are listed."""
    ready: _Prepared = act.prepared
    told = importing.carry_out(act.actor, ready.plan)
    verdict = told.only_by_right()
    if verdict is not None:
        raise Refused(verdict)
    unit = parties.organisation(owner)
    made = act.create(
        Intake(
            owner=unit,
            name=ready.taken.name,
            file=ready.taken.sha256,
            mapping=ready.plan.mapping,
            landed=told.landed,
            known=told.known,
            refused=told.refused,
            left_out=told.left_out,
            problems=[problem.as_dict() for problem in told.problems],
            received_at=act.at,
        )
    )
    files.attach(act, ready.taken, owner=unit.pk, object=urn_of(made), kind="导入文件")
    return made
