"""Whether two series are two measurements or one: a value computed from another confirms nothing.

A plant that reports CO2 as a constant times heat input has one measurement, not two. Such a pair cannot check each
other, and their errors are the same error.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from quanheng.errors import BadInput
from quanheng.science.series.gaps import Values

FEWEST = 24  # common readings below which nothing is said


@dataclass(frozen=True, slots=True)
class Derived:
    """One series is the other times a constant.

    ratio : y / x; largest_departure : largest |y − ratio·x| of the agreeing readings, in the unit of y;
    allowance : how much rounding of both explains; correlation : Pearson's, of the agreeing readings;
    readings : how many common readings there are; agreeing : how many of them lie within the allowance.
    """

    ratio: float
    largest_departure: float
    allowance: float
    correlation: float
    readings: int
    agreeing: int


def derived(
    x: ArrayLike,
    y: ArrayLike,
    *,
    resolution_x: float,
    resolution_y: float,
    steps: float,
    least_correlation: float,
    share: float = 1.0,
    fewest: int = FEWEST,
) -> Derived | None:
    """Tell whether y = ratio·x within the rounding of both, so that only one of them was measured.

    Parameters
    ----------
    x, y : two series at the same times; NaN where there is no reading
    resolution_x, resolution_y : smallest step of the values, in their units
    steps : how many rounded parts each value may be a sum of (a plant adds up its units after rounding)
    least_correlation : Pearson's correlation from which two series can be one
    share : how much of the common readings must agree; below 1 where single readings may have been corrected
        in one of the two series
    fewest : common readings below which the answer is None

    Returns
    -------
    derived : the constant ratio and what it rests on, or None: nothing speaks against two measurements.
        Two series that are both constant say nothing (None).

    Raises
    ------
    BadInput : series of different length, or a resolution that is not above 0

    Notes
    -----
    A value rounded to a step r lies within r/2 of what was rounded. If y = k·x before rounding, then
    |y − k·x| ≤ steps·(r_y + |k|·r_x)/2 at every reading. k is the median of y/x over the larger half of x,
    then least squares through the origin over the readings that agree with it; its own error is far below
    one step. Two independent meters of one quantity do not pass: their
    repeatability is larger than their resolution, or the resolution hides it and nothing can be said;
    therefore a pair is only named when its values range over at least ten times the allowance.
    """
    a, b = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if a.shape != b.shape or a.ndim != 1:
        raise BadInput("two series of different length", field="y", found=str(b.shape), expected=str(a.shape))
    if not (resolution_x > 0 and resolution_y > 0):
        raise BadInput(
            "is not above 0", field="resolution", found=f"{resolution_x}, {resolution_y}", expected="a step"
        )
    common = np.isfinite(a) & np.isfinite(b)
    a, b = a[common], b[common]
    if a.size < max(2, fewest) or not a.any() or not b.any():
        return None
    large = np.abs(a) >= max(float(np.median(np.abs(a))), np.finfo(np.float64).tiny)
    ratio = float(np.median(b[large] / a[large]))
    for _ in range(2):  # the median first, then least squares over those that agree with it
        allowance = steps * (resolution_y + abs(ratio) * resolution_x) / 2
        agree = np.abs(b - ratio * a) <= allowance
        if agree.mean() < share or not a[agree].any():
            return None
        ratio = float(a[agree] @ b[agree] / (a[agree] @ a[agree]))
    agree = np.abs(b - ratio * a) <= allowance
    x_, y_ = a[agree], b[agree]
    if agree.mean() < share or float(np.ptp(y_)) < 10 * allowance:
        return None
    correlation = _correlation(x_, y_)
    if correlation < least_correlation:
        return None
    largest = float(np.abs(y_ - ratio * x_).max())
    return Derived(ratio, largest, allowance, correlation, int(a.size), int(x_.size))


def _correlation(a: Values, b: Values) -> float:
    return float(np.corrcoef(a, b)[0, 1])


def smallest_step(values: ArrayLike) -> float:
    """The step in which values are written: a power of ten that divides them all.

    Parameters
    ----------
    values : numbers as they were written; NaN is left out

    Returns
    -------
    step : 1, 0.1, 0.01 … down to 1e-9; 1e-9 where they fit no coarser one

    Notes
    -----
    A multiple of a step is recognised within 1e-6 of the step or within the rounding of a double, whichever is more.
    """
    x = np.asarray(values, dtype=np.float64)
    x = x[np.isfinite(x)]
    for digits in range(10):
        scaled = x * 10.0**digits
        slack = np.maximum(1e-6, 4 * np.spacing(np.abs(scaled)))
        if np.all(np.abs(scaled - np.round(scaled)) <= slack):
            return float(10.0**-digits)
    return 1e-9
