"""Coverage factors and effective degrees of freedom, against tables printed in the Guide."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quanheng.errors import BadInput
from quanheng.science.uncertainty import coverage_factor, effective_dof

# JCGM 100:2008, table G.2: (dof, p, t)
TABLE_G2 = [
    (1, 0.95, "12.71"),
    (2, 0.95, "4.30"),
    (3, 0.95, "3.18"),
    (5, 0.95, "2.57"),
    (10, 0.95, "2.23"),
    (10, 0.9545, "2.28"),
    (16, 0.99, "2.92"),
    (20, 0.95, "2.09"),
    (50, 0.9973, "3.16"),
    (100, 0.95, "1.984"),
    (math.inf, 0.95, "1.960"),
    (math.inf, 0.99, "2.576"),
    (math.inf, 0.9545, "2.000"),
]

positive = st.floats(1e-6, 1e6)


@pytest.mark.parametrize(("dof", "p", "printed"), TABLE_G2)
def test_coverage_factor_agrees_with_table_g2(dof, p, printed):
    decimals = len(printed.split(".")[1])
    assert f"{coverage_factor(dof, p):.{decimals}f}" == printed


def test_fractional_degrees_of_freedom_are_truncated_unless_asked_otherwise():
    assert coverage_factor(16.9, 0.99) == coverage_factor(16, 0.99)
    assert coverage_factor(17, 0.99) < coverage_factor(16.9, 0.99, truncate=False) < coverage_factor(16, 0.99)


@pytest.mark.parametrize("dof", [0, 0.99, -1, math.nan])
def test_too_few_or_unknown_degrees_of_freedom_are_refused(dof):
    with pytest.raises(BadInput, match="degrees of freedom"):
        coverage_factor(dof)


@pytest.mark.parametrize("p", [0, 1, 95, math.nan])
def test_a_probability_outside_zero_and_one_is_refused(p):
    with pytest.raises(BadInput, match="p"):
        coverage_factor(10, p)


def test_infinite_and_zero_contributions_do_not_limit_the_degrees_of_freedom():
    assert effective_dof([3, 4], [math.inf, math.inf]) == math.inf
    assert effective_dof([0, 0], [3, 4]) == math.inf
    assert effective_dof([1, 0], [5, 0]) == pytest.approx(5)  # what is zero needs no degrees of freedom


@pytest.mark.parametrize(("u", "dof"), [([-1, 2], 5), ([math.nan], 5), ([1, 1], [5, 0]), ([1], [math.nan])])
def test_negative_or_unknown_input_is_refused(u, dof):
    with pytest.raises(BadInput):
        effective_dof(u, dof)


@given(st.lists(st.tuples(positive, st.floats(1, 1e4)), min_size=1, max_size=8))
def test_effective_dof_lies_between_the_least_and_the_sum(parts):
    u, dof = zip(*parts, strict=True)
    assert min(dof) * (1 - 1e-9) <= effective_dof(u, dof) <= sum(dof) * (1 + 1e-9)


@given(st.lists(st.tuples(positive, st.floats(1, 1e4)), min_size=1, max_size=8), st.floats(1e-9, 1e9))
def test_effective_dof_does_not_depend_on_the_unit(parts, factor):
    u, dof = zip(*parts, strict=True)
    assert effective_dof([factor * x for x in u], dof) == pytest.approx(effective_dof(u, dof))
