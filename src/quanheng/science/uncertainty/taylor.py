"""Exact derivatives: numbers that carry the first three Taylor coefficients along many directions at once.

A model evaluated with such numbers gives f, and its first, second and third derivatives along each direction, to
rounding error: nothing is differenced. It is not a symbolic algebra: no formula of a derivative is ever formed.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]
Derivatives: TypeAlias = tuple[Any, Any, Any, Any]  # f, f', f'', f''' at a point

LARGEST_PRODUCT = 64  # up to this whole exponent a power is a product, defined at zero and below


class Taylor:
    """f(x + h d) = c0 + c1 h + c2 h^2 + c3 h^3 for each of several directions d; coefficients are arrays."""

    __slots__ = ("c0", "c1", "c2", "c3")

    def __init__(self, c0: Any, c1: Any, c2: Any = 0.0, c3: Any = 0.0) -> None:
        self.c0, self.c1, self.c2, self.c3 = c0, c1, c2, c3

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        """NumPy's functions in a Python model (`np.exp(x)`) find their derivatives here."""
        known = _UFUNCS.get(ufunc)
        if known is None or method != "__call__" or options:
            return NotImplemented
        return known(*inputs)

    def __neg__(self) -> Taylor:
        return Taylor(-self.c0, -self.c1, -self.c2, -self.c3)

    def __pos__(self) -> Taylor:
        return self

    def __add__(self, other: Any) -> Taylor:
        return _plus(self, other)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Taylor:
        return _plus(self, -other)

    def __rsub__(self, other: Any) -> Taylor:
        return _plus(-self, other)

    def __mul__(self, other: Any) -> Taylor:
        return _times(self, other)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Taylor:
        return _times(self, _inverse(other) if isinstance(other, Taylor) else 1 / np.float64(other))

    def __rtruediv__(self, other: Any) -> Taylor:
        return _times(_inverse(self), other)

    def __pow__(self, exponent: Any) -> Any:
        return power(self, exponent)

    def __rpow__(self, base: Any) -> Any:
        return power(base, self)

    def __abs__(self) -> Any:
        return FUNCTIONS["abs"](self)


def _plus(a: Taylor, b: Any) -> Taylor:
    if isinstance(b, Taylor):
        return Taylor(a.c0 + b.c0, a.c1 + b.c1, a.c2 + b.c2, a.c3 + b.c3)
    return Taylor(a.c0 + b, a.c1, a.c2, a.c3)


def _times(a: Taylor, b: Any) -> Taylor:
    if not isinstance(b, Taylor):
        return Taylor(a.c0 * b, a.c1 * b, a.c2 * b, a.c3 * b)
    return Taylor(
        a.c0 * b.c0,
        a.c0 * b.c1 + a.c1 * b.c0,
        a.c0 * b.c2 + a.c1 * b.c1 + a.c2 * b.c0,
        a.c0 * b.c3 + a.c1 * b.c2 + a.c2 * b.c1 + a.c3 * b.c0,
    )


def _chain(x: Taylor, f: Derivatives) -> Taylor:
    """The chain rule to third order (Faà di Bruno); along a direction in which x stands still, f does too."""
    still = (x.c1 == 0) & (x.c2 == 0) & (x.c3 == 0)
    return Taylor(
        f[0],
        np.where(still, 0.0, f[1] * x.c1),
        np.where(still, 0.0, f[1] * x.c2 + f[2] / 2 * x.c1**2),
        np.where(still, 0.0, f[1] * x.c3 + f[2] * x.c1 * x.c2 + f[3] / 6 * x.c1**3),
    )


def _inverse(x: Taylor) -> Taylor:
    r = 1 / x.c0
    return _chain(x, (r, -(r**2), 2 * r**3, -6 * r**4))


def power(base: Any, exponent: Any) -> Any:
    """base ** exponent for numbers, arrays and Taylor numbers.

    A constant whole exponent up to 64 in magnitude is carried out as a product, so that x**2 has its derivatives at
    zero and below; any other exponent is taken with a positive base only where the derivative needs it.
    """
    if not isinstance(exponent, Taylor):
        if np.ndim(exponent) == 0:
            number = float(exponent)
            if number.is_integer() and abs(number) <= LARGEST_PRODUCT:
                return _whole_power(base, int(number))
        if not isinstance(base, Taylor):
            return np.power(base, exponent)
        a, x = exponent, base.c0
        f = (x**a, a * x ** (a - 1), a * (a - 1) * x ** (a - 2), a * (a - 1) * (a - 2) * x ** (a - 3))
        return _chain(base, f)
    return FUNCTIONS["exp"](FUNCTIONS["log"](base) * exponent)


def _whole_power(base: Any, n: int) -> Any:
    if n < 0:
        return 1 / _whole_power(base, -n)
    result: Any = None
    while n:
        if n & 1:
            result = base if result is None else result * base
        base, n = (base * base if n > 1 else base), n >> 1
    return np.float64(1.0) if result is None else result


def _sqrt(x: Any) -> Derivatives:
    r = np.sqrt(x)
    return r, 0.5 / r, -0.25 / (r * x), 0.375 / (r * x * x)


