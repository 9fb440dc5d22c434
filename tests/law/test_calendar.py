"""Calendars: what the notices say, and what a calendar file may not say."""

from datetime import date, timedelta
from importlib import resources

import pytest

from quanheng.errors import BadInput
from quanheng.law.calendar import load_calendar, packaged_calendar

FOLDER = resources.files("quanheng.law") / "calendars" / "cn"
BOUNDS = (FOLDER / "bounds.yaml").read_text(encoding="utf-8")
YEAR = """
calendar: cn
year: 2030
notice: {title: t, number: n, number_verified: none, date: 2029-11-01, source: s}
verified: none
rest:
  - {name: 元旦, from: 2030-01-01, to: 2030-01-02}
work: [2030-01-05]
"""


def days(year):
    return [date(year, 1, 1) + timedelta(n) for n in range((date(year + 1, 1, 1) - date(year, 1, 1)).days)]


def load(text, **more):
    return load_calendar({"bounds.yaml": BOUNDS, "2030.yaml": text, **more})


@pytest.mark.parametrize(
    ("year", "weekdays_off", "make_up"),
    [
        (2025, 18, ["01-26", "02-08", "04-27", "09-28", "10-11"]),
        (2026, 19, ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"]),
    ],
)
def test_a_published_year_has_the_days_of_its_notice(year, weekdays_off, make_up):
    kinds = [packaged_calendar().kind(d) for d in days(year)]
    assert [f"{k.day:%m-%d}" for k in kinds if k.rule == "make-up"] == make_up
    assert sum(k.rule == "holiday" and k.day.weekday() < 5 for k in kinds) == weekdays_off
    assert sum(k.working for k in kinds) == 261 - weekdays_off + len(make_up) == 248
    assert all(k.published for k in kinds)


@pytest.mark.parametrize(
    ("day", "working", "rule"),
    [
        (date(2026, 2, 16), False, "holiday"),
        (date(2026, 2, 14), True, "make-up"),
        (date(2026, 2, 24), True, "weekday"),
        (date(2026, 11, 21), False, "weekend"),
        (date(2027, 10, 1), True, "unpublished weekday"),
        (date(2027, 1, 2), False, "unpublished weekend"),
    ],
)
def test_a_day_says_by_which_rule_it_works_or_rests(day, working, rule):
    kind = packaged_calendar().kind(day)
    assert (kind.working, kind.rule) == (working, rule)


def test_a_calendar_says_on_which_notice_it_rests_and_who_has_seen_its_number():
    notice = packaged_calendar().notices[2026]
    assert notice.date == date(2025, 11, 4) and notice.number_verified == "none"


def test_a_pack_adds_a_year():
    assert load(YEAR).kind(date(2030, 1, 5)).working
    assert 2030 not in packaged_calendar().notices


def test_a_year_may_change_the_december_before_it():
    calendar = load(YEAR.replace("from: 2030-01-01", "from: 2029-12-31"))
    assert not calendar.kind(date(2029, 12, 31)).working


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("verified: none\nrest", "verified: maybe\nrest", "verified"),
        ("year: 2030", "year: MMXXX", "year"),
        ("work: [2030-01-05]", "", "work"),
        ("work: [2030-01-05]", "work: [2030-01-04]", "work[0]"),  # a Friday
        ("work: [2030-01-05]", "work: [2030-01-05, 2030-01-05]", "work[1]"),
        ("work: [2030-01-05]", "work: [2031-01-04]", "work[0]"),
        ("work: [2030-01-05]", "work: [soon]", "work[0]"),
        ("to: 2030-01-02", "to: 2029-12-30", "rest[0].to"),
        ("to: 2030-01-02", "till: 2030-01-02", "rest[0]"),
        ("to: 2030-01-02", "to: 2030-01-06", "work[0]"),  # rests and works
        ("number: n,", "number: '',", "notice"),
        ("calendar: cn", "calendar: cn\ncolour: red", "colour"),
    ],
)
def test_a_calendar_that_cannot_be_right_is_refused_with_file_and_field(old, new, field):
    assert old in YEAR
    with pytest.raises(BadInput) as refused:
        load(YEAR.replace(old, new))
    problem = refused.value.problems[0]
    assert (problem.file, problem.field) == ("2030.yaml", field)


def test_a_year_stands_once_and_bounds_are_there():
    with pytest.raises(BadInput, match="twice"):
        load(YEAR, other=YEAR)
    with pytest.raises(BadInput, match="bounds"):
        load_calendar({"2030.yaml": YEAR})
    with pytest.raises(BadInput, match="12 whole numbers"):
        load_calendar({"bounds.yaml": BOUNDS.replace("rest: [9, ", "rest: [")})


@pytest.mark.parametrize("text", ["[", "- 1", ""])
def test_what_is_no_calendar_is_refused(text):
    with pytest.raises(BadInput):
        load(text)
