"""The difference of two sums that may share errors, and whether it is within its own uncertainty."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from quanheng.errors import BadInput
from quanheng.science.uncertainty.result import Contribution, Result, combine


@dataclass(frozen=True, slots=True)
class Difference:
    """First minus second, with its uncertainty; shared: identities of errors that act in both.

    ratio: |d|/U(d), the form of an E_n number; inf where U is zero and d is not.
    """

    result: Result
    shared: tuple[str, ...]

    @property
    def ratio(self) -> float:
        d, expanded = abs(self.result.value), self.result.U
        return d / expanded if expanded else (0.0 if d == 0 else float("inf"))

    @property
    def agrees(self) -> bool:
        """|d| <= U(d): no difference was found, which is not to say that there is none."""
        return self.ratio <= 1


def difference(
    first: Result,
    second: Result,
    *,
    identity: Callable[[Contribution], str] = lambda c: c.name,
    more: Sequence[Contribution] = (),
    k: float = 2.0,
) -> Difference:
    """Subtract two results of one quantity, counting an error that acts in both only by what it leaves.

    Parameters
    ----------
    first, second : in the same unit
    identity : what makes two contributions one and the same error (the same certificate, for instance)
    more : contributions of the comparison itself, in the unit of the results
    k : laid-down coverage factor

    Returns
    -------
    Difference

    Raises
    ------
    BadInput : units that differ

    Notes
    -----
    d = y_1 - y_2;  a common error of both sides acts by |e_1 - e_2| with its signed effects e; everything else is
    independent: u^2(d) = Σ_shared (e_1 - e_2)^2 + Σ_other u^2
    An independent error has no common sign; where both sides have it, it is taken as drawn twice.

    References
    ----------
    JCGM 100:2008, 5.2.2 with F.1.2.3; the ratio as E_n in ISO/IEC 17043, B.4.1.1, with U(d) of the difference
    """
    if first.unit != second.unit:
        raise BadInput("results of different units", found=f"{first.unit}, {second.unit}")
    sides = (_effects(first, identity), _effects(second, identity))
    shared = tuple(sorted(set(sides[0]) & set(sides[1])))
    lines = [
        Contribution(f"1: {c.name}", c.u, c.dof, c.input, c.kind)
        for c in first.contributions
        if identity(c) not in shared or c.effect is None
    ]
    lines += [
        Contribution(f"2: {c.name}", c.u, c.dof, c.input, c.kind)
        for c in second.contributions
        if identity(c) not in shared or c.effect is None
    ]
    for name in shared:
        left = sides[0][name] - sides[1][name]
        lines.append(Contribution(name, abs(left), kind="common", effect=left))
    return Difference(combine(first.value - second.value, first.unit, [*lines, *more], k=k), shared)


def _effects(result: Result, identity: Callable[[Contribution], str]) -> dict[str, float]:
    """Signed effects by identity; one error that acts on two inputs of a side adds up with its signs."""
    found: dict[str, float] = {}
    for c in result.contributions:
        if c.effect is not None:
            found[identity(c)] = found.get(identity(c), 0.0) + c.effect
    return found
