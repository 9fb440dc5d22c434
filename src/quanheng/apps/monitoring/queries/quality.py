"""Flags and scores of readings, computed from raw at a pin; and the judgements that were stored."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from quanheng.apps.laboratory import queries as laboratory
from quanheng.apps.monitoring import words
from quanheng.apps.monitoring.models import Batch, Point, QualityReport, Site
from quanheng.apps.monitoring.quality import Flag, Series, due, flags_of, written_step
from quanheng.apps.monitoring.quality_rules import Rules, packaged
from quanheng.apps.monitoring.queries.places import installations_of
from quanheng.apps.monitoring.queries.series import Pin, pinned, readings, versions
from quanheng.apps.monitoring.scoring import Judged, Standing, Version, judge_point
from quanheng.errors import BadInput


def rules() -> Rules:
    """The rules in force. A result that used flags names them by (quality_rules, id, version)."""
    return packaged()


def flags(
    point_ids: Sequence[str], start: dt.datetime, end: dt.datetime, pin: Pin | int | None = None
) -> dict[str, list[Flag]]:
    """What the rules call defective in start ≤ time < end, by point; each point asked for is there.

    The same period, pin and rules give the same flags for ever; a spike is held against the readings of the
    period asked for. A missing reading is a flag (gap), never a zero.
    """
    found = series(point_ids, start, end, readings(point_ids, start, end, pin))
    return flags_of(found, rules())


def flag_rows(flags: Iterable[Flag], quantity: str) -> list[dict[str, Any]]:
    """Flags with the word of their test and the reason for each, with the figures of its rule, for a page."""
    return [{"flag": flag, "words": words.called(flag.test), "note": _why(flag, quantity)} for flag in flags]


def _why(flag: Flag, quantity: str) -> str:
    if flag.ratio is not None:
        return _("= %(ratio)s × %(point)s") % {
            "ratio": words.ratio_text(flag.ratio),
            "point": flag.partner_code,
        }
    return words.explained(flag.test, flag.count, rules().parameters(flag.test, quantity))


def series(point_ids: Sequence[str], start: dt.datetime, end: dt.datetime, table: pa.Table) -> list[Series]:
    """The readings of a table as one series for each point, in the order of the points."""
    rows = Point.objects.filter(pk__in=list(point_ids)).select_related("site")
    known = {str(row.pk): row for row in rows}
    return [_series(known[one], start, end, table) for one in point_ids if one in known]


def _series(point: Point, start: dt.datetime, end: dt.datetime, table: pa.Table) -> Series:
    mine = table.filter(pc.equal(table["point"], str(point.pk)))
    values = mine["value"].to_numpy(zero_copy_only=False).astype(np.float64)
    return Series(
        point=str(point.pk),
        code=point.code,
        quantity=point.quantity,
        due=due(start, end, point.interval, point.site.time_zone),
        times=mine["ts"].cast(pa.int64()).to_numpy(),
        values=values,
        resolution=written_step(mine["text"].to_pylist(), values),
    )


def judged(
    site: Site, start: dt.datetime, end: dt.datetime, pin: Pin, known_at: dt.datetime
) -> tuple[list[Judged], dict[str, list[Flag]]]:
    """All points of a site held against the rules, with the flags that they rest on."""
    ids = [str(pk) for pk in site.points.order_by("code").values_list("pk", flat=True)]
    if not ids:
        raise BadInput("the site has no points", field="site", found=site.code)
    every = versions(ids, start, end, pin)
    found = series(ids, start, end, last_versions(every))
    by_point = flags_of(found, rules())
    stood = _standing(ids, known_at)
    return [
        judge_point(
            one, by_point[one.point], _versions(every, one.point), stood[one.point], rules(), site.time_zone
        )
        for one in found
    ], by_point


def last_versions(table: pa.Table) -> pa.Table:
    """Of each point and time the row that holds; the table is sorted by point, ts, seq, row."""
    if not table.num_rows:
        return table
    points, times = table["point"].combine_chunks(), table["ts"].combine_chunks()
    new_point = pc.not_equal(points[1:], points[:-1]).to_numpy(zero_copy_only=False)
    new_time = pc.not_equal(times[1:], times[:-1]).to_numpy(zero_copy_only=False)
    return table.filter(pa.array(np.append(new_point | new_time, True)))


def _versions(table: pa.Table, point: str) -> Version:
    mine = table.filter(pc.equal(table["point"], point))
    return Version(
        times=mine["ts"].cast(pa.int64()).to_numpy(),
        values=mine["value"].to_numpy(zero_copy_only=False).astype(np.float64),
        received=mine["received_at"].cast(pa.int64()).to_numpy(),
    )


def _standing(ids: Sequence[str], known_at: dt.datetime) -> dict[str, list[Standing]]:
    """When an instrument stood at each point, and the days for which it had a certificate in force."""
    installations = installations_of(ids, known_at)
    held: dict[str, list[tuple[dt.date, dt.date | None]]] = {}
    for one in laboratory.certificates_of({i.instrument for i in installations}, known_at):
        if one.state == "valid":
            held.setdefault(one.instrument, []).append((one.valid_from, one.valid_until))
    found: dict[str, list[Standing]] = {point: [] for point in ids}
    for i in installations:
        found[i.point].append(Standing(i.valid_from, i.valid_to, tuple(held.get(i.instrument, ()))))
    return found


def refused_rows(site: Site, start: dt.datetime, end: dt.datetime, pin: Pin) -> int:
    """How many rows of the site's files that touch a period were not taken in."""
    touching = Batch.objects.filter(site=site, first__lt=end, last__gte=start, seq__lte=pin.commit)
    return sum(touching.values_list("refused", flat=True))


def quality_reports(actor: Any) -> QuerySet[QualityReport]:
    """Judgements of readings that this actor may see."""
    return QualityReport.objects.for_user(actor).select_related("site", "owner")


__all__ = [
    "flags",
    "flags_of",
    "judged",
    "last_versions",
    "pinned",
    "quality_reports",
    "refused_rows",
    "rules",
    "series",
]
