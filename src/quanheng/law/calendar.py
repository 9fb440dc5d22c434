"""Working days as the State Council publishes them, year by year, from data files.

A year without a file is *unpublished*: this file then says so and guesses nothing (``clock`` turns that
into a provisional date). A bureau adds a year as a pack, handed in as text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib import resources
from typing import Literal

import yaml

from quanheng.errors import BadInput, Problem

Rule = Literal["weekday", "weekend", "holiday", "make-up", "unpublished weekday", "unpublished weekend"]

_YEAR_KEYS = {"calendar", "year", "notice", "verified", "rest", "work"}
_NOTICE_KEYS = {"title", "number", "number_verified", "date", "source"}
_BOUND_KEYS = {"calendar", "bounds", "verified", "rest", "work"}
_VERIFIED = ("none", "one reader", "two readers")


@dataclass(frozen=True, slots=True)
class Notice:
    """The notice that a year's calendar rests on; ``number_verified`` says who has seen its number."""

    title: str
    number: str
    number_verified: str
    date: date
    source: str


@dataclass(frozen=True, slots=True)
class DayKind:
    """What a day is: working or not, by which rule, under which holiday's name, published or not."""

    day: date
    working: bool
    rule: Rule
    name: str = ""

    @property
    def published(self) -> bool:
        return not self.rule.startswith("unpublished")


@dataclass(frozen=True, slots=True)
class Bounds:
    """Most weekdays off and most weekend days worked in each month of an unpublished year (January first)."""

    rest: tuple[int, ...]
    work: tuple[int, ...]
    statement: str


@dataclass(frozen=True, slots=True)
class Calendar:
    """The published years of one country.

    A later notice may still change the last December of a published year (that of 2006 did); the change
    comes with the next year's file.
    """

    notices: Mapping[int, Notice]
    rest: Mapping[date, str]
    work: frozenset[date]
    bounds: Bounds

    def kind(self, day: date) -> DayKind:
        """What the day is. In an unpublished year only weekday and weekend are told apart, and marked."""
        if day in self.rest:
            return DayKind(day, False, "holiday", self.rest[day])
        if day in self.work:
            return DayKind(day, True, "make-up")
        weekend = day.weekday() >= 5
        if day.year in self.notices:
            return DayKind(day, not weekend, "weekend" if weekend else "weekday")
        return DayKind(day, not weekend, "unpublished weekend" if weekend else "unpublished weekday")


def load_calendar(texts: Mapping[str, str]) -> Calendar:
    """Read the years and the bounds of one calendar.

    Parameters
    ----------
    texts : file name -> YAML; one file with ``bounds``, any number with ``year``

    Raises
    ------
    BadInput : unknown or missing key, a year given twice, a holiday outside its year (the last December
        before it excepted), a make-up day that is no weekend day or also rests, no bounds
    """
    notices: dict[int, Notice] = {}
    rest: dict[date, str] = {}
    work: set[date] = set()
    bounds: Bounds | None = None
    for file, text in texts.items():
        document = _document(file, text)
        if "bounds" in document:
            bounds = _bounds(file, document)
            continue
        year, notice = _notice(file, document)
        if year in notices:
            raise BadInput("a year stands twice", file=file, field="year", found=str(year))
        notices[year] = notice
        rests = _rest_days(file, document, year)
        rest |= rests
        work |= _work_days(file, document, year, rests)
    if bounds is None:
        raise BadInput(
            "a calendar needs its bounds for unpublished years", expected="one file with the key bounds"
        )
    return Calendar(notices, rest, frozenset(work), bounds)


@cache
def packaged_calendar(country: str = "cn") -> Calendar:
    """The calendar that comes with the house."""
    folder = resources.files("quanheng.law") / "calendars" / country
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".yaml")), key=lambda f: f.name)
    return load_calendar({f.name: f.read_text(encoding="utf-8") for f in files})


