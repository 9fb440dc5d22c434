"""Quantities and units at the edge: what comes in any unit is kept in one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import pint
import yaml

from quanheng.errors import BadInput


@dataclass(frozen=True, slots=True)
class Quantity:
    """What a point measures, and the unit in which its readings are kept."""

    key: str
    name: str
    name_en: str
    unit: str
    symbol: str


@cache
def quantities() -> dict[str, Quantity]:
    """All quantities by their key."""
    text = (files(__package__) / "quantities.yaml").read_text(encoding="utf-8")
    return {key: Quantity(key, **fields) for key, fields in yaml.safe_load(text).items()}


@cache
def _units() -> pint.UnitRegistry:
    return pint.UnitRegistry(autoconvert_offset_to_baseunit=True)


@cache
def conversion(unit: str, quantity: str) -> tuple[float, float]:
    """Factor and offset that lead from a unit to the kept unit of a quantity: kept = factor·x + offset."""
    kept = quantities()[quantity].unit
    known = {q.symbol: q.unit for q in quantities().values()}
    try:
        registry = _units()
        zero, one = (registry.Quantity(x, known.get(unit, unit)).to(kept).magnitude for x in (0.0, 1.0))
    except (pint.PintError, AttributeError, ValueError, TypeError):
        raise BadInput(
            "unknown unit, or a unit of another quantity",
            field="unit",
            found=unit,
            expected=f"a unit of {quantities()[quantity].name_en}, for example {kept}",
        ) from None
    return one - zero, zero
