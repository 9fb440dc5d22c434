"""A result as the house understands it: value, unit, standard uncertainty, coverage, and the budget behind it.

Contributions here are already in the unit of the result and independent of each other; whatever is common
to many readings was summed before (see ``science.series.total``).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from quanheng.errors import BadInput
from quanheng.science.uncertainty.coverage import coverage_factor, effective_dof


@dataclass(frozen=True, slots=True)
class Contribution:
    """One line of an uncertainty budget.

    name: the source of the error; input: the quantity it acts on; kind: ``common`` or ``independent``;
    u: its standard uncertainty in the unit of the result; dof: degrees of freedom of u;
    share: its part of the variance of the result, 0 to 1 (filled by ``combine``);
    readings: how many readings it acts on; effect: the signed change of the result when a common error is
    one standard uncertainty (unknown for independent errors, which have no common sign).
    """

    name: str
    u: float
    dof: float = math.inf
    input: str = ""
    kind: str = "common"
    share: float = 0.0
    readings: int = 1
    effect: float | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """A measured value with its uncertainty.

    value, u and U in ``unit``; dof: effective degrees of freedom of u; k: coverage factor; p: coverage
    probability that k stands for, or None where k was laid down (k = 2) and no probability is claimed.
    """

    value: float
    unit: str
    u: float
    dof: float
    k: float
    U: float
    p: float | None
    contributions: tuple[Contribution, ...]

    @property
    def relative_expanded(self) -> float:
        """U divided by the magnitude of the value (1); ``inf`` where the value is zero."""
        return self.U / abs(self.value) if self.value else math.inf


def combine(
    value: float,
    unit: str,
    contributions: Sequence[Contribution],
    *,
    p: float = 0.95,
    k: float | None = None,
) -> Result:
    """Combine independent contributions into a result with expanded uncertainty and a ranked budget.

    Parameters
    ----------
    value : the estimate, in ``unit``
    contributions : lines of the budget, each u in ``unit``
    p : coverage probability for k = t_p(nu_eff)
    k : a laid-down coverage factor (for instance 2), used instead of t_p(nu_eff)

    Returns
    -------
    Result; contributions sorted by share of variance, greatest first, then by name; shares sum to 1
    unless every u is zero

    Raises
    ------
    BadInput : unknown value, negative or unknown uncertainty, k not positive

    References
    ----------
    JCGM 100:2008, 5.1.2 (10), 6.2.1 (18), G.4; JJF 1059.1-2012, 4.4 and 4.5
    """
    if not math.isfinite(value):
        raise BadInput("the value of a result is unknown", field="value", found=str(value))
    if k is not None and not (math.isfinite(k) and k > 0):
        raise BadInput("coverage factor must be positive", field="k", found=str(k))
    parts = [c.u for c in contributions]
    nu = effective_dof(parts, [c.dof for c in contributions]) if parts else math.inf
    u_c = math.hypot(*parts)
    factor = coverage_factor(nu, p) if k is None else k
    ranked = sorted((_with_share(c, u_c) for c in contributions), key=lambda c: (-c.share, c.name))
    return Result(value, unit, u_c, nu, factor, factor * u_c, p if k is None else None, tuple(ranked))


def _with_share(c: Contribution, u_c: float) -> Contribution:
    share = (c.u / u_c) ** 2 if u_c > 0 else 0.0
    return Contribution(c.name, c.u, c.dof, c.input, c.kind, share, c.readings, c.effect)
