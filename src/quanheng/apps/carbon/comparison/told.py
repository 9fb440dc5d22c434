"""A comparison of two methods in words, for the command line; its page has its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from quanheng.science.uncertainty.rounding import format_result, round_to_place


def lines(data: dict[str, Any]) -> Iterator[str]:
    """The two figures over the hours compared, their difference and what may be said of it."""
    hours = data["hours"]
    yield f"{data['site']}  {data['year']}: {hours['compared']} of {hours['of_year']} hours are known to both methods"
    for key, one in data["methods"].items():
        name = one["statement"] or "not stated, computed as things stand"
        yield f"  {key}: {format_result(one['value'], one['U'], 't CO₂')}  ({name})"
    d = data["difference"]
    yield f"  {d['of']}: {format_result(d['value'], d['U'], 't CO₂')}, |d|/U(d) = {_ratio(data['En'])}"
    yield f"  {VERDICT[data['agree']]}"
    if data["shared"]:
        yield f"  errors that both share: {', '.join(data['shared'])}"
    for key, count in hours["only"].items():
        if count:
            yield f"  {count} h are known to {key} alone and are not compared"
    if float(data["spread"]["tonnes"]):
        yield f"  {_ratio(data['spread']['tonnes'])} t of monthly data lie in such hours ({data['spread']['status']})"
    differing = [str(m["month"]) for m in data["months"] if m["agree"] is False]
    if differing:
        yield f"  months that differ by more than U(d): {', '.join(differing)}"


VERDICT = {
    True: "no difference was found beyond its uncertainty; that does not show that both are right",
    False: "they differ by more than their uncertainty explains: at least one has an error that is not in its budget",
}


def _ratio(text: str | None) -> str:
    return str(round_to_place(float(text), -2)) if text is not None else "infinite"
