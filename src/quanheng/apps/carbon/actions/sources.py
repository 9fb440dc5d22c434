"""Emission sources: which points carry their inputs, and which constants their method uses."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from quanheng.apps.carbon import policy
from quanheng.apps.carbon.actions.words import SiteCode
from quanheng.apps.carbon.measured import INPUTS, QUANTITY_OF, constant
from quanheng.apps.carbon.models import Source
from quanheng.apps.monitoring import queries as monitoring
from quanheng.apps.records.action import Act, action
from quanheng.errors import BadInput, Problem

HOUR = 3600  # seconds
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
    substitution: Annotated[Literal["none", "hj75", "part75"], Field(title=_("缺测时段"))] = "none",
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
            substitution=substitution,
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
