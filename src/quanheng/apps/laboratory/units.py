"""Units of measurement at the edge: what a unit is in another one. Nothing is stored here.

A unit comes from a file or a form, so its text is held to a narrow grammar before the unit library reads it.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

import pint

from quanheng.errors import BadInput

SYMBOLS = {
    "%": "percent",
    "°C": "degC",
    "℃": "degC",
    "°F": "degF",
    "Nm³/h": "",  # a flow in the standard state is another quantity than the actual flow; N is no newton here
    "Nm3/h": "",
}
_ATOM = r"(?:[^\W\d]+|%|°[CF]|℃)(?:[23²³]|(?:\*\*|\^)-?\d)?"
_UNIT = re.compile(rf"^(?:1/)?{_ATOM}(?:\s*[/*·]\s*{_ATOM}){{0,5}}$")
_POWER = re.compile(r"(?<=[^\W\d])([23])(?!\d)")
_PLAIN = str.maketrans({"²": "2", "³": "3", "·": "*", "^": "**"})
LONGEST = 40


@cache
def _registry() -> pint.UnitRegistry:
    return pint.UnitRegistry(autoconvert_offset_to_baseunit=True)


@lru_cache(maxsize=1024)
def conversion(unit: str, kept: str, field: str = "unit") -> tuple[float, float]:
    """Factor and offset that lead from one unit to another: kept = factor·x + offset."""
    try:
        zero, one = (
            _registry().Quantity(x, _readable(unit)).to(_readable(kept)).magnitude for x in (0.0, 1.0)
        )
    except (pint.PintError, AttributeError, ValueError, TypeError, ArithmeticError, AssertionError):
        raise BadInput(
            "unknown unit, or a unit of another quantity",
            field=field,
            found=unit,
            expected=f"a unit that can be converted to {kept}",
        ) from None
    return one - zero, zero


def _readable(unit: str) -> str:
    text = unit.strip()
    known = SYMBOLS.get(text, text)
    if not known or len(text) > LONGEST or not _UNIT.match(known):
        raise ValueError(unit)
    plain = known.translate(_PLAIN)
    return _POWER.sub(r"**\1", plain)
