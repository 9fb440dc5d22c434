"""Examples of GB/T 8170-2008: rounding to a place, no rounding in steps, intervals of 0.5 and 0.2 units."""

from decimal import Decimal

import pytest

from quanheng.science.uncertainty import round_to_place, round_to_step


@pytest.mark.parametrize(
    ("value", "place", "printed"),
    [
        ("12.1498", -1, "12.1"),
        ("12.1498", 0, "12"),
        ("1268", 2, "13E2"),
        ("10.5002", 0, "11"),
        ("1.050", -1, "1.0"),
        ("0.35", -1, "0.4"),
        ("2500", 3, "2E3"),
        ("3500", 3, "4E3"),
        ("-355", 1, "-36E1"),
        ("-325", 1, "-32E1"),
        ("-365", 1, "-36E1"),
        ("-0.0365", -3, "-0.036"),
        ("97.46", 0, "97"),
        ("15.4546", 0, "15"),  # in steps it would become 16
    ],
)
def test_3_2_and_3_3_rounding_to_a_place(value, place, printed):
    rounded = round_to_place(value, place)
    assert rounded == Decimal(printed)
    assert rounded.as_tuple().exponent == place


@pytest.mark.parametrize(
    ("value", "printed"), [("60.25", "60.0"), ("60.38", "60.5"), ("60.28", "60.5"), ("-60.75", "-61.0")]
)
def test_3_4_1_intervals_of_half_a_unit(value, printed):
    assert str(round_to_step(value, "0.5")) == printed


@pytest.mark.parametrize(("value", "printed"), [("830", 840), ("842", 840), ("832", 840), ("-930", -920)])
def test_3_4_2_intervals_of_a_fifth_of_a_unit(value, printed):
    assert round_to_step(value, 20) == printed
