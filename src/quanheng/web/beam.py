"""Geometry of the beam 衡: where ticks, bands and marks stand on a scale, in per cent of its width.

x and widths are per cent, y is in pixels, so that text keeps its size at any width and no style attribute is
needed. Pure functions; the drawing itself is in the cotton components.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from quanheng.web import wording

LEFT, RIGHT = 2.0, 98.0  # a scale stops short of the edge, so that its end labels are not cut
STATES = {"covered": "cov", "conditional": "cond", "none": "none"}


def per_cent(value: float) -> str:
    return f"{value:.2f}%"


def nice_step(span: Decimal, intervals: int = 8) -> Decimal:
    """The step 1, 2 or 5 times a power of ten that cuts `span` into at most `intervals` parts."""
    raw = span / intervals
    power = Decimal(1).scaleb(raw.adjusted())
    return next(power * f for f in (1, 2, 5, 10) if power * f >= raw)


def scale(low: Decimal, high: Decimal, intervals: int = 8) -> list[Decimal]:
    """Tick values at nice steps that enclose low..high."""
    if high <= low:
        raise ValueError(f"a scale needs high > low, not {low} to {high}")
    step = nice_step(high - low, intervals)
    first = (low / step).to_integral_value(ROUND_FLOOR)
    last = (high / step).to_integral_value(ROUND_CEILING)
    return [(first + i) * step for i in range(int(last - first) + 1)]


def position(value: Decimal, low: Decimal, high: Decimal, left: float = LEFT, right: float = RIGHT) -> float:
    return left + (right - left) * float((value - low) / (high - low))


def band(value: wording.Number, expanded: wording.Number) -> dict[str, Any]:
    """One value with its band −U to +U on a scale of about twice that width."""
    centre, u = wording.to_decimal(value), wording.to_decimal(expanded)
    if u <= 0:
        raise ValueError(f"a band needs U > 0, not {expanded!r}")
    values = scale(centre - 2 * u, centre + 2 * u)
    low, high = values[0], values[-1]
    places = max(0, -int((values[1] - values[0]).normalize().as_tuple().exponent))
    printed = wording.quantity(value, expanded)
    start, end = (position(centre + side * u, low, high) for side in (-1, 1))
    ticks = [
        {"x": per_cent(position(v, low, high)), "label": wording.number(v, places), "minor": i % 2 == 1}
        for i, v in enumerate(values)
    ]
    return {
        "ticks": ticks,
        "x": per_cent(start),
        "width": per_cent(end - start),
        "pointer": per_cent(position(centre, low, high)),
        "value": printed.value,
        "expanded": printed.expanded,
    }


def bars(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Shares of variance as bars from zero, the largest filling the row; `share` is a fraction of one."""
    listed = [dict(row) for row in rows]
    largest = max((float(row["share"]) for row in listed), default=0.0) or 1.0
    for row in listed:
        row["width"] = per_cent(100 * max(0.0, float(row["share"])) / largest)
        row["percent"] = wording.percent(row["share"])
        row["fill"] = {"common": "run", "conditional": "ochre"}.get(row.get("kind", "common"), "band")
    return listed


def coverage(
    rows: Iterable[Mapping[str, Any]], start: dt.date, end: dt.date, language: str = "zh"
) -> dict[str, Any]:
    """Coverage of points over start..end (both included): segments per row and one tick per month."""
    days = (end - start).days + 1
    if days < 1:
        raise ValueError(f"coverage needs start ≤ end, not {start} to {end}")
    return {
        "rows": [_coverage_row(row, start, days) for row in rows],
        "months": _month_ticks(start, end, days, language),
    }


def _coverage_row(row: Mapping[str, Any], start: dt.date, days: int) -> dict[str, Any]:
    segments = []
    for part in row["segments"]:
        first = max(0, (part["from"] - start).days)
        last = min(days, (part["to"] - start).days + 1)
        if last > first:
            segments.append(
                {
                    "x": per_cent(100 * first / days),
                    "width": per_cent(100 * (last - first) / days),
                    "fill": STATES[part["state"]],
                }
            )
    return {**row, "segments": segments}


