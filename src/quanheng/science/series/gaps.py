"""Which readings of a regular series are missing. Missing is never zero, and nothing is filled in here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from quanheng.errors import BadInput

Times = NDArray[np.int64]
Values = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Interval:
    """Successive readings with one defect: test, stamps of the first and the last (both included), how many."""

    test: str
    first: int
    last: int
    count: int


def as_times(times: ArrayLike, name: str = "times") -> Times:
    """Time stamps as a flat array of whole numbers.

    Parameters
    ----------
    times : stamps in any one unit (here mostly microseconds since 1970 UTC)

    Raises
    ------
    BadInput : not a flat list of whole numbers
    """
    found = np.asarray(times)
    if found.ndim != 1 or (found.size and not np.issubdtype(found.dtype, np.integer)):
        raise BadInput("is not a flat list of whole time stamps", field=name, found=str(found.dtype))
    return found.astype(np.int64)


def as_values(values: ArrayLike, size: int, name: str = "values") -> Values:
    """Values of a series, one per stamp; NaN where there is no reading.

    Raises
    ------
    BadInput : not one value per stamp
    """
    found = np.asarray(values, dtype=np.float64)
    if found.shape != (size,):
        raise BadInput(
            "is not one value per stamp", field=name, found=str(found.shape), expected=str((size,))
        )
    return found


def usual_step(times: ArrayLike) -> int:
    """The most common distance between successive distinct stamps; the smaller one of two that are as common.

    Parameters
    ----------
    times : stamps in any order

    Returns
    -------
    step : in the unit of the stamps; 0 where fewer than two distinct stamps are given
    """
    distances = np.diff(np.unique(as_times(times)))
    if not distances.size:
        return 0
    steps, counts = np.unique(distances, return_counts=True)
    return int(steps[np.argmax(counts)])


def runs(test: str, stamps: Times, bad: Mask) -> list[Interval]:
    """Neighbouring bad places as intervals.

    Parameters
    ----------
    stamps : the stamps in order, whose neighbours are neighbours in time
    bad : which of them are defective
    """
    edges = np.flatnonzero(np.diff(np.concatenate(([False], bad, [False])).astype(np.int8)))
    return [
        Interval(test, int(stamps[a]), int(stamps[b - 1]), int(b - a))
        for a, b in zip(edges[::2], edges[1::2], strict=True)
    ]


def gaps(expected: ArrayLike, times: ArrayLike, values: ArrayLike, *, tolerance: int = 0) -> list[Interval]:
    """Expected readings that are not there, as intervals of the stamps that are missing.

    Parameters
    ----------
    expected : stamps at which a reading should stand, ascending
    times, values : the readings, in any order; a value that is NaN is no reading
    tolerance : a reading this far from an expected stamp still counts for it, in the unit of the stamps

    Returns
    -------
    intervals : test ``gap``; first and last are the first and last missing stamp

    Notes
    -----
    QARTOD calls this the gap test; DQ of GB/T 36344 counts it under completeness.
    """
    due = as_times(expected, "expected")
    at = as_times(times)
    x = as_values(values, at.size)
    return runs("gap", due, ~_met(due, np.unique(at[np.isfinite(x)]), tolerance))


def gaps_between(
    times: ArrayLike, values: ArrayLike, *, step: int, start: int, end: int, tolerance: int = 0
) -> list[Interval]:
    """Missing readings of a series whose own step says what was expected, from start to end (both included).

    Parameters
    ----------
    times, values : the readings, in any order; a value that is NaN is no reading
    step : distance of two readings, above 0, in the unit of the stamps
    start, end : stamps of the first and the last reading that should be there
    tolerance : how much closer than a whole number of steps two readings may lie, below one step

    Returns
    -------
    intervals : test ``gap``; stamps are counted from the last reading before the gap, so that a clock that
        drifts makes no gap

    Raises
    ------
    BadInput : step not above 0, or a tolerance of a step or more

    Notes
    -----
    Between two readings d apart, floor((d + tolerance)/step) − 1 are missing.
    """
    if step <= 0 or not 0 <= tolerance < step:
        raise BadInput("is no step with its tolerance", field="step", found=f"{step}, {tolerance}")
    at = as_times(times)
    there = np.unique(at[np.isfinite(as_values(values, at.size))])
    ends = np.concatenate(([start - step], there, [end + step]))
    lacking = (np.diff(ends) + tolerance) // step - 1
    return [
        Interval("gap", int(ends[n] + step), int(ends[n] + lacking[n] * step), int(lacking[n]))
        for n in np.flatnonzero(lacking > 0)
    ]


def _met(due: Times, present: Times, tolerance: int) -> Mask:
    """Which expected stamps have a reading within the tolerance."""
    if not present.size:
        return np.zeros(due.size, dtype=bool)
    place = np.searchsorted(present, due)
    before = present[np.maximum(place - 1, 0)]
    after = present[np.minimum(place, present.size - 1)]
    return np.asarray(np.minimum(np.abs(due - before), np.abs(after - due)) <= tolerance)


def missing_count(intervals: Sequence[Interval]) -> int:
    """How many readings the gaps of a series lack together."""
    return sum(one.count for one in intervals if one.test == "gap")