def _exp(x: Any) -> Derivatives:
    e = np.exp(x)
    return e, e, e, e


def _log(x: Any) -> Derivatives:
    return np.log(x), 1 / x, -1 / x**2, 2 / x**3


def _log10(x: Any) -> Derivatives:
    one = 1 / math.log(10)
    return np.log10(x), one / x, -one / x**2, 2 * one / x**3


def _sin(x: Any) -> Derivatives:
    s, c = np.sin(x), np.cos(x)
    return s, c, -s, -c


def _cos(x: Any) -> Derivatives:
    s, c = np.sin(x), np.cos(x)
    return c, -s, -c, s


def _tan(x: Any) -> Derivatives:
    t = np.tan(x)
    w = 1 + t * t
    return t, w, 2 * t * w, 2 * w * (1 + 3 * t * t)


def _asin(x: Any) -> Derivatives:
    r = 1 / np.sqrt(1 - x * x)
    return np.arcsin(x), r, x * r**3, (1 + 2 * x * x) * r**5


def _acos(x: Any) -> Derivatives:
    _, f1, f2, f3 = _asin(x)
    return np.arccos(x), -f1, -f2, -f3


def _atan(x: Any) -> Derivatives:
    w = 1 / (1 + x * x)
    return np.arctan(x), w, -2 * x * w**2, (6 * x * x - 2) * w**3


def _sinh(x: Any) -> Derivatives:
    s, c = np.sinh(x), np.cosh(x)
    return s, c, s, c


def _cosh(x: Any) -> Derivatives:
    s, c = np.sinh(x), np.cosh(x)
    return c, s, c, s


def _tanh(x: Any) -> Derivatives:
    t = np.tanh(x)
    w = 1 - t * t
    return t, w, -2 * t * w, w * (6 * t * t - 2)


def _abs(x: Any) -> Derivatives:
    slope = np.where(x == 0, np.nan, np.sign(x))  # a kink has no derivative
    return np.abs(x), slope, 0.0 * slope, 0.0 * slope


def _function(plain: np.ufunc, derivatives: Callable[[Any], Derivatives]) -> Callable[[Any], Any]:
    def apply(x: Any) -> Any:
        return _chain(x, derivatives(x.c0)) if isinstance(x, Taylor) else plain(x)

    return apply


def _atan2(y: Any, x: Any) -> Any:
    """atan2 with the derivatives of atan(y/x) or, near x = 0, of -atan(x/y): they differ by a constant."""
    if not isinstance(y, Taylor) and not isinstance(x, Taylor):
        return np.arctan2(y, x)
    y0, x0 = getattr(y, "c0", y), getattr(x, "c0", x)
    flat = np.all(np.abs(x0) >= np.abs(y0))
    angle = FUNCTIONS["atan"](y / x) if flat else -FUNCTIONS["atan"](x / y)
    return Taylor(np.arctan2(y0, x0) + 0.0 * angle.c0, angle.c1, angle.c2, angle.c3)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "sqrt": _function(np.sqrt, _sqrt),
    "exp": _function(np.exp, _exp),
    "log": _function(np.log, _log),
    "log10": _function(np.log10, _log10),
    "sin": _function(np.sin, _sin),
    "cos": _function(np.cos, _cos),
    "tan": _function(np.tan, _tan),
    "asin": _function(np.arcsin, _asin),
    "acos": _function(np.arccos, _acos),
    "atan": _function(np.arctan, _atan),
    "atan2": _atan2,
    "sinh": _function(np.sinh, _sinh),
    "cosh": _function(np.cosh, _cosh),
    "tanh": _function(np.tanh, _tanh),
    "abs": _function(np.absolute, _abs),
}
ARITY = {name: 2 if name == "atan2" else 1 for name in FUNCTIONS}

_UFUNCS: dict[np.ufunc, Callable[..., Any]] = {
    np.add: lambda a, b: a + b if isinstance(a, Taylor) else b + a,
    np.subtract: lambda a, b: a - b if isinstance(a, Taylor) else b.__rsub__(a),
    np.multiply: lambda a, b: a * b if isinstance(a, Taylor) else b * a,
    np.true_divide: lambda a, b: a / b if isinstance(a, Taylor) else b.__rtruediv__(a),
    np.power: power,
    np.negative: lambda a: -a,
    np.positive: lambda a: a,
    np.square: lambda a: a * a,
    np.sqrt: FUNCTIONS["sqrt"],
    np.exp: FUNCTIONS["exp"],
    np.log: FUNCTIONS["log"],
    np.log10: FUNCTIONS["log10"],
    np.sin: FUNCTIONS["sin"],
    np.cos: FUNCTIONS["cos"],
    np.tan: FUNCTIONS["tan"],
    np.arcsin: FUNCTIONS["asin"],
    np.arccos: FUNCTIONS["acos"],
    np.arctan: FUNCTIONS["atan"],
    np.arctan2: FUNCTIONS["atan2"],
    np.sinh: FUNCTIONS["sinh"],
    np.cosh: FUNCTIONS["cosh"],
    np.tanh: FUNCTIONS["tanh"],
    np.absolute: FUNCTIONS["abs"],
}
