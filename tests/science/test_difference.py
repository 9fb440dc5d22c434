"""Two sums of one quantity: what they share falls out of the difference, by hand."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quanheng.errors import BadInput
from quanheng.science.series.difference import difference
from quanheng.science.series.total import Component, total
from quanheng.science.uncertainty.result import Contribution


def summed(values, components, unit="t"):
    values = np.array(values, dtype=float)
    return total(values, {"x": np.ones_like(values)}, components, unit=unit, scale=1, k=2).result


def test_one_certificate_in_both_falls_out_of_the_difference():
    first = summed([10, 10], [Component("A", "x", "common", 0.3), Component("B", "x", "independent", 0.4)])
    second = summed([9, 9], [Component("A", "x", "common", 0.2)])
    d = difference(first, second)
    # d = 2; A: 2·0.3 - 2·0.2 = 0.2; B: 0.4·√2; u = √(0.04 + 0.32) = 0.6
    assert (d.result.value, d.result.u, d.shared) == (2, pytest.approx(0.6), ("A",))
    assert d.ratio == pytest.approx(2 / 1.2) and not d.agrees


def test_errors_of_different_instruments_add_in_squares():
    first, second = (summed([10], [Component(n, "x", "common", u)]) for n, u in (("A", 3.0), ("B", 4.0)))
    assert difference(first, second).result.u == pytest.approx(5)


def test_opposite_signs_of_a_shared_error_add_up():
    y = np.array([10.0])
    plus = total(y, {"x": [1.0]}, [Component("A", "x", "common", 1.0)], scale=1, k=2).result
    minus = total(y, {"x": [-1.0]}, [Component("A", "x", "common", 1.0)], scale=1, k=2).result
    assert difference(plus, minus).result.u == pytest.approx(2)


def test_draws_of_one_name_are_drawn_twice():
    one = summed([10], [Component("A", "x", "independent", 1.0)])
    assert difference(one, one).result.u == pytest.approx(math.sqrt(2))


def test_comparison_may_bring_its_own_uncertainty_and_its_own_identity():
    first, second = (summed([10], [Component(n, "x", "common", 1.0)]) for n in ("A(1)", "A(2)"))
    d = difference(first, second, identity=lambda c: c.name[0], more=[Contribution("spread", 0.5)])
    assert d.shared == ("A",) and d.result.u == pytest.approx(0.5)


def test_no_uncertainty_and_no_difference_agree():
    first = summed([10], [])
    assert difference(first, first).ratio == 0 and difference(first, first).agrees
    assert difference(first, summed([11], [])).ratio == math.inf


def test_tonnes_are_not_kilograms():
    with pytest.raises(BadInput):
        difference(summed([1], []), summed([1], [], unit="kg"))


@given(st.floats(0, 10), st.floats(0, 10), st.floats(0, 10))
def test_uncertainty_is_the_same_both_ways_round(a, b, c):
    first = summed([10], [Component("A", "x", "common", a), Component("B", "x", "common", b)])
    second = summed([9], [Component("A", "x", "common", c)])
    one, other = difference(first, second).result, difference(second, first).result
    assert one.u == pytest.approx(other.u) and one.value == -other.value
    assert one.u <= math.hypot(first.u, second.u) + 1e-12 or a == 0
