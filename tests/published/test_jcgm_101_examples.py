"""Examples of clause 9 of JCGM 101:2008 by Monte Carlo, with a fixed seed; printed values are of runs of 10^6 trials.

Tolerances are one unit of the last printed digit, which is what two runs of that size differ by, unless said otherwise.
"""

import math
from functools import cache

import pytest

from quanheng.science.uncertainty import build, propagate, simulate, validate
from quanheng.science.uncertainty.distributions import (
    Arcsine,
    CurvilinearTrapezoid,
    Normal,
    Rectangular,
    StudentT,
)

SUM = "x1 + x2 + x3 + x4"


def run(model, p=0.95):
    return next(iter(simulate(model, seed=20080901, p=p).outputs.values()))


def additive(first, rest):
    return build({"y": SUM}, {"x1": first, "x2": rest, "x3": rest, "x4": rest})


def unit_rectangular(u=1.0):
    return Rectangular(-math.sqrt(3) * u, math.sqrt(3) * u)


def test_jcgm_101_9_2_2_four_normal_inputs():
    found = run(additive(Normal(0, 1), Normal(0, 1)))
    assert found.y == pytest.approx(0, abs=0.01)
    assert found.u == pytest.approx(2.00, abs=0.01)
    assert found.interval == pytest.approx((-3.92, 3.92), abs=0.02)
    guide = propagate(additive(Normal(0, 1), Normal(0, 1))).outputs["y"]
    assert f"{guide.u:.2f} {guide.U:.2f}" == "2.00 3.92"


def test_jcgm_101_9_2_3_four_rectangular_inputs():
    model = additive(unit_rectangular(), unit_rectangular())
    found = run(model)
    assert found.u == pytest.approx(2.00, abs=0.01)
    exact = 2 * math.sqrt(3) * (2 - 0.6**0.25)  # 9.2.3.2, printed 3.88
    assert found.interval == pytest.approx((-exact, exact), abs=0.012)
    assert f"{propagate(model).outputs['y'].U:.2f}" == "3.92"


def test_jcgm_101_9_2_4_one_dominating_rectangular_input():
    model = additive(unit_rectangular(10), unit_rectangular())
    found = run(model)
    assert found.u == pytest.approx(10.15, abs=0.02)
    assert found.interval == pytest.approx((-17.0, 17.0), abs=0.05)
    guide = propagate(model).outputs["y"]
    assert f"{guide.u:.1f} {guide.U:.1f}" == "10.1 19.9"
    assert not validate((-guide.U, guide.U), found.interval, guide.u).validated


@cache
def mass():
    """9.3.1: conventional mass of a weight less 100 g, in mg."""
    return build(
        {"dm": "(mR + dmR)*(1 + (a - a0)*(1/rW - 1/rR)) - mnom"},
        {
            "mR": Normal(100_000, 0.050),
            "dmR": Normal(1.234, 0.020),
            "a": Rectangular(1.10, 1.30),
            "rW": Rectangular(7000, 9000),
            "rR": Rectangular(7950, 8050),
            "a0": 1.2,
            "mnom": 100_000.0,
        },
    )


def test_jcgm_101_9_3_mass_calibration_by_monte_carlo():
    found = run(mass())
    assert found.y == pytest.approx(1.2340, abs=0.0003)
    assert found.u == pytest.approx(0.0754, abs=0.0003)
    # where the shortest interval lies is the least steady thing of all, its length is steady
    assert found.shortest == pytest.approx((1.0834, 1.3825), abs=0.004)
    assert found.shortest[1] - found.shortest[0] == pytest.approx(1.3825 - 1.0834, abs=0.001)


def test_jcgm_101_9_3_first_order_is_not_validated():
    guide = propagate(mass()).outputs["dm"]
    ends = (guide.y - guide.U, guide.y + guide.U)
    assert guide.y == pytest.approx(1.2340, abs=5e-5)
    assert f"{guide.u:.4f} {ends[0]:.4f} {ends[1]:.4f}" == "0.0539 1.1285 1.3395"
    verdict = validate(ends, (1.0834, 1.3825), 0.0754, digits=1)
    assert f"{verdict.d_low:.4f} {verdict.d_high:.4f} {verdict.tolerance:g}" == "0.0451 0.0430 0.005"
    assert not verdict.validated


def test_jcgm_101_9_3_higher_order_terms_are_validated():
    second = propagate(mass()).outputs["dm"].second_order
    assert f"{second:.4f}" == "0.0750"
    ends = (1.2340 - 1.959964 * second, 1.2340 + 1.959964 * second)
    assert ends == pytest.approx((1.0870, 1.3810), abs=1e-4)
    assert validate(ends, (1.0834, 1.3825), second, digits=1).validated


