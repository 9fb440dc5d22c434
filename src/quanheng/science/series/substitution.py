"""Replacing missing hours of an emission by a stated rule. What is put in is marked, and no reading is changed.

The rule acts on the mass as such: a correction to a reference content of oxygen has no place here. Its figures come
from outside (`quanheng.norms.substitution`); this file knows only what can be done with them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from quanheng.errors import BadInput

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Take = Literal["maximum", "neighbours", "neighbours_or_percentile"]


@dataclass(frozen=True, slots=True)
class Band:
    """One line of a rule.

    capture_from: lowest share of valid hours of the period for which it holds (0 to 1); gap_up_to: longest gap in
    hours (None: any); take: what is put in; of_last: number of valid hours before the gap that are looked at;
    percentile: 0 to 100.
    """

    capture_from: float
    gap_up_to: int | None
    take: Take
    of_last: int | None = None
    percentile: float | None = None


@dataclass(frozen=True, slots=True)
class Stretch:
    """Hours of one gap in one period that got one value: first (included) and last (excluded) as indices.

    value: what was put in, NaN where the rule has nothing to put in; looked_at: valid hours it was taken from;
    gap: length of the whole gap in hours; capture: share of valid hours of the period; band: the line that was
    applied (None: none holds).
    """

    first: int
    last: int
    value: float
    looked_at: int
    gap: int
    capture: float
    band: Band | None


@dataclass(frozen=True, slots=True)
class Substituted:
    """A series with its gaps filled as far as the rule goes.

    values: as given, with the substituted hours filled; mask: the substituted hours; stretches: each with its
    reason, also those that stay missing; capture: period -> share of valid hours in operation, 0 to 1.
    """

    values: Array
    mask: Mask
    stretches: tuple[Stretch, ...]
    capture: Mapping[int, float]


def substitute(
    values: ArrayLike, periods: ArrayLike, bands: Sequence[Band], *, operating: ArrayLike | None = None
) -> Substituted:
    """Fill the gaps of an hourly series by a rule.

    Parameters
    ----------
    values : one per hour in order of time (kg/h); NaN where missing
    periods : one whole number per hour: the period (quarter, year) over which the share of valid hours is taken
    bands : lines of the rule; the first that holds for the share and the length of the gap is applied
    operating : hours in which there was something to measure (all by default); others stay as they are and
        count neither as valid nor as missing

    Returns
    -------
    Substituted

    Raises
    ------
    BadInput : arrays that do not fit together, an infinite value, a band that lacks what its ``take`` needs

    Notes
    -----
    share = valid hours / operating hours, per period. A gap is a run of missing operating hours; its length counts
    as a whole where it crosses periods, its share by the period of each hour.
    maximum: the largest of the last N valid *measured* hours before the gap (of fewer, where the series has fewer).
    neighbours: the mean of the valid hour before and the one after the gap.
    neighbours_or_percentile: the larger of that mean and the percentile (inverse of the empirical distribution)
    of the last N valid hours. Where no valid hour is at hand the gap stays missing: unknown is not zero.

    References
    ----------
    HJ 75-2017 (treatment of missing data); 40 CFR 75.33. Bands and their state of verification:
    ``quanheng.norms.substitution``
    """
    y = np.atleast_1d(np.asarray(values, dtype=np.float64))
    period = np.broadcast_to(np.asarray(periods), y.shape)
    runs = np.ones(y.shape, dtype=bool) if operating is None else np.asarray(operating, dtype=bool)
    _refuse(y, runs, bands)
    missing = np.isnan(y) & runs
    capture = {int(p): _share(missing, runs & (period == p)) for p in np.unique(period)}
    valid = np.flatnonzero(~np.isnan(y))
    filled, mask, stretches = y.copy(), np.zeros(y.shape, dtype=bool), []
    for first, last in _runs(missing):
        for start, end in _same(period, first, last):
            one = _stretch(y, valid, (first, last), (start, end), capture[int(period[start])], bands)
            stretches.append(one)
            if np.isfinite(one.value):
                filled[start:end], mask[start:end] = one.value, True
    return Substituted(filled, mask, tuple(stretches), capture)


def _refuse(y: Array, runs: Mask, bands: Sequence[Band]) -> None:
    if y.ndim != 1 or runs.shape != y.shape:
        raise BadInput("the series and its hours of operation differ in length", field="operating")
    if np.isinf(y).any():
        raise BadInput("a value is infinite", field="values", row=int(np.argmax(np.isinf(y))))
    for n, band in enumerate(bands):
        if band.take != "neighbours" and not band.of_last:
            raise BadInput("says not of how many hours", field=f"bands[{n}].of_last")
        if band.take == "neighbours_or_percentile" and band.percentile is None:
            raise BadInput("says not which percentile", field=f"bands[{n}].percentile")


def _share(missing: Mask, runs: Mask) -> float:
    return float((runs & ~missing).sum() / runs.sum()) if runs.any() else 1.0


def _runs(mask: Mask) -> Iterator[tuple[int, int]]:
    """First and last (excluded) index of each run of true values."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], mask.astype(np.int8), [0]))))
    yield from zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)


def _same(period: NDArray[np.generic], first: int, last: int) -> Iterator[tuple[int, int]]:
    """The parts of a run that lie in one period each."""
    cuts = [first, *(first + 1 + np.flatnonzero(np.diff(period[first:last]))).tolist(), last]
    yield from pairwise(cuts)


def _stretch(
    y: Array,
    valid: NDArray[np.intp],
    gap: tuple[int, int],
    part: tuple[int, int],
    capture: float,
    bands: Sequence[Band],
) -> Stretch:
    length = gap[1] - gap[0]
    band = next((b for b in bands if capture >= b.capture_from and length <= (b.gap_up_to or length)), None)
    n = int(np.searchsorted(valid, gap[0]))
    before, after = valid[:n], valid[n:]
    value, looked_at = _taken(y, before, after, band) if band else (float("nan"), 0)
    return Stretch(part[0], part[1], value, looked_at, length, capture, band)


def _taken(y: Array, before: NDArray[np.intp], after: NDArray[np.intp], band: Band) -> tuple[float, int]:
    last = y[before[-band.of_last :]] if band.of_last else y[:0]
    if band.take == "maximum":
        return (float(last.max()), last.size) if last.size else (float("nan"), 0)
    if not before.size or not after.size:
        return float("nan"), 0
    mean = float(y[before[-1]] + y[after[0]]) / 2
    if band.take == "neighbours":
        return mean, 2
    level = float(np.percentile(last, band.percentile or 0.0, method="inverted_cdf"))
    return max(mean, level), int(last.size)
