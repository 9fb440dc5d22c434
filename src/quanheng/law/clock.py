"""Counting working days for terms of law: the day of the event is not counted, and nothing is guessed silently.

In a year without a published calendar a date is *provisional*: the nominal answer counts Monday to Friday,
and earliest and latest follow from the calendar's stated bounds. Months, years and backward terms are not
here yet. Reads no clock: today is an argument.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from typing import Literal

from quanheng.errors import BadInput
from quanheng.law.calendar import Calendar, DayKind

CITE = (
    "民法典 第二百零一条、第二百零三条"  # the day of the event is not counted; the end moves off a rest day
)
_ONE = timedelta(1)
_LONGEST = 3660  # days; a longer term of working days is a typing error, not a term

Assumption = Literal["nominal", "fewest rest days", "most rest days"]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an explanation: a rule, the day it concerns, and a name or count that belongs to it.

    rule: ``event`` (not counted), ``holiday`` (a weekday that rests), ``make-up`` (a weekend day that
    works), ``unpublished`` (the first day counted without a calendar), ``due``.
    """

    rule: str
    day: date
    detail: str = ""


@dataclass(frozen=True, slots=True)
class DueDate:
    """A date that was computed, and how.

    due: nominal date; provisional: whether an unpublished year was counted; earliest, latest: the range
    under the stated bounds (equal to due when not provisional).
    """

    due: date
    provisional: bool
    earliest: date
    latest: date
    explanation: tuple[Step, ...]
    cite: str = CITE


@dataclass(frozen=True, slots=True)
class DaysLeft:
    """Working days from today (not counted) to a due day (counted); negative when overdue.

    fewest, most: the range under the stated bounds (equal to days when not provisional).
    """

    days: int
    provisional: bool
    fewest: int
    most: int
    explanation: tuple[Step, ...]


def is_working_day(day: date, calendar: Calendar) -> bool:
    """Whether the day is a working day by a published calendar.

    Raises BadInput for a year without one; ask ``calendar.kind`` where weekday or weekend is enough.
    """
    kind = calendar.kind(day)
    if not kind.published:
        raise BadInput(
            "no calendar is published for this year",
            field="day",
            found=str(day),
            expected="a year among " + ", ".join(map(str, sorted(calendar.notices))),
            remedy="add the year as a pack when the notice is out",
        )
    return kind.working


def add_working_days(event: date, n: int, calendar: Calendar) -> DueDate:
    """The n-th working day after an event.

    Parameters
    ----------
    event : day of the event, not counted; may itself be a rest day
    n : working days, >= 1

    Returns
    -------
    DueDate; always a working day under its own assumption

    Raises
    ------
    BadInput : n is no whole number from 1 on, or absurdly great

    Notes
    -----
    In each unpublished month the earliest date takes the first weekend days as worked and the latest date
    takes the first weekdays as off, as many as the bounds allow: no placing of the days can lead outside.

    References
    ----------
    民法典 (Civil Code) article 201 (the day of the event is not counted)
    """
    if isinstance(n, bool) or not isinstance(n, int) or not 1 <= n <= _LONGEST // 2:
        raise BadInput(
            "not a term in working days", field="n", found=str(n), expected="a whole number from 1 on"
        )
    due, kinds = _count(event, n, calendar, "nominal")
    earliest, _ = _count(event, n, calendar, "fewest rest days")
    latest, _ = _count(event, n, calendar, "most rest days")
    steps = (Step("event", event), *_remarkable(kinds, calendar), Step("due", due, str(n)))
    return DueDate(due, earliest < due or latest > due or not kinds[-1].published, earliest, latest, steps)


def roll_forward(day: date, calendar: Calendar) -> DueDate:
    """The day itself if it is a working day, else the next one: the end of a forward term.

    Returns
    -------
    DueDate; provisional, with its range, where the day lies in an unpublished year

    References
    ----------
    民法典 (Civil Code) article 203
    """
    rolled = add_working_days(day - _ONE, 1, calendar)  # the first working day from this day on
    steps = (Step("due", day), *(s for s in rolled.explanation if s.rule not in ("event", "due")))
    return DueDate(
        rolled.due, rolled.provisional, rolled.earliest, rolled.latest, (*steps, Step("due", rolled.due))
    )


def working_days_left(today: date, due: date, calendar: Calendar) -> DaysLeft:
    """Working days left until a due day, or overdue since it (negative).

    Parameters
    ----------
    today : not counted
    due : counted, if it is a working day

    Returns
    -------
    DaysLeft

    Raises
    ------
    BadInput : the two days lie absurdly far apart
    """
    first, last = min(today, due), max(today, due)
    if (last - first).days > _LONGEST:
        raise BadInput("the days lie too far apart", field="due", found=str(due))
    span = (last - first).days
    kinds = _span(first, span, calendar, "nominal")
    most_rest = _working(_span(first, span, calendar, "most rest days"))
    fewest_rest = _working(_span(first, span, calendar, "fewest rest days"))
    sign = 1 if due >= today else -1
    fewest, most = sorted((sign * most_rest, sign * fewest_rest))
    steps = (Step("event", today), *_remarkable(kinds, calendar), Step("due", due))
    return DaysLeft(sign * _working(kinds), any(not k.published for k in kinds), fewest, most, steps)


def _span(after: date, length: int, calendar: Calendar, assumption: Assumption) -> list[DayKind]:
    return list(islice(_days(after, calendar, assumption), length))


def _working(kinds: Sequence[DayKind]) -> int:
    return sum(kind.working for kind in kinds)


def _count(event: date, n: int, calendar: Calendar, assumption: Assumption) -> tuple[date, list[DayKind]]:
    kinds = []
    for kind in _days(event, calendar, assumption):
        kinds.append(kind)
        n -= kind.working
        if n == 0:
            return kind.day, kinds
    raise BadInput("the term leads beyond the calendar", field="event", found=str(event))


def _days(after: date, calendar: Calendar, assumption: Assumption) -> Iterator[DayKind]:
    """The days after a day, each with its kind under the assumption for unpublished months."""
    changed: Counter[tuple[int, int]] = Counter()
    day = after
    while day < date.max:
        day += _ONE
        kind = calendar.kind(day)
        if not kind.published and _departs(kind, changed, calendar, assumption):
            changed[day.year, day.month] += 1
            kind = DayKind(day, not kind.working, kind.rule)
        yield kind


def _departs(
    kind: DayKind, changed: Counter[tuple[int, int]], calendar: Calendar, assumption: Assumption
) -> bool:
    month = (kind.day.year, kind.day.month)
    if assumption == "most rest days" and kind.working:
        return changed[month] < calendar.bounds.rest[month[1] - 1]
    if assumption == "fewest rest days" and not kind.working:
        return changed[month] < calendar.bounds.work[month[1] - 1]
    return False


def _remarkable(kinds: Sequence[DayKind], calendar: Calendar) -> Iterator[Step]:
    """Only what a reader would not expect: holidays on weekdays, worked weekends, missing calendars."""
    told: set[int] = set()
    for kind in kinds:
        if kind.rule == "make-up" or (kind.rule == "holiday" and kind.day.weekday() < 5):
            yield Step(kind.rule, kind.day, kind.name)
        elif not kind.published and kind.day.year not in told:
            told.add(kind.day.year)
            yield Step("unpublished", kind.day, calendar.bounds.statement)
