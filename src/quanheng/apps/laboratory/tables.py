"""Instruments and certificates as tables, and the words for how a certificate stands."""

from __future__ import annotations

import datetime as dt
from typing import Any

import django_filters as filters
import django_tables2 as tables
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from quanheng.apps.laboratory.models import Certificate, Instrument

FIT = {"td": {"class": "fit qh-nowrap"}}
DAY = "{% qh_when value %}"


def standing(certificate: Certificate, today: dt.date | None = None) -> tuple[str, Any]:
    """How a certificate stands on a day, as kind of chip and word."""
    day = today or timezone.localdate()
    if certificate.state == Certificate.State.REVOKED:
        return "bad", _("证书已撤销")
    if certificate.state == Certificate.State.REPLACED:
        return "mute", _("已被新证书替换")
    if certificate.valid_until is not None and certificate.valid_until < day:
        return "warn", _("已过有效期")
    return "ok", _("证书有效")


def chip(kind: str, word: Any) -> Any:
    """A status chip as it stands in a cell."""
    return format_html('<span class="qh-st qh-st-{}">{}</span>', kind, word)


class InstrumentTable(tables.Table):
    """Instruments: what they are and whose."""

    code = tables.Column(verbose_name=_("器具编号"), attrs=FIT)
    name = tables.Column(verbose_name=_("名称"))
    model = tables.Column(verbose_name=_("型号规格"))
    serial = tables.Column(verbose_name=_("出厂编号"), attrs=FIT)
    maker = tables.Column(verbose_name=_("制造单位"))
    unit = tables.Column(verbose_name=_("计量单位"), attrs=FIT)
    owner = tables.Column(verbose_name=_("所属单位"), accessor="owner__name")

    class Meta:
        attrs = {"lead": "code", "caption": _("计量器具")}
        order_by = "code"

    def render_code(self, value: str, record: Instrument) -> Any:
        return format_html('<a href="{}">{}</a>', reverse("laboratory:instrument", args=[record.pk]), value)


class CertificateTable(tables.Table):
    """Certificates: of which instrument, from whom, until when, and whether they stand."""

    number = tables.Column(verbose_name=_("证书编号"), attrs=FIT)
    kind = tables.Column(verbose_name=_("种类"), attrs=FIT)
    instrument = tables.Column(verbose_name=_("器具"), accessor="instrument__code")
    issuer = tables.Column(verbose_name=_("出具单位"), accessor="owner__name")
    valid_from = tables.TemplateColumn(DAY, verbose_name=_("生效日期"), attrs=FIT)
    valid_until = tables.TemplateColumn(DAY, verbose_name=_("有效期至"), attrs=FIT)
    state = tables.Column(verbose_name=_("状态"), attrs=FIT)

    class Meta:
        attrs = {"lead": "number", "caption": _("证书，新的在前")}
        order_by = "-valid_from"

    def render_number(self, value: str, record: Certificate) -> Any:
        return format_html('<a href="{}">{}</a>', reverse("laboratory:certificate", args=[record.pk]), value)

    def render_kind(self, record: Certificate) -> Any:
        return record.get_kind_display()

    def render_instrument(self, record: Certificate) -> Any:
        return str(record.instrument)

    def render_state(self, record: Certificate) -> Any:
        return chip(*standing(record))


class InstrumentFilter(filters.FilterSet):
    """By words."""

    q = filters.CharFilter(method="words", label=_("编号、名称或出厂编号"))

    class Meta:
        model = Instrument
        fields: tuple[str, ...] = ()

    def words(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(Q(code__icontains=value) | Q(name__icontains=value) | Q(serial__iexact=value))


class CertificateFilter(filters.FilterSet):
    """By words and by state."""

    q = filters.CharFilter(method="words", label=_("证书或器具编号"))
    state = filters.ChoiceFilter(label=_("状态"), choices=Certificate.State.choices, empty_label=_("不限"))

    class Meta:
        model = Certificate
        fields: tuple[str, ...] = ()

    def words(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(Q(number__icontains=value) | Q(instrument__code__icontains=value))
