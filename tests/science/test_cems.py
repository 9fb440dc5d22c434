"""Hourly CO2 mass: by hand, by numerical derivatives, by refusal."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quanheng.errors import BadInput
from quanheng.science.carbon.cems import co2_mass_rate, reported_mass_rate

IDEAL = {"molar_mass": 44.0095, "molar_volume": 22.414}
INPUTS = ["concentration", "flow", "temperature", "pressure", "moisture"]

hours = st.fixed_dictionaries(
    {
        "concentration": st.floats(0.1, 20),
        "flow": st.floats(1e3, 5e6),
        "temperature": st.floats(20, 300),
        "pressure": st.floats(60, 110),
        "moisture": st.floats(0.1, 40),
    }
)


def test_at_standard_state_the_mass_is_concentration_times_density():
    # 10 % of 22 414 m3/h wet gas at 0 °C and 101.325 kPa: 0.1 * 1000 kmol/h * 44.0095 kg/kmol = 4400.95 kg/h
    rate = co2_mass_rate(10, 22414, 0, 101.325, basis="wet", **IDEAL)
    assert rate.mass[0] == pytest.approx(4400.95, rel=1e-12)


def test_temperature_pressure_and_moisture_reduce_the_flow():
    # 273.15 °C doubles the absolute temperature, half the pressure, 20 % water: 4400.95 / 2 / 2 * 0.8 = 880.19
    rate = co2_mass_rate(10, 22414, 273.15, 101.325 / 2, 20, basis="dry", **IDEAL)
    assert rate.mass[0] == pytest.approx(880.19, rel=1e-12)


def test_wet_and_dry_statements_of_one_gas_give_one_mass():
    moisture = 12.5
    dry = co2_mass_rate(12, 1e6, 130, 100.2, moisture, basis="dry", **IDEAL)
    wet = co2_mass_rate(12 * (1 - moisture / 100), 1e6, 130, 100.2, basis="wet", **IDEAL)
    assert dry.mass == pytest.approx(wet.mass)
    assert "moisture" not in wet.sensitivities


def test_ideal_against_real_molar_volume_differ_by_seven_in_a_thousand():
    ideal = co2_mass_rate(12, 1e6, 130, 100, basis="wet", **IDEAL).mass
    real = co2_mass_rate(12, 1e6, 130, 100, basis="wet", molar_mass=44.0095, molar_volume=22.26).mass
    assert real / ideal == pytest.approx(22.414 / 22.26)
    assert real[0] / ideal[0] == pytest.approx(1.007, abs=1e-4)


@given(hours)
def test_sensitivities_are_the_slopes_of_the_mass(hour):
    rate = co2_mass_rate(**hour, basis="dry", **IDEAL)
    for name in [*INPUTS, *IDEAL]:
        both = {**hour, **IDEAL}
        step = 1e-4 * max(abs(both[name]), 1.0)
        up, down = (
            co2_mass_rate(**{**both, name: both[name] + s}, basis="dry").mass[0] for s in (step, -step)
        )
        assert rate.sensitivities[name][0] == pytest.approx((up - down) / (2 * step), rel=1e-5)


def test_sensitivities_hold_where_the_concentration_is_zero():
    rate = co2_mass_rate(0, 22414, 0, 101.325, 0, basis="dry", **IDEAL)
    assert rate.mass[0] == 0
    assert rate.sensitivities["concentration"][0] == pytest.approx(440.095)


@pytest.mark.parametrize("name", INPUTS)
def test_an_hour_with_a_missing_input_is_missing_and_counted(name):
    series = {
        "concentration": np.full(4, 12.0),
        "flow": np.full(4, 1e6),
        "temperature": np.full(4, 130.0),
        "pressure": np.full(4, 100.0),
        "moisture": np.full(4, 10.0),
    }
    series[name][2] = np.nan
    rate = co2_mass_rate(**series, basis="dry", **IDEAL)
    assert rate.missing == 1
    assert np.isnan(rate.mass).tolist() == [False, False, True, False]
    assert all(np.isnan(s[2]) for s in rate.sensitivities.values())


def test_moisture_does_not_matter_on_the_wet_basis():
    rate = co2_mass_rate([12, 12], 1e6, 130, 100, [np.nan, 10], basis="wet", **IDEAL)
    assert rate.missing == 0


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"temperature": [130, -300]}, "temperature"),
        ({"pressure": [100, 0]}, "pressure"),
        ({"moisture": [10, 100]}, "moisture"),
        ({"concentration": [12, 120]}, "concentration"),
        ({"flow": [1, np.inf]}, "flow"),
    ],
)
def test_a_value_without_physical_meaning_is_refused_with_its_row(wrong, field):
    good = {"concentration": 12, "flow": 1e6, "temperature": 130, "pressure": 100, "moisture": 10}
    with pytest.raises(BadInput) as refused:
        co2_mass_rate(**{**good, **wrong}, basis="dry", **IDEAL)
    [problem] = refused.value.problems
    assert (problem.field, problem.row) == (field, 1)


def test_basis_moisture_lengths_and_constants_are_asked_for():
    with pytest.raises(BadInput, match="basis"):
        co2_mass_rate(12, 1e6, 130, 100, 10, basis="damp", **IDEAL)
    with pytest.raises(BadInput, match="moisture"):
        co2_mass_rate(12, 1e6, 130, 100, basis="dry", **IDEAL)
    with pytest.raises(BadInput, match="length"):
        co2_mass_rate([12, 12], [1e6] * 3, 130, 100, basis="wet", **IDEAL)
    with pytest.raises(BadInput, match="molar_volume"):
        co2_mass_rate(12, 1e6, 130, 100, basis="wet", molar_mass=44, molar_volume=0)


def test_a_reported_mass_answers_to_relative_errors_of_analyser_and_flow_monitor():
    rate = reported_mass_rate([100.0, np.nan, 50.0])
    assert rate.missing == 1
    for name in ("concentration_relative", "flow_relative"):
        assert rate.sensitivities[name][[0, 2]].tolist() == [100, 50]
        assert np.isnan(rate.sensitivities[name][1])
    with pytest.raises(BadInput, match="row 1"):
        reported_mass_rate([1, np.inf])
