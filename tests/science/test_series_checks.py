"""Tests of series: what each one names is worked out by hand here, or planted at a known place."""

from __future__ import annotations

import csv
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quanheng.errors import BadInput
from quanheng.science.series import checks
from quanheng.science.series.derived import derived, smallest_step
from quanheng.science.series.gaps import Interval, gaps, gaps_between, missing_count, usual_step

NAN = math.nan


def lively(size: int, seed: int = 1) -> np.ndarray:
    """A daily wave with noise, in steps of 0.01."""
    noise = np.random.default_rng(seed).normal(0, 1, size)
    return np.round(100 + 10 * np.sin(np.arange(size) * 2 * np.pi / 24) + noise, 2)


def found(intervals: list[Interval]) -> list[tuple[int, int]]:
    return [(one.first, one.last) for one in intervals]


# ---- gaps ------------------------------------------------------------------------------------------------------


def test_gap_names_first_and_last_missing_stamp() -> None:
    (one, two) = gaps(range(10), [0, 1, 4, 5, 6, 8, 9], [1.0] * 7)
    assert (one, two) == (Interval("gap", 2, 3, 2), Interval("gap", 7, 7, 1))
    assert missing_count([one, two]) == 3


def test_value_that_is_no_number_is_missing_and_zero_is_not() -> None:
    assert found(gaps(range(3), range(3), [0.0, NAN, 0.0])) == [(1, 1)]


def test_no_reading_at_all_is_one_gap() -> None:
    assert gaps(range(5), [], []) == [Interval("gap", 0, 4, 5)]
    assert gaps([], [1, 2], [1.0, 2.0]) == []


def test_tolerance_lets_a_stamp_count_that_lies_near() -> None:
    assert gaps([0, 60, 120], [1, 58, 120], [1.0] * 3, tolerance=2) == []
    assert found(gaps([0, 60, 120], [1, 58, 120], [1.0] * 3, tolerance=1)) == [(60, 60)]


@given(st.sets(st.integers(0, 60)))
def test_gaps_and_readings_together_make_all_that_was_expected(present: set[int]) -> None:
    lacking = gaps(range(61), sorted(present), [1.0] * len(present))
    named = {n for one in lacking for n in range(one.first, one.last + 1)}
    assert named == set(range(61)) - present
    assert missing_count(lacking) == len(named)


def test_gaps_of_a_series_that_says_its_own_step() -> None:
    at = [0, 60, 240, 300, 420]
    found_ = gaps_between(at, [1.0] * 5, step=60, start=0, end=540)
    assert found_ == [
        Interval("gap", 120, 180, 2),
        Interval("gap", 360, 360, 1),
        Interval("gap", 480, 540, 2),
    ]
    assert gaps_between([], [], step=60, start=0, end=120) == [Interval("gap", 0, 120, 3)]
    assert gaps_between([0, 119], [1.0, 1.0], step=60, start=0, end=119, tolerance=20)[0] == Interval(
        "gap", 60, 60, 1
    )
    assert gaps_between([0, 90], [1.0, 1.0], step=60, start=0, end=90, tolerance=20) == []
    with pytest.raises(BadInput, match="no step"):
        gaps_between(at, [1.0] * 5, step=0, start=0, end=1)


@given(st.sets(st.integers(0, 60)))
def test_on_a_grid_both_ways_of_finding_gaps_agree(present: set[int]) -> None:
    times, values = sorted(present), [1.0] * len(present)
    assert gaps_between(times, values, step=1, start=0, end=60) == gaps(range(61), times, values)


def test_usual_step_is_the_most_common_distance() -> None:
    assert usual_step([0, 60, 120, 300, 360, 360]) == 60
    assert usual_step([7]) == 0


# ---- values ----------------------------------------------------------------------------------------------------


def test_range_allows_its_limits() -> None:
    assert found(checks.out_of_range(range(6), [0, 5, 10, 10.1, -0.1, NAN], 0, 10)) == [(3, 4)]
    with pytest.raises(BadInput, match="above the upper limit"):
        checks.out_of_range([0], [1.0], 2, 1)


def test_planted_spikes_are_named_and_nothing_else() -> None:
    x = lively(500)
    x[100], x[300], x[301] = 300.0, -80.0, -85.0
    named = checks.spikes(range(500), x, half_window=6, threshold=8, longest=3)
    assert found(named) == [(100, 100), (300, 301)]


def test_a_step_of_level_is_no_spike() -> None:
    x = lively(400)
    x[200:] += 300
    assert checks.spikes(range(400), x, half_window=6, threshold=8, longest=3) == []


