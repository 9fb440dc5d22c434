"""Addresses of the platform: the shared pages here, each app's own under its name.

An app or the API that has no pages yet is left out, so the platform runs while it grows.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from quanheng.web import accounts, deputies, views
from quanheng.web.pages import ActPage
from quanheng.web.search import search

APPS = ("parties", "records", "laboratory", "monitoring", "carbon")


def app_addresses() -> list[URLPattern | URLResolver]:
    """The addresses of every app that has pages."""
    found: list[URLPattern | URLResolver] = []
    for name in APPS:
        if find_spec(f"quanheng.apps.{name}.urls"):
            found.append(path(f"{name}/", include((f"quanheng.apps.{name}.urls", name))))
    return found


def api_addresses() -> list[URLPattern | URLResolver]:
    """The programming interface, where it is installed."""
    if not find_spec("quanheng.web.api"):
        return []
    interface = getattr(import_module("quanheng.web.api"), "api", None)
    return [path("api/v1/", interface.urls)] if interface is not None else []


urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("healthz", views.healthz, name="healthz"),
    path("todo/", RedirectView.as_view(pattern_name="home", query_string=True), name="todo"),
    path("done/", views.DoneList.as_view(), name="done"),
    path("started/", views.StartedList.as_view(), name="started"),
    path("notices/", views.NoticeList.as_view(), name="notices"),
    path("do/<str:verb>/", ActPage.as_view(), name="do"),
    path("search/", search, name="search"),
    path("deputies/", deputies.deputies, name="deputies"),
    path("accounts/", include(accounts.addresses())),
    path("verify/", include("quanheng.apps.laboratory.public_urls")),
    path("verify/", include("quanheng.apps.carbon.papers.public_urls")),
    path("public/", include("quanheng.apps.portal.urls")),
    *app_addresses(),
    *api_addresses(),
]

if settings.DEBUG or settings.DEMO:
    from quanheng.web.gallery import gallery

    urlpatterns.append(path("web/gallery/", gallery, name="gallery"))

handler400 = views.unreadable
handler403 = views.refused
handler404 = views.not_found
