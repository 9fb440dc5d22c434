"""The packaged sets against independent sources: definitions, and the tables that SciPy carries."""

from datetime import date
from decimal import Decimal, localcontext

import pytest
import scipy.constants

from quanheng import norms

DAY = date(2026, 1, 1)
VOLUME = "molar volume of gas 273.15 K 101.325 kPa"


def us(item):
    return norms.value(norm="NIST SP 811", item=item, on=DAY).value


def test_every_packaged_value_says_who_has_checked_it_and_where_it_stands():
    for v in norms.packaged().values:
        assert v.verified and v.source and v.page


def test_molar_volume_of_the_ideal_gas_follows_from_the_exact_constants():
    with localcontext() as ctx:
        ctx.prec = 40
        r = Decimal("1.380649e-23") * Decimal("6.02214076e23")  # Boltzmann and Avogadro, exact in the SI
        litres = r * Decimal("273.15") / 101325 * 1000
    printed = norms.value(norm="CODATA", item=VOLUME, on=DAY).value
    assert printed == litres.quantize(printed, rounding="ROUND_DOWN")
    oracle = scipy.constants.value("molar volume of ideal gas (273.15 K, 101.325 kPa)")
    assert float(printed) == pytest.approx(1000 * oracle, rel=1e-9)


def test_molar_mass_follows_from_the_atomic_weights_of_its_edition():
    for edition, carbon, oxygen in (("2007", "12.0107", "15.9994"), ("2021 abridged", "12.011", "15.999")):
        mass = norms.value(
            norm="IUPAC standard atomic weights", item="molar mass CO2", edition=edition, on=DAY
        )
        assert mass.value == Decimal(carbon) + 2 * Decimal(oxygen)


def test_ideal_and_real_conventional_volumes_must_be_chosen_by_name():
    both = norms.packaged().find(norm="conventional value", item=VOLUME)
    assert sorted(v.value for v in both) == [Decimal("22.26"), Decimal("22.414")]
    assert {v.verified for v in both} == {"none"}


def test_us_units_follow_from_their_definitions():
    assert us("short ton") == 2000 * us("avoirdupois pound")
    assert us("cubic foot") == us("foot") ** 3
    # Btu_IT: one pound by one degree Fahrenheit at 4.1868 kJ/(kg K)
    joules = us("avoirdupois pound") * 1000 * Decimal("4.1868") / Decimal("1.8")
    assert us("million Btu") == (joules / 1000).quantize(us("million Btu"))
    assert float(us("million Btu")) == pytest.approx(scipy.constants.Btu_IT / 1000, rel=1e-12)
    assert float(us("short ton")) == pytest.approx(scipy.constants.short_ton, rel=1e-12)