def test_end_of_a_stuck_stretch_is_no_spike() -> None:
    noise = np.random.default_rng(7).normal(0, 0.1, 744)
    x = np.round(10 + np.sin(np.arange(744) * 2 * np.pi / 24) + noise, 3)
    x[300:308] = x[300]  # at 308 the sensor wakes up far from where it stood, and stays there
    assert checks.spikes(range(744), x, half_window=6, threshold=8, floor=0.5, longest=3) == []


def test_departure_within_the_floor_is_no_spike() -> None:
    x = np.full(50, 20.0)
    x[25] = 20.1
    assert found(checks.spikes(range(50), x, half_window=3, threshold=5)) == [(25, 25)]
    assert checks.spikes(range(50), x, half_window=3, threshold=5, floor=0.2) == []


def test_median_and_scale_of_a_short_series_by_hand() -> None:
    # window of 100: (1, 2, 100, 3, 2) median 2, MAD 1; departures 0 but for 100: 98 > 3 · 1.4826 · 1
    x = [2, 3, 1, 2, 100, 3, 2, 1, 2.0]
    assert found(checks.spikes(range(9), x, half_window=2, threshold=3)) == [(4, 4)]
    assert checks.spikes(range(9), x, half_window=2, threshold=98 / 1.4826) == []


def test_stuck_needs_its_count_and_names_the_whole_run() -> None:
    x = lively(100)
    x[40:46] = x[40]
    assert found(checks.stuck(range(100), x, count=6)) == [(40, 45)]
    assert checks.stuck(range(100), x, count=7) == []


def test_resolution_lets_a_last_digit_flicker() -> None:
    x = lively(60)
    x[20:28] = [50.0, 50.1, 50.0, 49.9, 50.0, 50.1, 50.1, 50.0]
    assert found(checks.stuck(range(60), x, count=8, resolution=0.11)) == [(20, 27)]
    assert checks.stuck(range(60), x, count=8) == []


def test_plant_that_is_off_is_not_stuck() -> None:
    x = lively(60)
    x[10:40] = 0
    assert checks.stuck(range(60), x, count=6, but=0) == []
    assert found(checks.stuck(range(60), x, count=6)) == [(10, 39)]


def test_series_that_often_stands_still_is_held_to_its_own_habit() -> None:
    steps = np.round(np.cumsum(np.random.default_rng(2).choice([-1, 0, 0, 0, 1], 400)))
    assert checks.stuck(range(400), steps, count=6)
    assert checks.stuck(range(400), steps, count=6, rare=1e-3) == []
    steps[200:260] = steps[200]
    assert (200, 259) in [
        (max(a, 200), min(b, 259)) for a, b in found(checks.stuck(range(400), steps, count=6, rare=1e-3))
    ]


@given(st.lists(st.floats(-1e6, 1e6), max_size=40), st.integers(0, 40))
@settings(max_examples=60)
def test_missing_readings_are_never_called_defective(values: list[float], hole: int) -> None:
    x = np.array([*values, NAN])
    x[hole % x.size] = NAN
    named = [
        *checks.spikes(range(x.size), x, half_window=2, threshold=3),
        *checks.stuck(range(x.size), x, count=2),
        *checks.out_of_range(range(x.size), x, -1, 1),
    ]
    for one in named:
        assert np.isfinite(x[one.first]) and np.isfinite(x[one.last])


# ---- stamps ----------------------------------------------------------------------------------------------------


def test_duplicates_are_told_apart_by_their_values() -> None:
    named = checks.duplicates([0, 1, 1, 2, 3, 3, 4, 4], [5, 6, 6, 7, 8, 9, 1, NAN])
    assert named == [Interval("duplicate_identical", 1, 1, 1), Interval("duplicate_conflicting", 3, 4, 2)]


def test_block_that_came_twice_is_one_interval() -> None:
    assert found(checks.duplicates([0, 1, 2, 3, 1, 2], [0, 1, 2, 3, 1, 2])) == [(1, 2)]


@pytest.mark.parametrize(
    ("came", "late"),
    [([0, 1, 5, 2, 3, 4, 6], [(5, 5)]), ([0, 2, 1, 3], [(1, 1)]), ([0, 1, 1, 2], []), ([3, 0, 1, 2], [(3, 3)]), ([], [])],
)  # fmt: skip
def test_fewest_readings_that_came_late_are_named(came: list[int], late: list[tuple[int, int]]) -> None:
    assert found(checks.out_of_order(np.array(came, dtype=np.int64))) == late


