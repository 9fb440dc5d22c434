"""The pages of visitors: what the platform is, and the search of organisations."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quanheng.apps.portal import queries
from quanheng.apps.portal.tables import OrganisationFilter, OrganisationTable
from quanheng.apps.records.pages import ListPage


def front(request: HttpRequest) -> HttpResponse:
    """The public home."""
    return render(request, "portal/front.html", {"page_title": _("计量公共服务")})


class OrganisationList(ListPage):
    """单位查询: confirmed organisations, public fields."""

    title = gettext_lazy("单位查询")
    note = gettext_lazy("列出已确认的单位。查不到，不等于没有登记：可能还在确认。")
    public = True
    query = queries.organisations
    table_class = OrganisationTable
    filterset_class = OrganisationFilter
    crumbs = ((gettext_lazy("首页"), "home"),)
    empty_title = gettext_lazy("还没有已确认的单位")

    def context(self) -> dict[str, Any]:
        return {**super().context(), "front": reverse_lazy("home")}
