"""Joint draws of correlated inputs: a normal core with the right correlation, dressed in each input's distribution.

For normal and t inputs (readings, normals with degrees of freedom) a given r is the correlation of the normal core;
inputs read together share the divisor too, so that they are a multivariate t with n - 1 degrees of freedom. For
rectangular, triangular, trapezoidal, arcsine, exponential and gamma inputs the core is a Gaussian copula whose own r
is chosen so that the inputs have the r that was given: what the law of propagation and Monte Carlo say then agrees.
Discrete inputs and curvilinear trapezoids have no such dress here, and are refused.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.polynomial import hermite_e
from scipy import special

from quanheng.errors import BadInput
from quanheng.science.uncertainty.distributions import Distribution, Scaled
from quanheng.science.uncertainty.distributions.draws import standard_normal
from quanheng.science.uncertainty.model import PSD_TOLERANCE, Array, Model

TERMS = 40  # of a Hermite series: r is then right to six digits for the distributions above
NODES = 4000

Sampler: TypeAlias = Callable[[np.random.Generator, int], Array]


@dataclass(frozen=True, slots=True)
class Plan:
    """How the inputs of a model are drawn: singles one by one, the correlated ones together."""

    constants: dict[str, np.float64]
    singles: tuple[tuple[str, Distribution], ...]
    correlated: tuple[tuple[str, Distribution, int], ...]  # name, distribution, number of its divisor
    root: Array

    def draw(self, rng: np.random.Generator, size: int) -> dict[str, Array | np.float64]:
        """One value per trial of each input; constants as numbers."""
        drawn: dict[str, Array | np.float64] = dict(self.constants)
        for name, distribution in self.singles:
            drawn[name] = distribution.draw(rng, size)
        if self.correlated:
            self._draw_together(rng, size, drawn)
        return drawn

    def _draw_together(
        self, rng: np.random.Generator, size: int, drawn: dict[str, Array | np.float64]
    ) -> None:
        cores = [standard_normal(rng, size) for _ in range(self.root.shape[1])]
        divisors: dict[int, Array] = {}
        for i, (name, distribution, group) in enumerate(self.correlated):
            z = np.zeros(size)
            # Added up row by row and not by a matrix product: BLAS may sum in another order in another thread.
            for j in np.flatnonzero(self.root[i]):
                z += self.root[i, j] * cores[j]
            if not isinstance(distribution, Scaled):
                drawn[name] = _dressed(distribution, _below(z))
                continue
            location, scale, dof = distribution.core
            if math.isfinite(dof):
                if group not in divisors:
                    divisors[group] = np.sqrt(rng.standard_gamma(dof / 2, size) * (2 / dof))
                z /= divisors[group]
            drawn[name] = location + scale * z


def plan(model: Model) -> Plan:
    """Find out how a model's inputs can be drawn.

    Raises
    ------
    BadInput : a correlation that the distributions of its inputs cannot have, or that cannot be drawn here

    References
    ----------
    JCGM 101:2008, 6.4.8 (multivariate normal by Cholesky decomposition), 6.4.9; JCGM 102:2011, 5.3.2 (which takes
    n - N degrees of freedom for N series read together; here n - 1, so that each input alone keeps 6.4.9.2)
    """
    linked = (model.correlation != np.eye(len(model.names))).any(axis=1).tolist()
    tied = [i for i, link in enumerate(linked) if link]
    alone = [i for i, link in enumerate(linked) if not link]
    group_of = {i: g for g, members in enumerate(model.groups) for i in members}
    distributions = [model.inputs[name].distribution for name in model.names]
    return Plan(
        {n: np.float64(one.distribution.estimate) for n, one in model.inputs.items() if one.is_constant},
        tuple((model.names[i], distributions[i]) for i in alone),
        tuple((model.names[i], distributions[i], group_of[i]) for i in tied),
        semidefinite_root(_core_correlation(model, tied)),
    )


def _core_correlation(model: Model, tied: list[int]) -> Array:
    """Correlation of the normal cores that gives the inputs their own."""
    matrix: Array = model.correlation[np.ix_(tied, tied)].copy()
    names = [model.names[i] for i in tied]
    plain = [isinstance(model.inputs[n].distribution, Scaled) for n in names]
    if all(plain):
        return matrix
    series = [_series(n, model.inputs[n].distribution) for n in names]
    for i in range(len(names)):
        for j in range(i):
            if matrix[i, j] and not (plain[i] and plain[j]):
                matrix[i, j] = matrix[j, i] = _core_r(series[i] * series[j], matrix[i, j], names[j], names[i])
    least = float(np.linalg.eigvalsh(matrix).min())
    if least < -PSD_TOLERANCE * len(names):
        raise BadInput(
            "these correlations cannot be drawn with these distributions",
            field="correlations",
            found=" ".join(names),
            remedy="the law of propagation (--method lpu) needs no distribution",
        )
    return matrix


def _series(name: str, distribution: Distribution) -> Array:
    """Coefficients 1.. of the standardised input in normalised Hermite polynomials of its core."""
    if isinstance(distribution, Scaled):
        return _unit(0, TERMS)
    z, weights = _grid()
    x = distribution.quantile(_below(z))
    if x is None:
        raise BadInput(
            f"Monte Carlo cannot draw a correlated {distribution.kind} input",
            field=f"inputs.{name}",
            remedy="give it without correlation, or take --method lpu",
        )
    weighted = weights * (x - distribution.estimate) / distribution.u
    found = [
        math.fsum(weighted * hermite_e.hermeval(z, _unit(k, k + 1))) / math.sqrt(math.factorial(k))
        for k in range(1, TERMS + 1)
    ]
    return np.array(found, dtype=np.float64)


def _below(z: Array) -> Array:
    """Probability below z of a normal, never 1: a distribution without an end has no value there."""
    p: Array = np.minimum(special.ndtr(z), 1 - 2.0**-53)
    return p


def _grid() -> tuple[Array, Array]:
    """Midpoints of the normal line and their probabilities (8.2 standard deviations hold all but 1e-16)."""
    z = 8.2 * (2 * (np.arange(NODES) + 0.5) / NODES - 1)
    weights = np.exp(-z * z / 2)
    return z, weights / math.fsum(weights)


def _unit(k: int, size: int) -> Array:
    found = np.zeros(size)
    found[k] = 1
    return found


def _core_r(products: Array, r: float, a: str, b: str) -> float:
    """The core's r for which the series gives ``r``: it grows with the core's, so halving finds it."""

    def given(core: float) -> float:
        return float(np.polynomial.polynomial.polyval(core, np.concatenate([[0.0], products])))

    low, high = -1.0, 1.0
    if not given(low) - 1e-5 <= r <= given(high) + 1e-5:
        raise BadInput(
            "two inputs of these distributions cannot be so strongly correlated",
            field="correlations",
            found=f"{a}, {b}: {r:g}",
            expected=f"{given(low):.3f} to {given(high):.3f}",
        )
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if given(middle) < r else (low, middle)
    return (low + high) / 2


def semidefinite_root(matrix: Array) -> Array:
    """Lower triangular L with L L' = matrix; columns of a singular direction are zero (Cholesky, r = ±1 included)."""
    n = len(matrix)
    root = np.zeros((n, n))
    for j in range(n):
        rest = matrix[j, j] - math.fsum(root[j, :j] ** 2)
        if rest <= 1e-12:
            continue
        root[j, j] = math.sqrt(rest)
        for i in range(j + 1, n):
            root[i, j] = (matrix[i, j] - math.fsum(root[i, :j] * root[j, :j])) / root[j, j]
    return root


def _dressed(distribution: Distribution, p: Array) -> Array:
    x = distribution.quantile(p)
    assert x is not None  # refused when the plan was made
    return x
