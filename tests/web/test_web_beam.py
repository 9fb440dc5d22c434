"""Geometry of the beams; positions are worked out by hand from the rule left + (right − left) · share."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quanheng.web import beam

FRIDAY = dt.date(2026, 11, 20)
NEXT = [FRIDAY + dt.timedelta(days=d) for d in (3, 4, 5, 6, 7, 10, 11, 12)]


def test_a_step_is_one_two_or_five_times_a_power_of_ten():
    assert [beam.nice_step(Decimal(s)) for s in ("8", "9", "33", "0.04")] == [1, 2, 5, Decimal("0.005")]


def test_a_scale_encloses_its_values():
    assert beam.scale(Decimal("9.98"), Decimal("10.02"), 4) == [
        Decimal("9.98"),
        Decimal("9.99"),
        Decimal("10.00"),
        Decimal("10.01"),
        Decimal("10.02"),
    ]


def test_a_band_stands_around_its_pointer():
    drawn = beam.band("10", "1")  # scale 8 to 12 in steps of 0.5: 96 per cent for 4 units, from 2 per cent on
    assert (drawn["x"], drawn["width"], drawn["pointer"]) == ("26.00%", "48.00%", "50.00%")
    assert [t["label"] for t in drawn["ticks"]][:3] == ["8.0", "8.5", "9.0"]


@given(st.decimals("-1e6", "1e6", places=3), st.decimals("0.001", "1e5", places=3).filter(lambda u: u > 0))
def test_a_band_never_leaves_its_scale(value, expanded):
    drawn = beam.band(value, expanded)
    start, width = float(drawn["x"][:-1]), float(drawn["width"][:-1])
    assert start >= 1.99 and start + width <= 98.02 and len(drawn["ticks"]) <= 11


def test_bars_start_at_zero_and_the_largest_fills_the_row():
    rows = beam.bars([{"name": "a", "share": "0.5"}, {"name": "b", "share": "0.25", "kind": "independent"}])
    assert [(r["width"], r["percent"], r["fill"]) for r in rows] == [
        ("100.00%", "50.0%", "run"),
        ("50.00%", "25.0%", "band"),
    ]


def test_coverage_cuts_segments_at_the_ends_of_the_year():
    row = {
        "segments": [
            {"from": dt.date(2024, 6, 1), "to": dt.date(2025, 3, 14), "state": "covered"},
            {"from": dt.date(2025, 3, 15), "to": dt.date(2026, 1, 31), "state": "none"},
        ]
    }
    drawn = beam.coverage([row], dt.date(2025, 1, 1), dt.date(2025, 12, 31))
    # 31 + 28 + 14 = 73 of 365 days: one fifth
    assert [(s["x"], s["width"], s["fill"]) for s in drawn["rows"][0]["segments"]] == [
        ("0.00%", "20.00%", "cov"),
        ("20.00%", "80.00%", "none"),
    ]
    assert [m["label"] for m in drawn["months"]] == [f"{n}月" for n in range(1, 13)]


def test_the_ruler_keeps_a_place_for_what_is_late():
    marks = [
        {"due": FRIDAY - dt.timedelta(days=9), "title": "late"},
        {"due": FRIDAY, "title": "today"},
        {"due": dt.date(2026, 11, 21), "title": "a Saturday"},
        {"due": dt.date(2026, 11, 23), "title": "Monday"},
        {"due": dt.date(2027, 1, 8), "title": "behind the end"},
    ]
    drawn = beam.ruler(NEXT, marks, FRIDAY)
    assert [(c["slot"], c["count"]) for c in drawn["counts"]] == [(0, 1), (1, 1), (2, 2)]
    assert drawn["later"] == 1
    assert [m["fill"] for m in drawn["marks"]] == ["dotbad", "dotbad", "dotwarn", "dotwarn"]


def test_mondays_are_labelled_and_a_new_month_says_so():
    labels = {t["label"] for t in beam.ruler(NEXT, [], FRIDAY)["ticks"]}
    assert labels == {"", "30日"}
    later = [dt.date(2026, 12, d) for d in (3, 4, 7, 8)]
    assert "12月7日" in {t["label"] for t in beam.ruler(later, [], dt.date(2026, 12, 2))["ticks"]}


@pytest.mark.parametrize("bad", [("1", "0"), ("1", "-1")])
def test_a_band_without_width_is_refused(bad):
    with pytest.raises(ValueError):
        beam.band(*bad)
