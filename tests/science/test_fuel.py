"""CO2 of fuel: figures on paper, derivatives by differences, refusals."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quanheng.errors import BadInput
from quanheng.science.carbon.fuel import carbon_as_received, energy_emission, fuel_emission, mass_weighted
from quanheng.science.series.total import Component, total

PLAIN = {"molar_mass_co2": 44.0, "molar_mass_c": 12.0}


def test_one_month_by_hand():
    # 60 000 t · 0.52 · 0.99 · 44/12 = 113 256 t
    rate = fuel_emission(60000, 0.52, 0.99, **PLAIN)
    assert rate.mass[0] == pytest.approx(113_256_000, rel=1e-12)
    assert rate.sensitivities["amount"][0] == pytest.approx(1887.6, rel=1e-12)  # kg per t
    assert rate.sensitivities["carbon"][0] == pytest.approx(217_800_000, rel=1e-12)
    assert rate.sensitivities["oxidation"][0] == pytest.approx(114_400_000, rel=1e-12)


def test_ratio_of_the_atomic_weights_gives_less_by_675_parts_in_a_million():
    weights = fuel_emission(1, 1, 1, molar_mass_co2=44.0095, molar_mass_c=12.0107).mass[0]
    # 44.0095/12.0107 = 3.66419..., 44/12 = 3.66666...
    assert 1 - weights / fuel_emission(1, 1, 1, **PLAIN).mass[0] == pytest.approx(675e-6, abs=1e-6)


def test_air_dried_and_dry_carbon_become_as_received():
    # C_ad 60 %, M_ad 2 %, M_ar 10 %: 60 · 90/98 = 55.102 %; C_d 60 %: 60 · 0.9 = 54 %
    assert carbon_as_received(60, basis="ad", moisture_ar=10, moisture_ad=2).value[0] == pytest.approx(
        5400 / 98
    )
    assert carbon_as_received(60, basis="d", moisture_ar=10).value[0] == pytest.approx(54)
    assert carbon_as_received(54, basis="ar").value[0] == 54


def test_dry_and_air_dried_bases_agree_about_one_coal():
    # C_ad = C_d · (100 - M_ad)/100
    dry = carbon_as_received(60, basis="d", moisture_ar=10).value[0]
    assert carbon_as_received(60 * 0.98, basis="ad", moisture_ar=10, moisture_ad=2).value[0] == pytest.approx(
        dry
    )


def test_year_is_weighted_by_mass_and_not_by_months():
    # (55 · 100 + 50 · 300)/400 = 51.25, the plain mean would be 52.5; the lot without an analysis is left out
    assert mass_weighted([55, 50, math.nan], [100, 300, 500]) == 51.25


def test_bought_electricity_by_hand():
    # 1 000 000 kWh · 0.5366 kg/kWh = 536 600 kg
    rate = energy_emission([1e6, math.nan], 0.5366)
    assert rate.mass[0] == pytest.approx(536_600) and np.isnan(rate.mass[1]) and rate.missing == 1


def test_twelve_equal_months_on_one_belt_scale_do_not_average_its_error():
    rate = fuel_emission(np.full(12, 1000.0), 0.5, 1.0, **PLAIN)
    scale = Component("scale", "amount", "common", 10.0)  # 1 % of each month
    draws = Component("sampling", "carbon", "independent", 0.005)  # 1 % of each month
    result = total(rate.mass, rate.sensitivities, [scale, draws]).result
    by_name = {c.name: c.u for c in result.contributions}
    assert by_name["scale"] == pytest.approx(0.01 * result.value)
    assert by_name["sampling"] == pytest.approx(0.01 * result.value / math.sqrt(12))


amounts = st.floats(1, 1e6)
shares = st.floats(0.01, 0.99)


@given(amounts, shares, shares)
def test_sensitivities_are_the_derivatives_of_the_product(fc, c, of):
    rate = fuel_emission(fc, c, of, **PLAIN)
    for name, base in (("amount", fc), ("carbon", c), ("oxidation", of)):
        step = base * 1e-6
        up = {"amount": fc, "carbon": c, "oxidation": of}
        up[name] = base + step
        slope = (fuel_emission(**up, **PLAIN).mass[0] - rate.mass[0]) / step
        assert rate.sensitivities[name][0] == pytest.approx(slope, rel=1e-4)


@given(st.floats(1, 90), st.floats(0.1, 30), st.floats(0.1, 30))
def test_sensitivities_of_the_basis_are_derivatives(c, m_ar, m_ad):
    def at(**more):
        x = {"carbon": c, "moisture_ar": m_ar, "moisture_ad": m_ad, **more}
        carbon = x.pop("carbon")
        return carbon_as_received(carbon, basis="ad", **x)

    here = at()
    for name, base in (("carbon", c), ("moisture_ar", m_ar), ("moisture_ad", m_ad)):
        slope = (at(**{name: base + 1e-5}).value[0] - here.value[0]) / 1e-5
        assert here.sensitivities[name][0] == pytest.approx(slope, rel=1e-3, abs=1e-6)


@pytest.mark.parametrize(
    ("call", "field"),
    [
        (lambda: fuel_emission(-1, 0.5, 1, **PLAIN), "amount"),
        (lambda: fuel_emission(1, 0.5, 99, **PLAIN), "oxidation"),
        (lambda: fuel_emission(1, 0.5, 1, molar_mass_co2=0, molar_mass_c=12), "molar_mass_co2"),
        (lambda: carbon_as_received(60, basis="ad", moisture_ar=10), "moisture_ad"),
        (lambda: carbon_as_received(60, basis="dry", moisture_ar=10), "basis"),
        (lambda: carbon_as_received(160, basis="ar"), "carbon"),
        (lambda: mass_weighted([1, 2], [1, -1]), "masses"),
        (lambda: mass_weighted([math.nan], [1]), "values"),
        (lambda: energy_emission(1, -0.5), "factor"),
    ],
)
def test_what_has_no_meaning_is_refused_by_field(call, field):
    with pytest.raises(BadInput) as refused:
        call()
    assert field in {p.field for p in refused.value.problems}
