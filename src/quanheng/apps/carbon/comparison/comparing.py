"""Two methods on one unit: their difference over the hours that both know, with its own uncertainty and a verdict.

The figures are those of the current statements, computed again from their pins; a method without a statement is
computed as things stand. A certificate that both methods use is one error and counts by what it leaves in the
difference. An agreement says that no difference was found, and no more.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
from django.utils import timezone

from quanheng.apps.carbon.activity.stream_years import StreamYear
from quanheng.apps.carbon.coverage import Mask, enlargements
from quanheng.apps.carbon.methods import AS_STORED, method_named
from quanheng.apps.carbon.models import Statement
from quanheng.apps.carbon.pictures import text
from quanheng.apps.carbon.restatement.recomputing import as_it_was
from quanheng.apps.monitoring import queries as monitoring
from quanheng.errors import BadInput
from quanheng.science.series.difference import Difference, difference
from quanheng.science.uncertainty.result import Contribution, Result

PAIR = ("cems", "fuel")


def compare(site: Any, year: int, methods: Sequence[str] = PAIR) -> dict[str, Any]:
    """The comparison of two methods at a site in a year.

    ``methods``: for each its statement (null: none), what it states, and its part over the hours compared; ``hours``:
    compared, of the year, and by method those that only it knows; ``difference``: first minus second, u, U, k,
    relative to the second; ``En``: |d|/U(d); ``agree``; ``shared``: certificates that both use; ``months``: the same
    by month; ``spread``: tonnes of monthly data in hours left out, and the u that the house states for them.
    """
    if len(set(methods)) != 2:
        raise BadInput("takes two different methods", field="methods", found=", ".join(methods))
    sides = [_side(site, year, key) for key in methods]
    known = [side["known"] for side in sides]
    both = known[0] & known[1]
    if not both.any():
        raise BadInput("the two methods have no hour in common", field="year", found=str(year))
    whole = _compared(sides, both, both)
    number = _months(sides[0]["computed"].sources[0].hours)
    return {
        "site": site.code,
        "year": year,
        "unit": "t CO2",
        "methods": {
            side["key"]: _told(side, result) for side, result in zip(sides, whole["sums"], strict=True)
        },
        "hours": {
            "compared": int(both.sum()),
            "of_year": int(both.size),
            "only": {side["key"]: int((side["known"] & ~both).sum()) for side in sides},
        },
        "difference": _difference(whole["d"], sides, both),
        "En": text(whole["d"].ratio),
        "agree": whole["d"].agrees,
        "shared": list(whole["d"].shared),
        "contributions": [
            {"name": c.name, "u": text(c.u), "share": text(c.share)}
            for c in whole["d"].result.contributions[:10]
        ],
        "spread": {
            "tonnes": text(whole["left"]),
            "u": text(whole["spread"]),
            "status": enlargements()["status"],
        },
        "months": [_month(sides, both, number, n) for n in range(1, 13)],
        "known_at": [side["computed"].known_at.isoformat() for side in sides],
    }


def _side(site: Any, year: int, key: str) -> dict[str, Any]:
    """A method's year: from its current statement, or as things stand."""
    statement = Statement.objects.filter(
        site=site, year=year, method=key, state=Statement.State.CURRENT
    ).first()
    if statement is not None:
        computed: Any = as_it_was(statement)
    else:
        computed = method_named(key).compute(site, year, monitoring.pin_now(), timezone.now(), AS_STORED)
    masses = [one.rate.mass for one in computed.sources]
    known = np.logical_and.reduce([~np.isnan(mass) for mass in masses])
    return {"key": key, "statement": statement, "computed": computed, "known": known}


def _months(hours: Any) -> Any:
    days, at = np.unique(hours.days, return_inverse=True)
    return np.asarray([dt.date.fromordinal(day).month for day in days.tolist()])[at]


def _compared(sides: Sequence[dict[str, Any]], keep: Mask, both: Mask) -> dict[str, Any]:
    """Both sums over the hours kept, and their difference; `both` tells what of a month was left out."""
    sums = [_sum(side["computed"], keep) for side in sides]
    left, spread = _spread(sides, keep, both)
    more = [Contribution("按小时平均分摊", spread, kind="independent")] if spread else []
    return {
        "sums": sums,
        "left": left,
        "spread": spread,
        "d": difference(*sums, identity=_identity, more=more),
    }


def _sum(computed: Any, keep: Mask) -> Result:
    result: Result = computed.series.total(np.tile(keep, len(computed.sources))).result
    return result


def _identity(contribution: Contribution) -> str:
    """A certificate is one error, whatever it acts on: the input behind its name is left away."""
    name = contribution.name
    return name.rpartition("（")[0] if name.endswith("）") and "/" in name.rpartition("（")[0] else name


def _spread(sides: Sequence[dict[str, Any]], keep: Mask, both: Mask) -> tuple[float, float]:
    """Tonnes of monthly data that fall into hours left out, and the standard uncertainty of having cut them off."""
    left, squares = 0.0, 0.0
    relative = float(enlargements()["spread"]["relative"]) / 100
    for side in sides:
        for one in side["computed"].sources:
            if not isinstance(one, StreamYear) or one.source.stream.point:
                continue
            for month in np.unique(one.number[keep]):
                cut = float(np.nansum(one.rate.mass[(one.number == month) & ~both])) / 1000
                left, squares = left + cut, squares + (relative * cut) ** 2
    return left, float(np.sqrt(squares))


def _told(side: dict[str, Any], part: Result) -> dict[str, Any]:
    statement, stated = side["statement"], side["computed"].total.result
    return {
        "statement": statement.number if statement else None,
        "stated": {"value": text(stated.value), "U": text(stated.U)},
        "value": text(part.value),
        "u": text(part.u),
        "U": text(part.U),
        "hours": int(side["known"].sum()),
    }


def _difference(d: Difference, sides: Sequence[dict[str, Any]], keep: Mask) -> dict[str, Any]:
    result = d.result
    second = _sum(sides[1]["computed"], keep).value
    return {
        "of": f"{sides[0]['key']} - {sides[1]['key']}",
        "value": text(result.value),
        "relative": text(result.value / second) if second else None,
        "u": text(result.u),
        "U": text(result.U),
        "k": text(result.k),
    }


def _month(sides: Sequence[dict[str, Any]], both: Mask, number: Any, month: int) -> dict[str, Any]:
    keep = both & (number == month)
    if not keep.any():
        return {"month": month, "hours": 0, "agree": None}
    found = _compared(sides, keep, both)
    sums = {
        side["key"]: {"tonnes": text(one.value), "U": text(one.U)}
        for side, one in zip(sides, found["sums"], strict=True)
    }
    d = found["d"]
    return {
        "month": month,
        "hours": int(keep.sum()),
        **sums,
        "difference": text(d.result.value),
        "U": text(d.result.U),
        "En": text(d.ratio),
        "agree": d.agrees,
    }
