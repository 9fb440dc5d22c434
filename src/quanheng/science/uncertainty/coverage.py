"""From a combined standard uncertainty to an expanded one: effective degrees of freedom and coverage factor.

Not here: how the contributions come about (propagation) and how the result is printed (rounding).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from quanheng.errors import BadInput


def effective_dof(u: ArrayLike, dof: ArrayLike, u_c: float | None = None) -> float:
    """Effective degrees of freedom of a combined standard uncertainty (Welch–Satterthwaite).

    Parameters
    ----------
    u : standard uncertainties of independent contributions, all in the unit of the result, >= 0
    dof : degrees of freedom of each, > 0; ``inf`` where the uncertainty itself is taken as known
    u_c : combined standard uncertainty; by default the root sum of squares of ``u``

    Returns
    -------
    nu_eff; ``inf`` if no contribution that counts has finite degrees of freedom

    Raises
    ------
    BadInput : negative or unknown uncertainty; degrees of freedom that are not positive where u > 0

    Notes
    -----
    nu_eff = u_c^4 / sum(u_i^4 / nu_i)

    References
    ----------
    JCGM 100:2008, G.4.1, equation (G.2b); JJF 1059.1-2012, 4.4.3.2
    """
    contributions = np.atleast_1d(np.asarray(u, dtype=float))
    nu = np.broadcast_to(np.asarray(dof, dtype=float), contributions.shape)
    if not np.all(contributions >= 0):
        raise BadInput("a standard uncertainty is negative or unknown", field="u", expected="numbers >= 0")
    counts = contributions > 0
    if not np.all(nu[counts] > 0):
        raise BadInput("degrees of freedom must be positive", field="dof", expected="> 0 or inf")
    combined = math.sqrt(math.fsum(contributions**2)) if u_c is None else u_c
    if combined == 0:
        return math.inf
    ratio = contributions[counts] / combined
    inverse = math.fsum(ratio**4 / nu[counts])
    return 1 / inverse if inverse > 0 else math.inf


def coverage_factor(dof: float = math.inf, p: float = 0.95, *, truncate: bool = True) -> float:
    """Coverage factor k_p = t_p(nu) of a symmetric coverage interval.

    Parameters
    ----------
    dof : effective degrees of freedom, >= 1, or ``inf`` (normal distribution)
    p : coverage probability, 0 < p < 1
    truncate : take the next lower integer of ``dof``, as the Guide does with its table (default);
        otherwise the quantile at the fractional value

    Returns
    -------
    k_p, dimensionless

    Raises
    ------
    BadInput : fewer than one degree of freedom, unknown degrees of freedom, or p outside (0, 1)

    References
    ----------
    JCGM 100:2008, G.3.4 and G.6.4, table G.2; JJF 1059.1-2012, 5.3.3 and annex B
    """
    if not 0 < p < 1:
        raise BadInput("coverage probability out of range", field="p", found=str(p), expected="0 < p < 1")
    if not dof >= 1:
        raise BadInput(
            "too few degrees of freedom for a coverage factor", field="dof", found=str(dof), expected=">= 1"
        )
    upper = (1 + p) / 2
    if math.isinf(dof):
        return float(special.ndtri(upper))
    return float(special.stdtrit(math.floor(dof) if truncate else dof, upper))
