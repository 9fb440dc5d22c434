"""The gallery of components: one page that shows each of them with invented data, for review by eye and by axe.

Served only in a debug or demo installation. It touches no records; its samples are in `gallery_samples`.
"""

from __future__ import annotations

from typing import ClassVar

import django_tables2 as tables
from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from quanheng.web import gallery_samples


class SampleTable(tables.Table):
    """A case table as the work list draws it."""

    number = tables.Column(verbose_name=_("编号"), attrs={"td": {"class": "fit"}})
    matter = tables.TemplateColumn('<a href="#">{{ value }}</a>', verbose_name=_("事项"))
    unit = tables.Column(verbose_name=_("单位"))
    stage = tables.Column(verbose_name=_("环节"), attrs={"td": {"class": "fit"}})
    due = tables.TemplateColumn(
        '{% qh_when value "noyear" %}',
        verbose_name=_("到期日"),
        attrs={"td": {"class": "fit num"}, "th": {"class": "num"}},
    )
    left = tables.TemplateColumn(
        "{% load cotton %}{% cotton due :term=record.term %}{% endcotton %}",
        verbose_name=_("剩余"),
        orderable=False,
        attrs={"td": {"class": "fit"}},
    )
    cite = tables.TemplateColumn(
        "{% load cotton %}{% cotton cite :of=value %}{% endcotton %}",
        verbose_name=_("依据"),
        orderable=False,
        attrs={"td": {"class": "fit"}},
    )
    act = tables.TemplateColumn(
        '<a class="btn btn-sm" href="#">{{ value }}<span class="qh-sr">：{{ record.number }}</span></a>',
        verbose_name="",
        orderable=False,
        attrs={"td": {"class": "fit act"}},
    )

    class Meta:
        attrs: ClassVar = {"class": "qh-todo", "caption": _("待办，按到期日排列"), "lead": "matter"}
        row_attrs: ClassVar = {"class": lambda record: "late" if record["late"] else None}


class SampleFilter(forms.Form):
    kind = forms.ChoiceField(
        label=_("类别"), required=False, choices=[("", _("全部")), ("cqi", "产业计量测试中心")]
    )
    q = forms.CharField(
        label=_("查找"), required=False, widget=forms.TextInput(attrs={"placeholder": "单位或编号"})
    )


class SampleForm(forms.Form):
    name = forms.CharField(label="姓名或单位名称")
    phone = forms.CharField(label="联系电话", help_text="只用于答复，不公开")
    view = forms.ChoiceField(
        label="您的意见",
        widget=forms.RadioSelect,
        choices=[("against", "有异议"), ("advice", "有建议"), ("for", "支持")],
    )
    attachment = forms.FileField(label="附件", required=False, help_text="PDF、图片，单个不超过 20 MB")
    agreed = forms.BooleanField(label="所填属实")

    def clean_phone(self) -> str:
        phone = self.cleaned_data["phone"]
        if len(phone) != 11:
            raise forms.ValidationError(f"请填 11 位手机号，现在是 {len(phone)} 位")
        return phone


def gallery(request: HttpRequest) -> HttpResponse:
    """All components on one page; not found outside a debug or demo installation."""
    if not (settings.DEBUG or getattr(settings, "DEMO", False)):
        raise Http404
    table = SampleTable(gallery_samples.cases(), order_by=request.GET.get("sort", "due"))
    tables.RequestConfig(request, paginate={"per_page": 4}).configure(table)
    form = SampleForm({"name": "余小河", "phone": "1390000000", "view": "against"})
    return render(
        request,
        "web/gallery.html",
        {
            **gallery_samples.everything(),
            "page_title": _("组件"),
            "table": table,
            "filter_form": SampleFilter(request.GET),
            "form": form,
        },
    )
