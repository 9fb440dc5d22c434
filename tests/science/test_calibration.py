"""Corrections from a certificate: at the points, between them, outside the range."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quanheng.errors import BadInput
from quanheng.science.calibration import CalibrationCurve, CalibrationPoint

POINTS = (
    CalibrationPoint(5, 0.10, 0.20, 2),
    CalibrationPoint(10, -0.20, 0.40, 2),
    CalibrationPoint(20, 0.30, 0.60, 3),
)


def test_at_a_point_the_certificate_is_repeated():
    answer = CalibrationCurve(POINTS).at([5, 10, 20])
    assert answer.correction == pytest.approx([-0.10, 0.20, -0.30])
    assert answer.u == pytest.approx([0.10, 0.20, 0.20])
    assert answer.inside.all()


def test_between_points_error_and_uncertainty_are_interpolated():
    answer = CalibrationCurve(POINTS).at([7.5, 15])
    assert answer.correction == pytest.approx([0.05, -0.05])  # minus the mean of the neighbouring errors
    assert answer.u == pytest.approx([0.15, 0.20])


def test_points_may_be_given_in_any_order():
    assert CalibrationCurve(POINTS[::-1]).at(7.5).correction == CalibrationCurve(POINTS).at(7.5).correction


def test_outside_the_range_nothing_is_said_unless_asked_and_always_marked():
    curve = CalibrationCurve(POINTS)
    silent, held = curve.at([4, 21]), curve.at([4, 21], outside="hold")
    assert np.isnan(silent.correction).all() and np.isnan(silent.u).all()
    assert held.correction == pytest.approx([-0.10, -0.30])
    assert held.u == pytest.approx([0.10, 0.20])
    assert not silent.inside.any() and not held.inside.any()


def test_a_missing_indication_stays_missing():
    answer = CalibrationCurve(POINTS).at([np.nan, 10], outside="hold")
    assert np.isnan(answer.correction[0]) and np.isnan(answer.u[0]) and not answer.inside[0]


def test_percent_refers_to_the_reference_value():
    # +2 % error: an indication of 51 stands for 50, so the correction is -1; U 1 % of 50 with k 2 is u 0.25
    curve = CalibrationCurve((CalibrationPoint(10, 2, 1), CalibrationPoint(100, 2, 1)), "percent")
    answer = curve.at(51)
    assert answer.correction == pytest.approx([-1])
    assert answer.u == pytest.approx([0.25])


@pytest.mark.parametrize(
    "points",
    [
        (),
        (CalibrationPoint(5, 0, 1), CalibrationPoint(5, 0, 1)),
        (CalibrationPoint(5, np.nan, 1),),
        (CalibrationPoint(5, 0, -1),),
        (CalibrationPoint(5, 0, 1, 0),),
    ],
)
def test_points_that_say_nothing_are_refused(points):
    with pytest.raises(BadInput, match="points"):
        CalibrationCurve(points)


def test_an_unknown_form_and_an_error_of_all_of_the_value_are_refused():
    with pytest.raises(BadInput, match="form"):
        CalibrationCurve(POINTS, "ppm")
    with pytest.raises(BadInput, match="100 %"):
        CalibrationCurve((CalibrationPoint(5, -100, 1),), "percent")


@given(st.floats(5, 20))
def test_between_points_the_answer_lies_between_its_neighbours(x):
    answer = CalibrationCurve(POINTS).at(x)
    assert -0.30 - 1e-12 <= answer.correction[0] <= 0.20 + 1e-12
    assert 0.10 - 1e-12 <= answer.u[0] <= 0.20 + 1e-12
