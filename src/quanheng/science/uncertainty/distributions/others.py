"""Exponential, gamma and discrete distributions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy import special

from quanheng.errors import BadInput
from quanheng.science.uncertainty.distributions.frame import Array, Distribution, number, numbers


@dataclass(frozen=True)
class Exponential(Distribution):
    """Exponential with its mean (JCGM 101 6.4.10): u = mean."""

    kind: ClassVar[str] = "exponential"
    mean: float

    def _check(self) -> None:
        self._set(mean=number(self.mean, "mean", above=0))

    @property
    def estimate(self) -> float:
        return self.mean

    @property
    def u(self) -> float:
        return self.mean

    def draw(self, rng: np.random.Generator, size: int) -> Array:
        return rng.exponential(self.mean, size)

    def quantile(self, p: Array) -> Array:
        return -self.mean * np.log1p(-p)


@dataclass(frozen=True)
class Gamma(Distribution):
    """Gamma with shape and scale (JCGM 101 6.4.11 for counts): mean = shape scale, u = sqrt(shape) scale."""

    kind: ClassVar[str] = "gamma"
    shape: float
    scale: float

    def _check(self) -> None:
        self._set(shape=number(self.shape, "shape", above=0), scale=number(self.scale, "scale", above=0))

    @property
    def estimate(self) -> float:
        return self.shape * self.scale

    @property
    def u(self) -> float:
        return math.sqrt(self.shape) * self.scale

    def draw(self, rng: np.random.Generator, size: int) -> Array:
        return rng.gamma(self.shape, self.scale, size)

    def quantile(self, p: Array) -> Array:
        return self.scale * np.asarray(special.gammaincinv(self.shape, p), dtype=np.float64)


@dataclass(frozen=True)
class Discrete(Distribution):
    """A few values with their probabilities."""

    kind: ClassVar[str] = "discrete"
    values: Sequence[float]
    probabilities: Sequence[float]

    def _check(self) -> None:
        values = numbers(self.values, "values", least=1)
        chances = numbers(self.probabilities, "probabilities", least=1)
        if len(values) != len(chances):
            raise BadInput(
                "one probability for each value", field="probabilities", found=str(len(chances)), expected=str(len(values))
            )  # fmt: skip
        for i, chance in enumerate(chances):
            number(chance, f"probabilities[{i}]", least=0)
        total = math.fsum(chances)
        if abs(total - 1) > 1e-9:
            raise BadInput(
                "probabilities must sum to 1", field="probabilities", found=f"{total:.10g}", expected="1"
            )
        self._set(values=values, probabilities=tuple(chance / total for chance in chances))

    @property
    def estimate(self) -> float:
        return math.fsum(p * x for p, x in zip(self.probabilities, self.values, strict=True))

    @property
    def u(self) -> float:
        mean = self.estimate
        pairs = zip(self.probabilities, self.values, strict=True)
        return math.sqrt(math.fsum(p * (x - mean) ** 2 for p, x in pairs))

    def draw(self, rng: np.random.Generator, size: int) -> Array:
        steps = np.cumsum(self.probabilities)
        places = np.searchsorted(steps, rng.random(size), side="right")
        return np.asarray(self.values)[np.minimum(places, len(self.values) - 1)]
