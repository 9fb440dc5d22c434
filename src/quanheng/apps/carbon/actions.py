"""The only writer of emission sources and statements."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Any, Literal

import numpy as np
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from quanheng.apps.carbon import cems, policy  # noqa: F401  (cems registers its method)
from quanheng.apps.carbon.measured import INPUTS, QUANTITY_OF, constant
from quanheng.apps.carbon.methods import AS_STORED, Computed, MethodKey, method_named
from quanheng.apps.carbon.models import Source, Statement
from quanheng.apps.monitoring import queries as monitoring
from quanheng.apps.records.action import Act, action
from quanheng.apps.records.classify import urn_of
from quanheng.errors import BadInput, Problem

HOUR = 3600  # seconds
SiteCode = Annotated[str, Field(max_length=40, title=_("场所编号"))]
MOLAR_MASS = "IUPAC standard atomic weights | 2007 |  | molar mass CO2 | C 12.0107, O 15.9994"
MOLAR_VOLUME = (
    "conventional value | conventional |  | molar volume of gas 273.15 K 101.325 kPa | ideal gas, five digits"
)


@action("carbon.source.register", policy=policy.keep_site, title=_("登记排放源"))
def register_source(
    act: Act,
    *,
    site: SiteCode,
    code: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$", title=_("排放源编号"))],
    name: Annotated[str, Field(min_length=1, max_length=120, title=_("名称"))],
    form: Annotated[Literal["concentration", "mass"], Field(title=_("测量方式"))],
    points: Annotated[dict[str, str], Field(title=_("测点"))],
    basis: Annotated[Literal["", "wet", "dry"], Field(title=_("浓度的基准"))] = "",
    molar_mass: Annotated[str, Field(max_length=200, title=_("摩尔质量的出处"))] = MOLAR_MASS,
    molar_volume: Annotated[str, Field(max_length=200, title=_("摩尔体积的出处"))] = MOLAR_VOLUME,
) -> Source:
    """Describe a source: which points carry its inputs, wet or dry, and which constants its method uses."""
    place = monitoring.site_named(site)
    _refuse_unfit_points(place, form, basis, points)
    if form == "concentration":
        _refuse_other_constant("molar_mass", molar_mass, "g/mol")
        _refuse_other_constant("molar_volume", molar_volume, "L/mol")
    return act.create(
        Source(
            owner=place.owner,
            site=place,
            code=code,
            name=name,
            form=form,
            basis=basis,
            points=points,
            molar_mass=molar_mass if form == "concentration" else "",
            molar_volume=molar_volume if form == "concentration" else "",
        )
    )


def _refuse_unfit_points(site: Any, form: str, basis: str, points: dict[str, str]) -> None:
    known = monitoring.points_of(site)
    needed = set(INPUTS[form]) - ({"moisture"} if basis == "wet" else set())
    problems = [
        Problem("input without a point", field=f"points.{name}") for name in sorted(needed - set(points))
    ]
    for name, code in points.items():
        if name not in INPUTS[form]:
            problems.append(Problem("unknown input", f"points.{name}", expected=", ".join(INPUTS[form])))
        elif code not in known:
            problems.append(Problem("unknown point", f"points.{name}", found=f"{site.code}/{code}"))
        elif known[code].interval != HOUR:
            problems.append(
                Problem(
                    "is not read every hour",
                    f"points.{name}",
                    found=f"every {known[code].interval} s",
                    expected=f"every {HOUR} s: hourly means",
                )
            )
        elif known[code].quantity != QUANTITY_OF[name]:
            problems.append(
                Problem(
                    "measures another quantity",
                    f"points.{name}",
                    found=known[code].quantity,
                    expected=QUANTITY_OF[name],
                )
            )
    if form == "concentration" and not basis:
        problems.append(Problem("is not stated", field="basis", expected="wet or dry"))
    if problems:
        raise BadInput(problems)


def _refuse_other_constant(field: str, key: str, unit: str) -> None:
    found = constant(key, timezone.localdate())
    if found.unit != unit:
        raise BadInput(
            "is a constant of another kind", field=field, found=f"{key} in {found.unit}", expected=unit
        )


def _computed(actor: Any, given: Any) -> Computed:
    """Compute before the transaction: no other act has to wait for it."""
    compute = method_named(given.method).compute
    site = monitoring.site_named(given.site)
    return compute(site, given.year, monitoring.pin_now(), timezone.now(), AS_STORED)


@action("carbon.statement.make", policy=policy.keep_site, title=_("核算排放量"), prepare=_computed)
def state(
    act: Act,
    *,
    site: SiteCode,
    year: Annotated[int, Field(ge=1990, le=2100, title=_("年度"))],
    method: Annotated[MethodKey, Field(title=_("方法"))] = "cems",
) -> Statement:
    """State the emission of a site in a year. An earlier statement stays readable and is marked as replaced."""
    computed: Computed = act.prepared
    before = Statement.objects.filter(site=computed.site, year=year, method=method, state="current").first()
    if before is not None:
        act.update(before, state=Statement.State.REPLACED)
    made = act.create(_statement(computed, method, act.at, before))
    act.about(made)
    for kind, used, version in computed.used():
        act.uses("statement", urn_of(made), kind, used, version)
    return made


def _statement(computed: Computed, method: str, at: dt.datetime, before: Statement | None) -> Statement:
    result = computed.total.result
    return Statement(
        owner=computed.site.owner,
        number=_next_number(computed.year),
        site=computed.site,
        year=computed.year,
        method=method,
        edition=before.edition + 1 if before else 1,
        value=_decimal(result.value, 6),
        standard_uncertainty=_decimal(result.u, 6),
        expanded_uncertainty=_decimal(result.U, 6),
        coverage_factor=_decimal(result.k, 9),
        dof=_decimal(result.dof, 6) if np.isfinite(result.dof) else None,
        hours=computed.total.readings,
        hours_of_year=computed.hours,
        lake_version=computed.pin.commit,
        result=computed.as_result(),
        made_at=at,
        replaces=before,
    )


def _decimal(value: float, places: int) -> Decimal:
    return Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-places))


def _next_number(year: int) -> str:
    numbers = Statement.objects.filter(number__startswith=f"HS-{year}-").values_list("number", flat=True)
    return f"HS-{year}-{max((int(n.rsplit('-', 1)[1]) for n in numbers), default=0) + 1:04d}"
