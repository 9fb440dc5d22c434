"""Distributions between two limits: what is known of an input is where it cannot be."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from quanheng.errors import BadInput
from quanheng.science.uncertainty.distributions.draws import tangent
from quanheng.science.uncertainty.distributions.frame import Array, Distribution, number


@dataclass(frozen=True)
class Bounded(Distribution):
    """Between two limits."""

    lower: float
    upper: float

    def _check(self) -> None:
        self._set(lower=number(self.lower, "lower"), upper=number(self.upper, "upper"))
        if not self.lower < self.upper:
            raise BadInput(
                "the lower limit must lie below the upper", field="lower", found=f"{self.lower:g} and {self.upper:g}"
            )  # fmt: skip
        if not math.isfinite(self.upper - self.lower):
            raise BadInput("limits too far apart", field="upper", found=f"{self.upper:g}")

    @property
    def width(self) -> float:
        return self.upper - self.lower

    @property
    def middle(self) -> float:
        return self.lower + self.width / 2

    @property
    def estimate(self) -> float:
        return self.middle


@dataclass(frozen=True)
class Rectangular(Bounded):
    """Rectangular (JCGM 101 6.4.2): u = (b - a)/sqrt(12)."""

    kind: ClassVar[str] = "rectangular"

    @property
    def u(self) -> float:
        return self.width / math.sqrt(12)

    def draw(self, rng: np.random.Generator, size: int) -> Array:
        x = rng.random(size)
        x *= self.width
        x += self.lower
        return x

    def quantile(self, p: Array) -> Array:
        return self.lower + self.width * p


@dataclass(frozen=True)
class Triangular(Bounded):
    """Triangular (JCGM 101 6.4.5 for the mode in the middle), with any mode between the limits."""

    kind: ClassVar[str] = "triangular"
    mode: float | None = None

    def _check(self) -> None:
        super()._check()
        mode = self.middle if self.mode is None else number(self.mode, "mode")
        if not self.lower <= mode <= self.upper:
            raise BadInput("the mode must lie between the limits", field="mode", found=f"{mode:g}")
        self._set(mode=mode)

    @property
    def _rise(self) -> float:
        """Part of the probability that lies below the mode."""
        assert self.mode is not None
        return (self.mode - self.lower) / self.width

    @property
    def estimate(self) -> float:
        return self.lower + self.width * (1 + self._rise) / 3

    @property
    def u(self) -> float:
        c = self._rise
        return self.width * math.sqrt((1 - c + c * c) / 18)

    def draw(self, rng: np.random.Generator, size: int) -> Array:
        return self.quantile(rng.random(size))

    def quantile(self, p: Array) -> Array:
        c = self._rise
        fraction = np.where(p < c, np.sqrt(c * p), 1 - np.sqrt((1 - c) * (1 - p)))
        return self.lower + self.width * fraction


@dataclass(frozen=True)
class Trapezoidal(Bounded):
    """Symmetric trapezoid; beta is its top width over its base width (JCGM 101 6.4.4).

    u^2 = (b - a)^2 (1 + beta^2)/24
    """

    kind: ClassVar[str] = "trapezoidal"
    beta: float

    def _check(self) -> None:
        super()._check()
        self._set(beta=number(self.beta, "beta", least=0))
        if self.beta > 1:
            raise BadInput("out of range", field="beta", found=f"{self.beta:g}", expected="0 to 1")

    @property
    def u(self) -> float:
        return self.width * math.sqrt((1 + self.beta**2) / 24)

    def draw(self, rng: np.random.Generator, size: int) -> Array:
        half = self.width / 2
        return self.lower + half * ((1 + self.beta) * rng.random(size) + (1 - self.beta) * rng.random(size))

    def quantile(self, p: Array) -> Array:
        low, flank = np.minimum(p, 1 - p), (1 - self.beta) / 2
        slope = np.sqrt(low * flank * (1 + self.beta))
        fraction = np.where(low < flank / (1 + self.beta), slope, low * (1 + self.beta) / 2 + flank / 2)
        return self.lower + self.width * np.where(p < 0.5, fraction, 1 - fraction)


@dataclass(frozen=True)
class Arcsine(Bounded):
    """Arc sine, U-shaped (JCGM 101 6.4.6): u = (b - a)/sqrt(8)."""

    kind: ClassVar[str] = "arcsine"

    @property
    def u(self) -> float:
        return self.width / math.sqrt(8)

    def draw(self, rng: np.random.Generator, size: int) -> Array:
        x = tangent(rng, size)
        square = x * x
        square += 1
        x /= square
        x *= self.width
        x += self.estimate
        return x

    def quantile(self, p: Array) -> Array:
        return self.estimate + self.width / 2 * np.sin(np.pi * (p - 0.5))


@dataclass(frozen=True)
class CurvilinearTrapezoid(Bounded):
    """A rectangle whose limits are known only within ± d (JCGM 101 6.4.3): u^2 = (b - a)^2/12 + d^2/9."""

    kind: ClassVar[str] = "curvilinear_trapezoid"
    half_width_of_limits: float

    def _check(self) -> None:
        super()._check()
        field = "half_width_of_limits"
        d = number(self.half_width_of_limits, field, above=0)
        if d >= self.width / 2:
            raise BadInput(
                "the limits must not cross", field=field, found=f"{d:g}", expected=f"< {self.width / 2:g}"
            )
        self._set(half_width_of_limits=d)

    @property
    def u(self) -> float:
        return math.sqrt(self.width**2 / 12 + self.half_width_of_limits**2 / 9)

    def draw(self, rng: np.random.Generator, size: int) -> Array:
        half = rng.random(size)  # of the rectangle whose limits these are, half from the middle
        half *= 2 * self.half_width_of_limits
        half += self.width / 2 - self.half_width_of_limits
        x = rng.random(size)
        x *= 2
        x -= 1
        x *= half
        x += self.estimate
        return x
