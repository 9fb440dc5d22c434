"""Acts on what people can: the expert pool and qualifications (first form)."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from quanheng.apps.parties import policy, queries, rules
from quanheng.apps.parties.actions.words import Login, UnitRef
from quanheng.apps.parties.models import Expert, Qualification
from quanheng.apps.records.action import Act, action
from quanheng.errors import BadInput

AuthorityRef = Annotated[str, Field(min_length=1, max_length=120, title=_("建库单位"))]


@action("parties.expert.enrol", policy=rules.keep_experts, title=_("专家入库"))
def enrol_expert(
    act: Act,
    *,
    authority: AuthorityRef,
    login: Login,
    fields: Annotated[list[str], Field(min_length=1, max_length=20, title=_("专业领域"))],
    employer: Annotated[str, Field(min_length=2, max_length=120, title=_("工作单位"))],
    title: Annotated[str, Field(max_length=60, title=_("职称"))] = "",
) -> Expert:
    """Take a person into the expert pool of an authority."""
    row = Expert(
        person=queries.person(login), authority=policy.named(authority), fields=fields, title=title,
        employer=employer, joined_on=policy.today(),
    )  # fmt: skip
    return act.create(row)


@action("parties.expert.release", policy=rules.keep_experts, title=_("专家出库"))
def release_expert(act: Act, *, authority: AuthorityRef, login: Login) -> Expert:
    """Take a person out of the expert pool."""
    unit = policy.named(authority)
    row = Expert.objects.filter(authority=unit, person__login=login, left_on=None).first()
    if row is None:
        raise BadInput("is not in this pool", field="login", found=login)
    act.update(row, left_on=policy.today())
    return row


@action("parties.qualification.record", policy=rules.keep_qualifications, title=_("登记资格"))
def record_qualification(
    act: Act,
    *,
    organisation: UnitRef,
    login: Login,
    kind: Annotated[
        Literal["verifier", "registered", "examiner", "signatory", "other"], Field(title=_("种类"))
    ],
    item: Annotated[str, Field(min_length=1, max_length=120, title=_("项目"))],
    issued_on: Annotated[dt.date, Field(title=_("发证日期"))],
    valid_to: Annotated[dt.date | None, Field(title=_("有效期至"))] = None,
    number: Annotated[str, Field(max_length=60, title=_("证书编号"))] = "",
) -> Qualification:
    """Record what a person of the organisation is qualified for, by which paper."""
    unit, person = queries.standing(organisation), queries.person(login)
    if not unit.members.filter(policy.in_force(policy.today()), person=person).exists():
        raise BadInput("does not work for this organisation", field="login", found=login)
    if valid_to is not None and valid_to < issued_on:
        raise BadInput("lies before the day of issue", field="valid_to", found=str(valid_to))
    row = Qualification(
        owner=unit, person=person, kind=kind, item=item, number=number, issued_on=issued_on, valid_to=valid_to
    )
    return act.create(row)