def microwave(x1, r):
    """9.4.1.2: comparison loss in 1e-6, x1 and x2 in 1e-3, each with u = 5e-3."""
    return build({"dY": "x1**2 + x2**2"}, {"x1": Normal(x1, 5), "x2": Normal(0, 5)}, [("x1", "x2", r)])


@pytest.mark.parametrize(
    ("x1", "r", "y", "u", "shortest"),
    [
        (0, 0, 50, 50, (0, 150)),
        (10, 0, 150, 112, (0, 367)),
        (50, 0, 2550, 502, (1590, 3543)),
        (0, 0.9, 50, 67, (0, 185)),
        (10, 0.9, 150, 121, (13, 398)),
        (50, 0.9, 2551, 505, (1628, 3555)),
    ],
)
def test_jcgm_101_9_4_comparison_loss_by_monte_carlo(x1, r, y, u, shortest):
    found = run(microwave(x1, r))
    assert found.y == pytest.approx(y, abs=1 + u / 400)
    assert found.u == pytest.approx(u, abs=1)
    # the ends of a shortest interval are the least steady of all: the density is nearly equal there
    assert found.shortest == pytest.approx(shortest, abs=1 + u / 25)
    assert found.shortest[1] - found.shortest[0] == pytest.approx(shortest[1] - shortest[0], abs=1 + u / 100)


def test_jcgm_101_9_4_2_shortest_interval_starts_at_zero_where_the_symmetric_one_does_not():
    found = run(microwave(0, 0))
    exact = 50 * math.log(20)  # the loss is then exponential with mean 50
    assert found.shortest == pytest.approx((0, exact), abs=1)
    assert found.interval == pytest.approx((50 * math.log(40 / 39), 50 * math.log(40)), abs=1)


@pytest.mark.parametrize(("x1", "u"), [(0, 0), (10, 100), (50, 500)])
@pytest.mark.parametrize("r", [0, 0.9])
def test_jcgm_101_9_4_first_order_is_blind_to_the_correlation(x1, u, r):
    assert propagate(microwave(x1, r)).outputs["dY"].u == pytest.approx(u)


@pytest.mark.parametrize(("r", "u"), [(0, 50), (0.9, 67)])
def test_jcgm_101_9_4_second_order_gives_u_at_zero_with_and_without_correlation(r, u):
    assert f"{propagate(microwave(0, r)).outputs['dY'].second_order:.0f}" == str(u)


def gauge_block():
    """9.5.2, table 10: deviation from 50 mm in nm."""
    return build(
        {"dl": "ls + D + d1 + d2 - ls*(dalpha*(t0 + delta) + alpha*dtheta) - lnom"},
        {
            "ls": StudentT(50_000_623, 25, 18),
            "D": StudentT(215, 6, 24),
            "d1": StudentT(0, 4, 5),
            "d2": StudentT(0, 7, 8),
            "alpha": Rectangular(9.5e-6, 13.5e-6),
            "t0": Normal(-0.1, 0.2),
            "delta": Arcsine(-0.5, 0.5),
            "dalpha": CurvilinearTrapezoid(-1e-6, 1e-6, 0.1e-6),
            "dtheta": CurvilinearTrapezoid(-0.05, 0.05, 0.025),
            "lnom": 50_000_000.0,
        },
    )


def test_jcgm_101_9_5_gauge_block_by_monte_carlo():
    found = run(gauge_block(), p=0.99)
    assert f"{found.y:.0f} {found.u:.0f}" == "838 36"
    assert found.interval == pytest.approx((745, 932), abs=1)


def test_jcgm_101_9_5_gauge_block_by_the_guide():
    # table 11, first line: with the degrees of freedom of JCGM 100 H.1 (50 and 2 for the differences), truncated
    model = build(
        {"dl": "ls + d - ls*(dalpha*theta + alpha*dtheta) - 50000000"},
        {
            "ls": StudentT(50_000_623, 25, 18),
            "d": Normal(215, 9.7, 25.6),
            "alpha": Rectangular(9.5e-6, 13.5e-6),
            "theta": Normal(-0.1, 0.41),
            "dalpha": Normal(0, 0.58e-6, 50),
            "dtheta": Normal(0, 0.029, 2),
        },
    )
    found = propagate(model, p=0.99, truncate_dof=True).outputs["dl"]
    assert f"{found.y:.0f} {found.u:.0f} {found.y - found.U:.0f} {found.y + found.U:.0f}" == "838 32 745 931"
