"""What this app gives to the registries: menu entries and search results."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from quanheng.apps.laboratory import queries
from quanheng.apps.laboratory.policy import HOLDERS, ISSUERS
from quanheng.apps.parties import policy as parties
from quanheng.apps.records.registries import Hit, MenuEntry, Place, attachable, menu, searches
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
