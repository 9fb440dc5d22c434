"""Geometry of the charts of readings: x in per cent of the width, y in pixels. It computes nothing but places.

A gap is drawn as a gap: no line runs over readings that are not there. Defects stand in a lane of their own each,
with its word beside it, so that the picture does not speak by colour alone.
"""

from __future__ import annotations

import datetime as dt
import math
import zoneinfo
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

import numpy as np

from quanheng.apps.monitoring.quality import Flag, Series, Times, stamp

LEFT, RIGHT = 9.0, 99.5  # per cent
TOP, BASE = 10.0, 150.0  # pixels
LANE, FIRST_LANE = 18.0, 166.0
MOST_DOTS = 400  # readings drawn one by one; more are drawn as the span of each stretch of time
BUCKETS = 360
LANES = (("gap", "none"), ("range", "hot"), ("spike", "ochre"), ("stuck", "cond"))
DAY = 86_400_000_000  # microseconds


def x_of(at: int, start: int, end: int) -> float:
    """The place of a stamp on the axis of time."""
    return LEFT + (RIGHT - LEFT) * min(1.0, max(0.0, (at - start) / (end - start)))


def chart(
    one: Series, flags: Sequence[Flag], start: dt.datetime, end: dt.datetime, zone: str
) -> dict[str, Any]:
    """The readings of a period with what the rules say of them; without a reading only lanes and axis of time."""
    first, last = stamp(start), stamp(end)
    there = np.isfinite(one.values)
    times, values = one.times[there], one.values[there]
    scale = _scale(values)
    drawn = (
        {"dots": [], "spans": [], "lines": []}
        if scale is None
        else _readings(times, values, first, last, scale)
    )
    height = FIRST_LANE + LANE * len(LANES)
    return {**drawn, "lanes": _lanes(flags, first, last), "ticks": _ticks(start, end, zone),
            "axis": round(height), "labels": f"{height + 18:.0f}", "height": f"{height + 24:.0f}"}  # fmt: skip


def _scale(values: np.ndarray) -> tuple[float, float, float] | None:
    """Lowest and highest line and the step between them."""
    if not values.size:
        return None
    low, high = float(values.min()), float(values.max())
    step = _nice((high - low) or abs(high) or 1.0)
    bottom, top = step * math.floor(low / step), step * math.ceil(high / step)
    return bottom, top if top > bottom else bottom + step, step


def _nice(span: float, steps: int = 4) -> float:
    raw = span / steps
    power = 10.0 ** math.floor(math.log10(raw))
    return float(next(power * f for f in (1, 2, 5, 10) if power * f >= raw * 0.999))


def _readings(
    times: Times, values: np.ndarray, first: int, last: int, scale: tuple[float, float, float]
) -> dict[str, Any]:
    bottom, top, step = scale

    def y_of(value: float) -> float:
        return BASE - (BASE - TOP) * (value - bottom) / (top - bottom)

    places = max(0, -math.floor(math.log10(step)))
    count = round((top - bottom) / step)
    lines = [
        {"y": f"{y_of(bottom + n * step):.1f}", "text": f"{y_of(bottom + n * step) + 4:.1f}",
         "value": round(bottom + n * step, places), "places": places}
        for n in range(count + 1)
    ]  # fmt: skip
    if times.size <= MOST_DOTS:
        dots = [
            {"x": f"{x_of(int(t), first, last):.2f}%", "y": f"{y_of(float(v)):.1f}"}
            for t, v in zip(times, values, strict=True)
        ]
        return {"dots": dots, "spans": [], "lines": lines}
    return {"dots": [], "spans": _spans(times, values, first, last, y_of), "lines": lines}


