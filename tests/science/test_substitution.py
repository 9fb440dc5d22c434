"""Missing hours put in by rule: by hand, by the lines of each band, and what no rule may do."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quanheng.errors import BadInput
from quanheng.science.series.substitution import Band, substitute

NAN = math.nan
HJ75 = [
    Band(0.90, 24, "maximum", 180),
    Band(0.90, None, "maximum", 720),
    Band(0.75, None, "maximum", 2160),
]


def quarter(hours=2160, peak_at=0, peak=900.0):
    y = np.full(hours, 100.0)
    y[peak_at] = peak
    return y


def filled(y, periods=0, bands=HJ75, **more):
    return substitute(y, np.broadcast_to(periods, y.shape), bands, **more)


def test_short_gap_takes_the_maximum_of_the_last_180_valid_hours():
    y = quarter()
    y[500], y[1000:1024] = 300.0, NAN  # 24 h: 1000 - 180 = 820, so the 300 of hour 500 is out of sight
    assert set(filled(y).values[1000:1024]) == {100.0}
    y[900] = 250.0
    assert set(filled(y).values[1000:1024]) == {250.0}


def test_gap_longer_than_a_day_takes_the_maximum_of_the_last_720():
    y = quarter()
    y[300], y[1000:1025] = 300.0, NAN  # 25 h: looks back to hour 280
    done = filled(y)
    assert set(done.values[1000:1025]) == {300.0}
    assert done.mask.sum() == 25 and (done.stretches[0].gap, done.stretches[0].looked_at) == (25, 720)


def test_capture_between_75_and_90_per_cent_looks_back_2160_hours():
    y = quarter(peak_at=0)
    y[1700:2100] = NAN  # 1760/2160 = 81.5 %
    done = filled(y)
    assert set(done.values[1700:2100]) == {900.0}
    assert done.capture[0] == pytest.approx(1760 / 2160)


@pytest.mark.parametrize(("lost", "put_in"), [(216, 720), (217, 2160), (540, 2160), (541, 0)])
def test_limits_of_capture_belong_to_the_better_band(lost, put_in):
    y = quarter(
        4320, peak_at=2165
    )  # the first quarter is whole; 216 of 2160 lost: exactly 90 %, 540: exactly 75 %
    y[4320 - lost :] = NAN
    done = substitute(y, np.repeat([0, 1], 2160), HJ75)
    assert done.stretches[0].looked_at == min(put_in, 4320 - lost)
    assert np.isnan(done.values[-1]) == (put_in == 0)


def test_gap_over_two_quarters_has_one_length_and_two_captures():
    y = np.full(4320, 100.0)
    y[2150:2180] = NAN
    done = substitute(y, np.repeat([0, 1], 2160), HJ75)
    assert [(s.first, s.last, s.gap) for s in done.stretches] == [(2150, 2160, 30), (2160, 2180, 30)]


def test_substituted_hours_are_no_source_of_others():
    y = quarter(peak_at=0, peak=500.0)
    y[100:110], y[400:410] = NAN, NAN
    done = filled(y)
    assert done.values[105] == 500.0  # of the hours before
    assert done.values[405] == 100.0  # the 500 put in at 100 to 109 is no valid hour


def test_nothing_before_the_gap_stays_missing():
    y = quarter()
    y[:10] = NAN
    assert np.isnan(filled(y).values[:10]).all() and not filled(y).mask.any()


def test_hours_out_of_operation_are_neither_missing_nor_filled():
    y = np.full(100, 100.0)
    y[50:] = NAN
    runs = np.arange(100) < 55
    done = filled(y, operating=runs)
    assert done.capture[0] == pytest.approx(50 / 55) and np.isnan(done.values[55:]).all()
    assert done.mask.sum() == 5


def test_simple_neighbour_rule_by_hand():
    bands = [Band(0.5, 3, "neighbours"), Band(0.5, None, "neighbours_or_percentile", 10, 90)]
    y = np.array([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, NAN, NAN, 20, 2, NAN, NAN, NAN, NAN, 4.0])
    done = filled(y, bands=bands)
    assert done.values[10] == 15.0  # (10 + 20)/2
    # the last ten valid: 3..10, 20, 2; their 90th percentile is the ninth of ten in order: 10; mean (2 + 4)/2 = 3
    assert done.values[15] == 10.0


@given(st.lists(st.one_of(st.just(NAN), st.floats(0, 1e6)), min_size=1, max_size=200))
def test_readings_stay_and_what_is_put_in_was_measured_before(values):
    y = np.array(values)
    done = filled(y)
    known = ~np.isnan(y)
    assert np.array_equal(done.values[known], y[known])
    assert not (done.mask & known).any()
    for hour in np.flatnonzero(done.mask):
        assert done.values[hour] in y[:hour]


@given(st.lists(st.one_of(st.just(NAN), st.floats(0, 1e6)), min_size=1, max_size=200))
def test_every_missing_hour_is_told_once(values):
    done = filled(np.array(values))
    told = np.zeros(len(values), dtype=int)
    for one in done.stretches:
        told[one.first : one.last] += 1
    assert np.array_equal(told, np.isnan(values).astype(int))


@pytest.mark.parametrize(
    ("y", "bands", "more", "field"),
    [
        ([1.0, math.inf], HJ75, {}, "values"),
        ([1.0, NAN], [Band(0.9, None, "maximum")], {}, "bands[0].of_last"),
        ([1.0, NAN], [Band(0.9, None, "neighbours_or_percentile", 3)], {}, "bands[0].percentile"),
        ([1.0, NAN], HJ75, {"operating": [True]}, "operating"),
    ],
)
def test_rule_or_series_that_does_not_fit_is_refused(y, bands, more, field):
    with pytest.raises(BadInput) as refused:
        substitute(y, 0, bands, **more)
    assert refused.value.problems[0].field == field
