"""Statements and sources as tables."""

from __future__ import annotations

from typing import Any

import django_filters as filters
import django_tables2 as tables
from django.db.models import Q
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from quanheng.apps.carbon.models import Source, Statement
from quanheng.apps.carbon.words import METHODS, STATES, named

FIT = {"td": {"class": "fit qh-nowrap"}}
NUMBER = {"td": {"class": "num qh-nowrap"}, "th": {"class": "num"}}


class StatementTable(tables.Table):
    """Statements, newest first: value and U end at the same decimal."""

    number = tables.Column(verbose_name=_("编号"), attrs=FIT)
    owner = tables.Column(verbose_name=_("单位"), accessor="owner__name")
    site = tables.Column(verbose_name=_("场所"), accessor="site__name")
    year = tables.Column(verbose_name=_("年度"), attrs=NUMBER)
    edition = tables.Column(verbose_name=_("版次"), attrs=NUMBER)
    method = tables.Column(verbose_name=_("方法"), attrs=FIT)
    value = tables.TemplateColumn(
        "{% qh_quantity value record.expanded_uncertainty %}",
        verbose_name=_("排放量 t CO₂（k = 2）"),
        attrs=NUMBER,
    )
    state = tables.Column(verbose_name=_("状态"), attrs=FIT)
    made_at = tables.TemplateColumn('{% qh_when value "time" %}', verbose_name=_("核算时间"), attrs=FIT)

    class Meta:
        attrs = {"lead": "number", "caption": _("核算结果，新的在前")}
        order_by = "-made_at"

    def render_number(self, value: str, record: Statement) -> Any:
        return format_html('<a href="{}">{}</a>', reverse("carbon:statement", args=[record.pk]), value)

    def render_year(self, value: int) -> str:
        return str(value)

    def render_method(self, value: str) -> Any:
        return named(METHODS, value)

    def render_state(self, value: str, record: Statement) -> Any:
        return format_html('<span class="qh-st qh-st-{}">{}</span>', *STATES[record.state])


class RestatementTable(StatementTable):
    """Restatements, newest first: what each would replace and why."""

    replaces = tables.Column(verbose_name=_("原来的结果"), accessor="replaces__number", attrs=FIT)
    cause = tables.Column(verbose_name=_("起因"), accessor="causes", orderable=False)

    class Meta:
        attrs = {"lead": "number", "caption": _("重述，新的在前")}
        order_by = "-made_at"
        exclude = ("edition", "method")
        sequence = ("number", "replaces", "owner", "site", "year", "value", "cause", "state", "made_at")

    def render_number(self, value: str, record: Statement) -> Any:
        return format_html('<a href="{}">{}</a>', reverse("carbon:restatement", args=[record.pk]), value)

    def render_cause(self, value: Any) -> str:
        return "；".join(one["words"] for one in value)


class SourceTable(tables.Table):
    """Sources and how they are measured."""

    code = tables.Column(verbose_name=_("排放源编号"), attrs=FIT)
    name = tables.Column(verbose_name=_("名称"))
    site = tables.Column(verbose_name=_("场所"), accessor="site__name")
    form = tables.Column(verbose_name=_("测量方式"))
    basis = tables.Column(verbose_name=_("浓度的基准"), attrs=FIT)

    class Meta:
        attrs = {"lead": "code", "caption": _("排放源")}
        order_by = "code"

    def render_code(self, value: str, record: Source) -> Any:
        return format_html('<a href="{}">{}</a>', reverse("carbon:source", args=[record.pk]), value)

    def render_form(self, record: Source) -> Any:
        return record.get_form_display()

    def render_basis(self, record: Source) -> Any:
        return record.get_basis_display()


class StatementFilter(filters.FilterSet):
    """By words, year and state."""

    q = filters.CharFilter(method="words", label=_("编号、单位或场所"))
    year = filters.NumberFilter(label=_("年度"), min_value=1990, max_value=2100)
    state = filters.ChoiceFilter(label=_("状态"), choices=Statement.State.choices, empty_label=_("不限"))

    class Meta:
        model = Statement
        fields: tuple[str, ...] = ()

    def words(self, rows: Any, name: str, value: str) -> Any:
        wanted = Q(number__icontains=value) | Q(owner__name__icontains=value) | Q(site__name__icontains=value)
        return rows.filter(wanted | Q(site__code__iexact=value))
