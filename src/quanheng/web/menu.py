"""The side menu of the person who looks, and who that is: from the registry, and only what leads somewhere.

An entry whose page does not exist yet is left out, so that no link is dead. Rights are asked of the entry itself.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from quanheng.apps.parties import queries as parties
from quanheng.apps.records import queries as records
from quanheng.apps.records.registries import MenuEntry, menu, todo_list

# The groups in their order; an app that opens a new one stands behind them.
GROUP_ORDER = [
    gettext_noop("我的"),
    gettext_noop("考核任务"),
    gettext_noop("中心管理"),
    gettext_noop("实验室"),
    gettext_noop("能力"),
    gettext_noop("排放"),
    gettext_noop("计量"),
    gettext_noop("监督"),
    gettext_noop("数据"),
    gettext_noop("授权"),
    gettext_noop("义务"),
    gettext_noop("单位与人员"),
]


def everybody(actor: Any) -> bool:
    return getattr(actor, "person", None) is not None


def _waiting(actor: Any) -> int | None:
    return len(todo_list(actor)) or None


OWN = [
    MenuEntry("我的", gettext_lazy("工作台"), "home", 0, everybody, _waiting),
    MenuEntry("我的", gettext_lazy("已办"), "done", 1, everybody),
    MenuEntry("我的", gettext_lazy("我发起的"), "started", 2, everybody),
    MenuEntry("我的", gettext_lazy("通知"), "notices", 3, everybody),
]
COUNTS_KEPT = 600  # seconds


def unread(actor: Any) -> int:
    """How many notices this person has not seen."""
    return records.notices_to(actor).filter(read_at=None).count()


def groups_for(request: HttpRequest) -> list[dict[str, Any]]:
    """The menu in groups, ready to be drawn."""
    found: dict[str, list[dict[str, Any]]] = {}
    shown = [entry for entry in sorted([*OWN, *menu], key=_place) if entry.shown(request.actor)]
    numbers = counts(request, shown)
    for entry in shown:
        if url := _address(entry.url_name):
            found.setdefault(str(entry.group), []).append(
                _drawn(entry, url, numbers.get(entry.url_name), request)
            )
    return [{"title": _(group), "entries": entries} for group, entries in found.items()]


def counts(request: HttpRequest, shown: list[MenuEntry]) -> dict[str, int | None]:
    """What stands beside the entries. It follows from acts and the day, so it is kept until the next act of anybody."""
    actor: Any = request.actor
    who = f"{request.user.pk}:{request.session.get('on_behalf', '')}"
    key = f"menu:{who}:{records.head()}:{timezone.localdate()}"
    found = cache.get(key)
    if found is None:
        found = {entry.url_name: entry.count(actor) for entry in shown if entry.count}
        cache.set(key, found, COUNTS_KEPT)
    return {**found, "notices": unread(actor) or None}  # a notice comes and is read without an act


def _place(entry: MenuEntry) -> tuple[int, int]:
    group = str(entry.group)
    return (GROUP_ORDER.index(group) if group in GROUP_ORDER else len(GROUP_ORDER), entry.order)


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _drawn(entry: MenuEntry, url: str, count: int | None, request: HttpRequest) -> dict[str, Any]:
    return {
        "title": entry.title,
        "url": url,
        "count": count,
        "current": request.path == url or (url != "/" and request.path.startswith(url)),
    }


def person_links() -> list[dict[str, Any]]:
    """What stands under the person's name."""
    links = [
        (_("我的设置"), "parties:me"),
        (_("登录安全"), "mfa_index"),
        (_("修改密码"), "account_change_password"),
        (_("代理"), "deputies"),
    ]
    return [{"title": title, "url": url} for title, name in links if (url := _address(name))]


def public_links() -> list[dict[str, Any]]:
    """What a visitor finds at the top of public pages."""
    return [
        {"title": _("单位查询"), "url": reverse("portal:organisations")},
        {"title": _("证书核验"), "url": reverse("verify:start")},
    ]


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context processor: menu, organisation, deputy. Nothing is asked of the database before a page draws it."""
    if (
        not getattr(request, "user", None)
        or not request.user.is_authenticated
        or not hasattr(request, "actor")
    ):
        return {
            "public_links": public_links(),
            "idle_minutes": settings.SESSION_IDLE_SECONDS // 60,
            "session_hours": settings.SESSION_COOKIE_AGE // 3600,
        }
    return {
        "menu": SimpleLazyObject(lambda: groups_for(request)),
        "organisation": SimpleLazyObject(lambda: organisation_name(request)),
        "person_links": person_links(),
        "public_links": public_links(),
        "on_behalf": getattr(request.actor, "on_behalf_name", ""),
    }


def organisation_name(request: HttpRequest) -> str:
    """For whom the person works; with several, the first and how many more."""
    names = [str(unit) for unit in parties.own_units(request.actor)]
    if len(names) < 2:
        return names[0] if names else ""
    return _("%(name)s 等 %(n)s 个单位") % {"name": names[0], "n": len(names)}
