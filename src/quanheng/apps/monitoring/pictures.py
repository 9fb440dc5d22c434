"""What the pages of points, sites and judgements show, as plain values for their templates. It reads; it writes nothing."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _t

from quanheng.apps.monitoring import drawing, queries, words
from quanheng.apps.monitoring.models import Point, QualityReport, Site
from quanheng.apps.monitoring.quality import due, flags_beside
from quanheng.apps.monitoring.scoring import percent

LONGEST = 366  # days of one chart
USUAL = 31
MOST_ROWS = 100  # of flags and of corrections on one page


def day_of(text: str) -> dt.date | None:
    """A day from an address, None if it is none."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def newest_day(actor: Any, site: Site) -> dt.date:
    """The local day of the last reading of a site; today where there is none."""
    last = queries.batches(actor).filter(site=site).aggregate(last=Max("last"))["last"]
    return (last or timezone.now()).astimezone(zoneinfo.ZoneInfo(site.time_zone)).date()


def asked_days(asked: Mapping[str, str], newest: dt.date) -> tuple[dt.date, dt.date, str]:
    """First and last day of the chart from the address, and what was wrong with it."""
    first, last = day_of(asked.get("from", "")), day_of(asked.get("to", ""))
    usual = newest - dt.timedelta(days=USUAL - 1), newest
    if not asked.get("from") and not asked.get("to"):
        return *usual, ""
    if first is None or last is None:
        return *usual, _t("日期写成 2025-01-31 的样子。")
    if not 0 <= (last - first).days < LONGEST:
        return *usual, _t("末日不早于首日，一次最多看 366 天。")
    return first, last, ""


def moments(site: Site, first: dt.date, last: dt.date) -> tuple[dt.datetime, dt.datetime]:
    """The first moment of a local day and the first one after another."""
    tz = zoneinfo.ZoneInfo(site.time_zone)
    start, end = (dt.datetime.combine(day, dt.time(), tz) for day in (first, last + dt.timedelta(days=1)))
    return start.astimezone(dt.UTC), end.astimezone(dt.UTC)


def point_period(point: Point, first: dt.date, last: dt.date) -> dict[str, Any]:
    """The chart of a point over local days, its flags, and the readings that were corrected."""
    start, end = moments(point.site, first, last)
    until = min(end, timezone.now())
    pin = queries.pin_now()
    mine, others = str(point.pk), [str(p.pk) for p in point.site.points.all() if p.pk != point.pk]
    every = queries.versions([mine], start, end, pin)
    (one,) = queries.series([mine], start, max(until, start), queries.last_versions(every))
    beside = queries.series(others, start, max(until, start), queries.readings(others, start, end, pin))
    flags = flags_beside(one, beside, queries.rules())
    chart = drawing.chart(one, flags, start, end, point.site.time_zone)
    for lane in chart["lanes"]:
        lane["words"] = words.LANES[lane["test"]]
    return {
        "chart": chart,
        "count": int(np.isfinite(one.values).sum()),
        "due": int(one.due.size),
        "flags": queries.flag_rows(flags[:MOST_ROWS], point.quantity),
        "flag_count": len(flags),
        "corrections": corrections(every)[:MOST_ROWS],
        "commit": pin.commit,
        "rules": queries.rules(),
    }


def corrections(every: pa.Table) -> list[dict[str, Any]]:
    """Readings of which more than one version came, the latest time first: what stood there, and what stands."""
    times = every["ts"].combine_chunks()
    counted = pc.value_counts(times).to_pylist()
    several = [row["values"] for row in counted if row["counts"] > 1]
    rows = every.filter(pc.is_in(times, pa.array(several, type=times.type))).to_pylist() if several else []
    found: dict[dt.datetime, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["ts"], []).append(row)
    return [
        {"ts": at, "before": versions[:-1], "now": versions[-1]}
        for at, versions in sorted(found.items(), reverse=True)
    ]


def completeness(site: Site, points: Iterable[Point], year: int) -> dict[str, Any]:
    """For each point of a site the days of a civil year that are whole, partial or empty; until now."""
    start, end = queries.year_of(site, year)
    until = min(end, timezone.now())
    listed = list(points)
    table = queries.readings([str(point.pk) for point in listed], start, end)
    strips = {}
    for point in listed:
        mine = table.filter(pc.equal(table["point"], str(point.pk)))
        there = mine.filter(pc.is_valid(mine["value"]))
        wanted = due(start, max(until, start), point.interval, site.time_zone)
        drawn = drawing.strip(wanted, there["ts"].cast(pa.int64()).to_numpy(), start, end)
        strips[point.pk] = {**drawn, "percent": percent(drawn["got"], drawn["due"])}
    return {"strips": strips, "months": drawing.months(start, end, site.time_zone), "year": year}


# ---- a stored judgement ----------------------------------------------------------------------------------------


def report_page(report: QualityReport) -> dict[str, Any]:
    """A stored judgement: the shares of its rules, of its points, and its flags in words."""
    return {
        "rules": [share_row(share) for share in report.shares],
        "points": [
            {**one, "shares": [percent(s["good"], s["judged"]) for s in one["shares"]]}
            for one in report.points
        ],
        "heads": [words.RULES[share["rule"]][0] for share in report.shares],
        "flags": _stored_flags(report),
        "more": report.flag_count > len(report.flags),
        "last_day": report.end - dt.timedelta(microseconds=1),
    }


def share_row(share: Mapping[str, Any]) -> dict[str, Any]:
    """One rule with its words: its share in per cent, and where its bad readings lie."""
    name, meaning = words.RULES[share["rule"]]
    first, last = (dt.datetime.fromisoformat(share[k]) if share[k] else None for k in ("first", "last"))
    return {
        "rule": share["rule"], "name": name, "meaning": meaning, "good": share["good"], "judged": share["judged"],
        "bad": share["judged"] - share["good"], "percent": percent(share["good"], share["judged"]),
        "first": first, "last": last,
    }  # fmt: skip


def _stored_flags(report: QualityReport) -> list[dict[str, Any]]:
    codes = {one["point"]: one["code"] for one in report.points}
    return [
        {
            **flag,
            "code": codes.get(flag["point"], ""),
            "words": words.called(flag["test"]),
            "first": dt.datetime.fromisoformat(flag["first"]),
            "last": dt.datetime.fromisoformat(flag["last"]),
        }
        for flag in report.flags
    ]
