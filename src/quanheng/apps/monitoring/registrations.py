"""What this app gives to the registries: menu entries and search results."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from quanheng.apps.monitoring import queries
from quanheng.apps.monitoring.policy import KEEPERS
from quanheng.apps.parties import policy as parties
from quanheng.apps.records.registries import (
    Hit,
    MenuEntry,
    Place,
    Shortcut,
    attachable,
    menu,
    searches,
    shortcuts,
)
from quanheng.errors import Verdict


def _keeps(actor: Any) -> bool:
    return parties.has_role(actor, *KEEPERS).ok


def _regulates(actor: Any) -> bool:
    return parties.has_role(actor, *parties.REGULATORS).ok


menu.extend(
    [
        MenuEntry("计量", _("场所与测点"), "monitoring:sites", 30, _keeps),
        MenuEntry("排放", _("读数批次"), "monitoring:batches", 22, _keeps),
        MenuEntry("数据", _("场所与测点"), "monitoring:sites", 43, _regulates),
        MenuEntry("数据", _("读数批次"), "monitoring:batches", 44, _regulates),
        MenuEntry("数据", _("数据质量评价"), "monitoring:quality", 46, _regulates),
    ]
)


@searches.register("monitoring.sites")
def found_sites(actor: Any, text: str) -> Iterator[Hit]:
    """Sites by code or name."""
    for row in queries.sites(actor).filter(Q(code__icontains=text) | Q(name__icontains=text))[:20]:
        yield Hit(_t("场所"), str(row), reverse("monitoring:site", args=[row.pk]), row.owner.name)


@searches.register("monitoring.batches")
def found_batches(actor: Any, text: str) -> Iterator[Hit]:
    """Files of readings by name, or by the beginning of their hash."""
    wanted = Q(name__icontains=text) | (Q(file__startswith=text.lower()) if len(text) > 7 else Q(pk=None))
    for row in queries.batches(actor).filter(wanted)[:20]:
        yield Hit(_t("读数批次"), row.name, reverse("monitoring:batch", args=[row.pk]), row.site.code)


@searches.register("monitoring.points")
def found_points(actor: Any, text: str) -> Iterator[Hit]:
    """Points by code or name."""
    for row in queries.points(actor).filter(Q(code__icontains=text) | Q(name__icontains=text))[:20]:
        yield Hit(
            _t("测点"), f"{row.site.code}/{row.code}", reverse("monitoring:point", args=[row.pk]), row.name
        )


@shortcuts.register("monitoring.take_in")
def bring_readings(actor: Any) -> Iterator[Shortcut]:
    """Bringing the readings of each of the own sites."""
    for site in queries.kept_sites(actor)[:5]:
        url = reverse("do", args=["monitoring.batch.take_in"])
        yield Shortcut(_t("导入读数：%(site)s") % {"site": site.code}, f"{url}?site={site.code}")


@attachable("monitoring:qualityreport")
def papers_of_report(actor: Any, urn: str) -> Place:
    """The owner's people add papers to a judgement of their readings."""
    report = queries.quality_reports(actor).filter(pk=urn.rsplit(":", 1)[-1]).first()
    if report is None:
        return Place(Verdict(False, _t("没有这份评价，或者不在你的职责范围内")))
    return Place(parties.has_role(actor, *KEEPERS, organisation=report.owner), report.owner_id)


@attachable("monitoring:site")
def papers_of_site(actor: Any, urn: str) -> Place:
    """The owner's people add papers to a site."""
    site = queries.sites(actor).filter(pk=urn.rsplit(":", 1)[-1]).first()
    if site is None:
        return Place(Verdict(False, _t("没有这个场所，或者不在你的职责范围内")))
    return Place(parties.has_role(actor, *KEEPERS, organisation=site.owner), site.owner_id)
