"""The ledger, files and jobs as tables."""

from __future__ import annotations

import datetime as dt
from typing import Any

import django_filters as filters
import django_tables2 as tables
from django import forms
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from quanheng.apps.records.action import REGISTRY
from quanheng.apps.records.models import Job, LedgerEntry
from quanheng.apps.records.pages import LinksObjects

STATES = {
    "waiting": ("info", _("等待")),
    "running": ("info", _("办理中")),
    "done": ("ok", _("完成")),
    "failed": ("bad", _("没有完成")),
    "stopped": ("mute", _("已停下")),
}


def act_title(verb: str) -> Any:
    """An act in words; a verb that the platform no longer knows stands as it was recorded."""
    return REGISTRY[verb].title if verb in REGISTRY else {"records.act.refused": _("被拒绝")}.get(verb, verb)


def moment(value: dt.datetime) -> Any:
    """A time for people and for machines."""
    local = timezone.localtime(value)
    words = f"{local.year}年{local.month}月{local.day}日 {local:%H:%M:%S}"
    return format_html('<time datetime="{}">{}</time>', local.isoformat(), words)


class LedgerTable(LinksObjects, tables.Table):
    """台账: one line per act, newest first."""

    seq = tables.Column(verbose_name=_("序号"), attrs={"td": {"class": "fit num"}, "th": {"class": "num"}})
    at = tables.Column(verbose_name=_("时间"), attrs={"td": {"class": "fit"}})
    actor_name = tables.Column(verbose_name=_("办理人"), orderable=False)
    on_behalf_name = tables.Column(verbose_name=_("代"), orderable=False)
    verb = tables.Column(verbose_name=_("办理"), orderable=False)
    object_name = tables.Column(verbose_name=_("对象"), orderable=False)
    cite = tables.Column(verbose_name=_("依据"), orderable=False)
    digest = tables.Column(verbose_name=_("摘要"), orderable=False, attrs={"td": {"class": "fit qh-mono"}})

    class Meta:
        attrs = {"lead": "verb", "caption": _("台账，新的在前")}
        order_by = "-seq"

    def render_seq(self, value: int) -> Any:
        return format_html('<a href="{}">{}</a>', reverse("records:ledgerentry", args=[value]), value)

    def render_at(self, value: dt.datetime) -> Any:
        return moment(value)

    def render_verb(self, value: str) -> Any:
        return act_title(value)

    def render_object_name(self, value: str, record: LedgerEntry) -> Any:
        url = self.addresses.get(record.object)
        if record.verb == "records.act.refused":
            return act_title(value)
        return format_html('<a href="{}">{}</a>', url, value) if url else value

    def render_digest(self, value: str) -> str:
        return value[:12]


class LedgerFilter(filters.FilterSet):
    """The filter line over the ledger; it stands in the address."""

    day = forms.DateInput(attrs={"type": "date"})
    since = filters.DateFilter(field_name="at", lookup_expr="date__gte", label=_("起"), widget=day)
    until = filters.DateFilter(field_name="at", lookup_expr="date__lte", label=_("止"), widget=day)
    verb = filters.ChoiceFilter(label=_("办理"), choices=lambda: sorted(_verbs()), empty_label=_("不限"))
    person = filters.CharFilter(method="by_person", label=_("办理人"))
    object = filters.CharFilter(method="by_object", label=_("对象"))

    class Meta:
        model = LedgerEntry
        fields: tuple[str, ...] = ()

    def by_person(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(
            Q(actor=value) | Q(actor_name__icontains=value) | Q(on_behalf_name__icontains=value)
        )

    def by_object(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(Q(object=value) | Q(object_name__icontains=value))


def _verbs() -> list[tuple[str, Any]]:
    found = [(verb, spec.title) for verb, spec in REGISTRY.items()]
    return [*found, ("records.act.refused", act_title("records.act.refused"))]


class JobTable(tables.Table):
    """Long jobs of one person, newest first."""

    title = tables.Column(verbose_name=_("任务"), orderable=False)
    at = tables.Column(verbose_name=_("发起时间"), attrs={"td": {"class": "fit"}})
    state = tables.Column(verbose_name=_("状态"), orderable=False, attrs={"td": {"class": "fit"}})

    class Meta:
        attrs = {"lead": "title", "caption": _("任务，新的在前")}
        order_by = "-at"

    def render_title(self, value: str, record: Job) -> Any:
        return format_html('<a href="{}">{}</a>', reverse("records:job", args=[record.pk]), value)

    def render_at(self, value: dt.datetime) -> Any:
        return moment(value)

    def render_state(self, value: str) -> Any:
        kind, words = STATES[value]
        return format_html('<span class="qh-st qh-st-{}">{}</span>', kind, words)