def _spans(times: Times, values: np.ndarray, first: int, last: int, y_of: Any) -> list[dict[str, str]]:
    """Lowest to highest reading of each stretch of time; a stretch without a reading has none."""
    bucket = ((times - first) * BUCKETS // (last - first)).astype(np.int64)
    _, begin = np.unique(bucket, return_index=True)
    low, high = np.minimum.reduceat(values, begin), np.maximum.reduceat(values, begin)
    width = (RIGHT - LEFT) / BUCKETS
    return [
        {
            "x": f"{LEFT + width * (int(bucket[b]) + 0.5):.2f}%",
            "high": f"{y_of(float(h)) - 1:.1f}",
            "low": f"{y_of(float(lo)) + 1:.1f}",
        }
        for b, lo, h in zip(begin, low, high, strict=True)
    ]


def _lanes(flags: Iterable[Flag], first: int, last: int) -> list[dict[str, Any]]:
    listed = list(flags)
    found = []
    for n, (test, fill) in enumerate(LANES):
        mine = [flag for flag in listed if flag.test == test]
        y = FIRST_LANE + LANE * n
        parts = [_stretch(stamp(f.first), stamp(f.last), first, last) for f in mine]
        found.append(
            {
                "test": test, "fill": fill, "parts": parts, "count": sum(f.count for f in mine),
                "y": f"{y:.0f}", "text": f"{y + 11:.0f}", "mark": f"{y + 2:.0f}",
            }
        )  # fmt: skip
    return found


def _stretch(a: int, b: int, first: int, last: int) -> dict[str, str]:
    left, right = x_of(a, first, last), x_of(b, first, last)
    return {"x": f"{left:.2f}%", "width": f"{max(right - left, 0.4):.2f}%"}


def _ticks(start: dt.datetime, end: dt.datetime, zone: str) -> list[dict[str, str]]:
    """Up to a dozen days or months of the site, at their local beginning."""
    tz = zoneinfo.ZoneInfo(zone)
    day, stop = start.astimezone(tz).date(), end.astimezone(tz)
    step = max(1, -(-(end - start).days // 12))
    found = []
    while (at := dt.datetime.combine(day, dt.time(), tz)) < stop:
        monthly = step > 16
        if not monthly or day.day == 1:
            words = f"{day.year}-{day.month:02}" if monthly else f"{day.month:02}-{day.day:02}"
            found.append({"x": f"{x_of(stamp(at), stamp(start), stamp(end)):.2f}%", "text": words})
        day += dt.timedelta(days=1 if monthly else step)
    return found


# ---- completeness of a year ------------------------------------------------------------------------------------


def strip(due: Times, times: Times, start: dt.datetime, end: dt.datetime) -> dict[str, Any]:
    """The days of a period as whole (run), with something missing (cond) or empty (none), joined where alike."""
    first, last = stamp(start), stamp(end)
    days = -(-(last - first) // DAY)
    wanted = np.bincount((due - first) // DAY, minlength=days)
    present = due[np.isin(due, times)]
    got = np.bincount((present - first) // DAY, minlength=days)
    states = [_state(int(w), int(g)) for w, g in zip(wanted, got, strict=True)]
    parts, day = [], 0
    for fill, group in groupby(states):
        count = len(list(group))
        if fill:
            x, width = 100 * day * DAY / (last - first), 100 * count * DAY / (last - first)
            parts.append({"fill": fill, "x": f"{x:.2f}%", "width": f"{min(width, 100 - x):.2f}%"})
        day += count
    return {
        "parts": parts, "due": int(due.size), "got": int(present.size), "whole": states.count("run"),
        "partial": states.count("cond"), "empty": states.count("none"),
    }  # fmt: skip


def _state(wanted: int, got: int) -> str:
    if not wanted:
        return ""
    return "run" if got >= wanted else "cond" if got else "none"


def months(start: dt.datetime, end: dt.datetime, zone: str) -> list[dict[str, Any]]:
    """Where the months of a period begin, in per cent of its whole width."""
    tz = zoneinfo.ZoneInfo(zone)
    local = start.astimezone(tz)
    found = []
    for n in range(12):
        at = dt.datetime(
            local.year + (local.month - 1 + n) // 12, (local.month - 1 + n) % 12 + 1, 1, tzinfo=tz
        )
        if start <= at < end:
            found.append({"x": f"{100 * ((at - start) / (end - start)):.2f}%", "month": at.month})
    return found
