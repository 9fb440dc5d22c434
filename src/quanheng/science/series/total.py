"""The sum of a series whose readings share errors.

The calibration error of an instrument is the same unknown error in all its readings under one certificate,
so its effect adds up linearly; repeatability is drawn anew at each reading, so its effect adds in squares.
A sum that squares everything understates the uncertainty of twelve equal months by the root of twelve.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from quanheng.errors import BadInput, Problem
from quanheng.science.uncertainty.result import Contribution, Result, combine

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Component:
    """One source of error and how it acts.

    name: unique, for instance a certificate's identifier; input: the quantity it acts on; kind: ``common``
    (one error for all readings it covers) or ``independent`` (a new error at each reading); u: standard
    uncertainty of the input, in its unit, one number or one per reading; mask: the readings it covers
    (all by default); dof: degrees of freedom of u. An independent component's u is taken as one pooled
    estimate, so its effect on the sum keeps the same degrees of freedom.
    """

    name: str
    input: str
    kind: Literal["common", "independent"]
    u: ArrayLike
    mask: ArrayLike | None = None
    dof: float = math.inf


@dataclass(frozen=True, slots=True)
class Total:
    """A sum and what it stands on.

    readings: how many entered the sum; missing: how many did not, because they are unknown; uncovered:
    input -> readings in the sum that no component covers, though the input acts on them (left out where it is none).
    """

    result: Result
    readings: int
    missing: int
    uncovered: Mapping[str, int]


def total(
    values: ArrayLike,
    sensitivities: Mapping[str, ArrayLike],
    components: Sequence[Component],
    *,
    unit: str = "t",
    scale: float = 1e-3,
    p: float = 0.95,
    k: float | None = None,
) -> Total:
    """Sum of a series with an uncertainty that keeps common errors common.

    Parameters
    ----------
    values : one per reading (kg in each hour); NaN where missing. Several points may be laid end to end,
        so that a component may cover readings of more than one of them
    sensitivities : input -> d value / d input at each reading, signed
    components : independent of each other; two certificates of one instrument are two components
    unit, scale : unit of the sum and the factor that leads to it (kg to t: 1e-3)
    p, k : see ``uncertainty.combine``

    Returns
    -------
    Total

    Raises
    ------
    BadInput : no known reading; names not unique; an input without sensitivities; lengths that differ;
        an uncertainty or sensitivity that is negative or unknown at a reading in the sum

    Notes
    -----
    common:       u_j(Y) = |sum_h c_jh u_jh|   (signed sensitivities: opposite effects may cancel)
    independent:  u_j(Y) = sqrt(sum_h (c_jh u_jh)^2)
    u_c^2(Y) = sum_j u_j^2(Y)
    Sums are exactly rounded (``math.fsum``): they do not depend on the order of the readings.
    Missing readings are left out of the sum, not counted as zero: substitution is a decision taken before.

    References
    ----------
    JCGM 100:2008, 5.2.2 with note 1 (r = 1), F.1.2.3; JJF 1059.1-2012, 4.4.4
    """
    y = np.atleast_1d(np.asarray(values, dtype=np.float64))
    known = ~np.isnan(y)
    _refuse(y, known, components)
    effects = {name: _fitted(s, y.size, f"sensitivities[{name}]") for name, s in sensitivities.items()}
    lines, covered = [], {name: np.zeros(y.size, dtype=bool) for name in effects}
    for component in components:
        if component.input not in effects:
            raise BadInput(
                "no sensitivities for this input",
                field=f"{component.name}.input",
                found=component.input,
                expected=" or ".join(sorted(effects)) or "an input of the series",
            )
        acts = known & _mask(component, y.size)
        covered[component.input] |= acts
        lines.append(_contribution(component, effects[component.input], acts, scale))
    result = combine(math.fsum(y[known]) * scale, unit, lines, p=p, k=k)
    bare = {name: known & ~c & (effects[name] != 0) for name, c in covered.items()}
    uncovered = {name: int(mask.sum()) for name, mask in bare.items() if mask.any()}
    return Total(result, int(known.sum()), int((~known).sum()), uncovered)


def _refuse(y: Array, known: Mask, components: Sequence[Component]) -> None:
    if y.ndim != 1:
        raise BadInput("a series has one dimension", field="values", found=f"{y.ndim} dimensions")
    if not known.any():
        raise BadInput("no known reading: the sum is unknown, not zero", field="values")
    if np.isinf(y).any():
        raise BadInput("a reading is infinite", field="values", row=int(np.argmax(np.isinf(y))))
    names = [c.name for c in components]
    twice = sorted({n for n in names if names.count(n) > 1})
    problems = [Problem("two components of one name", n, remedy="one error is one component") for n in twice]
    problems += [
        Problem("unknown kind", f"{c.name}.kind", found=str(c.kind), expected="common or independent")
        for c in components
        if c.kind not in ("common", "independent")
    ]
    if problems:
        raise BadInput(problems)


def _contribution(component: Component, sensitivity: Array, acts: Mask, scale: float) -> Contribution:
    u = _fitted(component.u, acts.size, f"{component.name}.u")[acts]
    c = sensitivity[acts]
    for what, wrong in (("u", ~(np.isfinite(u) & (u >= 0))), ("sensitivity", ~np.isfinite(c))):
        if wrong.any():
            row = int(np.flatnonzero(acts)[np.argmax(wrong)])
            raise BadInput(
                "unknown or negative at a reading in the sum",
                field=f"{component.name}.{what}",
                row=row,
                remedy="unknown is not zero: state an enlargement or take the reading out",
            )
    steps = c * u * scale
    common = component.kind == "common"
    effect = math.fsum(steps) if common else None
    size = abs(effect) if effect is not None else math.sqrt(math.fsum(steps**2))
    return Contribution(
        component.name,
        size,
        component.dof,
        component.input,
        component.kind,
        readings=int(acts.sum()),
        effect=effect,
    )


def _mask(component: Component, size: int) -> Mask:
    if component.mask is None:
        return np.ones(size, dtype=bool)
    mask = np.asarray(component.mask)
    if mask.dtype != np.bool_ or mask.shape != (size,):
        raise BadInput(
            "a mask is one truth value per reading",
            field=f"{component.name}.mask",
            expected=f"{size} booleans",
        )
    return mask


def _fitted(values: ArrayLike, size: int, field: str) -> Array:
    array = np.asarray(values, dtype=np.float64)
    if array.shape not in ((), (1,), (size,)):
        raise BadInput(
            "length differs from the series", field=field, found=str(array.shape), expected=f"{size} values"
        )
    return np.broadcast_to(array, (size,))
