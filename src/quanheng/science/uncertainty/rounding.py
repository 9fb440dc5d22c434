"""Rounding and printing of results: GB/T 8170 in exact decimal arithmetic, once, at the end.

Binary floats enter by their shortest decimal text, so 0.35 is 0.35 and not its neighbour in base two.
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, ROUND_UP, Decimal, InvalidOperation, localcontext
from fractions import Fraction

from quanheng.errors import BadInput

Number = Decimal | int | float | str

NO_BREAK_SPACE = "\u00a0"
MINUS = "\u2212"
_DIGITS = 60  # working precision: far beyond any printed result, so that quantize cannot fail or round twice


def to_decimal(value: Number) -> Decimal:
    """The number as a finite Decimal; a float by its shortest decimal text.

    Raises BadInput if the text is no number, or the number is not finite (unknown is never printed as zero).
    """
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise BadInput("not a number", field="value", found=str(value), expected="a decimal number") from None
    if not number.is_finite():
        raise BadInput("not a finite number", field="value", found=str(value), expected="a finite number")
    return number


def round_to_place(value: Number, place: int) -> Decimal:
    """Round half to even to the decimal place 10**place (place -2: hundredths, 1: tens).

    References: GB/T 8170-2008, 3.2 (rules) and 3.3 (no rounding in steps)
    """
    with localcontext() as ctx:
        ctx.prec = _DIGITS
        rounded = to_decimal(value).quantize(Decimal(1).scaleb(place), rounding=ROUND_HALF_EVEN)
    return rounded if rounded else abs(rounded)


def round_to_step(value: Number, step: Number) -> Decimal:
    """Round to a whole multiple of a rounding interval (修约间隔), half to the even multiple.

    Parameters
    ----------
    value, step : in the same unit; step > 0 (for instance 0.2 or 0.5)

    Raises
    ------
    BadInput : step not positive

    Notes
    -----
    The quotient is taken as an exact fraction, so a value in the middle is recognised as such.

    References
    ----------
    GB/T 8170-2008, 3.4 (intervals of 0.5 and 0.2 units)
    """
    interval = to_decimal(step)
    if interval <= 0:
        raise BadInput("rounding interval must be positive", field="step", found=str(step), expected="> 0")
    multiple = round(Fraction(to_decimal(value)) / Fraction(interval))
    with localcontext() as ctx:
        ctx.prec = _DIGITS
        return multiple * interval


def round_uncertainty(U: Number, significant: int = 2, *, up: bool = False) -> Decimal:
    """Round an expanded uncertainty to significant digits.

    Parameters
    ----------
    U : expanded uncertainty, > 0
    significant : 1 or 2 in a reported result; 3 only for intermediate results
    up : always away from zero (allowed by JJF 1059.1 where a report must not understate)

    Returns
    -------
    Decimal whose exponent is the place to which the value must be rounded

    Raises
    ------
    BadInput : U not positive, or another number of digits

    References
    ----------
    JCGM 100:2008, 7.2.6; JJF 1059.1-2012, 5.3.8
    """
    number = to_decimal(U)
    if number <= 0:
        raise BadInput("uncertainty must be positive to be printed", field="U", found=str(U), expected="> 0")
    if significant not in (1, 2, 3):
        raise BadInput(
            "digits of an uncertainty", field="significant", found=str(significant), expected="1, 2 or 3"
        )
    place = number.adjusted() - significant + 1
    with localcontext() as ctx:
        ctx.prec = _DIGITS
        rounded = number.quantize(Decimal(1).scaleb(place), rounding=ROUND_UP if up else ROUND_HALF_EVEN)
        if rounded.adjusted() > number.adjusted():  # 0.0996 became 0.100: a power of ten, one digit too long
            rounded = rounded.quantize(Decimal(1).scaleb(place + 1))
    return rounded


def round_result(value: Number, U: Number, significant: int = 2) -> tuple[Decimal, Decimal]:
    """Value and expanded uncertainty, ending at the same decimal place.

    References: JCGM 100:2008, 7.2.6; JJF 1059.1-2012, 5.3.8; GB/T 8170-2008
    """
    uncertainty = round_uncertainty(U, significant)
    exponent = uncertainty.as_tuple().exponent
    assert isinstance(exponent, int)  # finite by construction
    return round_to_place(value, exponent), uncertainty


def group_digits(value: Number, *, signed: bool = False) -> str:
    """The number in print: groups of three from four digits on, no-break spaces, a true minus.

    ``signed`` shows the plus too (errors, corrections, differences); zero never bears a sign.

    References: GB 3101-1993, 3.3 (groups of three, no comma)
    """
    number = to_decimal(value)
    whole, _, fraction = format(abs(number), "f").partition(".")
    sign = MINUS if number < 0 else "+" if signed and number > 0 else ""
    return sign + _grouped_from_right(whole) + ("." + _grouped_from_left(fraction) if fraction else "")


def format_result(value: Number, U: Number, unit: str = "", *, significant: int = 2) -> str:
    """``value ± U unit`` as printed: both to the same place, the unit once, after U."""
    rounded, uncertainty = round_result(value, U, significant)
    tail = NO_BREAK_SPACE + unit if unit else ""
    return f"{group_digits(rounded)}{NO_BREAK_SPACE}±{NO_BREAK_SPACE}{group_digits(uncertainty)}{tail}"


def _grouped_from_left(digits: str) -> str:
    return NO_BREAK_SPACE.join(digits[i : i + 3] for i in range(0, len(digits), 3))


def _grouped_from_right(digits: str) -> str:
    return _grouped_from_left(digits[::-1])[::-1]
