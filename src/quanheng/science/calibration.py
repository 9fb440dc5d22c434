"""What a calibration certificate says about an indication: correction and standard uncertainty.

Not here: whether the certificate is valid at the time, and who issued it. A certificate speaks for its own
range only; outside it the answer is marked, never quietly extrapolated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from quanheng.errors import BadInput, Problem

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class CalibrationPoint:
    """One row of a certificate's table of results.

    nominal: point of the scale, in the unit of the instrument; error: error of indication (indication minus
    reference value); U: expanded uncertainty of the error; k: its coverage factor. error and U are in the
    unit of the instrument, or in % of the nominal value, as the curve says.
    """

    nominal: float
    error: float
    U: float
    k: float = 2.0


@dataclass(frozen=True, slots=True)
class Correction:
    """The certificate's answer for each indication, in the unit of the instrument.

    correction: to be added to the indication (minus the error of indication); u: standard uncertainty of
    the correction; inside: whether the indication lies in the calibrated range. Outside, correction and u
    are NaN unless the end points were asked to be held.
    """

    correction: Array
    u: Array
    inside: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class CalibrationCurve:
    """The points of one certificate, ready to be asked.

    points: in any order, nominal values distinct; form: ``absolute`` (error and U in the unit of the
    instrument) or ``percent`` (error and U in % of the nominal value).

    Raises BadInput when made from no point, from two points at one nominal value, or from a point with an
    unknown number, U < 0 or k <= 0.
    """

    points: tuple[CalibrationPoint, ...]
    form: Literal["absolute", "percent"] = "absolute"

    def __post_init__(self) -> None:
        object.__setattr__(self, "points", tuple(sorted(self.points, key=lambda point: point.nominal)))
        problems = _problems(self.points)
        if self.form not in ("absolute", "percent"):
            problems.append(
                Problem("unknown form", "form", found=str(self.form), expected="absolute or percent")
            )
        elif self.form == "percent" and any(abs(point.error) >= 100 for point in self.points):
            problems.append(
                Problem("an error of 100 % or more", "error", expected="below 100 % of the value")
            )
        if problems:
            raise BadInput(problems)

    @property
    def range(self) -> tuple[float, float]:
        """Lowest and highest calibrated point, in the unit of the instrument."""
        return self.points[0].nominal, self.points[-1].nominal

    def at(self, indication: ArrayLike, *, outside: Literal["unknown", "hold"] = "unknown") -> Correction:
        """Correction and standard uncertainty at each indication.

        Parameters
        ----------
        indication : in the unit of the instrument; NaN where missing
        outside : ``unknown`` gives NaN outside the range; ``hold`` keeps the nearest end point (still
            marked), for a policy that then adds its stated enlargement

        Returns
        -------
        Correction

        Notes
        -----
        Between neighbouring points error and standard uncertainty U/k are interpolated linearly. The
        points of a certificate share the reference standard, so the uncertainty between two points is
        taken with full correlation: u = (1 - w) u_1 + w u_2, which is the upper bound.
        The abscissa is the nominal value; the difference to the indication at that point is of second
        order (error times slope of the error curve). In the form ``percent`` the error e refers to the
        reference value: correction = x/(1 + e/100) - x.

        References
        ----------
        JJF 1001-2011 (error of indication, correction); JCGM 100:2008, F.2.4.5 and 5.2.2
        """
        x = np.atleast_1d(np.asarray(indication, dtype=np.float64))
        low, high = self.range
        inside = (x >= low) & (x <= high)
        nominal = [point.nominal for point in self.points]
        error = np.interp(x, nominal, [point.error for point in self.points])
        u = np.interp(x, nominal, [point.U / point.k for point in self.points])
        if self.form == "percent":
            reference = x / (1 + error / 100)
            correction, u = reference - x, np.abs(reference) * u / 100
        else:
            correction = -error
        silent = np.isnan(x) | (~inside if outside == "unknown" else False)
        return Correction(np.where(silent, np.nan, correction), np.where(silent, np.nan, u), inside)


def _problems(points: Sequence[CalibrationPoint]) -> list[Problem]:
    if not points:
        return [
            Problem("a certificate without a point says nothing", "points", expected="at least one point")
        ]
    problems = []
    for row, point in enumerate(points, start=1):
        if not np.all(np.isfinite([point.nominal, point.error, point.U, point.k])):
            problems.append(Problem("unknown number in a calibration point", "points", row))
        elif point.U < 0 or point.k <= 0:
            problems.append(Problem("U must not be negative and k must be positive", "points", row))
    nominal = [point.nominal for point in points]
    if len(set(nominal)) < len(nominal):
        problems.append(
            Problem("two points at one nominal value", "points", remedy="give them as two curves")
        )
    return problems
