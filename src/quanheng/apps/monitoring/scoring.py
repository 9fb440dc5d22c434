"""The score of a point's readings: six rules, each a share of good readings with the reasons why others are not.

The rules are complete, valid, consistent, timely, plausible and traceable. A rule that had nothing to judge has no
share: unknown is never zero. It computes on plain series; which figures count is data in `quality_rules.yaml`.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np
from numpy.typing import NDArray

from quanheng.apps.monitoring.quality import Flag, Series, Times, Values, moment, stamp
from quanheng.apps.monitoring.quality_rules import RULES, Rules

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Version:
    """Every row of a point as it came, sorted by time and arrival: stamp, value, when it was received."""

    times: Times
    values: Values
    received: Times


@dataclass(frozen=True, slots=True)
class Standing:
    """An instrument at the point from one moment to another, and the days of its certificates (both included)."""

    start: dt.datetime
    end: dt.datetime | None
    certified: tuple[tuple[dt.date, dt.date | None], ...]


@dataclass(frozen=True, slots=True)
class Share:
    """Of one rule: how many readings were judged and how many were good, and the first and last bad one."""

    rule: str
    good: int
    judged: int
    first_bad: dt.datetime | None = None
    last_bad: dt.datetime | None = None

    @property
    def bad(self) -> int:
        return self.judged - self.good


@dataclass(frozen=True, slots=True)
class Judged:
    """One point held against the six rules."""

    point: str
    code: str
    shares: tuple[Share, ...]


def judge_point(
    one: Series,
    flags: Sequence[Flag],
    versions: Version,
    stood: Sequence[Standing],
    rules: Rules,
    zone: str,
) -> Judged:
    """The six shares of one point."""
    times = one.times[np.isfinite(one.values)]
    first, agreeing = _arrivals(versions, times)
    good = {
        "valid": ~_within(times, flags, "range"),
        "consistent": agreeing,
        "timely": first <= _limits(times, rules.file.timely.days_after_month, zone),
        "plausible": ~(_within(times, flags, "spike") | _within(times, flags, "stuck")),
        "traceable": _certified(times, stood, zone),
    }
    lacking = _within(one.due, flags, "gap")
    shares = {name: _share(name, times, mask) for name, mask in good.items()}
    shares["complete"] = _share("complete", one.due, ~lacking)
    return Judged(one.point, one.code, tuple(shares[name] for name in RULES))


def _share(rule: str, times: Times, good: Mask) -> Share:
    bad = times[~good]
    first, last = (moment(int(bad[0])), moment(int(bad[-1]))) if bad.size else (None, None)
    return Share(rule, int(np.count_nonzero(good)), int(times.size), first, last)


def _within(times: Times, flags: Iterable[Flag], test: str) -> Mask:
    mask = np.zeros(times.size, dtype=bool)
    for flag in flags:
        if flag.test == test:
            mask |= (times >= stamp(flag.first)) & (times <= stamp(flag.last))
    return mask


def _arrivals(versions: Version, times: Times) -> tuple[Times, Mask]:
    """When each reading was first received, and whether all that was ever received for it agrees."""
    if not times.size:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=bool)
    stamps, begin = np.unique(versions.times, return_index=True)
    low = np.minimum.reduceat(versions.values, begin)
    high = np.maximum.reduceat(versions.values, begin)
    received = np.minimum.reduceat(versions.received, begin)
    place = np.searchsorted(stamps, times)
    return received[place], (low == high)[place]


def _limits(times: Times, days: int, zone: str) -> Times:
    """For each reading the end of its month, in the time of the site, and so many days more."""
    tz = zoneinfo.ZoneInfo(zone)
    found = np.empty(times.size, dtype=np.int64)
    begin = 0
    while begin < times.size:
        local = moment(int(times[begin])).astimezone(tz)
        year, month = (local.year + 1, 1) if local.month == 12 else (local.year, local.month + 1)
        month_end = dt.datetime(year, month, 1, tzinfo=tz)
        stop = max(begin + 1, int(np.searchsorted(times, stamp(month_end))))
        found[begin:stop] = stamp(month_end + dt.timedelta(days=days))
        begin = stop
    return found


def _certified(times: Times, stood: Sequence[Standing], zone: str) -> Mask:
    """Readings at which an instrument stood that had a certificate in force on that day of the site."""
    tz = zoneinfo.ZoneInfo(zone)
    mask = np.zeros(times.size, dtype=bool)
    for one in stood:
        present = times >= stamp(one.start)
        if one.end is not None:
            present &= times < stamp(one.end)
        for first, last in one.certified:
            covered = times >= stamp(dt.datetime.combine(first, dt.time(), tz))
            if last is not None:
                covered &= times < stamp(dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), tz))
            mask |= present & covered
    return mask


def together(points: Iterable[Judged]) -> list[Share]:
    """The shares of a site: the readings of all its points counted together."""
    listed = [share for point in points for share in point.shares]
    return [_sum(rule, [share for share in listed if share.rule == rule]) for rule in RULES]


def _sum(rule: str, shares: Sequence[Share]) -> Share:
    firsts = [s.first_bad for s in shares if s.first_bad]
    lasts = [s.last_bad for s in shares if s.last_bad]
    return Share(
        rule,
        sum(s.good for s in shares),
        sum(s.judged for s in shares),
        min(firsts, default=None),
        max(lasts, default=None),
    )


def percent(good: int, judged: int) -> Decimal | None:
    """A share in per cent with two decimals, rounded half to even; never 100 unless all are good. None: nothing judged."""
    if not judged:
        return None
    exact = Decimal(100 * good) / judged
    shown = exact.quantize(Decimal("0.01"), ROUND_HALF_EVEN)
    return Decimal("99.99") if shown == 100 and good < judged else shown


def score(shares: Iterable[Share], weights: Mapping[str, float]) -> Decimal | None:
    """The weighted mean of the shares that had something to judge, in per cent with two decimals."""
    counted = [(Decimal(str(weights.get(s.rule, 0))), s) for s in shares if s.judged]
    whole = sum((weight for weight, _ in counted), Decimal(0))
    if not whole:
        return None
    mean = sum((weight * 100 * s.good / s.judged for weight, s in counted), Decimal(0)) / whole
    shown = mean.quantize(Decimal("0.01"), ROUND_HALF_EVEN)
    perfect = all(s.good == s.judged for weight, s in counted if weight)
    return Decimal("99.99") if shown == 100 and not perfect else shown
