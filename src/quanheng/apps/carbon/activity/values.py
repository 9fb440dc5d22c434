"""Norm values that a stream of activity data takes: defaults of its fuel, ratio of masses, factor of bought energy."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from quanheng import norms
from quanheng.apps.carbon.activity.models import ActivityStream
from quanheng.apps.carbon.measured import constant
from quanheng.apps.laboratory import queries as laboratory
from quanheng.errors import BadInput
from quanheng.norms import NormValue

NCV, CONTENT, OXIDATION = "低位发热量", "单位热值含碳量", "碳氧化率"
RATIOS = {
    "44/12": (
        "GB/T 32150 | 2015 | 燃料燃烧 | molar mass CO2 | ratio 44/12",
        "GB/T 32150 | 2015 | 燃料燃烧 | molar mass C | ratio 44/12",
    ),
    "44.0095/12.0107": (
        "IUPAC standard atomic weights | 2007 |  | molar mass CO2 | C 12.0107, O 15.9994",
        "IUPAC standard atomic weights | 2007 |  | molar mass C | C 12.0107",
    ),
}
KEPT = {"electricity": "kWh", "heat": "GJ"}
GAS = "10^4 m3"
GAS_WORDS = (GAS, "10⁴ m³", "万m3", "万m³", "万Nm3", "万Nm³")


@dataclass(frozen=True, slots=True)
class Defaults:
    """What a guideline gives for a fuel; none where it gives nothing."""

    ncv: NormValue | None
    content: NormValue | None
    oxidation: NormValue | None

    @property
    def unit(self) -> str:
        """The unit of the amount: gas by volume, everything else by mass."""
        return GAS if self.ncv is not None and self.ncv.unit.endswith("m3") else "t"


def defaults_of(source: str, fuel: str, on: dt.date) -> Defaults:
    """The defaults of a fuel in one guideline and edition, `norm | edition`."""
    keys = [part.strip() for part in source.split("|")]
    if len(keys) != 2:
        raise BadInput(
            "not a guideline with its edition", field="defaults", found=source, expected="norm | edition"
        )
    known = norms.packaged().find(norm=keys[0], edition=keys[1])
    if not any(v.table == fuel for v in known):
        raise BadInput(
            "this guideline gives nothing for this fuel" if known else "unknown guideline or edition",
            field="fuel" if known else "defaults",
            found=fuel if known else source,
            expected="、".join(sorted({v.table for v in known} or known_defaults())),
        )

    def one(item: str) -> NormValue | None:
        if not norms.packaged().find(norm=keys[0], edition=keys[1], table=fuel, item=item):
            return None
        return norms.value(norm=keys[0], edition=keys[1], table=fuel, item=item, on=on)

    return Defaults(one(NCV), one(CONTENT), one(OXIDATION))


def known_defaults() -> set[str]:
    """The guidelines with editions that carry defaults of fuels."""
    return {f"{v.norm} | {v.edition}" for v in norms.packaged().values if v.item == OXIDATION}


def ratio_of(name: str, on: dt.date) -> tuple[NormValue, NormValue]:
    """Molar masses of CO2 and carbon of a ratio."""
    co2, carbon = RATIOS[name]
    return constant(co2, on), constant(carbon, on)


def factor_of(key: str, kind: str, on: dt.date) -> NormValue:
    """The factor of bought energy by its full key; it must be one per unit of the energy."""
    found = constant(key, on)
    wanted = KEPT[kind]
    if found.unit.rpartition("/")[2] != wanted or found.unit.partition("/")[0] not in ("kg", "t"):
        raise BadInput(
            "is a factor of another kind",
            field="factor",
            found=f"{key} in {found.unit}",
            expected=f"kg/{wanted} or t/{wanted}",
        )
    return found


def kg_per_unit(factor: NormValue) -> float:
    """A factor in kg CO2 per kept unit of the energy."""
    return float(factor.value) * (1000.0 if factor.unit.startswith("t/") else 1.0)


def kept_unit(stream: ActivityStream, on: dt.date) -> str:
    """The unit in which the amounts of a stream are kept."""
    return KEPT.get(stream.kind) or defaults_of(stream.defaults, stream.fuel, on).unit


def to_kept(unit: str, kept: str) -> float:
    """The factor that leads from a unit to the kept one."""
    if unit == kept or (kept == GAS and unit in GAS_WORDS):
        return 1.0
    factor, _offset = laboratory.conversion(unit, "m**3" if kept == GAS else kept)
    return factor * 1e-4 if kept == GAS else factor
