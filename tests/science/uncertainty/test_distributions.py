"""Distributions: the moments of their clauses, draws that have the distribution they claim, keys that are refused."""

import math

import numpy as np
import pytest
from scipy import stats

from quanheng.errors import BadInput
from quanheng.science.uncertainty.distributions import (
    KINDS,
    Arcsine,
    Constant,
    CurvilinearTrapezoid,
    Discrete,
    Exponential,
    Gamma,
    Normal,
    Readings,
    Rectangular,
    StudentT,
    Trapezoidal,
    Triangular,
)
from quanheng.science.uncertainty.distributions.draws import standard_normal, standard_t

DRAWS = 200_000

# each beside the same distribution of SciPy, which knows nothing of ours
PEERS = {
    "normal": (Normal(3, 0.5), stats.norm(3, 0.5)),
    "rectangular": (Rectangular(-1, 3), stats.uniform(-1, 4)),
    "arcsine": (Arcsine(-1, 3), stats.arcsine(-1, 4)),
    "triangular": (Triangular(-1, 3), stats.triang(0.5, -1, 4)),
    "triangular with a mode": (Triangular(-1, 3, 2), stats.triang(0.75, -1, 4)),
    "triangular, mode at a limit": (Triangular(-1, 3, -1), stats.triang(0, -1, 4)),
    "trapezoidal": (Trapezoidal(-1, 3, 0.4), stats.trapezoid(0.3, 0.7, -1, 4)),
    "exponential": (Exponential(2.5), stats.expon(0, 2.5)),
    "gamma": (Gamma(1.7, 0.4), stats.gamma(1.7, scale=0.4)),
}


@pytest.fixture
def rng():
    return np.random.Generator(np.random.SFC64(7))


@pytest.mark.parametrize("name", PEERS)
def test_mean_and_standard_uncertainty_are_those_of_the_distribution(name):
    ours, peer = PEERS[name]
    assert (ours.estimate, ours.u) == pytest.approx((peer.mean(), peer.std()))
    assert math.isinf(ours.freedom)


@pytest.mark.parametrize("name", PEERS)
def test_draws_have_the_distribution(name, rng):
    ours, peer = PEERS[name]
    assert stats.kstest(ours.draw(rng, DRAWS), peer.cdf).pvalue > 1e-3


@pytest.mark.parametrize("name", [n for n in PEERS if n != "normal"])
def test_quantiles_are_those_of_the_distribution(name):
    ours, peer = PEERS[name]
    p = np.linspace(0.001, 0.999, 97)
    assert ours.quantile(p) == pytest.approx(peer.ppf(p))


@pytest.mark.parametrize("dof", [0.7, 1, 2, 4.5, 18, 1000])
def test_t_draws_have_the_t_distribution_of_any_degrees_of_freedom(dof, rng):
    assert stats.kstest(standard_t(rng, dof, DRAWS), stats.t(dof).cdf).pvalue > 1e-3


@pytest.mark.parametrize("size", [1, 2, 3, DRAWS + 1])
def test_normal_draws_are_normal_and_as_many_as_asked_for(size, rng):
    drawn = standard_normal(rng, size)
    assert drawn.shape == (size,)
    assert stats.kstest(drawn, stats.norm.cdf).pvalue > 1e-3


def test_the_two_halves_of_normal_draws_are_independent(rng):
    a, b = np.split(standard_normal(rng, 2 * DRAWS), 2)
    for x, y in ((a, b), (a * a, b * b), (abs(a), b)):
        assert abs(np.corrcoef(x, y)[0, 1]) < 4 / math.sqrt(DRAWS)


@pytest.mark.parametrize(("lower", "upper", "d"), [(-1, 1, 0.1), (-0.05, 0.05, 0.025), (2, 4, 0.9)])
def test_curvilinear_trapezoid_jcgm_101_6_4_3(lower, upper, d, rng):
    ours = CurvilinearTrapezoid(lower, upper, d)
    drawn = ours.draw(rng, DRAWS)
    assert ours.u == pytest.approx(math.sqrt((upper - lower) ** 2 / 12 + d * d / 9))
    assert drawn.std() == pytest.approx(ours.u, rel=0.01)
    assert lower - d <= drawn.min() < lower and upper < drawn.max() <= upper + d
    # equation (2) in the flat middle: the density is ln((w + d)/(w - d))/(4 d)
    w = (upper - lower) / 2
    inside = np.mean(np.abs(drawn - ours.estimate) < (w - d) / 2)
    assert inside == pytest.approx((w - d) * math.log((w + d) / (w - d)) / (4 * d), abs=0.005)


def test_readings_have_the_mean_s_over_root_n_and_n_less_one():
    ours = Readings([10.001, 10.003, 9.998, 10.002, 10.000])
    # by hand: mean 10.0008; squared deviations 0.04 4.84 7.84 1.44 0.64 (1e-6), sum 14.8; s^2 = 3.7; u^2 = 0.74
    assert ours.estimate == pytest.approx(10.0008)
    assert ours.u == pytest.approx(math.sqrt(0.74e-6))
    assert ours.freedom == 4


