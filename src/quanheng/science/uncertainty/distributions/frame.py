"""What every distribution answers, the checks of its keys, and the constant, which has none."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import Any, ClassVar, TypeAlias

import numpy as np
from numpy.typing import NDArray

from quanheng.errors import BadInput

Array: TypeAlias = NDArray[np.float64]
LARGEST = 1e150  # squares of what is taken stay finite


def number(value: object, field: str, *, above: float = -math.inf, least: float = -math.inf) -> float:
    """A finite number within bounds; BadInput with the field otherwise."""
    if isinstance(value, bool) or not isinstance(value, int | float | np.floating | np.integer):
        raise BadInput("not a number", field=field, found=str(value)[:60], expected="a number")
    try:
        x = float(value)
    except OverflowError:
        x = math.inf
    if not math.isfinite(x):
        raise BadInput("not a finite number", field=field, found=str(value)[:60])
    if abs(x) > LARGEST:
        raise BadInput("too large a number", field=field, found=str(value)[:60], expected=f"<= {LARGEST:g}")
    if not (x > above and x >= least):
        bound = f"> {above:g}" if above > -math.inf else f">= {least:g}"
        raise BadInput("out of range", field=field, found=str(value), expected=bound)
    return x


def numbers(value: object, field: str, least: int) -> tuple[float, ...]:
    """A list of finite numbers; BadInput with the place of the first that is none."""
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if not isinstance(value, list | tuple):
        raise BadInput("not a list of numbers", field=field, found=str(value)[:60])
    if len(value) < least:
        raise BadInput("too few numbers", field=field, found=str(len(value)), expected=f"at least {least}")
    return tuple(number(x, f"{field}[{i}]") for i, x in enumerate(value))


@dataclass(frozen=True)
class Distribution:
    """The base of all: the checks run when one is made, with the name of the wrong key as field."""

    kind: ClassVar[str] = ""

    def __post_init__(self) -> None:
        self._check()

    def _check(self) -> None:
        raise NotImplementedError

    def _set(self, **checked: Any) -> None:
        for name, value in checked.items():
            object.__setattr__(self, name, value)

    @property
    def estimate(self) -> float:
        """Expectation, in the unit of the input."""
        raise NotImplementedError

    @property
    def u(self) -> float:
        """Standard uncertainty for the law of propagation, in the unit of the input."""
        raise NotImplementedError

    @property
    def freedom(self) -> float:
        """Degrees of freedom of u; infinite where the distribution is taken as known."""
        return math.inf

    def draw(self, rng: np.random.Generator, size: int) -> Array:
        """Independent draws, in the unit of the input."""
        raise NotImplementedError

    def quantile(self, p: Array) -> Array | None:
        """The value below which lies probability p; None where no correlation can be built on it."""
        return None


def keys(cls: type[Distribution]) -> tuple[str, ...]:
    """The keys of a distribution in the budget file."""
    return tuple(one.name for one in fields(cls))


@dataclass(frozen=True)
class Constant(Distribution):
    """A number without uncertainty, such as a conversion that holds by definition."""

    kind: ClassVar[str] = "constant"
    constant: float

    def _check(self) -> None:
        self._set(constant=number(self.constant, "constant"))

    @property
    def estimate(self) -> float:
        return self.constant

    @property
    def u(self) -> float:
        return 0.0

    def draw(self, rng: np.random.Generator, size: int) -> Array:
        return np.full(size, self.constant)
