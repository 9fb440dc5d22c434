"""The work of one person as lists: what waits with its days left, what was done, what was begun.

Matters come from the registry and days from the law clock; the words of a term from `terms`. This file decides
nothing about either.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import asdict
from functools import cache
from typing import Any

import django_tables2 as tables
from django import forms
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quanheng.apps.records.action import REGISTRY
from quanheng.apps.records.pages import LinksObjects
from quanheng.apps.records.registries import Todo
from quanheng.law import calendar, clock
from quanheng.web import terms
from quanheng.web.templatetags.qh import qh_when

RULER_DAYS = 20
SOON = 3


@cache
def published_calendar() -> calendar.Calendar:
    """The packaged calendar of working days."""
    return calendar.packaged_calendar()


def coming_days(today: dt.date, n: int = RULER_DAYS) -> list[dt.date]:
    """The next n working days; in an unpublished year Monday to Friday, as the clock counts them."""
    days: list[dt.date] = []
    while len(days) < n:
        days.append(clock.add_working_days(days[-1] if days else today, 1, published_calendar()).due)
    return days


def with_days(matters: Iterable[Todo], today: dt.date) -> list[dict[str, Any]]:
    """Each matter with the working days that are left, as rows of a table."""
    left: dict[dt.date, Any] = {}
    rows = []
    for matter in matters:
        if matter.due and matter.due not in left:
            left[matter.due] = clock.working_days_left(today, matter.due, published_calendar())
        rows.append({**asdict(matter), "left": left.get(matter.due) if matter.due else None})
    return rows


def figures(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Overdue, today, within three working days, all."""
    counts = [sum(1 for row in rows if in_reach(row, reach)) for reach in ("late", "today", "soon")]
    kinds = ("bad", "bad", "warn")
    words = (_("超期"), _("今日到期"), _("三日内"))
    strip = [
        {"label": word, "value": n, "kind": kind if n else ""}
        for word, n, kind in zip(words, counts, kinds, strict=True)
    ]
    return [*strip, {"label": _("全部待办"), "value": len(rows)}]


def in_reach(row: dict[str, Any], reach: str) -> bool:
    """Whether a matter falls under one of the words of the strip and of the filter."""
    if row["left"] is None:
        return reach == "none"
    days = row["left"].days
    late = days < 0 or (days == 0 and row["due"] < timezone.localdate())
    spans = {
        "late": late,
        "today": days == 0 and not late,
        "soon": 0 < days <= SOON,
        "within": not late and days <= SOON,
    }
    return spans.get(reach, False)


# ---- tables --------------------------------------------------------------------------------------------------


class TodoTable(tables.Table):
    """待办: earliest due date first."""

    number = tables.Column(verbose_name=gettext_lazy("编号"), attrs={"td": {"class": "fit"}})
    title = tables.Column(verbose_name=gettext_lazy("事项"))
    unit = tables.Column(verbose_name=gettext_lazy("单位"))
    stage = tables.Column(verbose_name=gettext_lazy("环节"), attrs={"td": {"class": "fit"}})
    due = tables.Column(
        verbose_name=gettext_lazy("到期日"), attrs={"td": {"class": "fit num"}, "th": {"class": "num"}}
    )
    left = tables.Column(verbose_name=gettext_lazy("剩余"), orderable=False, attrs={"td": {"class": "fit"}})
    cite = tables.Column(verbose_name=gettext_lazy("依据"), orderable=False, attrs={"td": {"class": "fit"}})
    act = tables.Column(verbose_name="", orderable=False, empty_values=(), attrs={"td": {"class": "fit act"}})

    class Meta:
        attrs = {"class": "qh-todo", "lead": "title", "caption": gettext_lazy("待办，按到期日排列")}
        row_attrs = {"class": lambda record: "late" if in_reach(record, "late") else ""}

    def render_title(self, record: dict[str, Any]) -> SafeString:
        return format_html('<a href="{}">{}</a>', record["url"], record["title"])

    def render_due(self, value: dt.date) -> Any:
        return qh_when(value, "noyear" if value.year == timezone.localdate().year else "")

    def render_left(self, record: dict[str, Any]) -> Any:
        term = terms.read_term(
            {"due": record["due"], "provisional": record["left"].provisional}, record["left"]
        )
        return format_html('<span class="qh-st qh-st-{}">{}</span>', term.kind, term.words) if term else "—"

    def render_cite(self, record: dict[str, Any]) -> SafeString:
        if not record["cite_title"]:
            return format_html('<span class="qh-citeplain">{}</span>', record["cite"])
        return format_html(
            '<details class="qh-cite" name="cite"><summary>{}</summary><div class="pop"><b>{}　{}</b></div></details>',
            record["cite"], record["cite_title"], record["cite"],
        )  # fmt: skip

    def render_act(self, record: dict[str, Any]) -> SafeString:
        words = record["act"] or _("办理")
        hidden = format_html('<span class="qh-sr">：{}</span>', record["number"] or record["title"])
        return format_html('<a class="btn btn-sm" href="{}">{}{}</a>', record["url"], words, hidden)


