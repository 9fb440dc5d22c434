"""Tables of the public pages."""

from __future__ import annotations

from typing import Any

import django_filters
import django_tables2 as tables
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _


class OrganisationTable(tables.Table):
    """Public organisations: name, code, kind, place."""

    name = tables.Column(verbose_name=_("名称"))
    uscc = tables.Column(verbose_name=_("统一社会信用代码"), attrs={"td": {"class": "fit"}})
    kind = tables.Column(verbose_name=_("种类"), attrs={"td": {"class": "fit"}})
    division = tables.Column(
        verbose_name=_("所在地"), accessor="division__name", attrs={"td": {"class": "fit"}}
    )

    class Meta:
        attrs = {"lead": "name", "caption": _("已确认的单位")}
        order_by = "name"

    def render_kind(self, record: Any) -> Any:
        return record.get_kind_display()


class OrganisationFilter(django_filters.FilterSet):
    """By words of the name or by the code; by kind."""

    q = django_filters.CharFilter(method="_named", label=_("名称或代码"))
    kind = django_filters.ChoiceFilter(label=_("种类"), empty_label=_("全部种类"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = self.queryset.model._meta.get_field("kind").choices
        self.filters["kind"].extra["choices"] = choices
        self.form.fields["kind"].choices = [("", _("全部种类")), *choices]

    def _named(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(Q(name__icontains=value) | Q(name_en__icontains=value) | Q(uscc__iexact=value))
