"""Working days counted by hand on the published calendars, and honest ranges beyond them."""

from datetime import date, timedelta
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quanheng.errors import BadInput
from quanheng.law.calendar import Calendar, load_calendar, packaged_calendar
from quanheng.law.clock import add_working_days, is_working_day, roll_forward, working_days_left

CN = packaged_calendar()
FOLDER = resources.files("quanheng.law") / "calendars" / "cn"
WITHOUT_2026 = load_calendar(
    {n: (FOLDER / n).read_text(encoding="utf-8") for n in ("bounds.yaml", "2025.yaml")}
)

published = st.dates(date(2025, 1, 1), date(2026, 10, 31))
terms = st.integers(1, 40)


@pytest.mark.parametrize(
    ("event", "n", "due"),
    [
        (date(2026, 11, 23), 1, date(2026, 11, 24)),  # Monday; the day of the event is not counted
        (date(2026, 11, 20), 1, date(2026, 11, 23)),  # over a weekend
        (date(2026, 11, 21), 1, date(2026, 11, 23)),  # an event on a Saturday
        (date(2026, 2, 10), 5, date(2026, 2, 24)),  # 11, 12, 13, 14 (make-up), then 24 after the festival
        (date(2026, 9, 30), 1, date(2026, 10, 8)),
        (date(2026, 10, 8), 2, date(2026, 10, 10)),  # Friday 9, Saturday 10 works
        (date(2025, 9, 26), 3, date(2025, 9, 30)),  # Sunday 28 works, 29, 30
        (date(2025, 9, 30), 3, date(2025, 10, 11)),  # 9, 10, Saturday 11 works
    ],
)
def test_a_term_in_working_days_ends_where_the_calendar_says(event, n, due):
    found = add_working_days(event, n, CN)
    assert (found.due, found.earliest, found.latest, found.provisional) == (due, due, due, False)


def test_an_explanation_names_only_what_a_reader_would_not_expect():
    steps = add_working_days(date(2026, 2, 10), 5, CN).explanation
    told = [(s.rule, s.day.day, s.detail) for s in steps]
    holidays = [("holiday", d, "春节") for d in (16, 17, 18, 19, 20, 23)]
    assert told == [("event", 10, ""), ("make-up", 14, ""), *holidays, ("due", 24, "5")]


@pytest.mark.parametrize("n", [0, -1, 1.5, True, "3", 10**6])
def test_what_is_no_term_is_refused(n):
    with pytest.raises(BadInput):
        add_working_days(date(2026, 1, 5), n, CN)


def test_a_term_beyond_all_calendars_is_refused():
    with pytest.raises(BadInput):
        add_working_days(date(9999, 12, 30), 5, CN)


def test_a_rest_day_at_the_end_of_a_term_moves_to_the_next_working_day():
    assert roll_forward(date(2026, 10, 3), CN).due == date(2026, 10, 8)
    assert roll_forward(date(2026, 10, 8), CN).due == date(2026, 10, 8)
    assert roll_forward(date(2026, 10, 10), CN).due == date(2026, 10, 10)  # a Saturday that works
    assert roll_forward(date(2027, 10, 2), CN).provisional


@pytest.mark.parametrize(
    ("today", "due", "left"),
    [
        (date(2026, 11, 21), date(2026, 12, 11), 15),
        (date(2026, 11, 23), date(2026, 11, 23), 0),
        (date(2026, 11, 24), date(2026, 11, 23), -1),
        (date(2026, 10, 8), date(2026, 9, 30), -1),  # seven rest days are not overdue days
        (date(2026, 2, 13), date(2026, 2, 24), 2),  # Saturday 14 and Tuesday 24
    ],
)
def test_days_left_and_days_overdue(today, due, left):
    found = working_days_left(today, due, CN)
    assert (found.days, found.fewest, found.most, found.provisional) == (left, left, left, False)


def test_days_that_lie_absurdly_far_apart_are_refused():
    with pytest.raises(BadInput):
        working_days_left(date(2026, 1, 1), date(3026, 1, 1), CN)


def test_a_term_into_an_unpublished_year_is_provisional_with_a_range():
    # 22 to 31 December 2026 are 8 working days; Monday 4 to Friday 8 January five more; 11 and 12
    found = add_working_days(date(2026, 12, 21), 8 + 1 + 5 + 1, CN)
    assert found.due == date(2027, 1, 11)  # the first of January 2027 is a Friday
    assert found.provisional and found.earliest < found.due < found.latest
    assert "unpublished" in [s.rule for s in found.explanation]


def test_days_left_into_an_unpublished_year_are_provisional():
    found = working_days_left(date(2026, 12, 21), date(2027, 1, 11), CN)
    assert found.days == 15 and found.provisional
    assert found.fewest < 15 < found.most


def test_whether_a_day_of_an_unpublished_year_works_is_not_answered():
    with pytest.raises(BadInput, match="no calendar is published"):
        is_working_day(date(2027, 1, 4), CN)
    assert is_working_day(date(2026, 10, 10), CN)


@given(published, terms)
def test_the_due_day_works_and_exactly_n_days_lie_before_it(event, n):
    due = add_working_days(event, n, CN).due
    assert CN.kind(due).working
    between = sum(CN.kind(event + timedelta(d)).working for d in range(1, (due - event).days + 1))
    assert between == n == working_days_left(event, due, CN).days


@given(published, terms, terms)
def test_a_longer_term_never_ends_earlier(event, n, more):
    assert add_working_days(event, n, CN).due < add_working_days(event, n + more, CN).due


@given(st.dates(date(2025, 10, 1), date(2026, 9, 30)), terms)
def test_the_calendar_that_came_later_lay_inside_the_range_given_before(event, n):
    before = add_working_days(event, n, WITHOUT_2026)
    assert before.earliest <= add_working_days(event, n, CN).due <= before.latest


@given(st.dates(date(2025, 10, 1), date(2026, 9, 30)), st.dates(date(2025, 10, 1), date(2026, 9, 30)))
def test_the_days_left_that_came_later_lay_inside_the_range_given_before(today, due):
    before = working_days_left(today, due, WITHOUT_2026)
    assert before.fewest <= working_days_left(today, due, CN).days <= before.most


@st.composite
def calendars_within_the_bounds(draw):
    """Any year 2027 whose months stay within the stated bounds: the worst notices included."""
    rest, work = {}, set()
    for month in range(1, 13):
        days = [date(2027, month, 1) + timedelta(d) for d in range(31)]
        days = [d for d in days if d.month == month]
        weekdays = [d for d in days if d.weekday() < 5]
        weekend = [d for d in days if d.weekday() >= 5]
        first = draw(st.integers(0, len(weekdays) - 1))
        rest |= dict.fromkeys(weekdays[first : first + CN.bounds.rest[month - 1]], "假日")
        work |= set(draw(st.lists(st.sampled_from(weekend), max_size=CN.bounds.work[month - 1], unique=True)))
    return Calendar({**CN.notices, 2027: CN.notices[2026]}, {**CN.rest, **rest}, CN.work | work, CN.bounds)


@given(st.dates(date(2026, 11, 1), date(2027, 9, 1)), terms, calendars_within_the_bounds())
def test_no_calendar_within_the_bounds_leads_outside_the_range(event, n, later):
    before = add_working_days(event, n, CN)
    assert before.earliest <= add_working_days(event, n, later).due <= before.latest
