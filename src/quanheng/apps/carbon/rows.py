"""A computed year as the row of a statement, not yet stored, and what it stands on. Only acts store it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import numpy as np
from django.db.models import Max

from quanheng.apps.carbon.methods import Computed
from quanheng.apps.carbon.models import Statement
from quanheng.apps.records.action import Act
from quanheng.apps.records.classify import urn_of


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
