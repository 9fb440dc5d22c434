"""Quantities and units at the edge: what comes in any unit is kept in one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

from quanheng.apps.laboratory import queries as laboratory


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


def conversion(unit: str, quantity: str) -> tuple[float, float]:
    """Factor and offset that lead from a unit to the kept unit of a quantity: kept = factor·x + offset."""
    return laboratory.conversion(unit, quantities()[quantity].unit)
