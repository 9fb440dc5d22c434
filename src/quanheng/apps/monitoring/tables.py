"""Sites, points and batches as tables."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from typing import Any

import django_filters as filters
import django_tables2 as tables
from django.db.models import Q
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from quanheng.apps.monitoring.models import Batch, Point, QualityReport, Site
from quanheng.apps.monitoring.quantities import quantities

FIT = {"td": {"class": "fit qh-nowrap"}}
NUMBER = {"td": {"class": "num"}, "th": {"class": "num"}}


class SiteTable(tables.Table):
    """Sites that one may see."""

    code = tables.Column(verbose_name=_("场所编号"), attrs=FIT)
    name = tables.Column(verbose_name=_("名称"))
    owner = tables.Column(verbose_name=_("所属单位"), accessor="owner__name")
    division = tables.Column(verbose_name=_("所在地"), accessor="division__name")
    time_zone = tables.Column(verbose_name=_("时区"), attrs=FIT)

    class Meta:
        attrs = {"lead": "code", "caption": _("场所")}
        order_by = "code"

    def render_code(self, value: str, record: Site) -> Any:
        return format_html('<a href="{}">{}</a>', reverse("monitoring:site", args=[record.pk]), value)


class PointTable(tables.Table):
    """Points with what they measure."""

    code = tables.Column(verbose_name=_("测点编号"), attrs=FIT)
    name = tables.Column(verbose_name=_("名称"))
    site = tables.Column(verbose_name=_("场所"), accessor="site__code")
    quantity = tables.Column(verbose_name=_("被测量"), orderable=False)
    unit = tables.Column(verbose_name=_("计量单位"), orderable=False, attrs=FIT)
    interval = tables.TemplateColumn("{{ value|qh_number }}", verbose_name=_("间隔（秒）"), attrs=NUMBER)

    class Meta:
        attrs = {"lead": "code", "caption": _("测点")}
        order_by = ("site", "code")

    def render_code(self, value: str, record: Point) -> Any:
        return format_html('<a href="{}">{}</a>', reverse("monitoring:point", args=[record.pk]), value)

    def render_site(self, value: str, record: Point) -> Any:
        return format_html('<a href="{}">{}</a>', reverse("monitoring:site", args=[record.site_id]), value)

    def render_quantity(self, value: str) -> Any:
        return quantities()[value].name

    def render_unit(self, record: Point) -> Any:
        return quantities()[record.quantity].symbol


class BatchTable(tables.Table):
    """Files of readings that were taken in, newest first; with what was not taken."""

    seq = tables.Column(
        verbose_name=_("提交序号"), attrs={"td": {"class": "fit num"}, "th": {"class": "num"}}
    )
    name = tables.Column(verbose_name=_("文件名"))
    site = tables.Column(verbose_name=_("场所"), accessor="site__code", attrs=FIT)
    rows = tables.TemplateColumn("{{ value|qh_number }}", verbose_name=_("读数"), attrs=NUMBER)
    refused = tables.TemplateColumn(
        '{% if value %}<span class="qh-red">{{ value|qh_number }}</span>{% else %}0{% endif %}',
        verbose_name=_("未收的行"), attrs=NUMBER,
    )  # fmt: skip
    received_at = tables.TemplateColumn('{% qh_when value "time" %}', verbose_name=_("收到时间"), attrs=FIT)

    class Meta:
        attrs = {"lead": "name", "caption": _("读数批次，新的在前")}
        order_by = "-seq"

    def render_name(self, value: str, record: Batch) -> Any:
        return format_html('<a href="{}">{}</a>', reverse("monitoring:batch", args=[record.pk]), value)


class ProblemTable(tables.Table):
    """The rows of a file that were not taken in, for whoever corrects them."""

    row = tables.Column(verbose_name=_("行"), default="")
    field = tables.Column(verbose_name=_("列"), default="")
    found = tables.Column(verbose_name=_("写的是"), default="")
    message = tables.Column(verbose_name=_("原因"), default="")
    expected = tables.Column(verbose_name=_("应为"), default="")
    remedy = tables.Column(verbose_name=_("改法"), default="")


class QualityTable(tables.Table):
    """Judgements of readings, newest first."""

    period = tables.Column(verbose_name=_("期间"), accessor="start", order_by="start")
    site = tables.Column(verbose_name=_("场所"), accessor="site__code", attrs=FIT)
    score = tables.Column(verbose_name=_("得分"), attrs=NUMBER)
    flag_count = tables.TemplateColumn("{{ value|qh_number }}", verbose_name=_("标记数"), attrs=NUMBER)
    rules_version = tables.Column(verbose_name=_("规则版本"), attrs=FIT)
    judged_at = tables.TemplateColumn('{% qh_when value "time" %}', verbose_name=_("评价时间"), attrs=FIT)

    class Meta:
        attrs = {"lead": "period", "caption": _("数据质量评价，新的在前")}
        order_by = "-judged_at"

    def render_period(self, record: QualityReport) -> Any:
        zone = zoneinfo.ZoneInfo(record.site.time_zone)
        first, last = (
            record.start.astimezone(zone),
            (record.end - dt.timedelta(microseconds=1)).astimezone(zone),
        )
        shown = f"{first:%Y-%m-%d} – {last:%Y-%m-%d}"
        return format_html(
            '<a href="{}">{}</a>', reverse("monitoring:qualityreport", args=[record.pk]), shown
        )


class SiteFilter(filters.FilterSet):
    """By words."""

    q = filters.CharFilter(method="words", label=_("编号、名称或单位"))

    class Meta:
        model = Site
        fields: tuple[str, ...] = ()

    def words(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(
            Q(code__icontains=value) | Q(name__icontains=value) | Q(owner__name__icontains=value)
        )


class BatchFilter(filters.FilterSet):
    """By words, and those with refused rows alone."""

    q = filters.CharFilter(method="words", label=_("文件名或场所"))
    bad = filters.ChoiceFilter(
        method="with_bad", label=_("未收的行"), choices=[("yes", _("有"))], empty_label=_("不限")
    )

    class Meta:
        model = Batch
        fields: tuple[str, ...] = ()

    def words(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(Q(name__icontains=value) | Q(site__code__icontains=value))

    def with_bad(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(refused__gt=0)
