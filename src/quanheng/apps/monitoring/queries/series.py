"""The readings of points as they stand at a pin: the lake read through what the platform recorded of it."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pyarrow as pa
from django.conf import settings
from django.db.models import Max

from quanheng.apps.monitoring.models import Batch, Site
from quanheng.errors import BadInput
from quanheng.lake import Lake


@cache
def _lake(folder: Path) -> Lake:
    return Lake(folder)


def lake() -> Lake:
    """The lake of this installation."""
    return _lake(settings.LAKE_FOLDER)


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
    pin = pinned(at)
    return lake().read(list(point_ids), start, end, at=pin.commit, exclude=pin.without)


def versions(
    point_ids: Sequence[str], start: dt.datetime, end: dt.datetime, at: Pin | int | None = None
) -> pa.Table:
    """The same with every reading that a later one corrected: of each point and time the last row holds."""
    pin = pinned(at)
    return lake().versions(list(point_ids), start, end, at=pin.commit, exclude=pin.without)


def pinned(at: Pin | int | None) -> Pin:
    """A pin as it is, a commit with what is unrecorded up to it, or now."""
    if at is None:
        return pin_now()
    return Pin(at, tuple(unrecorded(at))) if isinstance(at, int) else at


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
