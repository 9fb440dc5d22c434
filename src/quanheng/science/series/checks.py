"""Tests of one series that name defective readings: range, spike, stuck, duplicates, order.

Each test takes stamps and values and gives intervals; none changes a value. What a test calls defective depends on
parameters that the caller owns: here are no thresholds. Names of the tests and the idea of separate tests with
separate flags follow QARTOD (IOOS, Manual for Real-Time Quality Control).
"""

from __future__ import annotations

import bisect
import itertools
import math

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike

from quanheng.errors import BadInput
from quanheng.science.series.gaps import Interval, Mask, Times, Values, as_times, as_values, runs

NORMAL_MAD = 1.482602218505602  # 1/Φ⁻¹(3/4): makes the median absolute deviation estimate a normal's σ


def out_of_range(
    times: ArrayLike, values: ArrayLike, low: float = -math.inf, high: float = math.inf
) -> list[Interval]:
    """Readings outside low ≤ x ≤ high.

    Parameters
    ----------
    times, values : a series in order of time; NaN is no reading and never out of range
    low, high : limits in the unit of the values, both allowed

    Raises
    ------
    BadInput : low lies above high
    """
    if low > high:
        raise BadInput("lies above the upper limit", field="low", found=str(low), expected=f"{high} or less")
    at, x = _ordered(times, values)
    return _named("range", at, x, (x < low) | (x > high))


def spikes(
    times: ArrayLike,
    values: ArrayLike,
    *,
    half_window: int,
    threshold: float,
    floor: float = 0.0,
    longest: int = 1,
    beyond: float = 0.0,
    tail: float = 0.99,
) -> list[Interval]:
    """Short excursions that leave their neighbours on both sides and come back (Hampel's identifier).

    Parameters
    ----------
    times, values : a series in order of time; NaN is left out
    half_window : readings on each side from which the median is taken
    threshold : in robust standard deviations
    floor : smallest departure that can be a spike, in the unit of the values (for instance the resolution)
    longest : a longer excursion is no spike but an event
    beyond, tail : if beyond is above 0, a spike must also exceed `beyond` times the quantile `tail` of all
        departures of the series, so that a load with many honest peaks is held to its own habits

    Returns
    -------
    intervals : test ``spike``

    Raises
    ------
    BadInput : half_window below 1 or threshold not above 0

    Notes
    -----
    The departure is d = x − median of the 2·half_window + 1 readings around. Its scale is the larger of
    1.4826·MAD in the window and 1.4826·median|d| over the series, so that a calm hour in a lively series is
    not held to the calm hour alone. The readings before and after must lie back by half of the departure or
    more: a step of the level, or the end of a stuck stretch, is no spike. Of the first and the last reading
    nobody knows whether they come back, so nothing is said of them.

    References
    ----------
    Hampel, F. R. (1974), J. Am. Stat. Assoc. 69, 383-393; Davies and Gather (1993), J. Am. Stat. Assoc. 88, 782-792.
    """
    if half_window < 1 or not threshold > 0:
        raise BadInput(
            "window and threshold must be positive", field="spike", found=f"{half_window}, {threshold}"
        )
    at, x = _ordered(times, values)
    if x.size < 2 * half_window + 1:
        return []
    windows = sliding_window_view(np.pad(x, half_window, mode="reflect"), 2 * half_window + 1)
    middle = np.median(windows, axis=1)
    departure = x - middle
    local = NORMAL_MAD * np.median(np.abs(windows - middle[:, None]), axis=1)
    overall = NORMAL_MAD * float(np.median(np.abs(departure)))
    scale = np.maximum(local, overall)
    habit = beyond * float(np.quantile(np.abs(departure), tail))
    out = np.abs(departure) > np.maximum(threshold * scale, max(floor, habit))
    places = runs("spike", np.arange(x.size, dtype=np.int64), out)
    return [
        Interval("spike", int(at[one.first]), int(at[one.last]), one.count)
        for one in places
        if one.count <= longest and _comes_back(x, departure, one.first, one.last)
    ]


def _comes_back(x: Values, departure: Values, first: int, last: int) -> bool:
    """Whether the readings before and after lie at least half of the departure back; the edge of a step does not."""
    if first == 0 or last == x.size - 1:
        return False
    sign = math.copysign(1.0, departure[first])
    rises = sign * (x[first] - x[first - 1]) >= abs(departure[first]) / 2
    falls = sign * (x[last] - x[last + 1]) >= abs(departure[last]) / 2
    return bool(rises and falls)


