"""The second computation against paper and against the first: two pieces of code that know nothing of each other."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quanheng.evidence.offline.check import rounded
from quanheng.evidence.offline.covering import CertificateTable, LaidSource, site_days
from quanheng.evidence.offline.filling import fill_hours
from quanheng.evidence.offline.proofs import day_number, microseconds_of
from quanheng.science.calibration import CalibrationCurve, CalibrationPoint
from quanheng.science.series.substitution import Band, substitute
from quanheng.science.uncertainty.rounding import round_result


def table(points, basis="absolute", span=("0", "100"), factor=1.0, offset=0.0) -> CertificateTable:
    rows = [dict(zip(("nominal", "error", "U", "k"), row, strict=True)) for row in points]
    told = {
        "basis": basis, "points": rows, "range_low": span[0], "range_high": span[1], "valid_from": "2025-01-01",
        "valid_until": None, "issued_on": "2025-01-01",
    }  # fmt: skip
    return CertificateTable({"name": "L/1", "recorded": told}, factor, offset, 365)


POINTS = [("10", "0.2", "0.4", "2"), ("20", "-0.2", "0.8", "2")]


def test_between_two_points_error_and_uncertainty_are_interpolated():
    correction, u, outside = table(POINTS, span=("10", "20")).ask(15.0, 1.5)
    assert (correction, u, outside) == (0.0, pytest.approx(0.3), False)


def test_outside_the_range_the_end_is_held_and_the_uncertainty_grows_with_the_reading():
    correction, u, outside = table(POINTS, span=("10", "20")).ask(30.0, 1.5)
    assert (correction, outside) == (0.2, True)
    assert u == pytest.approx(0.4 * 1.5 * 30 / 20)


def test_a_certificate_in_another_unit_is_asked_in_that_of_the_readings():
    """Kelvin for °C: the nominal value moves by the offset, error and U are differences."""
    correction, u, outside = table([("300", "0.5", "1", "2")], span=("290", "310"), offset=-273.15).ask(
        26.85, 1.5
    )
    assert (correction, u, outside) == (-0.5, 0.5, False)


def test_an_error_in_percent_refers_to_the_reference_value():
    correction, u, _ = table([("50", "1", "2", "2")], "relative", ("0", "200")).ask(101.0, 1.5)
    assert (correction, u) == (pytest.approx(-1.0), pytest.approx(1.0))


def test_without_an_indication_the_largest_u_and_the_errors_stand_for_the_table():
    found = table([("10", "1", "2", "2"), ("20", "-3", "1", "2")], "relative").relative_u()
    assert found == pytest.approx(math.hypot(1, 3 / math.sqrt(3)) / 100)
    assert table([("0", "1", "2", "2")]).relative_u() is None


BUSY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # other suites share the machine
numbers = st.floats(-50, 50).map(lambda x: round(x, 3))


@BUSY
@given(st.dictionaries(numbers, st.tuples(numbers, st.floats(0.001, 9), st.sampled_from([1.0, 2.0, 2.5])), min_size=1, max_size=6),
       st.floats(-80, 80), st.booleans())  # fmt: skip
def test_a_table_answers_as_the_curve_of_the_platform_does(points, x, percent):
    rows = [(repr(n), repr(e), repr(U), repr(k)) for n, (e, U, k) in points.items()]
    curve = CalibrationCurve(
        tuple(CalibrationPoint(n, e, U, k) for n, (e, U, k) in points.items()),
        "percent" if percent else "absolute",
    )
    answer = curve.at([x], outside="hold")
    correction, u, _ = table(rows, "relative" if percent else "absolute", ("-80", "80")).ask(x, 1.5)
    assert correction == pytest.approx(float(answer.correction[0]), rel=1e-9, abs=1e-9)
    assert u == pytest.approx(float(answer.u[0]), rel=1e-9, abs=1e-9)


bands = st.lists(
    st.tuples(
        st.sampled_from([0.0, 0.5, 0.8, 0.9]), st.sampled_from([None, 1, 3]),
        st.sampled_from(["maximum", "neighbours", "neighbours_or_percentile"]), st.sampled_from([1, 5, 20]),
        st.sampled_from([0.0, 50.0, 90.0, 100.0]),
    ),
    min_size=1, max_size=3,
)  # fmt: skip


@BUSY
@given(st.lists(st.one_of(st.none(), st.floats(0, 9)), min_size=1, max_size=60), bands, st.integers(0, 60))
def test_a_rule_fills_the_same_hours_with_the_same_values(values, lines, come):
    come = min(come, len(values))
    mass = {h: v for h, v in enumerate(values) if v is not None}
    rule = {
        "capture_over": "year",
        "bands": [
            {"capture_from": repr(c), "gap_up_to": g, "take": t, "of_last": n, "percentile": repr(p)}
            for c, g, t, n, p in lines
        ],
    }
    running = np.arange(len(values)) < come
    first = substitute(
        [np.nan if v is None else v for v in values], np.zeros(len(values), int),
        [Band(c, g, t, n, p) for c, g, t, n, p in lines], operating=running,
    )  # fmt: skip
    second = fill_hours(mass, [20089] * len(values), come, rule)
    assert second == pytest.approx({h: float(first.values[h]) for h in np.flatnonzero(first.mask)})


def test_the_day_of_an_hour_is_that_of_the_site():
    """New Year in Shanghai is eight hours ahead; with summer time the hour of change moves the day."""
    first = microseconds_of("2024-12-31T15:00:00Z")
    assert site_days(first, 2, [["2024-12-31T15:00:00Z", 28800]]) == [
        day_number("2024-12-31"),
        day_number("2025-01-01"),
    ]
    offsets = [["2024-12-31T15:00:00Z", 28800], ["2024-12-31T16:00:00Z", 25200]]
    assert site_days(first, 2, offsets) == [day_number("2024-12-31")] * 2


def test_times_are_read_with_and_without_a_fraction():
    assert microseconds_of("1970-01-02T00:00:01Z") == 86_401_000_000
    assert microseconds_of("1970-01-01T00:00:00.000007Z") == 7


def test_readings_that_the_statement_left_out_or_put_in_are_taken_so():
    case = SimpleNamespace(
        computation={
            "hours": {"first": "2025-01-01T00:00:00Z", "count": 3, "offsets": [["2025-01-01T00:00:00Z", 0]]}
        },
        readings={
            "P": {microseconds_of("2025-01-01T00:00:00Z"): 1.0, microseconds_of("2025-01-01T01:00:00Z"): 2.0}
        },
        table=lambda name: {},
    )
    departures = {"x": {"left_out": [0], "put_in": {"2": "7.5"}}}
    source = LaidSource(case, {"recorded": {"code": "K"}, "departures": departures})
    assert source.read_at("P", "x") == {1: 2.0, 2: 7.5}
    assert source.read_at("P", "y") == {0: 1.0, 1: 2.0}


@BUSY
@given(st.floats(-1e9, 1e9), st.floats(1e-6, 1e6))
def test_what_is_printed_is_rounded_as_the_platform_rounds(value, expanded):
    assert rounded(value, expanded) == round_result(value, expanded)
