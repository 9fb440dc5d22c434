"""Statements and chains told in words and as data; the same for the command line, the API and the demonstration."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from quanheng.apps.carbon.activity import chain_told as activity_chain_told
from quanheng.science.uncertainty.rounding import format_result, group_digits, round_to_place


def statement_data(statement: Any) -> dict[str, Any]:
    """A statement as programs read it."""
    return {
        "statement": statement.number, "urn": f"urn:quanheng:carbon:statement:{statement.pk}",
        "site": statement.site.code, "year": statement.year, "method": statement.method,
        "edition": statement.edition, "state": statement.state, "unit": "t CO2",
        "value": str(statement.value.normalize()), "u": str(statement.standard_uncertainty.normalize()),
        "U": str(statement.expanded_uncertainty.normalize()), "k": str(statement.coverage_factor.normalize()),
        "hours": statement.hours, "hours_of_year": statement.hours_of_year,
        "lake_version": statement.lake_version, **statement.result,
    }  # fmt: skip


def statement_lines(statement: Any) -> Iterator[str]:
    """A statement as people read it."""
    figure = format_result(statement.value, statement.expanded_uncertainty, "t CO₂")
    yield f"{statement.number}  {statement.site}  {statement.year}"
    yield f"  {figure}  (k = {statement.coverage_factor.normalize()})"
    yield from _hours(statement)
    for verdict, hours in statement.result["coverage"]["hours"].items():
        yield f"  {verdict}: {hours} h"
    enlarged = statement.result["enlargements"]
    for one in enlarged["used"]:
        reasons = ", ".join(one["reasons"])
        yield f"    {one['hours']} h of {one['component']}: {reasons} (enlargement: {enlarged['status']})"
    yield "  largest contributions to the variance:"
    for c in statement.result["contributions"][:3]:
        share = round_to_place(float(c["share"]) * 100, -1)
        yield f"    {share:>5} %  {c['name']} ({c['input']}, {'common to all' if c['kind'] == 'common' else 'independent'})"


def _hours(statement: Any) -> Iterator[str]:
    """How many hours stand on readings, how many on a rule, and how many are unknown."""
    filled = statement.result.get("substituted", {}).get("hours", 0)
    unknown = statement.hours_of_year - statement.hours
    if "activity" in statement.result:
        known = {one["month"] for one in statement.result["activity"] if one["tonnes"] is not None}
        yield f"  months with activity data: {len(known)} of 12"
    else:
        yield f"  {statement.hours - filled} of {statement.hours_of_year} hours have all their readings"
    if filled:
        share = round_to_place(float(statement.result["substituted"]["share_of_tonnes"]) * 100, -2)
        yield f"  {filled} hours were put in by rule ({share} % of the tonnes)"
    if unknown:
        yield f"  {unknown} hours are unknown, not zero"


def chain_lines(data: dict[str, Any]) -> Iterator[str]:
    """A chain as people read it, from the figure down to the raw row and across to the certificate."""
    if "month" in data:
        yield from activity_chain_told.lines(data)
        return
    top, hour = data["statement"], data["hour"]
    yield f"{top['number']}: {format_result(top['value_t'], top['U_t'], 't CO₂')}"
    yield f"  recomputed from the pinned readings: {'agrees' if top['recomputed']['agrees'] else 'DIFFERS'}"
    yield f"  ledger {top['ledger']['seq']} {top['ledger']['verb']} by {top['ledger']['by']}, {top['ledger']['digest'][:12]}"
    yield f"  hour {hour['start']}: {group_digits(round_to_place(float(hour['mass_kg']), 0))} kg"
    for constant in hour["constants"]:
        yield f"    {constant['name']} {constant['value']} {constant['unit']}: {constant['norm']} (verified: {constant['verified']})"
    for one in data["inputs"]:
        yield from _input_lines(one)


def _input_lines(one: dict[str, Any]) -> Iterator[str]:
    reading = one["reading"]
    yield f"    {one['input']} at {one['point']}: {reading['value']} {reading['unit']}"
    yield (
        f"      raw {reading['text']!r}, {reading['file']} row {reading['row']}, commit {reading['commit']}, "
        + ("proof holds" if reading["proof"]["holds"] else "PROOF FAILS")
    )
    for part in one["covered_by"]:
        i, c = part["instrument"], part["certificate"]
        yield f"      {i['code']} {i['maker']} {i['model']} {i['serial']}: {part['verdict']}"
        if c:
            yield f"        certificate {c['name']}, {c['valid_from']} to {c['valid_until']}, range {c['range'][0]} to {c['range'][1]} {c['unit']}"
