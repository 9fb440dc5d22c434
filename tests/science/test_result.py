"""Combining a budget: ranking, shares, and what is refused."""

import math

import pytest

from quanheng.errors import BadInput
from quanheng.science.uncertainty import Contribution, combine


def test_contributions_are_ranked_by_share_and_then_by_name():
    result = combine(10, "g", [Contribution("b", 1), Contribution("a", 1), Contribution("c", 2)])
    assert [c.name for c in result.contributions] == ["c", "a", "b"]
    assert [c.share for c in result.contributions] == pytest.approx([4 / 6, 1 / 6, 1 / 6])


def test_without_contributions_the_value_stands_alone():
    result = combine(10, "g", [])
    assert (result.u, result.U, result.dof) == (0, 0, math.inf)


def test_relative_uncertainty_of_a_negative_value_is_positive_and_of_zero_unbounded():
    assert combine(-10, "g", [Contribution("a", 1)], k=2).relative_expanded == pytest.approx(0.2)
    assert combine(0, "g", [Contribution("a", 1)], k=2).relative_expanded == math.inf


@pytest.mark.parametrize(("value", "k"), [(math.nan, 2), (math.inf, 2), (1, 0), (1, -2), (1, math.nan)])
def test_an_unknown_value_or_a_coverage_factor_that_is_none_is_refused(value, k):
    with pytest.raises(BadInput):
        combine(value, "g", [Contribution("a", 1)], k=k)
