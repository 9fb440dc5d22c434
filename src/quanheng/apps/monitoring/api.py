"""What programs may read of monitoring: sites, points, installations, batches, readings with their flags, judgements."""

from __future__ import annotations

import datetime as dt
import math
from typing import Annotated, Any

import pydantic
from django.db.models import QuerySet
from pydantic import AwareDatetime, Field

from quanheng.apps.monitoring import queries
from quanheng.apps.monitoring.models import Batch, Installation, Point, QualityReport, Site
from quanheng.apps.records.classify import plain
from quanheng.apps.records.reads import Noun, Part, readable
from quanheng.errors import BadInput

LONGEST = dt.timedelta(days=366)
COLUMNS = ("ts", "value", "unit", "text", "flag", "commit", "received_at", "file_sha256", "row")
FLAG_COLUMNS = ("test", "first", "last", "count", "partner", "ratio")
Moment = Annotated[
    AwareDatetime, Field(ge=dt.datetime(1900, 1, 1, tzinfo=dt.UTC), lt=dt.datetime(2200, 1, 1, tzinfo=dt.UTC))
]


class Period(pydantic.BaseModel):
    """From when until when (excluded), at most a year, as they stood at a version of the readings."""

    model_config = pydantic.ConfigDict(extra="forbid")
    start: Moment
    end: Moment
    version: Annotated[
        int | None, Field(ge=0, le=2**53 - 1, description="a commit; the newest if left out")
    ] = None


class Span(Period):
    """The same, a page at a time."""

    after: Annotated[Moment | None, Field(description="`next` of the page before")] = None
    limit: Annotated[int, Field(ge=1, le=10_000)] = 1000


def _installations(actor: Any) -> QuerySet[Installation]:
    return Installation.objects.for_user(actor)


def _version(asked: Period) -> int:
    """The version that is meant; a period or a version that cannot be is named."""
    if not dt.timedelta(0) < asked.end - asked.start <= LONGEST:
        raise BadInput(
            "is not within a year after the start", field="end", found=asked.end.isoformat(),
            expected=f"after {asked.start.isoformat()}",
        )  # fmt: skip
    newest = queries.version()
    version = newest if asked.version is None else asked.version
    if version > newest:
        raise BadInput("no such version", field="version", found=str(version), expected=f"0 to {newest}")
    return version


def _readings(actor: Any, point: Point, asked: Span) -> dict[str, Any]:
    """Readings of one point in order of time, a page at a time; the version stays the same from page to page."""
    version = _version(asked)
    first = max(asked.start, asked.after + dt.timedelta(microseconds=1)) if asked.after else asked.start
    rows = queries.readings([str(point.pk)], first, asked.end, version).slice(0, asked.limit + 1).to_pylist()
    items = [_reading(row) for row in rows[: asked.limit]]
    more = len(rows) > asked.limit
    return {"version": version, "unit": point.unit, "items": items, "next": items[-1]["ts"] if more else None}


def _reading(row: dict[str, Any]) -> dict[str, Any]:
    value = row["value"]
    return {
        "ts": plain(row["ts"]),
        "value": value if value is not None and math.isfinite(value) else None,
        "unit": row["unit"],
        "text": row["text"],
        "flag": row["flag"],
        "commit": row["seq"],
        "received_at": plain(row["received_at"]),
        "file_sha256": row["source"],
        "row": row["row"],
    }


def _flags(actor: Any, point: Point, asked: Period) -> dict[str, Any]:
    """What the rules in force call defective of one point; held against the other points of its site too."""
    version, rules = _version(asked), queries.rules()
    ids = [str(one.pk) for one in point.site.points.all()]
    found = queries.flags(ids, asked.start, asked.end, version)[str(point.pk)]
    return {
        "version": version,
        "rules": {"id": rules.id, "version": rules.version, "digest": rules.digest},
        "items": [
            {
                "test": flag.test,
                "first": plain(flag.first),
                "last": plain(flag.last),
                "count": flag.count,
                "partner": flag.partner_code,
                "ratio": flag.ratio,
            }
            for flag in found
        ],
    }


FLAGS = Part("flags", "Defective stretches of a point", _flags, Period, FLAG_COLUMNS)
READINGS = Part("readings", "Readings of a point", _readings, Span, COLUMNS)

readable(Noun("monitoring", "sites", "site", "sites", Site, queries.sites, key="code", filters=("code",)))
readable(
    Noun(
        "monitoring",
        "points",
        "point",
        "points",
        Point,
        queries.points,
        filters=("code",),
        parts=[READINGS, FLAGS],
    )
)
readable(Noun("monitoring", "installations", "installation", "installations", Installation, _installations))
readable(
    Noun("monitoring", "batches", "batch", "batches of readings", Batch, queries.batches, filters=("file",))
)
readable(
    Noun(
        "monitoring",
        "quality",
        "qualityreport",
        "judgements of readings",
        QualityReport,
        queries.quality_reports,
        filters=("rules_version",),
    )
)
