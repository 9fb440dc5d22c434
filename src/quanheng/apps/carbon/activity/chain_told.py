"""The chain of a month of activity data in words, for the command line; its page has its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from quanheng.science.uncertainty.rounding import format_result, round_to_place


def lines(data: dict[str, Any]) -> Iterator[str]:
    """From the figure to the month, its record, and what covered each input."""
    top, month = data["statement"], data["month"]
    yield f"{top['number']}: {format_result(top['value_t'], top['U_t'], 't CO₂')}"
    yield f"  recomputed from what was known: {'agrees' if top['recomputed']['agrees'] else 'DIFFERS'}"
    yield f"  ledger {top['ledger']['seq']} {top['ledger']['verb']} by {top['ledger']['by']}, {top['ledger']['digest'][:12]}"
    tonnes = round_to_place(float(month["tonnes"]), -3)
    yield f"  {month['stream']}, month {month['month']}: {month['amount']} {month['unit']}, {tonnes} t CO₂ ({month['how']})"
    for constant in month["constants"]:
        yield f"    {constant['name']} {constant['value']} {constant['unit']}: {constant['norm']} (verified: {constant['verified']})"
    if data["record"]:
        yield from _record(data["record"])
    for one in data["inputs"]:
        yield from _input(one)


def _record(record: dict[str, Any]) -> Iterator[str]:
    place = f"{record['file']} row {record['row']}" if record["file"] else "entered"
    yield f"    record {record['amount']} {record['unit']}, {place}, ledger {record['ledger']['seq']} by {record['ledger']['by']}"
    if record["corrected_since"]:
        yield f"      corrected since, on {record['corrected_since']}"


def _input(one: dict[str, Any]) -> Iterator[str]:
    yield f"    {one['input']}:"
    if one["reading"]:
        reading = one["reading"]
        proof = "proof holds" if reading["proof"]["holds"] else "PROOF FAILS"
        yield f"      raw {reading['text']!r} at {one['point']}, {reading['file']} row {reading['row']}, commit {reading['commit']}, {proof}"
    for part in one["covered_by"]:
        i, c = part["instrument"], part["certificate"]
        why = f" ({', '.join(part['reasons'])})" if part["reasons"] else ""
        yield f"      {i['code']} {i['serial']}: {part['verdict']} for {part['hours']} h{why}"
        if c:
            yield f"        certificate {c['name']}, {c['valid_from']} to {c['valid_until']}"
