"""Writes numbers, quantities, dates and identifiers the way the house writes them, in Chinese or English.

Pure functions over values; what they return is plain text. It rounds only where it is asked to, once, at the
end, by GB/T 8170 (half to even). Templates reach it through `templatetags/qh.py`; this file makes no HTML.
"""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import NamedTuple

NBSP = "\u00a0"
MINUS = "\u2212"
DASH = "—"
UNKNOWN = {"zh": "未知", "en": "unknown"}
WEEKDAYS = {
    "zh": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)  # fmt: skip

Number = int | float | str | Decimal


class Quantity(NamedTuple):
    """The printed parts of a result: value and U end at the same decimal."""

    value: str
    expanded: str
    unit: str
    factor: str


def short_language(code: str | None) -> str:
    """`en` for every kind of English, else `zh`: the two languages of the interface."""
    return "en" if (code or "").lower().startswith("en") else "zh"


def to_decimal(value: Number) -> Decimal:
    """An exact decimal; a float by its shortest text, so that 0.1 stays 0.1."""
    if isinstance(value, Decimal):
        return value
    try:
        return Decimal(repr(value) if isinstance(value, float) else str(value).strip())
    except InvalidOperation as problem:
        raise ValueError(f"not a number: {value!r}") from problem


def rounded(value: Decimal, exponent: int) -> Decimal:
    """`value` at 10**exponent by GB/T 8170 3.2: half to even."""
    step = Decimal(1).scaleb(exponent)
    return (value / step).quantize(Decimal(1), rounding=ROUND_HALF_EVEN) * step


def number(value: Number | None, places: int | None = None, signed: bool = False) -> str:
    """A number in groups of three with a no-break space and a true minus.

    Not measured (None) is a dash. Whole digits are grouped from four on, decimals from five on, as in
    `1 416`, `0.5467`, `0.000 72`. `signed` always shows + or −, as errors and differences need.
    """
    if value is None or value == "":
        return DASH
    exact = to_decimal(value)
    if not exact.is_finite():
        raise ValueError(f"not a finite number: {value!r}")
    if places is not None:
        exact = rounded(exact, -places)
    text = f"{abs(exact):f}"
    whole, _, decimals = text.partition(".")
    if places:
        decimals = decimals.ljust(places, "0")
    body = _grouped_whole(whole) + (f".{_grouped_decimals(decimals)}" if decimals else "")
    return _sign(exact, signed) + body


def _sign(value: Decimal, signed: bool) -> str:
    if value < 0:
        return MINUS
    return "+" if signed and value > 0 else ""


def _grouped_whole(digits: str) -> str:
    if len(digits) < 4:
        return digits
    head = len(digits) % 3 or 3
    return NBSP.join([digits[:head], *(digits[i : i + 3] for i in range(head, len(digits), 3))])


def _grouped_decimals(digits: str) -> str:
    if len(digits) < 5:
        return digits
    return NBSP.join(digits[i : i + 3] for i in range(0, len(digits), 3))


def last_decimal(expanded: Decimal, digits: int = 2) -> int:
    """The exponent at which U with `digits` significant digits ends, also when rounding carries (0.0996 → 0.10)."""
    exponent = expanded.adjusted() - digits + 1
    carried = rounded(expanded, exponent)
    return carried.adjusted() - digits + 1


def quantity(
    value: Number | None,
    expanded: Number | None = None,
    unit: str = "",
    k: Number | None = None,
    digits: int | None = 2,
) -> Quantity:
    """Value and expanded uncertainty, ending at the same decimal (JJF 1059.1-2012, 5.3.8).

    `digits` is the number of significant digits of U, 1 or 2; `digits=None` prints both as they are given,
    for results that were rounded when they were published. Without U the value is printed as given.
    """
    factor = "" if k is None else number(k)
    if value is None or value == "":
        return Quantity(DASH, "", unit, "")
    if expanded is None or expanded == "":
        return Quantity(number(value), "", unit, factor)
    exact, u = to_decimal(value), to_decimal(expanded)
    if u < 0:
        raise ValueError(f"an expanded uncertainty cannot be negative: {expanded!r}")
    if digits is None or u == 0:
        return Quantity(number(exact), number(u), unit, factor)
    end = last_decimal(u, digits)
    places = max(0, -end)
    return Quantity(number(rounded(exact, end), places), number(rounded(u, end), places), unit, factor)


def percent(fraction: Number | None) -> str:
    """A fraction (0.905) as a percentage with one decimal; what would round to nothing as `< 0.1%`; nothing is `0%`."""
    if fraction is None or fraction == "":
        return DASH
    share = to_decimal(fraction) * 100
    if share == 0:
        return "0%"
    if rounded(share, -1) == 0:
        return f"<{NBSP}0.1%" if share > 0 else f">{NBSP}{MINUS}0.1%"
    return f"{number(share, 1)}%"


def date(day: dt.date | None, language: str = "zh", with_year: bool = True) -> str:
    """2026年11月21日, or 21 November 2026; without the year only inside one list of the current year."""
    if day is None:
        return DASH
    if language == "en":
        text = f"{day.day}{NBSP}{MONTHS[day.month - 1]}"
        return f"{text} {day.year}" if with_year else text
    text = f"{day.month}月{day.day}日"
    return f"{day.year}年{text}" if with_year else text


def weekday(day: dt.date | None, language: str = "zh") -> str:
    """周五, or Friday."""
    return DASH if day is None else WEEKDAYS[language][day.weekday()]


def clock_time(moment: dt.datetime | dt.time | None) -> str:
    """10:26, 24 hours."""
    return DASH if moment is None else f"{moment:%H:%M}"


def hash12(digest: str | None) -> str:
    """The first 12 digits of a hash in three groups of four, as they are read aloud: 9f3c 71ae 04d2."""
    text = (digest or "").removeprefix("sha256:").lower()[:12]
    return NBSP.join(text[i : i + 4] for i in range(0, len(text), 4)) or DASH


def size(count: int | None, language: str = "zh") -> str:
    """A file size in bytes, kB or MB (powers of 1000) with at most one decimal."""
    if count is None:
        return DASH
    if count < 1000:
        return f"{count} {'bytes' if language == 'en' else '字节'}"
    if count < 999_500:
        return f"{round(count / 1000)}{NBSP}kB"
    if count < 999_950_000:
        return f"{number(round(count / 1e6, 1), 1)}{NBSP}MB"
    return f"{number(round(count / 1e9, 1), 1)}{NBSP}GB"


def masked(text: str | None, kind: str = "") -> str:
    """Personal data with the middle hidden. Kinds: name, phone, id, email; anything else keeps first and last."""
    value = (text or "").strip()
    if not value:
        return DASH
    if kind == "name":
        return value[0] + "*" * max(1, len(value) - 1)
    if kind == "email" and "@" in value:
        name, _, host = value.partition("@")
        return f"{name[:1]}***@{host}"
    head, tail = {"phone": (3, 4), "id": (3, 2)}.get(kind, (1, 1))
    if len(value) <= head + tail:
        return value[0] + "*" * max(1, len(value) - 1)
    return value[:head] + "*" * (len(value) - head - tail) + value[-tail:]
