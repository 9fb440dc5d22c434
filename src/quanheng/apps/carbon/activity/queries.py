"""The only reader of activity data: streams, their months and the files that brought them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import Q, QuerySet

from quanheng.apps.carbon.activity.models import ActivityFile, ActivityMonth, ActivityStream
from quanheng.errors import BadInput


def streams(actor: Any) -> QuerySet[ActivityStream]:
    """Streams of activity data that this actor may see, as known now."""
    rows = ActivityStream.objects.for_user(actor).filter(known_to=None)
    return rows.select_related("site", "owner", "meter", "analyser", "calorimeter")


def months(actor: Any) -> QuerySet[ActivityMonth]:
    """Months that this actor may see, with all their versions."""
    return ActivityMonth.objects.for_user(actor).select_related("stream", "stream__site", "file")


def files(actor: Any) -> QuerySet[ActivityFile]:
    """Files of months that this actor may see."""
    return ActivityFile.objects.for_user(actor).select_related("site")


def stream_named(site: Any, code: str) -> ActivityStream:
    """A stream of a site by its code, as known now."""
    found = ActivityStream.objects.filter(site=site, code=code, known_to=None).first()
    if found is None:
        known = ", ".join(
            ActivityStream.objects.filter(site=site, known_to=None).values_list("code", flat=True)
        )
        raise BadInput(
            "unknown stream of activity data", field="stream", found=f"{site.code}/{code}", expected=known
        )
    return found


def streams_of(
    site: Any, kinds: Collection[str], known_at: dt.datetime, only: Collection[str] | None = None
) -> list[ActivityStream]:
    """The streams of a site as they were known at a moment."""
    rows = ActivityStream.objects.filter(known(known_at), site=site, kind__in=list(kinds))
    if only is not None:
        rows = rows.filter(code__in=list(only))
    return list(
        rows.select_related("site", "site__owner", "meter", "analyser", "calorimeter").order_by("code")
    )


def months_of(
    streams: Iterable[ActivityStream], year: int, known_at: dt.datetime
) -> dict[Any, list[ActivityMonth]]:
    """The months of a year by stream, in order, as they were known at a moment."""
    rows = ActivityMonth.objects.filter(known(known_at), stream__in=list(streams), year=year)
    found: dict[Any, list[ActivityMonth]] = {}
    for row in rows.select_related("file").order_by("month"):
        found.setdefault(row.stream_id, []).append(row)
    return found


def known(at: dt.datetime) -> Q:
    """What was known at a moment."""
    return Q(known_from__lte=at) & (Q(known_to=None) | Q(known_to__gt=at))
