"""Values printed in JCGM 100:2008 (GUM)."""

import math

import pytest

from quanheng.science.uncertainty import Contribution, combine, coverage_factor, effective_dof


def test_g_4_1_product_of_three_quantities():
    # relative uncertainties in %, 10, 5 and 15 observations; printed: u_c 1.03 %, nu_eff 19.0, t95 2.09, U95 2.2 %
    u, dof = [0.25, 0.57, 0.82], [9, 4, 14]
    nu = effective_dof(u, dof, u_c=1.03)  # the Guide goes on with the rounded value
    assert f"{math.hypot(*u):.2f}" == "1.03"
    assert f"{nu:.1f}" == "19.0"
    assert f"{coverage_factor(nu, 0.95):.2f}" == "2.09"
    lines = [Contribution(f"X{i}", x, n) for i, (x, n) in enumerate(zip(u, dof, strict=True), 1)]
    assert f"{combine(0, '%', lines, p=0.95).U:.1f}" == "2.2"


def test_h_1_end_gauge():
    # contributions in nm with their degrees of freedom; printed: u_c 32 nm, nu_eff 16.7, t99(16) 2.92, U99 93 nm
    lines = [
        Contribution("standard", 25, 18),
        Contribution("comparator", 9.7, 25.6),
        Contribution("difference in expansion", 2.9, 50),
        Contribution("difference in temperature", 16.6, 2),
    ]
    result = combine(50_000_838, "nm", lines, p=0.99)
    assert f"{result.u:.0f}" == "32"
    assert result.dof == pytest.approx(16.75, abs=0.05)  # the Guide rounds before it divides
    assert math.floor(result.dof) == 16
    assert f"{result.k:.2f}" == "2.92"
    assert f"{coverage_factor(16, 0.99) * 32:.0f}" == "93"
    assert [c.name for c in result.contributions][:2] == ["standard", "difference in temperature"]
