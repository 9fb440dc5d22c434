"""Examples H.1 and H.2 of JCGM 100:2008, from the inputs that the Guide prints, by the law of propagation."""

import math

import numpy as np
import pytest

from quanheng.science.uncertainty import Input, build, propagate
from quanheng.science.uncertainty.distributions import Arcsine, Normal, Readings, Rectangular

END_GAUGE = "ls + d - ls*(dalpha*theta + alpha*dtheta)"
L_S = 50_000_623.0  # nm


def end_gauge():
    """H.1.2 to H.1.4, lengths in nm; 'reliable to 10 %' and 'to 50 %' are 50 and 2 degrees of freedom (G.4.2)."""
    return build(
        {"l": END_GAUGE},
        {
            "ls": Normal(L_S, 25, 18),
            "d": Normal(215, 9.7, 25.6),
            "alpha": Rectangular(9.5e-6, 13.5e-6),
            "theta": Normal(-0.1, math.hypot(0.2, Arcsine(-0.5, 0.5).u)),
            "dalpha": Normal(0, Rectangular(-1e-6, 1e-6).u, 50),
            "dtheta": Normal(0, Rectangular(-0.05, 0.05).u, 2),
        },
    )


def test_jcgm_100_h_1_3_standard_uncertainties_of_the_inputs():
    u = {name: line.u for name, line in propagate(end_gauge()).outputs["l"].contributions.items()}
    assert f"{u['alpha']:.1e}" == "1.2e-06"
    assert f"{u['theta']:.2f}" == "0.41"
    assert f"{u['dalpha']:.2e}" == "5.77e-07"  # printed 0.58e-6
    assert f"{u['dtheta']:.3f}" == "0.029"


def test_jcgm_100_h_1_table_h1_contributions_and_combined_uncertainty():
    found = propagate(end_gauge(), p=0.99).outputs["l"]
    assert found.y == 50_000_838
    cu = {name: abs(line.cu) for name, line in found.contributions.items()}
    assert f"{cu['ls']:.0f} {cu['d']:.1f} {cu['dalpha']:.1f} {cu['dtheta']:.1f}" == "25 9.7 2.9 16.6"
    assert cu["alpha"] == cu["theta"] == 0
    assert f"{found.u:.0f}" == "32"
    assert found.contributions["dtheta"].c == pytest.approx(-L_S * 11.5e-6)


def test_jcgm_100_h_1_6_effective_degrees_of_freedom_and_expanded_uncertainty():
    found = propagate(end_gauge(), p=0.99, truncate_dof=True).outputs["l"]
    assert found.veff == pytest.approx(16.7, abs=0.1)  # the Guide divides rounded contributions
    assert math.floor(found.veff) == 16
    assert f"{found.k:.2f}" == "2.92"
    assert f"{found.k * round(found.u):.0f}" == "93"  # from the rounded 32 nm, as the Guide does
    assert pytest.approx(found.k * found.u) == found.U


def test_jcgm_100_h_1_6_without_truncation_k_is_that_of_16_7():
    found = propagate(end_gauge(), p=0.99).outputs["l"]
    assert found.k == pytest.approx(
        2.9037, abs=5e-4
    )  # another implementation of the Guide gives 2.9037 at 16.746


def test_jcgm_100_h_1_7_second_order_terms():
    found = propagate(end_gauge(), p=0.99).outputs["l"]
    terms = {frozenset(pair): math.sqrt(term) for pair, term in found.second_order_terms.items() if term > 0}
    assert f"{terms[frozenset(('dalpha', 'theta'))]:.1f}" == "11.7"
    assert f"{terms[frozenset(('alpha', 'dtheta'))]:.1f}" == "1.7"
    assert f"{found.second_order:.0f}" == "34"


# Table H.2: five simultaneous sets of V in V, I in mA, phi in rad
V = [5.007, 4.994, 5.005, 4.990, 4.999]
I = [19.663, 19.639, 19.640, 19.685, 19.678]  # noqa: E741  (the Guide's name)
PHI = [1.0456, 1.0438, 1.0468, 1.0428, 1.0433]


def impedance():
    read = {"V": V, "I": I, "phi": PHI}
    return build(
        {"R": "1000*V/I*cos(phi)", "X": "1000*V/I*sin(phi)", "Z": "1000*V/I"},
        {name: Input(Readings(rows), simultaneous="sets") for name, rows in read.items()},
    )


def test_jcgm_100_h_2_table_h2_means_and_correlations_of_simultaneous_readings():
    model = impedance()
    mean, u = model.estimates, dict(zip(model.names, model.u, strict=True))
    assert f"{mean['V']:.4f} {mean['I']:.4f} {mean['phi']:.5f}" == "4.9990 19.6610 1.04446"
    assert f"{u['V']:.4f} {u['I']:.4f} {u['phi']:.5f}" == "0.0032 0.0095 0.00075"
    r = model.correlation
    assert f"{r[0, 1]:.2f} {r[0, 2]:.2f} {r[1, 2]:.2f}" == "-0.36 0.86 -0.65"


def test_jcgm_100_h_2_table_h3_resistance_reactance_impedance():
    found = propagate(impedance())
    one = found.outputs
    assert [f"{one[q].y:.3f}" for q in "RXZ"] == ["127.732", "219.847", "254.260"]
    # printed 0.071, 0.295, 0.236, from rounded u and r; the Guide's second way, which keeps all digits, agrees to 0.001
    assert [one[q].u for q in "RXZ"] == pytest.approx([0.071, 0.295, 0.236], abs=0.001)


def test_jcgm_100_h_2_table_h3_correlations_of_the_results():
    found = propagate(impedance())
    u = [one.u for one in found.outputs.values()]
    r = found.covariance / np.outer(u, u)
    assert [r[0, 1], r[0, 2], r[1, 2]] == pytest.approx([-0.588, -0.485, 0.993], abs=0.001)


def test_jcgm_100_h_2_results_of_five_sets_have_four_degrees_of_freedom():
    for one in propagate(impedance()).outputs.values():
        assert one.veff == pytest.approx(4)


def test_jcgm_100_h_2_4_second_way_each_set_worked_out_alone_agrees():
    sets = [1000 * v / i * math.cos(phi) for v, i, phi in zip(V, I, PHI, strict=True)]
    alone = propagate(build({"R": "r"}, {"r": sets})).outputs["R"]
    together = propagate(impedance()).outputs["R"]
    assert f"{alone.u:.3f}" == f"{together.u:.3f}" == "0.071"
    assert alone.veff == together.veff == pytest.approx(4)
