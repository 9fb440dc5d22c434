"""The tests of `science.series` applied to series of readings by rules. Computed from raw; raw is never changed.

Nothing is stored here and nobody asked who may: it gets plain series and gives flags.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from quanheng.apps.monitoring.quality_rules import Rules
from quanheng.science.series import checks
from quanheng.science.series.derived import Derived, derived, smallest_step
from quanheng.science.series.gaps import Interval, gaps

SECOND = 1_000_000  # microseconds
QUARTER = 900  # seconds: offsets of time zones are multiples of it
Times = NDArray[np.int64]
Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Series:
    """The readings of one point: stamps in microseconds since 1970 UTC, values in the kept unit, and their step.

    `due` are the stamps at which a reading should stand; `resolution` is the step in which values were written.
    """

    point: str
    code: str
    quantity: str
    due: Times
    times: Times
    values: Values
    resolution: float


@dataclass(frozen=True, slots=True)
class Flag:
    """Successive readings (for a gap: missing ones) of a point that a test calls defective, and by which rules.

    `first` and `last` are stamps, both included. `partner`, `ratio`: of a derived series, what it was derived from.
    """

    point: str
    test: str
    first: dt.datetime
    last: dt.datetime
    count: int
    rules: str
    version: str
    partner: str = ""
    partner_code: str = ""
    ratio: float | None = None


def flags_of(all_series: Sequence[Series], rules: Rules) -> dict[str, list[Flag]]:
    """The flags of each point, in order of time; a point without a flag has an empty list."""
    found = {one.point: [_flag(one, i, rules) for i in intervals_of(one, rules)] for one in all_series}
    for first, second, how in pairs_of(all_series, rules):
        found[second.point].append(_derived_flag(first, second, how, rules))
        found[first.point].append(_derived_flag(second, first, _turned(how), rules))
    return {point: sorted(flags, key=lambda f: (f.first, f.test)) for point, flags in found.items()}


def flags_beside(one: Series, others: Iterable[Series], rules: Rules) -> list[Flag]:
    """The flags of one point alone, held against the others: which of them it was derived from."""
    found = [_flag(one, i, rules) for i in intervals_of(one, rules)]
    for other in others:
        for first, second, how in pairs_of((other, one), rules):
            found.append(_derived_flag(first, second, how, rules))
    return sorted(found, key=lambda f: (f.first, f.test))


def intervals_of(one: Series, rules: Rules) -> list[Interval]:
    """What the tests of one series say."""
    return gaps(one.due, one.times, one.values) + value_intervals(one.times, one.values, rules, one.quantity)


def value_intervals(times: Times, values: Values, rules: Rules, quantity: str = "") -> list[Interval]:
    """The tests of values alone, as the rules ask for them."""
    asked = rules.tests(quantity)
    found: list[Interval] = []
    if asked.range:
        found += checks.out_of_range(times, values, asked.range.low, asked.range.high)
    if asked.spike:
        found += checks.spikes(times, values, **asked.spike.model_dump())
    if asked.stuck:
        found += checks.stuck(times, values, **asked.stuck.model_dump())
    return found


def pairs_of(all_series: Iterable[Series], rules: Rules) -> list[tuple[Series, Series, Derived]]:
    """Pairs of points whose readings are one measurement: the second is a constant times the first."""
    found = []
    for first, second in combinations(all_series, 2):
        x, y = _common(first, second)
        if not x.size or not (first.resolution > 0 and second.resolution > 0):
            continue
        how = derived(
            x,
            y,
            resolution_x=first.resolution,
            resolution_y=second.resolution,
            **rules.file.derived.model_dump(),
        )
        if how:
            found.append((first, second, how))
    return found


def _common(first: Series, second: Series) -> tuple[Values, Values]:
    _, a, b = np.intersect1d(first.times, second.times, assume_unique=True, return_indices=True)
    return first.values[a], second.values[b]


def _turned(how: Derived) -> Derived:
    return replace(how, ratio=1 / how.ratio)


def _flag(one: Series, found: Interval, rules: Rules) -> Flag:
    return Flag(
        one.point, found.test, moment(found.first), moment(found.last), found.count, rules.id, rules.version
    )


def _derived_flag(of: Series, one: Series, how: Derived, rules: Rules) -> Flag:
    span = one.times[np.isfinite(one.values)]
    return Flag(
        one.point, "derived", moment(int(span.min())), moment(int(span.max())), how.readings, rules.id,
        rules.version, of.point, of.code, how.ratio,
    )  # fmt: skip


def moment(stamp: int) -> dt.datetime:
    """A stamp as a moment in UTC."""
    return dt.datetime.fromtimestamp(stamp // SECOND, dt.UTC) + dt.timedelta(microseconds=stamp % SECOND)


def stamp(at: dt.datetime) -> int:
    """A moment as a stamp."""
    return int(at.timestamp()) * SECOND + at.microsecond


@lru_cache(maxsize=64)
def due(start: dt.datetime, end: dt.datetime, interval: int, zone: str) -> Times:
    """The starts of all intervals from start to end (excluded): full intervals of the local day of the site."""
    step = interval if QUARTER % interval == 0 else QUARTER
    first = -(-stamp(start) // (step * SECOND)) * step
    seconds = np.arange(first, -(-stamp(end) // SECOND), step, dtype=np.int64)
    if QUARTER % interval:
        seconds = seconds[(seconds + _offsets(seconds, zone)) % 86400 % interval == 0]
    found: Times = seconds * SECOND
    found.flags.writeable = False  # shared by all who ask
    return found


def _offsets(seconds: Times, zone: str) -> Times:
    """What the local clock was ahead of UTC at each of these times."""
    tz = zoneinfo.ZoneInfo(zone)
    hours, place = np.unique(seconds // 3600, return_inverse=True)
    ahead = [dt.datetime.fromtimestamp(int(h) * 3600, tz).utcoffset() for h in hours]
    return np.array([int(a.total_seconds()) if a else 0 for a in ahead], dtype=np.int64)[place]


def written_step(texts: Sequence[str], values: Values) -> float:
    """The step in which readings were written, in their kept unit: from the texts as they were received.

    0 where the texts are no plain numbers of a straight conversion, or there are fewer than two different ones.
    """
    try:
        written = np.array([float(text) for text in texts], dtype=np.float64)
    except ValueError:
        return 0.0
    if written.size < 2 or np.ptp(written) == 0:
        return 0.0
    low, high = int(np.argmin(written)), int(np.argmax(written))
    factor = (values[high] - values[low]) / (written[high] - written[low])
    return abs(float(factor)) * smallest_step(written)


def by_test(flags: Iterable[Flag]) -> Mapping[str, list[Flag]]:
    """Flags by the name of their test."""
    found: dict[str, list[Flag]] = {}
    for flag in flags:
        found.setdefault(flag.test, []).append(flag)
    return found