def stuck(
    times: ArrayLike,
    values: ArrayLike,
    *,
    count: int,
    resolution: float = 0.0,
    rare: float | None = None,
    but: float | None = None,
) -> list[Interval]:
    """Runs of at least `count` successive readings that do not differ by more than the resolution.

    Parameters
    ----------
    times, values : a series in order of time; NaN is left out
    count : shortest run that is told
    resolution : largest difference from the first of the run that counts as none, in the unit of the values
    rare : if given, a run must also be longer than what the series itself does: the number of runs of its
        length that are expected from the share of equal neighbours in the rest of the series is below this
    but : a value that may stand still, for instance 0 while a plant is off

    Returns
    -------
    intervals : test ``stuck``

    Raises
    ------
    BadInput : count below 2 or a negative resolution

    Notes
    -----
    With p the share of neighbours without change outside of the run (one change is added to both, so that
    p stays below 1) and N readings, N·p^(L−1) runs of length L or more are expected. Standing at zero and
    standing elsewhere are counted apart.
    """
    if count < 2 or resolution < 0:
        raise BadInput(
            "is not a run", field="stuck", found=f"{count}, {resolution}", expected="2 or more, 0 or more"
        )
    at, x = _ordered(times, values)
    whole = [(a, b) for a, b in _still(x, resolution) if but is None or x[a] != but]
    found = []
    for a, b in whole:
        length = b - a
        if length >= count and (rare is None or _expected_runs(x, resolution, a, b) < rare):
            found.append(Interval("stuck", int(at[a]), int(at[b - 1]), length))
    return found


def _still(x: Values, resolution: float) -> list[tuple[int, int]]:
    """Maximal stretches [a, b) whose readings stay within the resolution of their first."""
    if resolution == 0.0:
        edges = np.concatenate(([0], np.flatnonzero(np.diff(x) != 0) + 1, [x.size])).tolist()
        return [(a, b) for a, b in itertools.pairwise(edges) if b - a > 1]
    found, a = [], 0
    listed = x.tolist()
    for n in range(1, len(listed) + 1):
        if n == len(listed) or abs(listed[n] - listed[a]) > resolution:
            if n - a > 1:
                found.append((a, n))
            a = n
    return found


def _expected_runs(x: Values, resolution: float, a: int, b: int) -> float:
    same = np.abs(np.diff(x)) <= resolution
    alike = (x[:-1] == 0) == (x[a] == 0)  # standing at zero and standing elsewhere are different matters
    alike[a : b - 1] = False
    p = (int(np.count_nonzero(same & alike)) + 1) / (int(np.count_nonzero(alike)) + 2)
    return float(x.size * p ** (b - a - 1))


def duplicates(times: ArrayLike, values: ArrayLike) -> list[Interval]:
    """Stamps that stand there more than once, with one value or with several.

    Parameters
    ----------
    times, values : readings as they came; NaN is a value that could not be read

    Returns
    -------
    intervals : tests ``duplicate_identical`` and ``duplicate_conflicting``; stamps that follow each other in
        the series are joined; count is that of the stamps
    """
    at = as_times(times)
    x = as_values(values, at.size)
    stamps, place = np.unique(at, return_inverse=True)
    low, high = np.full(stamps.size, np.inf), np.full(stamps.size, -np.inf)
    readable = np.isfinite(x)
    np.minimum.at(low, place[readable], x[readable])
    np.maximum.at(high, place[readable], x[readable])
    counts = np.bincount(place, minlength=stamps.size)
    read = np.bincount(place[readable], minlength=stamps.size)
    conflicting = (counts > 1) & (((read > 0) & (low < high)) | ((read > 0) & (read < counts)))
    identical = (counts > 1) & ~conflicting
    return runs("duplicate_identical", stamps, identical) + runs("duplicate_conflicting", stamps, conflicting)


def out_of_order(times: ArrayLike) -> list[Interval]:
    """Readings that came after a later one: the fewest whose removal leaves the stamps in order.

    Parameters
    ----------
    times : stamps in the order in which they came; one that repeats an earlier stamp is a duplicate, not here

    Returns
    -------
    intervals : test ``out_of_order``; stamps that came one after the other are joined
    """
    at = as_times(times)
    _, firsts = np.unique(at, return_index=True)
    came = np.sort(firsts)
    stamps = at[came]
    late = np.ones(stamps.size, dtype=bool)
    late[_longest_ordered(stamps)] = False
    edges = np.flatnonzero(np.diff(np.concatenate(([False], late, [False])).astype(np.int8)))
    parts = [stamps[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True)]
    return [Interval("out_of_order", int(part.min()), int(part.max()), int(part.size)) for part in parts]


def _longest_ordered(stamps: Times) -> list[int]:
    """Places of a longest ascending part; of two as long, the one that leaves out what came later (read backwards)."""
    ends: list[int] = []
    tails: list[int] = []
    before = [-1] * stamps.size
    for n in range(stamps.size - 1, -1, -1):
        key = -int(stamps[n])
        k = bisect.bisect_left(ends, key)
        before[n] = tails[k - 1] if k else -1
        if k == len(ends):
            ends.append(key)
            tails.append(n)
        else:
            ends[k], tails[k] = key, n
    kept, n = [], tails[-1] if tails else -1
    while n >= 0:
        kept.append(n)
        n = before[n]
    return kept


def _ordered(times: ArrayLike, values: ArrayLike) -> tuple[Times, Values]:
    """The readings that are there, in order of time."""
    at = as_times(times)
    x = as_values(values, at.size)
    keep = np.isfinite(x)
    order = np.argsort(at[keep], kind="stable")
    return at[keep][order], x[keep][order]


def _named(test: str, at: Times, x: Values, bad: Mask) -> list[Interval]:
    return runs(test, at, bad & np.isfinite(x))
