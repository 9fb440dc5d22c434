"""Missing hours put in by a rule, computed once more: the same bands, written apart from the platform's own code."""

from __future__ import annotations

import datetime
import math
from bisect import bisect_left
from typing import Any


def fill_hours(mass: dict[int, float], days: list[int], come: int, rule: dict[str, Any]) -> dict[int, float]:
    """The hours that a rule fills, with what it puts in.

    mass: kg/h of the hours that are known; days: the day at the site of each hour, since 1970; come: how many hours
    had come when the figure was made, later ones are no gap; rule: `capture_over` (quarter or year) and `bands`.
    """
    period = [0 if rule["capture_over"] == "year" else _quarter(day) for day in days]
    capture = _capture(mass, period, come)
    valid = sorted(mass)
    found: dict[int, float] = {}
    for first, last in _gaps(mass, come):
        place = bisect_left(valid, first)
        for hour in range(first, last):
            band = _band(rule["bands"], capture[period[hour]], last - first)
            value = _taken(mass, valid, place, band) if band else None
            if value is not None:
                found[hour] = value
    return found


def _quarter(day: int) -> int:
    return (datetime.date.fromordinal(day + 719163).month - 1) // 3 + 1


def _capture(mass: dict[int, float], period: list[int], come: int) -> dict[int, float]:
    """The share of valid hours of each period, of those that had come."""
    known: dict[int, int] = {}
    every: dict[int, int] = {}
    for hour in range(come):
        every[period[hour]] = every.get(period[hour], 0) + 1
        known[period[hour]] = known.get(period[hour], 0) + (hour in mass)
    return {p: known[p] / n for p, n in every.items()}


def _gaps(mass: dict[int, float], come: int) -> list[tuple[int, int]]:
    found, start = [], None
    for hour in range(come + 1):
        missing = hour < come and hour not in mass
        if missing and start is None:
            start = hour
        elif not missing and start is not None:
            found.append((start, hour))
            start = None
    return found


def _band(bands: list[dict[str, Any]], capture: float, length: int) -> dict[str, Any] | None:
    for band in bands:
        if capture >= float(band["capture_from"]) and length <= (band["gap_up_to"] or length):
            return band
    return None


def _taken(mass: dict[int, float], valid: list[int], place: int, band: dict[str, Any]) -> float | None:
    """What a band takes: the largest of the hours before, the mean of the neighbours, or the larger of it and a rank."""
    before = valid[max(place - band["of_last"], 0) : place] if band["of_last"] else []
    last = sorted(mass[hour] for hour in before)
    if band["take"] == "maximum":
        return last[-1] if last else None
    if place == 0 or place == len(valid):
        return None
    mean = (mass[valid[place - 1]] + mass[valid[place]]) / 2
    if band["take"] == "neighbours":
        return mean
    rank = math.ceil(len(last) * (float(band["percentile"]) / 100)) - 1
    return max(mean, last[max(rank, 0)])
