"""What this app gives to the registries: menu entries and search results."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from quanheng.apps.carbon import queries
from quanheng.apps.carbon.policy import KEEPERS
from quanheng.apps.monitoring import queries as monitoring
from quanheng.apps.parties import policy as parties
from quanheng.apps.records.registries import (
    Hit,
    MenuEntry,
    Place,
    Shortcut,
    Todo,
    attachable,
    menu,
    searches,
    shortcuts,
    todos,
)
from quanheng.errors import Verdict

ISSUERS = ("technician", "checker", "signatory", "centre_manager")


def _keeps(actor: Any) -> bool:
    return parties.has_role(actor, *KEEPERS).ok


def _regulates(actor: Any) -> bool:
    return parties.has_role(actor, *parties.REGULATORS).ok


def _issues(actor: Any) -> bool:
    return parties.has_role(actor, *ISSUERS).ok


def _waiting(actor: Any) -> int | None:
    return queries.waiting(actor).count() or None


def _untold(actor: Any) -> int | None:
    return len(queries.to_tell(actor)) or None


menu.extend(
    [
        MenuEntry("排放", _("核算结果"), "carbon:statements", 20, _keeps),
        MenuEntry("排放", _("重述"), "carbon:restatements", 22, _keeps, _waiting),
        MenuEntry("排放", _("排放源与方法"), "carbon:sources", 21, _keeps),
        MenuEntry("排放", _("燃料与外购能源"), "carbon:streams", 23, _keeps),
        MenuEntry("排放", _("两种方法比较"), "carbon:compare", 24, _keeps),
        MenuEntry("数据", _("燃料与外购能源"), "carbon:streams", 43, _regulates),
        MenuEntry("数据", _("两种方法比较"), "carbon:compare", 44, _regulates),
        MenuEntry("实验室", _("要告知的单位"), "carbon:fallen", 36, _issues, _untold),
        MenuEntry("数据", _("重述"), "carbon:restatements", 42, _regulates, _waiting),
        MenuEntry("数据", _("核算结果"), "carbon:statements", 40, _regulates),
        MenuEntry("数据", _("排放源与方法"), "carbon:sources", 41, _regulates),
    ]
)


@todos.register("carbon.restatements")
def restatements_to_decide(actor: Any) -> Iterator[Todo]:
    """The owner decides; the officers over him see what waits."""
    for row in queries.waiting(actor).defer("result", "replaces__result"):
        mine = parties.has_role(actor, *KEEPERS, organisation=row.owner).ok
        yield Todo(
            number=row.number,
            title=_t("确认重述：%(cause)s") % {"cause": row.causes[-1]["words"]}
            if mine
            else _t("等企业确认重述：%(cause)s") % {"cause": row.causes[-1]["words"]},
            url=reverse("carbon:restatement", args=[row.pk]),
            unit=row.owner.name,
            stage=str(row.get_state_display()),
            act=_t("确认") if mine else _t("查看"),
            kind=_t("重述"),
        )


@todos.register("carbon.to_tell")
def holders_to_tell(actor: Any) -> Iterator[Todo]:
    """Whose certificate fell tells the holders whose results stood on it."""
    if not _issues(actor):
        return
    for one in queries.to_tell(actor):
        yield Todo(
            number=one["certificate"].number,
            title=_t("告知%(holder)s：%(n)s 项核算结果用到它")
            % {"holder": one["holder"].name, "n": one["statements"]},
            url=reverse("carbon:fallen"),
            unit=one["holder"].name,
            act=_t("查看"),
            kind=_t("告知"),
        )


@searches.register("carbon.statements")
def found_statements(actor: Any, text: str) -> Iterator[Hit]:
    """Statements by number, site or unit."""
    wanted = Q(number__icontains=text) | Q(site__code__iexact=text) | Q(owner__name__icontains=text)
    for row in queries.statements(actor).filter(wanted)[:20]:
        url = reverse("carbon:statement", args=[row.pk])
        yield Hit(
            _t("核算结果"), f"{row.number}　{row.year}", url, f"{row.owner.name}　{row.get_state_display()}"
        )


@shortcuts.register("carbon.state")
def state_emission(actor: Any) -> Iterator[Shortcut]:
    """Stating the emission of each of the own sites that has a measured source."""
    for site in monitoring.kept_sites(actor)[:5]:
        if queries.sources_of(site):
            url = reverse("do", args=["carbon.statement.make"])
            yield Shortcut(_t("核算排放量：%(site)s") % {"site": site.code}, f"{url}?site={site.code}")


@attachable("carbon:statement")
def papers_of_statement(actor: Any, urn: str) -> Place:
    """The owner's people add papers to a statement."""
    statement = queries.statements(actor).filter(pk=urn.rsplit(":", 1)[-1]).first()
    if statement is None:
        return Place(Verdict(False, _t("没有这个核算结果，或者不在你的职责范围内")))
    return Place(parties.has_role(actor, *KEEPERS, organisation=statement.owner), statement.owner_id)