def _month_ticks(start: dt.date, end: dt.date, days: int, language: str) -> list[dict[str, Any]]:
    ticks = []
    day = start.replace(day=1)
    while day <= end:
        after = (day + dt.timedelta(days=32)).replace(day=1)
        first, last = max(0, (day - start).days), min(days, (after - start).days)
        label = f"{day.month}月" if language == "zh" else wording.MONTHS[day.month - 1][:3]
        middle = per_cent(50 * (first + last) / days)
        ticks.append({"x": per_cent(100 * first / days), "middle": middle, "label": label})
        day = after
    return ticks


def ruler(
    working_days: Sequence[dt.date],
    marks: Iterable[Mapping[str, Any]],
    today: dt.date,
    language: str = "zh",
) -> dict[str, Any]:
    """The ruler of terms: one slot for what is overdue, one for today, then the coming working days.

    `working_days` come from the calendar of law, in order, later than today. A mark has `due` and a `title`.
    What falls due on a day that is not a slot stands on the next slot; what lies behind the end is counted.
    """
    days = [day for day in working_days if day > today]
    slots = len(days) + 2
    columns: dict[int, list[Mapping[str, Any]]] = {}
    later = 0
    for mark in marks:
        slot = _slot(mark["due"], days, today)
        if slot is None:
            later += 1
        else:
            columns.setdefault(slot, []).append(mark)
    height = max([3, *(len(column) for column in columns.values())])
    base = 14 + 13 * height
    return {
        "ticks": [_slot_tick(i, slots, days, language) for i in range(slots)],
        "marks": [
            {"x": _slot_x(slot, slots), "y": base - 9 - 13 * level, "fill": _urgency(slot), **_named(mark)}
            for slot, column in sorted(columns.items())
            for level, mark in enumerate(column)
        ],
        "base": base,
        "height": base + 30,
        "label_y": base + 24,
        "today_x": _slot_x(1, slots),
        "later": later,
        "counts": [
            {"day": None if slot < 2 else days[slot - 2], "slot": slot, "count": len(column)}
            for slot, column in sorted(columns.items())
        ],
    }


def _slot(due: dt.date, days: Sequence[dt.date], today: dt.date) -> int | None:
    if due < today:
        return 0
    if due == today:
        return 1
    return next((i + 2 for i, day in enumerate(days) if day >= due), None)


def _slot_x(slot: int, slots: int) -> str:
    return per_cent(LEFT + (RIGHT - LEFT) * slot / (slots - 1))


def _urgency(slot: int) -> str:
    return "dotbad" if slot < 2 else ("dotwarn" if slot < 5 else "dot")


def _named(mark: Mapping[str, Any]) -> dict[str, Any]:
    return {"title": mark.get("title", ""), "url": mark.get("url", "")}


def _slot_tick(slot: int, slots: int, days: Sequence[dt.date], language: str) -> dict[str, Any]:
    tick: dict[str, Any] = {"x": _slot_x(slot, slots), "long": slot == 1, "label": ""}
    if slot < 2:
        return tick
    day, before = days[slot - 2], days[slot - 3] if slot > 2 else None
    if before is not None and day.isocalendar().week != before.isocalendar().week:
        tick["long"] = True
        tick["label"] = _week_label(day, before, language)
    elif slot == 2:
        tick["long"] = day.weekday() == 0
    return tick


def _week_label(day: dt.date, before: dt.date, language: str) -> str:
    """The day alone, with its month when the month began since the last working day or in this label's week."""
    new_month = day.month != (day - dt.timedelta(days=7)).month or day.month != before.month
    if language == "en":
        return f"{day.day} {wording.MONTHS[day.month - 1][:3]}" if new_month else str(day.day)
    return f"{day.month}月{day.day}日" if new_month else f"{day.day}日"
