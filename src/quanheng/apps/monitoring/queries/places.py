"""Sites, points, batches, and what stood at the points."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from quanheng.apps.monitoring.models import Batch, Installation, Point, Site
from quanheng.apps.monitoring.policy import KEEPERS
from quanheng.apps.parties import policy as parties
from quanheng.errors import BadInput, Refused


@dataclass(frozen=True, slots=True)
class InstallationFacts:
    """An instrument at a point from one time to another, as known now."""

    id: str
    point: str
    instrument: str
    acts_on: str
    valid_from: dt.datetime
    valid_to: dt.datetime | None
    version: str


def sites(actor: Any) -> QuerySet[Site]:
    """Sites that this actor may see."""
    return Site.objects.for_user(actor).select_related("owner")


def kept_sites(actor: Any) -> QuerySet[Site]:
    """Sites of the organisations for which the actor brings readings."""
    units = [g.organisation_id for g in parties.grants(actor) if g.role in KEEPERS]
    return Site.objects.filter(owner__in=units).order_by("code")


def batches(actor: Any) -> QuerySet[Batch]:
    """Batches of readings that this actor may see."""
    return Batch.objects.for_user(actor).select_related("site", "owner")


def points(actor: Any) -> QuerySet[Point]:
    """Points that this actor may see."""
    return Point.objects.for_user(actor).select_related("site")


def readable_site(actor: Any, code: str) -> Site:
    """A site that this actor may read, or a refusal that does not tell whether it exists."""
    found = sites(actor).filter(code=code).first()
    if found is None:
        raise Refused(f"不能查看场所 {code}：没有这个场所，或者不在你的职责范围内。")
    return found


def points_of(site: Site) -> dict[str, Point]:
    """The points of a site by their code."""
    return {point.code: point for point in site.points.all()}


def point_named(site: Site, code: str) -> Point:
    """A point of a site by its code."""
    found = site.points.filter(code=code).first()
    if found is None:
        raise BadInput("unknown point", field="point", found=f"{site.code}/{code}")
    return found


def installations_of(point_ids: Sequence[str], known_at: dt.datetime) -> list[InstallationFacts]:
    """What stood at these points, as it was known at a time."""
    known = Q(known_from__lte=known_at) & (Q(known_to=None) | Q(known_to__gt=known_at))
    rows = Installation.objects.filter(known, point__in=list(point_ids)).order_by("valid_from")
    return [
        InstallationFacts(
            str(r.pk),
            str(r.point_id),
            str(r.instrument_id),
            r.acts_on,
            r.valid_from,
            r.valid_to,
            str(r.known_from),
        )
        for r in rows
    ]


def standing_at(actor: Any, site: Site) -> dict[Any, list[Installation]]:
    """What stood and stands at the points of a site, as known now, by point and in order of time."""
    rows = Installation.objects.for_user(actor).filter(point__site=site, known_to=None)
    found: dict[Any, list[Installation]] = {}
    for row in rows.select_related("instrument").order_by("valid_from"):
        found.setdefault(row.point_id, []).append(row)
    return found


def known_of(actor: Any, point: Point) -> list[Installation]:
    """Everything ever known of what stood at a point, by time of standing and of entry; corrected rows too."""
    rows = Installation.objects.for_user(actor).filter(point=point).select_related("instrument")
    return list(rows.order_by("valid_from", "known_from"))
