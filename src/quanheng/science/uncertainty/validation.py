"""Whether the law of propagation was good enough: its interval held against that of Monte Carlo."""

from __future__ import annotations

import math
from dataclasses import dataclass

from quanheng.errors import BadInput


@dataclass(frozen=True, slots=True)
class Validation:
    """Distances of the lower and upper ends, the numerical tolerance they are held against, and the verdict."""

    d_low: float
    d_high: float
    tolerance: float
    validated: bool


def validate(
    propagated: tuple[float, float], simulated: tuple[float, float], u: float, *, digits: int = 2
) -> Validation:
    """Compare the coverage interval y ± U with the interval of Monte Carlo.

    Parameters
    ----------
    propagated, simulated : lower and upper end, in the unit of the output, for the same coverage probability
    u : standard uncertainty of the law of propagation, > 0; its digits set the tolerance
    digits : significant digits of u that are held meaningful, 1 or 2

    Returns
    -------
    Validation; validated if neither distance exceeds the tolerance

    Raises
    ------
    BadInput : u not positive, or another number of digits

    Notes
    -----
    u = c 10^l with c a whole number of ``digits`` digits; tolerance = 1/2 10^l

    References
    ----------
    JCGM 101:2008, 7.9.2 and 8.1; JJF 1059.2-2012
    """
    if not (u > 0 and math.isfinite(u)):
        raise BadInput("uncertainty must be positive", field="u", found=str(u), expected="> 0")
    if digits not in (1, 2):
        raise BadInput("significant digits", field="digits", found=str(digits), expected="1 or 2")
    rounded = float(f"{u:.{digits - 1}e}")  # 0.0996 has its first two digits in 0.10
    tolerance = 0.5 * 10.0 ** (math.floor(math.log10(rounded)) - digits + 1)
    low, high = (abs(a - b) for a, b in zip(propagated, simulated, strict=True))
    return Validation(low, high, tolerance, low <= tolerance and high <= tolerance)
