"""Defaults of fuels and factors of the grid: keyed by guideline and edition, and marked as unread."""

from datetime import date
from decimal import Decimal

import pytest

from quanheng import norms
from quanheng.errors import BadInput

DAY = date(2025, 1, 1)
COPIES = "行业企业温室气体核算方法与报告指南 缺省值"
GRID = "电力二氧化碳排放因子"


def test_one_fuel_has_several_defaults_and_none_is_chosen_silently():
    with pytest.raises(BadInput, match="more than one value fits"):
        norms.value(norm=COPIES, table="焦炉煤气", item="单位热值含碳量", on=DAY)
    found = {v.edition: v.value for v in norms.packaged().find(table="焦炉煤气", item="低位发热量")}
    assert found == {"公开实现甲": Decimal("173.854"), "公开实现乙": Decimal("179.81")}


def test_natural_gas_gives_the_tonnes_per_volume_of_its_facts():
    # 389.31 · 15.32e-3 · 0.99 · 44/12 = 21.65 t CO2 per 10^4 m3
    values = [
        norms.value(norm=COPIES, edition="公开实现甲", table="天然气", item=item, on=DAY).value
        for item in ("低位发热量", "单位热值含碳量", "碳氧化率")
    ]
    assert float(values[0] * values[1] * values[2]) / 100 * 44 / 12 == pytest.approx(21.65, abs=0.005)


def test_no_transcription_claims_a_reader():
    names = {"cn-fuel-defaults", "cn-grid-factors", "carbon-to-co2"}
    sets = [v for v in norms.packaged().values if v.set_name in names]
    assert {v.set_name for v in sets} == names and {v.verified for v in sets} == {"none"}


def test_factor_of_the_grid_is_kept_apart_by_year_and_by_kind():
    found = {v.basis: v.value for v in norms.packaged().find(norm=GRID, edition="2022", table="全国")}
    assert found["全国平均"] == Decimal("0.5366") and found["化石能源电力"] == Decimal("0.8325")
    assert all(
        v.unit == "kg/kWh" and v.standard_uncertainty is None for v in norms.packaged().find(norm=GRID)
    )


def test_ratio_comes_in_pairs_of_one_norm():
    ratio = {v.item: v.value for v in norms.packaged().find(norm="GB/T 32150")}
    assert ratio == {"molar mass CO2": 44, "molar mass C": 12}
