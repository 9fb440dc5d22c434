"""Turns the answer of the law clock into the words and the shape of a term: 剩 15 个工作日, 今日到期, 超期.

It counts nothing itself: due date and days left come from the clock that knows the calendar. It takes any
object or mapping with the clock's names, so that pages need not know its class.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, NamedTuple

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from quanheng.web import wording

URGENT_DAYS = 3  # 剩 1–3 个工作日 is a warning; today and overdue are red


class Term(NamedTuple):
    """A term ready to be printed: `kind` is the shape of the chip, `words` its text."""

    due: dt.date | None
    kind: str
    words: str
    provisional: bool
    earliest: dt.date | None
    latest: dt.date | None
    steps: tuple[Any, ...]
    calendar_days: bool


def member(thing: Any, name: str, default: Any = None) -> Any:
    """`thing.name` or `thing["name"]`; a method without arguments is called."""
    value = thing.get(name, default) if isinstance(thing, Mapping) else getattr(thing, name, default)
    return value() if callable(value) else value


def as_day(value: dt.date | dt.datetime | None) -> dt.date | None:
    return value.date() if isinstance(value, dt.datetime) else value


def read_term(result: Any, left: Any = None) -> Term | None:
    """The clock's result as a Term; None where there is no term at all.

    result: a `DueDate` of the clock, or anything with due, left, unit, provisional, overdue, suspended,
    earliest, latest, steps. left: days left (a number or a `DaysLeft`) where the result does not hold them.
    """
    if result is None or result == "":
        return None
    if isinstance(result, Term):
        return result
    days_left = _days_left(result) if left is None or left == "" else _number_of_days(left)
    calendar_days = member(result, "unit", "working_day") in ("day", "days", "calendar_day", "calendar")
    provisional = bool(member(result, "provisional", False))
    suspended = bool(member(result, "suspended", False))
    kind, words = _chip(days_left, calendar_days, provisional, suspended)
    return Term(
        due=as_day(member(result, "due")),
        kind=kind,
        words=words,
        provisional=provisional,
        earliest=as_day(member(result, "earliest")),
        latest=as_day(member(result, "latest")),
        steps=tuple(member(result, "steps") or map(_explained, member(result, "explanation") or ())),
        calendar_days=calendar_days,
    )


def _days_left(result: Any) -> int | None:
    """Days left, negative when overdue; `overdue` may be a flag or the count itself."""
    left = _number_of_days(member(result, "left"))
    overdue = member(result, "overdue", 0)
    if overdue is True:
        return -abs(left) if left else -1
    if overdue:
        return -abs(int(overdue))
    return left


def _number_of_days(left: Any) -> int | None:
    """A count, or the clock's `DaysLeft`."""
    return left if left is None or isinstance(left, int) else member(left, "days")


def _explained(step: Any) -> str:
    """One step of the clock's explanation in words; a rule without words here stands under its own name."""
    sentences = {
        "event": _("起点：%(day)s，当日不计。"),
        "holiday": _("%(day)s 放假，不计。%(detail)s"),
        "make-up": _("%(day)s 调休上班，计入。%(detail)s"),
        "unpublished": _("%(day)s 起的放假安排未公布，暂按周一至周五计。"),
        "due": _("到期：%(day)s。"),
    }
    rule, day = member(step, "rule", ""), member(step, "day")
    words = sentences.get(rule, f"{rule} %(day)s %(detail)s")
    detail = member(step, "detail") or ""
    return words % {"day": wording.date(day, wording.short_language(get_language())), "detail": detail}


def _chip(left: int | None, calendar_days: bool, provisional: bool, suspended: bool) -> tuple[str, str]:
    if suspended:
        return "mute", _("已中止")
    if left is None:
        return ("prov", _("暂定")) if provisional else ("mute", _("未起算"))
    if left < 0:
        return "bad", _overdue(-left, calendar_days)
    if provisional:
        return "prov", _("暂定，约 %(n)s") % {"n": _count(left, calendar_days)}
    if left == 0:
        return "bad", _("今日到期")
    return ("warn" if left <= URGENT_DAYS else "mute"), _left(left, calendar_days)


def _count(n: int, calendar_days: bool) -> str:
    if calendar_days:
        return ngettext("%(n)s 天", "%(n)s 天", n) % {"n": n}
    return ngettext("%(n)s 个工作日", "%(n)s 个工作日", n) % {"n": n}


def _left(n: int, calendar_days: bool) -> str:
    if calendar_days:
        return ngettext("剩 %(n)s 天", "剩 %(n)s 天", n) % {"n": n}
    return ngettext("剩 %(n)s 个工作日", "剩 %(n)s 个工作日", n) % {"n": n}


def _overdue(n: int, calendar_days: bool) -> str:
    if calendar_days:
        return ngettext("超期 %(n)s 天", "超期 %(n)s 天", n) % {"n": n}
    return ngettext("超期 %(n)s 个工作日", "超期 %(n)s 个工作日", n) % {"n": n}
