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

from quanheng.apps.laboratory import queries, words
from quanheng.apps.laboratory.models import Certificate, Instrument, Intake

FIT = {"td": {"class": "fit qh-nowrap"}}
NUMBER = {"td": {"class": "num"}, "th": {"class": "num"}}
DAY = "{% qh_when value %}"


def standing(certificate: Certificate, today: dt.date | None = None) -> tuple[str, Any]:
    """How a certificate stands on a day, today if none is named, as kind of chip and word."""
    return words.standing(certificate, today or timezone.localdate())


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
    unit = tables.Column(verbose_name=_("计量单位"), attrs=FIT, empty_values=())
    owner = tables.Column(verbose_name=_("所属单位"), accessor="owner__name")
    standing = tables.Column(verbose_name=_("证书"), attrs=FIT, orderable=False, empty_values=())

    class Meta:
        attrs = {"lead": "code", "caption": _("计量器具")}
        order_by = "code"

    def render_unit(self, value: str) -> Any:
        return value or _("没有给出")

    def render_standing(self, record: Instrument) -> Any:
        """The certificate that the reader may see and that serves longest; a check counts for none."""
        best = queries.best_of(record.seen_certificates, timezone.localdate())
        return chip("bad", _("没有证书")) if best is None else chip(*standing(best))

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
    """By words, by state and by how long it still stands."""

    q = filters.CharFilter(method="words", label=_("证书或器具编号"))
    state = filters.ChoiceFilter(label=_("状态"), choices=Certificate.State.choices, empty_label=_("不限"))
    term = filters.ChoiceFilter(
        label=_("有效期"),
        method="ending",
        empty_label=_("不限"),
        choices=(("running", _("有效期内")), ("soon", _("30 天内到期")), ("expired", _("已过期"))),
    )

    class Meta:
        model = Certificate
        fields: tuple[str, ...] = ()

    def words(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(Q(number__icontains=value) | Q(instrument__code__icontains=value))

    def ending(self, rows: Any, name: str, value: str) -> Any:
        day = timezone.localdate()
        if value == "expired":
            return rows.filter(valid_until__lt=day)
        if value == "soon":
            return rows.filter(valid_until__gte=day, valid_until__lte=day + dt.timedelta(words.SOON))
        return rows.filter(Q(valid_until=None) | Q(valid_until__gte=day), valid_from__lte=day)


class IntakeTable(tables.Table):
    """Files that were taken in, newest first."""

    name = tables.Column(verbose_name=_("文件名"))
    received_at = tables.TemplateColumn('{% qh_when value "time" %}', verbose_name=_("收到时间"), attrs=FIT)
    landed = tables.Column(verbose_name=_("收下"), attrs=NUMBER, orderable=False, empty_values=())
    known = tables.Column(verbose_name=_("已有"), attrs=NUMBER, orderable=False, empty_values=())
    refused = tables.Column(verbose_name=_("未收"), attrs=NUMBER, orderable=False, empty_values=())
    owner = tables.Column(verbose_name=_("单位"), accessor="owner__name")

    class Meta:
        attrs = {"lead": "name", "caption": _("导入记录，新的在前")}
        order_by = "-received_at"

    def render_name(self, value: str, record: Intake) -> Any:
        return format_html('<a href="{}">{}</a>', reverse("laboratory:intake", args=[record.pk]), value)

    def render_landed(self, record: Intake) -> int:
        return sum(record.landed.values())

    def render_known(self, record: Intake) -> int:
        return sum(record.known.values())

    def render_refused(self, record: Intake) -> int:
        return sum(record.refused.values())