@pytest.mark.parametrize(
    "ours",
    [Readings([1.0, 2.0, 4.0]), Normal(7 / 3, Readings([1.0, 2.0, 4.0]).u, 2), StudentT(7 / 3, Readings([1.0, 2.0, 4.0]).u, 2)],
    ids=["readings", "normal with dof", "t"],
)  # fmt: skip
def test_readings_and_normals_with_dof_are_drawn_from_t_jcgm_101_6_4_9(ours, rng):
    peer = stats.t(2, 7 / 3, ours.u)
    assert stats.kstest(ours.draw(rng, DRAWS), peer.cdf).pvalue > 1e-3


def test_u_of_a_t_input_is_its_scale_and_not_its_standard_deviation():
    assert (StudentT(0, 25, 18).u, StudentT(0, 25, 18).freedom) == (25, 18)


def test_discrete_values_come_with_their_probabilities(rng):
    ours = Discrete([1, 2, 5], [0.5, 0.3, 0.2])
    assert ours.estimate == pytest.approx(2.1)
    assert ours.u == pytest.approx(math.sqrt(0.5 * 1 + 0.3 * 4 + 0.2 * 25 - 2.1**2))
    values, counts = np.unique(ours.draw(rng, DRAWS), return_counts=True)
    assert values.tolist() == [1, 2, 5]
    assert counts / DRAWS == pytest.approx([0.5, 0.3, 0.2], abs=0.005)


def test_a_constant_has_no_uncertainty(rng):
    assert Constant(3.0).u == 0 and Constant(3.0).draw(rng, 3).tolist() == [3, 3, 3]


NAN, INF = math.nan, math.inf

REFUSED = [
    ("normal", {"mean": 0, "std": -1}, "std"),
    ("normal", {"mean": NAN, "std": 1}, "mean"),
    ("normal", {"mean": 0, "std": INF}, "std"),
    ("normal", {"mean": 0, "std": 1, "dof": 0}, "dof"),
    ("normal", {"mean": 0, "std": 1, "dof": -3}, "dof"),
    ("normal", {"mean": "0", "std": 1}, "mean"),
    ("normal", {"mean": True, "std": 1}, "mean"),
    ("normal", {"mean": 1e200, "std": 1}, "mean"),
    ("normal", {"mean": 10**400, "std": 1}, "mean"),
    ("t", {"location": 0, "scale": -1, "dof": 3}, "scale"),
    ("t", {"location": 0, "scale": 1, "dof": NAN}, "dof"),
    ("rectangular", {"lower": 2, "upper": 1}, "lower"),
    ("rectangular", {"lower": 1, "upper": 1}, "lower"),
    ("rectangular", {"lower": 1, "upper": None}, "upper"),
    ("arcsine", {"lower": 1, "upper": -1}, "lower"),
    ("triangular", {"lower": 0, "upper": 1, "mode": 2}, "mode"),
    ("trapezoidal", {"lower": 0, "upper": 1, "beta": 1.1}, "beta"),
    ("trapezoidal", {"lower": 0, "upper": 1, "beta": -0.1}, "beta"),
    ("curvilinear_trapezoid", {"lower": 0, "upper": 1, "half_width_of_limits": 0}, "half_width_of_limits"),
    ("curvilinear_trapezoid", {"lower": 0, "upper": 1, "half_width_of_limits": 0.5}, "half_width_of_limits"),
    ("exponential", {"mean": 0}, "mean"),
    ("gamma", {"shape": 0, "scale": 1}, "shape"),
    ("gamma", {"shape": 1, "scale": -1}, "scale"),
    ("discrete", {"values": [1, 2], "probabilities": [0.5, 0.6]}, "probabilities"),
    ("discrete", {"values": [1, 2], "probabilities": [1.5, -0.5]}, "probabilities[1]"),
    ("discrete", {"values": [1, 2], "probabilities": [1.0]}, "probabilities"),
    ("discrete", {"values": [1, NAN], "probabilities": [0.5, 0.5]}, "values[1]"),
    ("discrete", {"values": [], "probabilities": []}, "values"),
]


@pytest.mark.parametrize(("kind", "given", "field"), REFUSED)
def test_keys_that_make_no_distribution_are_refused_by_name(kind, given, field):
    with pytest.raises(BadInput) as refused:
        KINDS[kind](**given)
    assert refused.value.problems[0].field == field


@pytest.mark.parametrize(
    ("readings", "field"),
    [
        ([1.0], "readings"),
        ([], "readings"),
        ([1.0, NAN], "readings[1]"),
        ("12", "readings"),
        ([1, "2"], "readings[1]"),
    ],
)
def test_readings_are_at_least_two_numbers(readings, field):
    with pytest.raises(BadInput) as refused:
        Readings(readings)
    assert refused.value.problems[0].field == field
