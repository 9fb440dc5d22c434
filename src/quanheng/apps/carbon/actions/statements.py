"""Statements: an emission is computed and stated. What stood before stays readable and is marked as replaced."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Any

import numpy as np
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from quanheng.apps.carbon import policy
from quanheng.apps.carbon.actions.words import SiteCode
from quanheng.apps.carbon.events import StatementReplaced
from quanheng.apps.carbon.methods import AS_STORED, Computed, MethodKey, method_named
from quanheng.apps.carbon.models import Statement
from quanheng.apps.monitoring import queries as monitoring
from quanheng.apps.records.action import Act, action
from quanheng.apps.records.classify import urn_of


def _computed(actor: Any, given: Any) -> Computed:
    """Compute before the transaction: no other act has to wait for it."""
    compute = method_named(given.method).compute
    site = monitoring.site_named(given.site)
    found = compute(site, given.year, monitoring.pin_now(), timezone.now(), AS_STORED)
    found.as_result()  # told here, and kept for the transaction
    return found


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
    same = Statement.objects.filter(site=computed.site, year=year, method=method)
    before = same.filter(state=Statement.State.CURRENT).first()
    for waiting in same.filter(state=Statement.State.PROPOSED):
        act.update(waiting, state=Statement.State.SUPERSEDED, decided_at=act.at)
    if before is not None:
        act.update(before, state=Statement.State.REPLACED)
    made = act.create(row_of(computed, method, act.at, replaces=before))
    act.about(made)
    note_uses(act, made, computed)
    if before is not None:
        act.emit(StatementReplaced(statement=str(before.pk), by=str(made.pk), at=act.at))
    return made


def note_uses(act: Act, made: Statement, computed: Computed) -> None:
    """Record what a statement stands on, so that it is found when any of it falls."""
    for kind, used, version in computed.used():
        act.uses("statement", urn_of(made), kind, used, version)


def row_of(computed: Computed, method: str, at: dt.datetime, **more: Any) -> Statement:
    """The row of a computed year, not yet stored."""
    result = computed.total.result
    return Statement(
        owner=computed.site.owner,
        number=_next_number(computed.year),
        site=computed.site,
        year=computed.year,
        method=method,
        edition=_next_edition(computed.site, computed.year, method),
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
        **more,
    )


def _decimal(value: float, places: int) -> Decimal:
    return Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-places))


def _next_number(year: int) -> str:
    numbers = Statement.objects.filter(number__startswith=f"HS-{year}-").values_list("number", flat=True)
    return f"HS-{year}-{max((int(n.rsplit('-', 1)[1]) for n in numbers), default=0) + 1:04d}"


def _next_edition(site: Any, year: int, method: str) -> int:
    """Proposals that were not taken keep their number of edition; none is given twice."""
    known = Statement.objects.filter(site=site, year=year, method=method)
    return (known.aggregate(last=Max("edition"))["last"] or 0) + 1
