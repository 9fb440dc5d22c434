"""Numbers, quantities, dates and identifiers as the house writes them; expectations are written by hand."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quanheng.web import wording

S = "\u00a0"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0, "0"),
        (999, "999"),
        (1416, f"1{S}416"),
        (412860, f"412{S}860"),
        (1884207, f"1{S}884{S}207"),
        ("0.5467", "0.5467"),
        ("0.00072", f"0.000{S}72"),
        ("16045.3", f"16{S}045.3"),
        ("10.0003", "10.0003"),
        (Decimal("-0.0012"), "−0.0012"),
        (0.1, "0.1"),
        (Decimal("4.13E+5"), f"413{S}000"),
        (None, "—"),
    ],
)
def test_a_number_is_grouped_in_threes_with_a_true_minus(value, written):
    assert wording.number(value) == written


@pytest.mark.parametrize(
    ("value", "places", "written"),
    [("2.5", 0, "2"), ("3.5", 0, "4"), ("0.125", 2, "0.12"), ("0.135", 2, "0.14"), (7, 1, "7.0")],
)
def test_rounding_goes_half_to_even(value, places, written):
    assert wording.number(value, places) == written


@pytest.mark.parametrize(("value", "written"), [(1940, f"+1{S}940"), (-3800, f"−3{S}800"), (0, "0")])
def test_a_difference_always_shows_its_sign(value, written):
    assert wording.number(value, signed=True) == written


def test_a_negative_number_that_rounds_to_zero_has_no_sign():
    assert wording.number("-0.04", 1) == "0.0"


@pytest.mark.parametrize("bad", ["abc", "NaN", float("inf")])
def test_what_is_not_a_number_is_refused(bad):
    with pytest.raises(ValueError):
        wording.number(bad)


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=6))
def test_grouping_never_changes_the_value(value):
    written = wording.number(value).replace(S, "").replace("−", "-")
    assert Decimal(written) == value


@pytest.mark.parametrize(
    ("value", "expanded", "written"),
    [
        ("412860", "7430", (f"412{S}900", f"7{S}400")),
        ("10.00034", "0.0100", ("10.000", "0.010")),
        ("21.5837", "0.0996", ("21.58", "0.10")),
        ("-0.00123", "0.00042", (f"−0.001{S}23", f"0.000{S}42")),
        ("100", "0", ("100", "0")),
    ],
)
def test_value_and_uncertainty_end_at_the_same_decimal(value, expanded, written):
    parts = wording.quantity(value, expanded, "t", 2)
    assert (parts.value, parts.expanded) == written


def test_figures_already_rounded_are_printed_as_given():
    parts = wording.quantity("412860", "7430", "t CO2", 2, digits=None)
    assert (parts.value, parts.expanded, parts.factor) == (f"412{S}860", f"7{S}430", "2")


def test_a_negative_uncertainty_is_refused():
    with pytest.raises(ValueError):
        wording.quantity(1, -1)


@pytest.mark.parametrize(
    ("fraction", "written"),
    [
        ("0.905", "90.5%"),
        (1, "100.0%"),
        (0, "0%"),
        ("0.0004", f"<{S}0.1%"),
        ("0.0005", f"<{S}0.1%"),
        (None, "—"),
        ("-0.0047", "−0.5%"),
    ],
)
def test_a_share_has_one_decimal(fraction, written):
    assert wording.percent(fraction) == written


def test_dates_are_written_in_both_languages():
    day = dt.date(2026, 11, 21)
    assert wording.date(day) == "2026年11月21日"
    assert wording.date(day, with_year=False) == "11月21日"
    assert wording.date(day, "en") == f"21{S}November 2026"
    assert wording.weekday(day) == "周六"
    assert wording.weekday(day, "en") == "Saturday"
    assert wording.clock_time(dt.time(9, 5)) == "09:05"


def test_a_hash_is_read_in_three_groups_of_four():
    assert wording.hash12("sha256:9F3C71AE04D2c655") == f"9f3c{S}71ae{S}04d2"
    assert wording.hash12("") == "—"


@pytest.mark.parametrize(
    ("text", "kind", "written"),
    [
        ("13912345678", "phone", "139****5678"),
        ("陈静", "name", "陈*"),
        ("欧阳修文", "name", "欧***"),
        ("500101199001011234", "id", "500*************34"),
        ("chen.jing@example.org", "email", "c***@example.org"),
        ("ab", "", "a*"),
        ("", "phone", "—"),
    ],
)
def test_personal_data_hide_their_middle(text, kind, written):
    assert wording.masked(text, kind) == written


@given(st.text(min_size=1).filter(str.strip), st.sampled_from(["", "name", "phone", "id"]))
def test_masking_never_shows_the_whole(text, kind):
    assert wording.masked(text, kind) != text.strip() or set(text.strip()[1:]) == {"*"}


@pytest.mark.parametrize(
    ("count", "written"),
    [(999, "999 字节"), (412_000, f"412{S}kB"), (1_840_000, f"1.8{S}MB"), (2_000_000_000, f"2.0{S}GB")],
)
def test_file_sizes_are_short(count, written):
    assert wording.size(count) == written
