"""The law of propagation of uncertainty: the Guide's way from inputs to a result, with its budget.

Derivatives are exact (``taylor``). Not here: Monte Carlo, which needs no derivative and no normal output.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from quanheng.errors import BadInput
from quanheng.science.uncertainty.coverage import coverage_factor
from quanheng.science.uncertainty.model import Array, Function, Model
from quanheng.science.uncertainty.taylor import Taylor

LARGEST_STEP = 1e70  # its fourth power, in the degrees of freedom, is finite
MOST_PAIRED = 200  # inputs: 40 000 directions; beyond, the second order is left open


@dataclass(frozen=True, slots=True)
class Line:
    """One input in the budget of one output.

    c: sensitivity coefficient (None where a constant's cannot be formed); u: standard uncertainty of the input;
    cu: c u, signed; share: c_i u_i sum_j r_ij c_j u_j / u_c^2. Shares sum to 1. Without correlation a share is
    (c u)^2/u_c^2; with it both partners bear half of what they have in common, and a share may be negative.
    """

    c: float | None
    u: float
    cu: float
    share: float
    x: float
    dof: float


@dataclass(frozen=True, slots=True)
class Propagated:
    """An output: estimate y, u, effective degrees of freedom, k and U = k u (None below one degree of freedom).

    second_order: the combined standard uncertainty with the terms of next higher order, or None where the model has
    no third derivatives there, is a function that NumPy cannot see through, or has more than 200 inputs;
    second_order_terms: what each pair of inputs adds to the variance, for independent inputs.
    """

    y: float
    u: float
    veff: float
    k: float | None
    U: float | None
    contributions: Mapping[str, Line]
    second_order: float | None
    second_order_terms: Mapping[tuple[str, str], float]


@dataclass(frozen=True, slots=True)
class Propagation:
    """All outputs and the covariance matrix of them (order of ``outputs``)."""

    outputs: Mapping[str, Propagated]
    covariance: Array
    p: float


def propagate(model: Model, *, p: float = 0.95, truncate_dof: bool = False) -> Propagation:
    """Propagate the uncertainties of a model's inputs to its outputs.

    Parameters
    ----------
    model : see ``model.build``
    p : coverage probability for k = t_p(nu_eff), 0 < p < 1
    truncate_dof : take k at the next lower whole number of degrees of freedom

    Returns
    -------
    Propagation; values in the units that the formulas give

    Raises
    ------
    BadInput : the model, or a derivative of it, is not defined at the estimates

    Notes
    -----
    u_c^2(y)      = sum_i sum_j c_i c_j u(x_i) u(x_j) r_ij
    cov(y, z)     = sum_i sum_j c_i d_j u(x_i) u(x_j) r_ij
    nu_eff        = u_c^4 / sum_G (w_G^2 / nu_G),  w_G = sum_{i in G} c_i u_i sum_j r_ij c_j u_j
    second order  : u_c^2 + 1/2 tr(H V H V) + g' V grad tr(H V), V the covariance, H the second derivatives

    G are sources of information: one input, or inputs read together, whose u are estimated from the same n - 1
    degrees of freedom. Without correlation between sources this is Welch–Satterthwaite, with w_G the variance that G
    brings; with given correlation coefficients (taken as known) it is what the same derivation (the variance of
    u_c^2 to first order) leads to. The second order is that of 5.1.2 note, written for normal inputs with any
    correlation; for independent inputs it is the note's formula term by term.

    References
    ----------
    JCGM 100:2008, 5.1.2 equation (10) and note, 5.2.2 (13), G.4.1 (G.2b), H.1.7, H.2.4; JCGM 102:2011, 6.2;
    JJF 1059.1-2012, 4.4
    """
    estimates = model.estimates
    u, correlation = model.u, model.correlation
    values = {name: _value(name, f, estimates) for name, f in model.outputs.items()}
    slopes = {name: gradient(f, estimates, model) for name, f in model.outputs.items()}
    steps = {name: _steps(slope, u) for name, slope in slopes.items()}
    found = {
        name: _one_output(model, name, values[name], slopes[name], steps[name], p, truncate_dof)
        for name in model.outputs
    }
    rows = np.array(list(steps.values())).reshape(len(values), u.size)
    covariance: Array = rows @ correlation @ rows.T
    return Propagation(found, (covariance + covariance.T) / 2, p)


def _steps(slopes: Array, u: Array) -> Array:
    """c u; nothing where u is zero, whatever the slope."""
    with np.errstate(all="ignore"):
        return np.where(u == 0, 0.0, slopes * u)


def gradient(function: Function, estimates: Mapping[str, float], model: Model) -> Array:
    """Derivatives of one output by each of the model's uncertain inputs, at the estimates.

    Exact for formulas and for Python functions that use arithmetic and NumPy; any other Python function is
    differenced symmetrically with steps of a hundredth of u, to fourth order.
    """
    try:
        found = _along(function, estimates, model.names, np.eye(len(model.names)))
        return np.broadcast_to(found.c1, len(model.names)) if found else np.zeros(len(model.names))
    except (TypeError, AttributeError, ValueError):
        u = model.u
        return np.array([_difference(function, estimates, n, u[i]) for i, n in enumerate(model.names)])


def _along(
    function: Function, estimates: Mapping[str, float], names: tuple[str, ...], directions: Array
) -> Taylor | None:
    """The output along each row of ``directions``; None where it does not depend on any of the inputs."""
    values: dict[str, Any] = {name: np.float64(x) for name, x in estimates.items()}
    for i, name in enumerate(names):
        values[name] = Taylor(np.full(len(directions), estimates[name]), directions[:, i])
    with np.errstate(all="ignore"):
        found = function(**values)
    return found if isinstance(found, Taylor) else None


def _difference(function: Function, estimates: Mapping[str, float], name: str, u: float) -> float:
    x = estimates[name]
    h = 0.01 * u if u > 0 else 1e-4 * max(1.0, abs(x))

    def at(n: int) -> float:
        return float(function(**{**estimates, name: x + n * h}))

    return (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * h)


def _value(name: str, function: Function, estimates: Mapping[str, float]) -> float:
    try:
        with np.errstate(all="ignore"):
            y = float(function(**{n: np.float64(x) for n, x in estimates.items()}))
    except (ArithmeticError, ValueError):
        y = math.nan
    if not math.isfinite(y):
        raise BadInput(
            "the model is not defined at the estimates", field=f"model.{name}", found=str(y), expected="a finite value"
        )  # fmt: skip
    return y


def _one_output(
    model: Model, name: str, y: float, slopes: Array, steps: Array, p: float, truncate: bool
) -> Propagated:
    if not np.isfinite(steps).all():
        raise BadInput(
            "the model has no derivative at the estimates",
            field=f"model.{name}",
            found=f"with respect to {model.names[int(np.argmin(np.isfinite(steps)))]}",
            remedy="Monte Carlo (--method mcm) needs none",
        )
    if np.abs(steps).max(initial=0.0) > LARGEST_STEP:
        raise BadInput("too large an uncertainty", field=f"model.{name}", expected=f"c u <= {LARGEST_STEP:g}")
    weights = steps * (model.correlation @ steps)
    variance = max(0.0, math.fsum(weights))
    u, veff = math.sqrt(variance), _effective_dof(model, weights, variance)
    k = coverage_factor(veff, p, truncate=truncate) if veff >= 1 else None
    second, terms = _second_order(model, model.outputs[name], variance)
    lines = _lines(model, model.outputs[name], slopes, steps, weights, variance)
    return Propagated(y, u, veff, k, None if k is None else k * u, lines, second, terms)


def _effective_dof(model: Model, weights: Array, variance: float) -> float:
    """nu_eff over the sources of information; infinite where nothing with finite degrees of freedom counts."""
    if variance == 0:
        return math.inf
    freedoms = model.freedoms
    inverse = math.fsum(
        (math.fsum(weights[list(group)]) / variance) ** 2 / float(freedoms[group[0]])
        for group in model.groups
    )
    return 1 / inverse if inverse > 0 else math.inf


def _lines(
    model: Model, function: Function, slopes: Array, steps: Array, weights: Array, variance: float
) -> dict[str, Line]:
    place = {name: i for i, name in enumerate(model.names)}
    lines = {}
    for name, one in model.inputs.items():
        d = one.distribution
        i = place.get(name)
        if i is None:
            lines[name] = Line(_slope(function, model.estimates, name), 0.0, 0.0, 0.0, d.estimate, d.freedom)
        else:
            share = float(weights[i]) / variance if variance > 0 else 0.0
            c = float(slopes[i]) if math.isfinite(slopes[i]) else None
            lines[name] = Line(c, d.u, float(steps[i]), share, d.estimate, d.freedom)
    return lines


def _slope(function: Function, estimates: Mapping[str, float], name: str) -> float | None:
    """Sensitivity to a constant: it is shown, nothing depends on it."""
    try:
        found = _along(function, estimates, (name,), np.eye(1))
        slope = float(np.broadcast_to(found.c1, 1)[0]) if found else 0.0
    except (TypeError, AttributeError, ValueError):
        return None
    return slope if math.isfinite(slope) else None


def _second_order(
    model: Model, function: Function, variance: float
) -> tuple[float | None, dict[tuple[str, str], float]]:
    """u_c with the terms of next higher order, and for independent inputs the terms.

    Taylor coefficients are taken along the columns e_i of a root of the covariance matrix, and along e_i ± e_j.
    """
    root, names = _root(model), model.names
    n = root.shape[1]
    if n > MOST_PAIRED:
        return None, {}
    pairs = [(i, j) for i in range(n) for j in range(i + 1, n)]
    sums, differences = ([root[:, i] + sign * root[:, j] for i, j in pairs] for sign in (1, -1))
    directions = np.array([*root.T, *sums, *differences])
    try:
        found = _along(function, model.estimates, names, directions) if n else None
    except (TypeError, AttributeError, ValueError):
        return None, {}
    if found is None:
        return math.sqrt(variance), {}
    terms = _terms(found, pairs, n, len(directions))
    settled = all(abs(term) < 1e300 for term in terms.values())
    total = variance + math.fsum(terms.values()) if settled else math.nan
    if not total >= 0:  # the series may give a negative variance, or none
        return None, {}
    independent = np.array_equal(model.correlation, np.eye(n))
    named = {(names[i], names[j]): t for (i, j), t in terms.items() if t != 0} if independent else {}
    return math.sqrt(total), named


def _terms(found: Taylor, pairs: list[tuple[int, int]], n: int, size: int) -> dict[tuple[int, int], float]:
    """1/2 f_ii^2 + f_i f_iii, and f_ij^2 + f_i f_ijj + f_j f_iij, by sums and differences along e_i ± e_j."""
    c1, c2, c3 = (np.broadcast_to(c, size) for c in (found.c1, found.c2, found.c3))
    slope, bend, twist = c1[:n], c2[:n], c3[:n]
    with np.errstate(all="ignore"):
        terms = {(i, i): float(2 * bend[i] ** 2 + 6 * slope[i] * twist[i]) for i in range(n)}
        for plus, (i, j) in enumerate(pairs, n):
            minus = plus + len(pairs)
            mixed = (c2[plus] - c2[minus]) / 2
            ijj = c3[plus] + c3[minus] - 2 * twist[i]
            iij = c3[plus] - c3[minus] - 2 * twist[j]
            terms[i, j] = float(mixed**2 + slope[i] * ijj + slope[j] * iij)
    return terms


def _root(model: Model) -> Array:
    """A square root of the covariance matrix, one column for each independent direction."""
    if np.array_equal(model.correlation, np.eye(len(model.names))):
        return np.diag(model.u)
    sizes, directions = np.linalg.eigh(model.correlation)
    root: Array = model.u[:, None] * directions * np.sqrt(np.maximum(sizes, 0))
    return root
