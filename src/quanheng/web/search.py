"""查找: one box for numbers, units, certificates and instruments; each app searches what this actor may see."""

from __future__ import annotations

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from quanheng.apps.records.registries import Hit, searches

LONGEST = 80
MOST = 100


def search(request: HttpRequest) -> HttpResponse:
    """The results in groups by kind."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path(), reverse("account_login"))
    words = request.GET.get("q", "").replace("\0", "").strip()[:LONGEST]
    hits = searches.collect(request.actor, words)[:MOST] if words else []
    page = {
        "page_title": _("查找"),
        "search_query": words,
        "groups": by_kind(hits),
        "count": len(hits),
        "most": MOST,
    }
    return render(request, "pages/search.html", page)


def by_kind(hits: list[Hit]) -> list[tuple[str, list[Hit]]]:
    """The hits under their kinds, in the order in which the apps answered."""
    groups: dict[str, list[Hit]] = {}
    for hit in hits:
        groups.setdefault(str(hit.kind), []).append(hit)
    return list(groups.items())
