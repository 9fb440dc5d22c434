"""Activity data as tables: streams, months and files."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from quanheng.apps.carbon.activity.models import ActivityFile, ActivityStream
from quanheng.apps.carbon.tables import FIT, NUMBER


class StreamTable(tables.Table):
    """Streams: what is burnt or bought, and what measures it."""

    code = tables.Column(verbose_name=_("活动数据编号"), attrs=FIT)
    name = tables.Column(verbose_name=_("名称"))
    site = tables.Column(verbose_name=_("场所"), accessor="site__name")
    kind = tables.Column(verbose_name=_("种类"), attrs=FIT)
    fuel = tables.Column(verbose_name=_("燃料品种"), attrs=FIT)
    meter = tables.Column(verbose_name=_("计量器具"), accessor="meter__code", attrs=FIT)
    point = tables.Column(verbose_name=_("测点"), attrs=FIT)

    class Meta:
        attrs = {"lead": "code", "caption": _("活动数据")}
        order_by = "code"

    def render_code(self, value: str, record: ActivityStream) -> Any:
        return format_html('<a href="{}">{}</a>', reverse("carbon:stream", args=[record.pk]), value)

    def render_kind(self, record: ActivityStream) -> Any:
        return record.get_kind_display()


class FileTable(tables.Table):
    """Files of months, newest first."""

    name = tables.Column(verbose_name=_("文件名"))
    site = tables.Column(verbose_name=_("场所"), accessor="site__name")
    rows = tables.Column(verbose_name=_("收下的行"), attrs=NUMBER)
    refused = tables.Column(verbose_name=_("未收的行"), attrs=NUMBER)
    received_at = tables.TemplateColumn('{% qh_when value "time" %}', verbose_name=_("收到时间"), attrs=FIT)

    class Meta:
        attrs = {"lead": "name", "caption": _("活动数据文件，新的在前")}
        order_by = "-received_at"

    def render_name(self, value: str, record: ActivityFile) -> Any:
        return format_html('<a href="{}">{}</a>', reverse("carbon:activity-file", args=[record.pk]), value)
