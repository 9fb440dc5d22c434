"""What this app gives to the registries: menu entries, search results, what waits, shortcuts, and rules of papers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from quanheng.apps.laboratory import policy, queries
from quanheng.apps.laboratory.policy import HOLDERS, ISSUERS
from quanheng.apps.parties import policy as parties
from quanheng.apps.parties import queries as people
from quanheng.apps.records.registries import (
    Hit,
    MenuEntry,
    Place,
    Shortcut,
    Todo,
    attachable,
    menu,
    papers_seen,
    searches,
    shortcuts,
    todos,
)
from quanheng.errors import Verdict


def _issues(actor: Any) -> bool:
    return parties.has_role(actor, *ISSUERS).ok


def _holds(actor: Any) -> bool:
    return parties.has_role(actor, *HOLDERS).ok and not _issues(actor)


def _regulates(actor: Any) -> bool:
    return parties.has_role(actor, *parties.REGULATORS).ok


menu.extend(
    [
        MenuEntry("实验室", _("证书"), "laboratory:certificates", 30, _issues),
        MenuEntry("实验室", _("计量器具"), "laboratory:instruments", 31, _issues),
        MenuEntry("计量", _("计量器具"), "laboratory:instruments", 31, _holds),
        MenuEntry("计量", _("证书"), "laboratory:certificates", 32, _holds),
        MenuEntry("实验室", _("导入记录"), "laboratory:intakes", 33, _issues),
        MenuEntry("计量", _("导入记录"), "laboratory:intakes", 33, _holds),
        MenuEntry("数据", _("证书"), "laboratory:certificates", 45, _regulates),
    ]
)


@searches.register("laboratory.certificates")
def found_certificates(actor: Any, text: str) -> Iterator[Hit]:
    """Certificates by number."""
    for row in queries.certificates(actor).filter(number__icontains=text)[:20]:
        url = reverse("laboratory:certificate", args=[row.pk])
        yield Hit(_t("证书"), row.number, url, f"{row.owner.name}　{row.instrument}")


@searches.register("laboratory.instruments")
def found_instruments(actor: Any, text: str) -> Iterator[Hit]:
    """Instruments by code, name or serial number."""
    wanted = Q(code__icontains=text) | Q(name__icontains=text) | Q(serial__iexact=text)
    for row in queries.instruments(actor).filter(wanted)[:20]:
        yield Hit(
            _t("器具"), str(row), reverse("laboratory:instrument", args=[row.pk]), f"{row.model} {row.serial}"
        )


@shortcuts.register("laboratory.certificates")
def enter_certificates(actor: Any) -> Iterator[Shortcut]:
    """Entering a certificate of each of the own issuing organisations, and a workbook of them."""
    if not _issues(actor):
        return
    own = [one for one in people.own_units(actor) if parties.has_role(actor, *ISSUERS, organisation=one).ok]
    enter, take_in = (
        reverse("do", args=[f"laboratory.{act}"]) for act in ("certificate.enter", "intake.take_in")
    )
    for unit in own:
        which = _t("：%(unit)s") % {"unit": unit.name} if len(own) > 1 else ""
        yield Shortcut(_t("录入证书") + which, f"{enter}?issuer={unit.code}")
        yield Shortcut(_t("导入证书") + which, f"{take_in}?owner={unit.code}")


@todos.register("laboratory.confirm")
def certificates_to_confirm(actor: Any) -> Iterator[Todo]:
    """What holders entered in the name of an own issuing organisation; who entered it himself does not confirm it."""
    if not _issues(actor):
        return  # without a query: this is counted on every page
    for row in queries.unconfirmed(actor).filter(owner__in=parties.own_organisations(actor)):
        if policy.may_confirm(actor, row).ok:
            yield Todo(
                number=row.number,
                title=_t("确认证书：%(holder)s录入") % {"holder": row.instrument.owner.name},
                url=reverse("laboratory:certificate", args=[row.pk]),
                unit=row.instrument.owner.name,
                act=_t("查看"),
                kind=_t("证书"),
            )


@papers_seen("laboratory:certificate")
def papers_of_seen_certificates(actor: Any) -> Any:
    """Whoever sees a certificate sees its paper: its issuer, the holder of the instrument, the regulators of either."""
    return queries.certificates(actor)


@attachable("laboratory:certificate")
def papers_of_certificate(actor: Any, urn: str) -> Place:
    """The issuer's people and the holder's people add the paper of a certificate; it belongs to who brought it."""
    found = queries.certificates(actor).filter(pk=urn.rsplit(":", 1)[-1]).first()
    if found is None:
        return Place(Verdict(False, _t("没有这份证书，或者不在你的职责范围内")))
    issuer = parties.has_role(actor, *ISSUERS, organisation=found.owner)
    if issuer.ok:
        return Place(issuer, found.owner_id)
    holder = found.instrument.owner
    return Place(parties.has_role(actor, *HOLDERS, organisation=holder), holder.pk)


@attachable("laboratory:intake")
def papers_of_intake(actor: Any, urn: str) -> Place:
    """The file that came in is kept with its report; nothing is added to it afterwards."""
    return Place(Verdict(False, _t("导入的文件随报告保存，不再添加")))
