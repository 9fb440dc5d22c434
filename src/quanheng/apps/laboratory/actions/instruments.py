"""Acts on instruments: entering one, where it served, and checks of it that state no uncertainty."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from quanheng.apps.laboratory import policy
from quanheng.apps.laboratory.actions.words import Basis, Code, Source, Text, Unit, _not_after, _ordered
from quanheng.apps.laboratory.models import Check, Instrument, Placement, StandardUse
from quanheng.apps.laboratory.queries import instrument_named
from quanheng.apps.laboratory.tables_of_results import CheckReading, StandardGiven, check_points
from quanheng.apps.parties import queries as parties
from quanheng.apps.records.action import Act, action
from quanheng.errors import BadInput

Held = Annotated[str, Field(title=_("器具编号"))]
Holder = Annotated[str, Field(title=_("所属单位"))]


@action("laboratory.instrument.register", policy=policy.register_instrument, title=_("登记器具"))
def register_instrument(
    act: Act,
    *,
    owner: Holder,
    code: Code,
    name: Annotated[Text, Field(title=_("名称"))],
    maker: Annotated[Text, Field(title=_("制造单位"))],
    model: Annotated[Text, Field(title=_("型号规格"))],
    serial: Annotated[Text, Field(title=_("出厂编号"))],
    quantity: Annotated[Text, Field(title=_("被测量"))],
    unit: Annotated[str, Field(max_length=20, title=_("计量单位"))] = "",
    repeatability: Annotated[Decimal | None, Field(ge=0, title=_("重复性标准偏差"))] = None,
    repeatability_basis: Annotated[Basis, Field(title=_("重复性的表示"))] = "relative",
) -> Instrument:
    """Enter an instrument into its owner's list."""
    if repeatability is not None and repeatability_basis == "absolute" and not unit:
        raise BadInput("a repeatability in the unit of the instrument needs that unit", field="unit")
    return act.create(
        Instrument(
            owner=parties.organisation(owner),
            code=code,
            name=name,
            maker=maker,
            model=model,
            serial=serial,
            quantity=quantity,
            unit=unit,
            repeatability=repeatability,
            repeatability_basis=repeatability_basis,
        )
    )


@action("laboratory.placement.record", policy=policy.keep_records, title=_("记载装用"))
def record_placement(
    act: Act,
    *,
    owner: Holder,
    instrument: Held,
    place: Annotated[str, Field(min_length=1, max_length=80, title=_("位置"))],
    valid_from: Annotated[dt.date, Field(title=_("从"))],
    valid_until: Annotated[dt.date | None, Field(title=_("到"))] = None,
    role: Annotated[str, Field(max_length=80, title=_("用途"))] = "",
    source: Source = "",
) -> Placement:
    """Record where an instrument served, from one day to another, as a paper or a foreign plan states it."""
    held = instrument_named(owner, instrument)
    _ordered("valid_until", valid_from, valid_until or valid_from)
    return act.create(
        Placement(
            owner=held.owner,
            instrument=held,
            place=place,
            role=role,
            valid_from=valid_from,
            valid_until=valid_until,
            source=source,
            known_from=act.at,
        )
    )


@action(
    "laboratory.check.record",
    policy=policy.keep_records,
    title=_("记录核查"),
    note=_("核查没有给出不确定度，不是证书，不构成覆盖。"),
)
def record_check(
    act: Act,
    *,
    owner: Holder,
    instrument: Held,
    number: Annotated[str, Field(min_length=1, max_length=60, title=_("核查编号"))],
    procedure: Annotated[Text, Field(title=_("方法"))],
    done_on: Annotated[dt.date, Field(title=_("核查日期"))],
    unit: Unit,
    readings: Annotated[list[CheckReading], Field(min_length=1, max_length=500, title=_("读数"))],
    clock: Annotated[str, Field(pattern=r"^$|^([01]\d|2[0-3]):[0-5]\d$", title=_("开始时刻（当地）"))] = "",
    span: Annotated[Decimal | None, Field(gt=0, title=_("量程"))] = None,
    result: Annotated[str, Field(max_length=40, title=_("记录的结论"))] = "",
    traced_to: Annotated[list[StandardGiven] | None, Field(max_length=50, title=_("所用标准"))] = None,
    source: Source = "",
) -> Check:
    """Record readings against references where the paper states no uncertainty; such a check covers no reading."""
    held = instrument_named(owner, instrument)
    _not_after("done_on", done_on, timezone.localdate(act.at))
    _refuse_unnamed(readings, traced_to or [])
    made = act.create(
        Check(
            owner=held.owner,
            instrument=held,
            number=number,
            procedure=procedure,
            done_on=done_on,
            clock=clock,
            result=result,
            unit=unit,
            span=span,
            points=check_points(readings),
            source=source,
            known_from=act.at,
        )
    )
    for n, one in enumerate(traced_to or [], 1):
        act.create(_use(one, n, owner=held.owner, check_record=made))
    return made


def _refuse_unnamed(readings: list[CheckReading], named: list[StandardGiven]) -> None:
    known = {one.certificate or one.name for one in named}
    for n, one in enumerate(readings, 1):
        if one.standard and one.standard not in known:
            raise BadInput("names a standard that is not listed", field="readings", row=n, found=one.standard)


def _use(given: StandardGiven, n: int, **of: object) -> StandardUse:
    return StandardUse(
        n=n,
        name=given.name,
        traced_by=given.certificate,
        valid_until=given.valid_until,
        level=given.level,
        **of,
    )
