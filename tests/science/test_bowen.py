"""Real hours of a coal plant (US EPA CAMPD, facility 703, first week of 2017), read in the test itself."""

import csv
from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from quanheng import norms
from quanheng.science.carbon.cems import reported_mass_rate
from quanheng.science.series.total import Component, total

WEEK = "epa_campd_bowen_hourly_co2_week.csv"


@pytest.fixture
def week(test_data):
    path = test_data / WEEK
    if not path.is_file():
        pytest.skip(f"{WEEK} is not in the folder of real data")
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_co2_and_heat_input_are_one_measurement_not_two(week):
    # equation F-11 (5.7e-7 short ton per scf and %) times 100 % times Fc 1800 scf/mmBtu = 0.1026 t/mmBtu
    on = date(2017, 1, 1)
    factor = norms.value(norm="40 CFR 75", item="conversion factor CO2", on=on).value
    fc = norms.value(norm="40 CFR 75", item="carbon-based F-factor Fc", on=on).value
    ratio = float(factor * 100 * fc)
    assert ratio == pytest.approx(0.1026)
    co2 = np.array([float(row["co2_short_tons"]) for row in week])
    heat = np.array([float(row["heat_input_mmBtu"]) for row in week])
    # four units, each rounded to 0.1 t and 0.1 mmBtu before they were added
    rounding = 4 * (0.05 + 0.05 * ratio)
    assert np.abs(co2 - ratio * heat).max() <= rounding
    assert np.corrcoef(co2, heat)[0, 1] > 0.999999


def test_the_week_in_tonnes_equals_a_sum_in_decimals(week):
    exact = sum(Decimal(row["co2_short_tons"]) for row in week) * Decimal("907.18474") / 1000
    short_ton = norms.value(norm="NIST SP 811", item="short ton", on=date(2017, 1, 1))
    kilograms = np.array([float(Decimal(row["co2_short_tons"]) * short_ton.value) for row in week])
    rate = reported_mass_rate(kilograms)
    found = total(rate.mass, rate.sensitivities, [])
    assert len(week) == found.readings == 168
    assert found.result.value == pytest.approx(float(exact), rel=1e-14)
    assert found.uncovered == {"concentration_relative": 168, "flow_relative": 168}


def test_common_calibration_of_analyser_and_flow_monitor_carries_the_week(week):
    kilograms = np.array([float(row["co2_short_tons"]) * 907.18474 for row in week])
    rate = reported_mass_rate(kilograms)
    components = [
        Component("analyser", "concentration_relative", "common", 0.01),
        Component("flow monitor", "flow_relative", "common", 0.02),
        Component("noise", "flow_relative", "independent", 0.03),
    ]
    result = total(rate.mass, rate.sensitivities, components, k=2).result
    squares = float((kilograms**2).sum()) ** 0.5 / kilograms.sum()
    by_hand = (0.01**2 + 0.02**2 + (0.03 * squares) ** 2) ** 0.5
    assert result.relative_expanded == pytest.approx(2 * by_hand)
    assert [c.name for c in result.contributions] == ["flow monitor", "analyser", "noise"]
