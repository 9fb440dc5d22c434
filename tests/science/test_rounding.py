"""Rounding of results and their printed form."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quanheng.errors import BadInput
from quanheng.science.uncertainty import (
    format_result,
    group_digits,
    round_result,
    round_to_place,
    round_to_step,
    round_uncertainty,
)

finite = st.decimals(min_value=-(10**12), max_value=10**12, allow_nan=False, allow_infinity=False, places=6)
steps = st.sampled_from(["0.2", "0.5", "0.05", "0.001", "20", "3", "1"])


def plain(text):
    return text.replace("\u00a0", " ")


def test_a_float_is_rounded_as_the_decimal_that_it_shows():
    # 2.675 in base two lies below the middle; as a decimal it is the middle and goes to the even 8
    assert round_to_place(2.675, -2) == Decimal("2.68")
    assert round_to_place(2.665, -2) == Decimal("2.66")


def test_a_step_of_a_verification_rule_takes_the_even_multiple():
    assert str(round_to_step("8.5", "0.2")) == "8.4"  # 42.5 steps
    assert str(round_to_step("8.7", "0.2")) == "8.8"  # 43.5 steps


@pytest.mark.parametrize(
    ("U", "digits", "expected"),
    [
        ("7430", 2, "7.4E+3"),
        ("7430", 1, "7E+3"),
        ("0.0996", 2, "0.10"),
        ("0.0996", 1, "0.1"),
        ("9.96", 2, "10"),
        ("0.01449", 2, "0.014"),
        ("0.0145", 2, "0.014"),
    ],
)
def test_uncertainty_keeps_its_significant_digits_through_a_carry(U, digits, expected):
    assert str(round_uncertainty(U, digits)) == expected


def test_uncertainty_may_be_rounded_up_only():
    assert str(round_uncertainty("0.0121", 2, up=True)) == "0.013"


@pytest.mark.parametrize("U", [0, -1, "nan", "inf", "x"])
def test_an_uncertainty_that_is_not_positive_and_known_cannot_be_printed(U):
    with pytest.raises(BadInput):
        round_uncertainty(U)


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (1416, "1 416"),
        (416, "416"),
        ("0.00072", "0.000 72"),
        ("0.0123", "0.012 3"),
        ("1234567.8901", "1 234 567.890 1"),
        (-1000, "\u22121 000"),
        ("0.00", "0.00"),
        (Decimal("4.129E+5"), "412 900"),
    ],
)
def test_digits_stand_in_groups_of_three_from_four_on(value, printed):
    assert plain(group_digits(value)) == printed


def test_signed_quantities_show_plus_and_minus_and_zero_shows_none():
    assert [group_digits(x, signed=True) for x in (1, -1, 0, "-0.0")] == ["+1", "\u22121", "0", "0.0"]


def test_value_and_uncertainty_end_at_the_same_place():
    assert plain(format_result(412861.4, 7432.1, "t")) == "412 900 ± 7 400 t"
    assert plain(format_result(412861.4, 7432.1, significant=3)) == "412 860 ± 7 430"
    assert plain(format_result("-0.0004", "0.02")) == "0.000 ± 0.020"
    assert plain(format_result("10.0001", "0.00031", "g")) == "10.000 10 ± 0.000 31 g"


def test_a_printed_result_cannot_break_across_lines():
    assert " " not in format_result(1234567, 8900, "t")


@given(finite, st.integers(-5, 5))
def test_rounding_moves_by_at_most_half_a_place_and_only_once(value, place):
    once = round_to_place(value, place)
    assert abs(once - value) <= Decimal(5).scaleb(place - 1)
    assert round_to_place(once, place) == once


@given(finite, steps)
def test_rounding_to_a_step_gives_a_multiple_within_half_a_step(value, step):
    rounded = round_to_step(value, step)
    assert rounded % Decimal(step) == 0
    assert abs(rounded - value) * 2 <= Decimal(step)


@given(finite, finite.filter(lambda d: d > 0), st.sampled_from([1, 2]))
def test_a_rounded_uncertainty_has_the_digits_asked_for(value, U, digits):
    rounded, uncertainty = round_result(value, U, digits)
    assert rounded.as_tuple().exponent == uncertainty.as_tuple().exponent
    assert len(uncertainty.as_tuple().digits) == digits
    assert abs(uncertainty - U) * 2 <= Decimal(1).scaleb(U.adjusted() - digits + 1)


@given(finite)
def test_grouping_loses_nothing(value):
    assert Decimal(plain(group_digits(value)).replace(" ", "").replace("\u2212", "-")) == value
