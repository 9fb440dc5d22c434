"""Restatements told as data and in words: what was, what would be, why, and what of it is touched."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from quanheng.apps.carbon.models import Statement
from quanheng.science.uncertainty.rounding import format_result


def restatement_data(row: Statement) -> dict[str, Any]:
    """A restatement as programs read it; figures with all their digits."""
    before = row.replaces
    return {
        "restatement": row.number,
        "replaces": before.number if before else None,
        "owner": row.owner.code,
        "site": row.site.code,
        "year": row.year,
        "method": row.method,
        "state": row.state,
        "unit": "t CO2",
        "old": _figure(before) if before else None,
        "proposed": _figure(row),
        "difference": str(row.value - before.value) if before else None,
        "causes": row.causes,
        "touched": row.touched,
        "months": months(row),
        "made_at": row.made_at.isoformat(),
        "decided_at": row.decided_at.isoformat() if row.decided_at else None,
        "reason": row.reason,
    }


def _figure(row: Statement) -> dict[str, str]:
    exact = row.result["exact"]
    return {"value": exact["value"], "U": exact["U"], "k": str(row.coverage_factor.normalize())}


def months(row: Statement) -> list[dict[str, Any]]:
    """The months whose tonnes, U or hours are other ones, with both figures; unknown stays null."""
    before = {one["month"]: one for one in (row.replaces.result.get("months", []) if row.replaces else [])}
    found = []
    for one in row.result.get("months", []):
        old = before.get(one["month"])
        if old is not None and old != one:
            known = old["tonnes"] is not None and one["tonnes"] is not None
            difference = str(Decimal(one["tonnes"]) - Decimal(old["tonnes"])) if known else None
            same = known and old["tonnes"] == one["tonnes"]
            found.append(
                {
                    "month": one["month"],
                    "old": old,
                    "proposed": one,
                    "difference": difference,
                    "same_value": same,
                }
            )
    return found


def restatement_lines(row: Statement) -> Iterator[str]:
    """A restatement as people read it."""
    before = row.replaces
    yield f"{row.number}  {row.site}  {row.year}  {row.state}"
    if before is not None:
        yield f"  {before.number}: {format_result(before.value, before.expanded_uncertainty, 't CO₂')}"
    yield f"  now:  {format_result(row.value, row.expanded_uncertainty, 't CO₂')}"
    for cause in row.causes:
        yield f"  because {cause['words']}"
    if row.touched:
        yield f"  touched: {row.touched['readings']} readings, {row.touched['hours']} hours"
    if row.reason:
        yield f"  not taken: {row.reason}"
