"""The only reader of sites, points and readings for other apps and for pages."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
from django.conf import settings
from django.db.models import Max, Q, QuerySet

from quanheng.apps.monitoring.models import Batch, Installation, Point, Site
from quanheng.apps.monitoring.policy import KEEPERS, site_named
from quanheng.apps.monitoring.quantities import conversion, quantities
from quanheng.apps.parties import policy as parties
from quanheng.errors import BadInput, Refused
from quanheng.lake import Lake

__all__ = ["conversion", "quantities", "site_named"]


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


@cache
def _lake(folder: Path) -> Lake:
    return Lake(folder)


def lake() -> Lake:
    """The lake of this installation."""
    return _lake(settings.LAKE_FOLDER)


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


def year_of(site: Site, year: int) -> tuple[dt.datetime, dt.datetime]:
    """The civil year of a site, as two moments in UTC."""
    zone = zoneinfo.ZoneInfo(site.time_zone)
    start, end = (dt.datetime(y, 1, 1, tzinfo=zone).astimezone(dt.UTC) for y in (year, year + 1))
    return start, end


def version() -> int:
    """The newest commit of the lake that is recorded here; reading at it sees every acknowledged batch."""
    return Batch.objects.aggregate(newest=Max("seq"))["newest"] or 0


@dataclass(frozen=True, slots=True)
class Pin:
    """The readings as they stand at a commit: a later correction, or a batch recorded late, changes nothing in it."""

    commit: int
    without: tuple[int, ...] = ()


def pin_now() -> Pin:
    """The newest acknowledged state. What lies in the lake unrecorded is left out now and for ever under this pin."""
    commit = version()
    return Pin(commit, tuple(unrecorded(commit)))


def readings(
    point_ids: Sequence[str], start: dt.datetime, end: dt.datetime, at: Pin | int | None = None
) -> pa.Table:
    """Readings of points from start to end (excluded), as they stood at a pin or commit (None: now)."""
    pin = pin_now() if at is None else Pin(at, tuple(unrecorded(at))) if isinstance(at, int) else at
    return lake().read(list(point_ids), start, end, at=pin.commit, exclude=pin.without)


def unrecorded(commit: int) -> list[int]:
    """Commits that lie in the lake without a recorded batch, because the machine stopped between the two."""
    recorded = set(Batch.objects.filter(seq__lte=commit).values_list("seq", flat=True))
    return [seq for seq in range(1, commit + 1) if seq not in recorded]


def batch(seq: int) -> Batch:
    """A batch by its commit sequence; the lake answers for its own rows, the platform for what it recorded."""
    found = Batch.objects.select_related("site").filter(seq=seq).first()
    if found is None:
        raise BadInput("this commit of the lake has no recorded batch", field="commit", found=str(seq))
    return found