def _document(file: str, text: str) -> dict[str, object]:
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as fault:
        raise BadInput(f"not YAML: {str(fault).splitlines()[0]}", file=file) from None
    if not isinstance(document, dict):
        raise BadInput("a calendar is a mapping", file=file)
    wanted = _BOUND_KEYS if "bounds" in document else _YEAR_KEYS
    problems = [Problem("unknown key", str(k), file=file) for k in sorted(set(document) - wanted, key=str)]
    problems += [Problem("missing", k, file=file) for k in sorted(wanted - set(document))]
    if document.get("verified") not in _VERIFIED:
        problems.append(Problem("who has checked it?", "verified", file=file, expected=" / ".join(_VERIFIED)))
    if problems:
        raise BadInput(problems)
    return document


def _bounds(file: str, document: Mapping[str, object]) -> Bounds:
    months: dict[str, tuple[int, ...]] = {}
    for name in ("rest", "work"):
        given = document[name]
        if not (
            isinstance(given, list) and len(given) == 12 and all(type(n) is int and n >= 0 for n in given)
        ):
            raise BadInput("one count per month", file=file, field=name, expected="12 whole numbers >= 0")
        months[name] = tuple(given)
    return Bounds(months["rest"], months["work"], str(document["bounds"]))


def _notice(file: str, document: Mapping[str, object]) -> tuple[int, Notice]:
    year, notice = document["year"], document["notice"]
    if type(year) is not int:
        raise BadInput("a year is a whole number", file=file, field="year", found=str(year))
    if not isinstance(notice, dict) or set(notice) != _NOTICE_KEYS or not all(notice.values()):
        raise BadInput(
            "incomplete notice", file=file, field="notice", expected=", ".join(sorted(_NOTICE_KEYS))
        )
    if notice["number_verified"] not in _VERIFIED:
        raise BadInput("who has checked it?", file=file, field="notice.number_verified")
    issued = _day(file, "notice.date", notice["date"])
    text = {name: str(notice[name]) for name in ("title", "number", "number_verified", "source")}
    return year, Notice(date=issued, **text)


def _rest_days(file: str, document: Mapping[str, object], year: int) -> dict[date, str]:
    days: dict[date, str] = {}
    given = document["rest"]
    for i, span in enumerate(given if isinstance(given, list) else [given]):
        if not isinstance(span, dict) or set(span) != {"name", "from", "to"}:
            raise BadInput("a span of rest days", file=file, field=f"rest[{i}]", expected="name, from, to")
        first = _in_year(file, f"rest[{i}].from", span["from"], year)
        last = _in_year(file, f"rest[{i}].to", span["to"], year)
        if last < first:
            raise BadInput("ends before it begins", file=file, field=f"rest[{i}].to", found=str(last))
        days |= {first + timedelta(n): str(span["name"]) for n in range((last - first).days + 1)}
    return days


def _work_days(file: str, document: Mapping[str, object], year: int, rests: Mapping[date, str]) -> set[date]:
    days: set[date] = set()
    given = document["work"]
    for i, content in enumerate(given if isinstance(given, list) else [given]):
        day = _in_year(file, f"work[{i}]", content, year)
        if day.weekday() < 5 or day in rests or day in days:
            raise BadInput(
                "a make-up day is a weekend day that does not rest, named once",
                file=file,
                field=f"work[{i}]",
                found=str(day),
            )
        days.add(day)
    return days


def _in_year(file: str, field: str, content: object, year: int) -> date:
    """A day of the year, or of the December before it (the notice of 2006 made 2005-12-31 a working day)."""
    day = _day(file, field, content)
    if day.year != year and (day.year, day.month) != (year - 1, 12):
        raise BadInput("outside its year", file=file, field=field, found=str(day), expected=str(year))
    return day


def _day(file: str, field: str, content: object) -> date:
    if type(content) is not date:
        raise BadInput("not a date", file=file, field=field, found=str(content), expected="YYYY-MM-DD")
    return content
