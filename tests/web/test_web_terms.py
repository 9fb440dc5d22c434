"""Words and shapes of terms, from plain mappings and from the law clock's own results."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import translation

from quanheng.law.clock import DaysLeft, DueDate, Step
from quanheng.web.terms import read_term

DAY = dt.date(2026, 12, 11)


@pytest.mark.parametrize(
    ("term", "kind", "words"),
    [
        ({"left": 15}, "mute", "剩 15 个工作日"),
        ({"left": 4}, "mute", "剩 4 个工作日"),
        ({"left": 3}, "warn", "剩 3 个工作日"),
        ({"left": 1}, "warn", "剩 1 个工作日"),
        ({"left": 0}, "bad", "今日到期"),
        ({"left": -1}, "bad", "超期 1 个工作日"),
        ({"left": 2, "overdue": True}, "bad", "超期 2 个工作日"),
        ({"overdue": 5}, "bad", "超期 5 个工作日"),
        ({"left": 112, "unit": "day"}, "mute", "剩 112 天"),
        ({"left": 35, "provisional": True}, "prov", "暂定，约 35 个工作日"),
        ({"left": 4, "suspended": True}, "mute", "已中止"),
        ({}, "mute", "未起算"),
    ],
)
def test_a_term_says_what_is_left(term, kind, words):
    read = read_term({"due": DAY, **term})
    assert (read.kind, read.words, read.due) == (kind, words, DAY)


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (15, "15 working days left"),
        (1, "1 working day left"),
        (-1, "1 working day overdue"),
        (0, "Due today"),
    ],
)
def test_a_term_in_english(left, words):
    with translation.override("en"):
        assert read_term({"due": DAY, "left": left}).words == words


def test_the_clock_explains_itself_in_words():
    due = DueDate(
        due=DAY,
        provisional=True,
        earliest=dt.date(2026, 12, 10),
        latest=dt.date(2026, 12, 14),
        explanation=(Step("event", dt.date(2026, 11, 20)), Step("due", DAY, "15")),
    )
    left = DaysLeft(days=15, provisional=False, fewest=15, most=15, explanation=())
    read = read_term(due, left)
    assert read.words == "暂定，约 15 个工作日"
    assert read.steps == ("起点：2026年11月20日，当日不计。", "到期：2026年12月11日。")
    assert (read.earliest, read.latest) == (dt.date(2026, 12, 10), dt.date(2026, 12, 14))


def test_no_term_stays_no_term():
    assert read_term(None) is None
