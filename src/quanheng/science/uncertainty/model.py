"""A model of measurement: inputs with what is known about them, how they hang together, and one or more outputs.

A model is checked when it is built and then never changes. Propagation and Monte Carlo both take it as it stands, so
that a correlation cannot survive in one of them only.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from quanheng.errors import BadInput
from quanheng.science.uncertainty.distributions import Constant, Distribution, Readings, number
from quanheng.science.uncertainty.expression import Expression, check_name, parse, same_name

Array: TypeAlias = NDArray[np.float64]
Function: TypeAlias = Callable[..., Any]
PSD_TOLERANCE = 1e-9  # of an eigenvalue of a correlation matrix: rounding of given r, not a real defect


@dataclass(frozen=True, slots=True)
class Input:
    """One input quantity. ``simultaneous``: inputs of one group were read together, row by row."""

    distribution: Distribution
    unit: str = ""
    description: str = ""
    source: str = ""
    simultaneous: str = ""

    @property
    def is_constant(self) -> bool:
        return isinstance(self.distribution, Constant)


@dataclass(frozen=True)
class Model:
    """What ``build`` made. ``correlation`` is over ``names``: the inputs that are not constant, in their order.

    groups: places in ``names`` of inputs that share their degrees of freedom, one tuple for each such source of
    information; an input read alone is a group of its own.
    """

    inputs: Mapping[str, Input]
    outputs: Mapping[str, Function]
    names: tuple[str, ...]
    correlation: Array
    groups: tuple[tuple[int, ...], ...]

    @property
    def estimates(self) -> dict[str, float]:
        """Estimates of all inputs, each in its unit."""
        return {name: one.distribution.estimate for name, one in self.inputs.items()}

    @property
    def u(self) -> Array:
        """Standard uncertainties in the order of ``names``."""
        return np.array([self.inputs[name].distribution.u for name in self.names], dtype=np.float64)

    @property
    def freedoms(self) -> Array:
        """Degrees of freedom of each in the order of ``names``."""
        return np.array([self.inputs[name].distribution.freedom for name in self.names], dtype=np.float64)

    @property
    def covariance(self) -> Array:
        """Covariance matrix of the inputs in the order of ``names`` (JCGM 100, 5.2.2)."""
        u = self.u
        return self.correlation * np.outer(u, u)


def build(
    outputs: Mapping[str, str | Function],
    inputs: Mapping[str, Input | Distribution | float | Sequence[float]],
    correlations: Iterable[tuple[str, str, float]] = (),
) -> Model:
    """Check the parts of a model and put them together.

    Parameters
    ----------
    outputs : name -> formula, or a function that takes the inputs by name (numbers, and arrays for Monte Carlo)
    inputs : name -> Input, or a distribution, a constant number, or a list of repeated readings
    correlations : (input, input, r), -1 <= r <= 1; inputs read together get theirs from the readings

    Returns
    -------
    Model

    Raises
    ------
    BadInput : names that cannot be or are not known; correlations of constants, doubled, out of range, or not
        positive semidefinite together; readings of one group that differ in number

    References
    ----------
    JCGM 100:2008, 4.1, 5.2.2, 5.2.3 and H.2 (correlation by simultaneous readings); JJF 1059.1-2012, 4.4.4
    """
    if not outputs:
        raise BadInput("a model has at least one output", field="model")
    if not inputs:
        raise BadInput("a model has at least one input", field="inputs")
    known = _named(inputs)
    functions = {name: _function(name, one, known) for name, one in outputs.items()}
    names = tuple(name for name, one in known.items() if not one.is_constant)
    matrix = np.eye(len(names))
    groups = _simultaneous(known, names, matrix)
    _enter(correlations, known, names, groups, matrix)
    return Model(known, functions, names, matrix, groups)


def _named(inputs: Mapping[str, Any]) -> dict[str, Input]:
    known: dict[str, Input] = {}
    for given, one in inputs.items():
        name = check_name(given, f"inputs.{given}")
        if name in known:
            raise BadInput("two inputs of one name", field=f"inputs.{given}", found=name)
        known[name] = _as_input(one, f"inputs.{name}")
    return known


def _as_input(one: Any, field: str) -> Input:
    if isinstance(one, Input):
        return one
    if isinstance(one, Distribution):
        return Input(one)
    if isinstance(one, Sequence) and not isinstance(one, str):
        return Input(Readings(one))
    return Input(Constant(number(one, field)))


def _function(name: str, one: str | Function, known: Mapping[str, Input]) -> Function:
    field = f"model.{name}"
    if callable(one) and not isinstance(one, Expression):
        return one
    formula = one if isinstance(one, Expression) else parse(one, field=field)
    for missing in sorted(formula.names - set(known)):
        raise BadInput(
            "the formula names an input that is not given",
            field=field,
            found=missing,
            expected=" ".join(known),
        )
    return formula


def _simultaneous(
    known: Mapping[str, Input], names: Sequence[str], matrix: Array
) -> tuple[tuple[int, ...], ...]:
    """Enter the correlations of inputs read together; give the groups."""
    found: dict[str, list[int]] = {}
    for i, name in enumerate(names):
        together = known[name].simultaneous
        if together and not isinstance(known[name].distribution, Readings):
            raise BadInput("only readings can be simultaneous", field=f"inputs.{name}.simultaneous")
        found.setdefault(f"group {together}" if together else f"input {name}", []).append(i)
    for members in found.values():
        rows = [_deviations(known[names[i]].distribution) for i in members]
        for a, i in enumerate(members):
            for b, j in enumerate(members[:a]):
                if len(rows[a]) != len(rows[b]):
                    raise BadInput(
                        "readings taken together differ in number", field=f"inputs.{names[i]}.readings",
                        found=str(len(rows[a])), expected=f"{len(rows[b])} as in {names[j]}",
                    )  # fmt: skip
                matrix[i, j] = matrix[j, i] = _r(rows[a], rows[b])
    return tuple(tuple(members) for members in found.values())


def _deviations(distribution: Distribution) -> Array:
    if not isinstance(distribution, Readings):
        return np.zeros(0)
    return np.asarray(distribution.readings) - distribution.estimate


def _r(a: Array, b: Array) -> float:
    """Correlation coefficient of two series of deviations (JCGM 100, 5.2.3, equations (14) and (17))."""
    size = math.sqrt(math.fsum(a * a)) * math.sqrt(math.fsum(b * b))
    return min(1.0, max(-1.0, math.fsum(a * b) / size)) if size > 0 else 0.0


def _enter(
    correlations: Iterable[tuple[str, str, float]],
    known: Mapping[str, Input],
    names: Sequence[str],
    groups: tuple[tuple[int, ...], ...],
    matrix: Array,
) -> None:
    place = {name: i for i, name in enumerate(names)}
    together = {frozenset((i, j)) for group in groups for i in group for j in group if i != j}
    seen = set(together)
    for n, (a, b, given) in enumerate(correlations):
        field, a, b = f"correlations[{n}]", same_name(a), same_name(b)
        for key, name in (("a", a), ("b", b)):
            if name not in known:
                raise BadInput(
                    "no such input", field=f"{field}.{key}", found=str(name), expected=" ".join(known)
                )
            if name not in place:
                raise BadInput("a constant cannot be correlated", field=f"{field}.{key}", found=name)
        r = number(given, f"{field}.r")
        if abs(r) > 1:
            raise BadInput("out of range", field=f"{field}.r", found=f"{r:g}", expected="-1 to 1")
        pair = frozenset((place[a], place[b]))
        if len(pair) == 1:
            raise BadInput("an input with itself", field=field, found=a)
        if pair in seen:
            why = "their readings give it" if pair in together else "it stands twice"
            raise BadInput(
                f"the correlation of these two is known already: {why}", field=field, found=f"{a}, {b}"
            )
        seen.add(pair)
        matrix[place[a], place[b]] = matrix[place[b], place[a]] = r
    least = float(np.linalg.eigvalsh(matrix).min()) if len(names) else 1.0
    if least < -PSD_TOLERANCE * max(1, len(names)):
        raise BadInput(
            "these correlations cannot hold together: the matrix is not positive semidefinite",
            field="correlations",
            found=f"eigenvalue {least:.3g}",
            expected=">= 0",
        )