@given(st.permutations(range(12)))
def test_without_the_named_ones_the_rest_is_in_order(came: list[int]) -> None:
    late = {
        n for one in checks.out_of_order(came) for n in came if one.first <= n <= one.last and one.count == 1
    }
    wide = [one for one in checks.out_of_order(came) if one.count > 1]
    rest = [n for n in came if n not in late and not any(w.first <= n <= w.last for w in wide)]
    assert rest == sorted(rest)


@pytest.mark.parametrize("times", [[0.5, 1.5], [[0, 1]], ["a"]])
def test_stamps_must_be_whole_numbers(times: list[object]) -> None:
    with pytest.raises(BadInput, match="whole time stamps"):
        usual_step(times)


def test_one_value_per_stamp() -> None:
    with pytest.raises(BadInput, match="one value per stamp"):
        checks.duplicates([0, 1], [1.0])


# ---- one measurement, not two ----------------------------------------------------------------------------------

PAIR = {"steps": 5, "least_correlation": 0.9995}


def test_multiple_within_rounding_is_derived() -> None:
    x = np.round(np.linspace(100, 200, 200), 1)
    how = derived(x, np.round(0.1026 * x, 1), resolution_x=0.1, resolution_y=0.1, **PAIR)
    assert how is not None
    assert how.ratio == pytest.approx(0.1026, rel=1e-3)
    assert how.allowance == pytest.approx(5 * (0.1 + how.ratio * 0.1) / 2)


def test_single_corrected_reading_does_not_hide_that_one_is_derived() -> None:
    x = np.round(np.linspace(100, 200, 200), 1)
    y = np.round(0.1026 * x, 1)
    y[50] = 99.0
    steps = {"resolution_x": 0.1, "resolution_y": 0.1}
    how = derived(x, y, share=0.99, **steps, **PAIR)
    assert how is not None
    assert (how.readings, how.agreeing, how.ratio) == (200, 199, pytest.approx(0.1026, rel=1e-3))
    assert derived(x, y, **steps, **PAIR) is None
    y[60], y[70] = 99.0, 99.0
    assert derived(x, y, share=0.99, **steps, **PAIR) is None


def test_second_meter_of_one_quantity_is_not_derived() -> None:
    rng = np.random.default_rng(4)
    truth = np.linspace(100, 200, 200)
    one, two = (np.round(truth * (1 + 0.005 * rng.normal(size=200)), 1) for _ in range(2))
    assert np.corrcoef(one, two)[0, 1] > 0.999  # alike, yet two measurements
    assert derived(one, two, resolution_x=0.1, resolution_y=0.1, **PAIR) is None


def test_offset_standstill_and_few_readings_say_nothing() -> None:
    x = np.round(np.linspace(100, 200, 100), 1)
    steps = {"resolution_x": 0.1, "resolution_y": 0.1}
    assert derived(x, x + 50, **steps, **PAIR) is None
    assert derived(np.full(100, 5.0), np.full(100, 10.0), **steps, **PAIR) is None
    assert derived(x[:10], 2 * x[:10], **steps, **PAIR) is None
    assert derived(x, np.full(100, NAN), **steps, **PAIR) is None
    with pytest.raises(BadInput, match="not above 0"):
        derived(x, x, resolution_x=0, resolution_y=0.1, **PAIR)


def test_smallest_step_of_what_was_written() -> None:
    assert smallest_step([1.0, 2.0, NAN]) == 1
    assert smallest_step([1.25, 3.5]) == pytest.approx(0.01)
    assert smallest_step([1 / 3]) == 1e-9


def test_co2_and_heat_input_of_the_plant_are_one_measurement_and_its_load_is_another(test_data) -> None:
    path = test_data / "epa_campd_bowen_hourly_co2_week.csv"
    if not path.is_file():
        pytest.skip(f"{path.name} is not in the folder of real data")
    with path.open(newline="", encoding="utf-8") as file:
        week = list(csv.DictReader(file))
    heat, co2, load = (
        np.array([float(row[name]) for row in week]) for name in ("heat_input_mmBtu", "co2_short_tons", "gross_load_MW")
    )  # fmt: skip
    how = derived(heat, co2, resolution_x=smallest_step(heat), resolution_y=smallest_step(co2), **PAIR)
    assert how is not None
    assert how.ratio == pytest.approx(0.1026, abs=5e-6)  # 5.7e-7 · 100 · Fc 1800 (40 CFR 75 Appendix F)
    assert round(how.correlation, 3) == 1.0
    assert (
        derived(load, co2, resolution_x=smallest_step(load), resolution_y=smallest_step(co2), **PAIR) is None
    )
