"""Normal and t distributions, and repeated readings, whose draws are t: location, scale, degrees of freedom."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from quanheng.science.uncertainty.distributions.draws import standard_normal, standard_t
from quanheng.science.uncertainty.distributions.frame import Array, Distribution, number, numbers


class Scaled(Distribution):
    """A normal or a t distribution: location and scale."""

    @property
    def core(self) -> tuple[float, float, float]:
        """Location, scale and degrees of freedom of what is drawn."""
        return self.estimate, self.u, self.freedom

    def draw(self, rng: np.random.Generator, size: int) -> Array:
        location, scale, dof = self.core
        x = standard_normal(rng, size) if math.isinf(dof) else standard_t(rng, dof, size)
        x *= scale
        x += location
        return x


@dataclass(frozen=True)
class Normal(Scaled):
    """Normal with mean and std; with degrees of freedom of std, draws are t (JCGM 101 6.4.7, 6.4.9)."""

    kind: ClassVar[str] = "normal"
    mean: float
    std: float
    dof: float = math.inf

    def _check(self) -> None:
        dof = self.dof if self.dof == math.inf else number(self.dof, "dof", above=0)
        self._set(mean=number(self.mean, "mean"), std=number(self.std, "std", least=0), dof=dof)

    @property
    def estimate(self) -> float:
        return self.mean

    @property
    def u(self) -> float:
        return self.std

    @property
    def freedom(self) -> float:
        return self.dof


@dataclass(frozen=True)
class StudentT(Scaled):
    """Scaled and shifted t. The Guide's u is the scale with its dof: the widening by dof is in k, not twice.

    References: JCGM 101:2008, 6.4.9 (its variance, scale^2 dof/(dof - 2), is what Monte Carlo finds)
    """

    kind: ClassVar[str] = "t"
    location: float
    scale: float
    dof: float

    def _check(self) -> None:
        self._set(
            location=number(self.location, "location"),
            scale=number(self.scale, "scale", least=0),
            dof=number(self.dof, "dof", above=0),
        )

    @property
    def estimate(self) -> float:
        return self.location

    @property
    def u(self) -> float:
        return self.scale

    @property
    def freedom(self) -> float:
        return self.dof


@dataclass(frozen=True)
class Readings(Scaled):
    """Repeated readings: mean, s/sqrt(n), n - 1; draws are t (JCGM 100 4.2, JCGM 101 6.4.9.2)."""

    kind: ClassVar[str] = "readings"
    readings: Sequence[float]

    def _check(self) -> None:
        self._set(readings=numbers(self.readings, "readings", least=2))

    @property
    def estimate(self) -> float:
        return math.fsum(self.readings) / len(self.readings)

    @property
    def u(self) -> float:
        n, mean = len(self.readings), self.estimate
        return math.sqrt(math.fsum((x - mean) ** 2 for x in self.readings) / (n - 1) / n)

    @property
    def freedom(self) -> float:
        return float(len(self.readings) - 1)
