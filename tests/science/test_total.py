"""Sums with common and independent errors: by hand, against simulation, and by their rules."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quanheng.errors import BadInput
from quanheng.science.carbon.cems import co2_mass_rate
from quanheng.science.series.total import Component, total

series = st.lists(st.floats(0.1, 1e5), min_size=2, max_size=40).map(np.array)
relative = st.floats(1e-4, 0.2)


def relative_total(mass, *components, **options):
    mass = np.asarray(mass, dtype=float)
    return total(mass, {"meter": mass}, components, unit="kg", scale=1.0, **options)


def test_a_common_error_adds_linearly_and_an_independent_one_in_squares():
    # masses 3 and 4; common 10 %: 0.3 + 0.4 = 0.7; independent 10 %: sqrt(0.09 + 0.16) = 0.5
    found = relative_total(
        [3, 4],
        Component("certificate", "meter", "common", 0.1),
        Component("repeatability", "meter", "independent", 0.1),
        k=2,
    )
    parts = {c.name: c.u for c in found.result.contributions}
    assert found.result.value == 7
    assert parts == pytest.approx({"certificate": 0.7, "repeatability": 0.5})
    assert found.result.u == pytest.approx(math.sqrt(0.74))
    assert found.result.U / found.result.u == pytest.approx(2)
    assert found.result.contributions[0].share == pytest.approx(0.49 / 0.74)
    assert found.result.p is None  # with k laid down, no probability is claimed


def test_twelve_equal_months_by_one_meter_are_understated_by_root_twelve_if_squared():
    months = np.full(12, 100.0)
    common = relative_total(months, Component("certificate", "meter", "common", 0.01)).result
    naive = relative_total(months, Component("certificate", "meter", "independent", 0.01)).result
    assert common.u == pytest.approx(12)  # 1 % of 1200
    assert naive.u == pytest.approx(math.sqrt(12))
    assert common.u / naive.u == pytest.approx(math.sqrt(12))


def test_opposite_sensitivities_of_a_common_error_cancel():
    found = total([1, 1], {"t": [2.0, -2.0]}, [Component("thermometer", "t", "common", 0.5)], scale=1)
    assert found.result.u == 0
    assert found.result.contributions[0].share == 0


def test_the_effect_keeps_its_sign_and_the_uncertainty_has_none():
    found = total([1, 1], {"t": [-2.0, -2.0]}, [Component("thermometer", "t", "common", 0.5)], scale=1)
    [line] = found.result.contributions
    assert (line.effect, line.u) == (-2.0, 2.0)


def test_degrees_of_freedom_of_the_components_reach_the_coverage_factor():
    # two equal contributions with 4 and infinite degrees of freedom: nu_eff = 2^2 / (1/4) = 16, t95(16) = 2.12
    found = relative_total(
        [1.0],
        Component("a", "meter", "common", 0.1, dof=4),
        Component("b", "meter", "independent", 0.1),
    ).result
    assert found.dof == pytest.approx(16)
    assert found.k == pytest.approx(2.12, abs=0.005)


def test_missing_readings_are_counted_and_not_taken_as_zero():
    mass = np.array([3.0, np.nan, 4.0])
    found = relative_total(mass, Component("certificate", "meter", "common", [0.1, np.nan, 0.1]))
    assert (found.result.value, found.readings, found.missing) == (7, 2, 1)
    assert found.result.u == pytest.approx(0.7)
    assert found.result.contributions[0].readings == 2


def test_readings_that_no_component_covers_are_counted():
    component = Component("certificate", "meter", "common", 0.1, mask=[True, False, False])
    found = relative_total([1.0, 2.0, 3.0], component)
    assert found.uncovered == {"meter": 2}
    assert relative_total([1.0], Component("c", "meter", "common", 0.1)).uncovered == {}


def test_one_error_may_cover_readings_of_two_points_laid_end_to_end():
    # one barometer for two stacks: 10 % of 3 and of 4 add up to 0.7
    stacks = np.array([3.0, 4.0])
    found = total(stacks, {"pressure": stacks}, [Component("barometer", "pressure", "common", 0.1)], scale=1)
    assert found.result.u == pytest.approx(0.7)


@pytest.mark.parametrize(
    ("components", "says"),
    [
        ([Component("a", "meter", "common", 0.1), Component("a", "meter", "common", 0.1)], "one name"),
        ([Component("a", "other", "common", 0.1)], "no sensitivities"),
        ([Component("a", "meter", "shared", 0.1)], "unknown kind"),
        ([Component("a", "meter", "common", -0.1)], "negative"),
        ([Component("a", "meter", "common", [0.1, np.nan])], "row 1.*unknown is not zero"),
        ([Component("a", "meter", "common", [0.1] * 3)], "length"),
        ([Component("a", "meter", "common", 0.1, mask=[1, 0])], "mask"),
    ],
)
def test_a_component_that_cannot_be_right_is_refused(components, says):
    with pytest.raises(BadInput, match=says):
        relative_total([1.0, 2.0], *components)


def test_a_sum_of_nothing_known_is_unknown():
    with pytest.raises(BadInput, match="unknown, not zero"):
        relative_total([np.nan, np.nan])


def test_simulation_with_one_error_per_certificate_gives_the_same_uncertainty():
    """Oracle: the whole non-linear model, one common error per certificate, a new repeatability each hour."""
    hours, trials = 48, 20_000
    shape = 1 + 0.3 * np.sin(np.arange(hours))
    inputs = {
        "concentration": 12 * shape,
        "flow": 1.2e6 * shape[::-1],
        "temperature": np.full(hours, 130.0),
        "pressure": np.full(hours, 100.0),
        "moisture": 10 + shape,
    }
    constants = {"basis": "dry", "molar_mass": 44.0095, "molar_volume": 22.414}
    first = np.arange(hours) < 20
    components = [
        Component("analyser A", "concentration", "common", 0.12, first),
        Component("analyser B", "concentration", "common", 0.10, ~first),
        Component("flow monitor", "flow", "common", 0.02 * inputs["flow"]),
        Component("thermometer", "temperature", "common", 1.5),
        Component("moisture", "moisture", "common", 0.8),
        Component("analyser noise", "concentration", "independent", 0.3),
        Component("flow noise", "flow", "independent", 0.05 * inputs["flow"]),
    ]
    rate = co2_mass_rate(**inputs, **constants)
    found = total(rate.mass, rate.sensitivities, components).result

    rng = np.random.default_rng(20260201)
    sums = np.empty(trials)
    for i in range(trials):
        drawn = {name: x.copy() for name, x in inputs.items()}
        for c in components:
            error = rng.standard_normal(hours) if c.kind == "independent" else rng.standard_normal()
            drawn[c.input] += np.where(True if c.mask is None else c.mask, error * np.asarray(c.u), 0)
        sums[i] = co2_mass_rate(**drawn, **constants).mass.sum() / 1000
    sampling = 1 / math.sqrt(2 * trials)  # relative standard deviation of a standard deviation
    assert found.u == pytest.approx(sums.std(ddof=1), rel=4 * sampling)
    assert found.value == pytest.approx(sums.mean(), rel=1e-3)
    inside = np.abs(sums - found.value) <= found.U
    assert inside.mean() == pytest.approx(0.95, abs=0.01)


@given(series, relative, relative, relative)
def test_shares_of_variance_sum_to_one_and_are_ranked(mass, a, b, c):
    result = relative_total(
        mass,
        Component("a", "meter", "common", a),
        Component("b", "meter", "independent", b),
        Component("c", "meter", "common", c, mask=np.arange(mass.size) > 0),
    ).result
    shares = [line.share for line in result.contributions]
    assert sum(shares) == pytest.approx(1)
    assert shares == sorted(shares, reverse=True)


@given(series, relative, st.floats(1e-3, 1e3))
def test_value_and_uncertainty_scale_with_the_unit(mass, u, factor):
    component = Component("a", "meter", "common", u)
    one, other = relative_total(mass, component).result, relative_total(mass * factor, component).result
    assert other.value == pytest.approx(one.value * factor)
    assert other.u == pytest.approx(one.u * factor)


@given(series, relative)
def test_a_component_of_zero_changes_nothing(mass, u):
    one = Component("a", "meter", "common", u, dof=7)
    alone = relative_total(mass, one).result
    accompanied = relative_total(mass, one, Component("z", "meter", "common", 0, dof=1)).result
    assert (alone.u, alone.dof, alone.U) == (accompanied.u, accompanied.dof, accompanied.U)


@given(series, relative)
def test_two_certificates_in_place_of_one_lower_the_uncertainty(mass, u):
    first = np.arange(mass.size) < mass.size // 2
    one = relative_total(mass, Component("a", "meter", "common", u)).result
    two = relative_total(
        mass, Component("a1", "meter", "common", u, first), Component("a2", "meter", "common", u, ~first)
    ).result
    assert two.U < one.U


@given(series, relative)
def test_a_common_error_is_never_less_than_an_independent_one_and_at_most_root_n_more(mass, u):
    common = relative_total(mass, Component("a", "meter", "common", u)).result.u
    independent = relative_total(mass, Component("a", "meter", "independent", u)).result.u
    assert independent <= common * (1 + 1e-12)
    assert common <= independent * math.sqrt(mass.size) * (1 + 1e-12)


@given(series, relative, st.randoms(use_true_random=False))
def test_the_order_of_the_readings_does_not_change_a_bit(mass, u, random):
    shuffled = mass.copy()
    random.shuffle(shuffled)
    components = Component("a", "meter", "common", u), Component("b", "meter", "independent", u)
    one, other = relative_total(mass, *components).result, relative_total(shuffled, *components).result
    assert (one.value, one.u) == (other.value, other.u)