class DoneTable(LinksObjects, tables.Table):
    """Acts of one person from the ledger, newest first."""

    seq = tables.Column(
        verbose_name=gettext_lazy("台账"), attrs={"td": {"class": "fit num"}, "th": {"class": "num"}}
    )
    at = tables.Column(verbose_name=gettext_lazy("时间"), attrs={"td": {"class": "fit"}})
    verb = tables.Column(verbose_name=gettext_lazy("办理"))
    object_name = tables.Column(verbose_name=gettext_lazy("对象"))
    cite = tables.Column(verbose_name=gettext_lazy("依据"), orderable=False)
    on_behalf_name = tables.Column(verbose_name=gettext_lazy("代"), orderable=False)

    class Meta:
        attrs = {"lead": "verb", "caption": gettext_lazy("办理记录，新的在前")}
        order_by = "-seq"

    def render_at(self, value: dt.datetime) -> Any:
        return qh_when(value, "time")

    def render_verb(self, value: str) -> Any:
        return act_title(value)

    def render_object_name(self, value: str, record: Any) -> Any:
        url = self.addresses.get(record.object)
        return format_html('<a href="{}">{}</a>', url, value) if url else value


class NoticeTable(tables.Table):
    """Notices to one person, newest first."""

    text = tables.Column(verbose_name=gettext_lazy("内容"), orderable=False)
    at = tables.Column(verbose_name=gettext_lazy("时间"), attrs={"td": {"class": "fit"}})
    read_at = tables.Column(
        verbose_name=gettext_lazy("状态"), orderable=False, empty_values=(), attrs={"td": {"class": "fit"}}
    )

    class Meta:
        attrs = {"lead": "text", "caption": gettext_lazy("通知，新的在前")}

    def render_at(self, value: dt.datetime) -> Any:
        return qh_when(value, "time")

    def render_text(self, value: str, record: Any) -> Any:
        local = record.url.startswith("/") and not record.url.startswith("//")
        return format_html('<a href="{}">{}</a>', record.url, value) if local else value

    def render_read_at(self, value: Any) -> SafeString:
        kind, words = ("mute", _("已读")) if value else ("info", _("未读"))
        return format_html('<span class="qh-st qh-st-{}">{}</span>', kind, words)


def act_title(verb: str) -> Any:
    """An act in words; a verb that the platform no longer knows stands as it was recorded."""
    return REGISTRY[verb].title if verb in REGISTRY else verb


# ---- filters -------------------------------------------------------------------------------------------------


class TodoFilter:
    """The filter line over 待办: stage, term, words. It works on rows that are in memory already."""

    def __init__(self, data: Any, queryset: list[dict[str, Any]], request: Any = None) -> None:
        self.rows = queryset
        self.form = TodoFilterForm(data, stages=sorted({row["stage"] for row in queryset if row["stage"]}))

    @property
    def qs(self) -> list[dict[str, Any]]:
        self.form.is_valid()
        asked = self.form.cleaned_data
        rows = self.rows
        if asked.get("stage"):
            rows = [row for row in rows if row["stage"] == asked["stage"]]
        if asked.get("reach"):
            rows = [row for row in rows if in_reach(row, asked["reach"])]
        if asked.get("q"):
            rows = [row for row in rows if _mentions(row, asked["q"])]
        return rows


def _mentions(row: dict[str, Any], words: str) -> bool:
    text = " ".join(str(row[name]) for name in ("number", "title", "unit")).casefold()
    return words.casefold() in text


class TodoFilterForm(forms.Form):
    stage = forms.ChoiceField(label=gettext_lazy("环节"), required=False)
    reach = forms.ChoiceField(
        label=gettext_lazy("到期"),
        required=False,
        choices=[
            ("", gettext_lazy("不限")),
            ("late", gettext_lazy("超期")),
            ("within", gettext_lazy("三个工作日内")),
            ("none", gettext_lazy("无期限")),
        ],
    )
    q = forms.CharField(label=gettext_lazy("单位或编号"), required=False, max_length=80)

    def __init__(self, *args: Any, stages: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["stage"].choices = [("", gettext_lazy("全部环节")), *((s, s) for s in stages)]


class DoneFilterForm(forms.Form):
    since = forms.DateField(
        label=gettext_lazy("起"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label=gettext_lazy("止"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    q = forms.CharField(label=gettext_lazy("对象"), required=False, max_length=80)


class DoneFilter:
    """The filter line over the acts of a person: from, to, object."""

    def __init__(self, data: Any, queryset: Any, request: Any = None) -> None:
        self.rows = queryset
        self.form = DoneFilterForm(data)

    @property
    def qs(self) -> Any:
        self.form.is_valid()
        asked = self.form.cleaned_data
        rows = self.rows
        if asked.get("since"):
            rows = rows.filter(at__gte=_midnight(asked["since"]))
        if asked.get("until"):
            rows = rows.filter(at__lt=_midnight(asked["until"] + dt.timedelta(1)))
        if asked.get("q"):
            rows = rows.filter(object_name__icontains=asked["q"])
        return rows


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))
