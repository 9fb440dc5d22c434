"""`quanheng lake`: readings in and out, what the rules say of them, and the template of a site."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from pathlib import Path
from typing import Any

import click

from quanheng.cli.frame import BAD_INPUT, DONE, Answer, command, group, new_file

lake = group("lake", "Readings: import, enter, list, show, judge.")


@click.argument("file", type=click.Path())
@click.option("--site", required=True, metavar="CODE", help="Site that the readings belong to.")
@click.option("--mapping", type=click.Path(), help="How a foreign format is to be read (YAML).")
def import_file(file: str, site: str, mapping: str | None, actor: Any) -> Answer:
    """Take the readings of a CSV or Excel file into the lake. Good rows land, bad ones are listed; then the exit code is 2.

    The file has a column `time` (or `time [zone]`) and a column `POINT [unit]` or `SITE/POINT [unit]` for each point.
    """
    from quanheng.apps.monitoring import actions
    from quanheng.apps.records.uploads import Upload

    given = {"site": site, "file": Upload.local(file), "mapping": Upload.local(mapping) if mapping else None}
    batch = actions.take_in(actor, **given)
    data = {
        "commit": batch.seq, "site": site, "file": batch.name, "sha256": batch.file, "rows": batch.rows,
        "refused": batch.refused, "first": batch.first, "last": batch.last, "root": batch.root,
        "problems": batch.problems,
    }  # fmt: skip
    lines = [
        f"commit {batch.seq}: {batch.rows} readings taken in, {batch.refused} rows refused ({batch.name})"
    ]
    lines += ["  " + ", ".join(f"{k} {v}" for k, v in problem.items()) for problem in batch.problems]
    return Answer(data, lines, BAD_INPUT if batch.refused else DONE)


@click.option("--site", metavar="CODE", help="Only this site.")
def log(site: str | None, actor: Any) -> Answer:
    """List the batches that were taken in, newest first."""
    from quanheng.apps.monitoring import queries

    rows = queries.batches(actor)
    rows = rows.filter(site__code=site) if site else rows
    data = [
        {
            "commit": b.seq,
            "site": b.site.code,
            "file": b.name,
            "rows": b.rows,
            "refused": b.refused,
            "root": b.root,
            "sha256": b.file,
            "first": b.first,
            "last": b.last,
            "received_at": b.received_at,
        }
        for b in rows
    ]
    return Answer(data, [f"{b['commit']:>6}  {b['site']}  {b['rows']:>8}  {b['file']}" for b in data])


@click.argument("point", metavar="SITE/POINT")
@click.option("--from", "start", required=True, type=click.DateTime(), help="First moment, time of the site.")
@click.option(
    "--to", "end", required=True, type=click.DateTime(), help="First moment after, time of the site."
)
@click.option("--at-version", type=int, help="As the readings stood at this commit.")
@click.option("--all-versions", is_flag=True, help="Every version up to there, not only the one that holds.")
def show(
    point: str,
    start: dt.datetime,
    end: dt.datetime,
    at_version: int | None,
    all_versions: bool,
    actor: Any,
) -> Answer:
    """Show the readings of a point. A corrected reading is a new version: `commit` tells which one holds."""
    from quanheng.apps.monitoring import queries

    where, zone = _point(actor, point)
    read = queries.versions if all_versions else queries.readings
    table = read([str(where.pk)], start.replace(tzinfo=zone), end.replace(tzinfo=zone), at_version)
    data = [
        {"start": r["ts"].astimezone(zone).isoformat(), "value": r["value"], "unit": r["unit"], "text": r["text"],
         "commit": r["seq"], "row": r["row"], "received_at": r["received_at"].isoformat()}
        for r in table.to_pylist()
    ]  # fmt: skip
    return Answer(
        data,
        [f"{r['start']}  {r['value']} {r['unit']}  (commit {r['commit']}, row {r['row']})" for r in data],
    )


def _point(actor: Any, name: str) -> tuple[Any, zoneinfo.ZoneInfo]:
    """A point by SITE/POINT that the actor may read, and the zone of its site."""
    from quanheng.apps.monitoring import queries

    site_code, _, code = name.partition("/")
    site = queries.readable_site(actor, site_code)
    return queries.point_named(site, code), zoneinfo.ZoneInfo(site.time_zone)


@click.argument("point", metavar="SITE/POINT")
@click.option(
    "--time", "at", required=True, type=click.DateTime(), help="Start of the interval, time of the site."
)
@click.option("--value", required=True, help="The reading as it was read.")
@click.option("--unit", required=True, help="Its unit.")
@click.option("--reason", default="", help="Why a reading that stands there is corrected.")
def enter(point: str, at: dt.datetime, value: str, unit: str, reason: str, actor: Any) -> Answer:
    """Enter one reading by hand. Where one stands already this is a correction, and both stay readable."""
    from quanheng.apps.monitoring import actions

    where, zone = _point(actor, point)
    batch = actions.enter_reading(
        actor, site=where.site.code, point=where.code, time=at.replace(tzinfo=zone), value=value, unit=unit,
        reason=reason,
    )  # fmt: skip
    data = {"commit": batch.seq, "point": point, "start": at.replace(tzinfo=zone).isoformat(), "text": value}
    return Answer(data, [f"commit {batch.seq}: {point} {data['start']} {value} {unit}"])


@click.argument("point", metavar="SITE/POINT")
@click.option("--from", "start", required=True, type=click.DateTime(), help="First moment, time of the site.")
@click.option(
    "--to", "end", required=True, type=click.DateTime(), help="First moment after, time of the site."
)
@click.option("--at-version", type=int, help="As the readings stood at this commit.")
def flags(point: str, start: dt.datetime, end: dt.datetime, at_version: int | None, actor: Any) -> Answer:
    """Show what the rules call defective of a point. The same version of readings and rules gives the same flags."""
    from quanheng.apps.monitoring import queries

    where, zone = _point(actor, point)
    span = start.replace(tzinfo=zone), end.replace(tzinfo=zone)
    ids = [str(one.pk) for one in where.site.points.all()]  # a derived series shows beside its neighbours
    found = queries.flags(ids, *span, at_version)[str(where.pk)]
    data: dict[str, Any] = {
        "point": point,
        "rules": {"id": queries.rules().id, "version": queries.rules().version},
        "flags": [
            {**_flag(one, zone), "parameters": queries.rules().parameters(one.test, where.quantity)}
            for one in found
        ],
    }
    lines = [f"{one['test']:<8} {one['first']} to {one['last']} ({one['count']})" for one in data["flags"]]
    return Answer(data, lines or ["nothing found"])


def _flag(one: Any, zone: zoneinfo.ZoneInfo) -> dict[str, Any]:
    told = {
        "test": one.test, "first": one.first.astimezone(zone).isoformat(),
        "last": one.last.astimezone(zone).isoformat(), "count": one.count,
    }  # fmt: skip
    return {**told, "partner": one.partner_code, "ratio": one.ratio} if one.partner else told


@click.argument("site", metavar="SITE")
@click.option("--from", "first", required=True, type=click.DateTime(["%Y-%m-%d"]), help="First day.")
@click.option("--to", "last", required=True, type=click.DateTime(["%Y-%m-%d"]), help="Last day (included).")
def judge(site: str, first: dt.datetime, last: dt.datetime, actor: Any) -> Answer:
    """Judge the readings of a site over a period by the rules in force, and keep the judgement. A result: exit code 0."""
    from quanheng.apps.monitoring import actions

    report = actions.judge_quality(actor, site=site, first_day=first.date(), last_day=last.date())
    data = {
        "id": str(report.pk), "site": site, "start": report.start, "end": report.end, "commit": report.commit,
        "rules": {"id": report.rules, "version": report.rules_version, "digest": report.rules_digest},
        "score": None if report.score is None else str(report.score), "shares": report.shares,
        "points": report.points, "flags": report.flags, "flag_count": report.flag_count,
        "refused_rows": report.refused,
    }  # fmt: skip
    lines = [f"{site}: {data['score'] or 'unknown'} of 100 (rules {report.rules} {report.rules_version})"]
    lines += [f"  {s['rule']:<11} {s['good']} of {s['judged']} readings" for s in report.shares]
    return Answer(data, [*lines, f"  {report.flag_count} defective stretches"])


@click.argument("site", metavar="SITE")
@click.option("-o", "output", required=True, type=click.Path(path_type=Path), help="FILE.xlsx or FILE.csv")
def template(site: str, output: Path, actor: Any) -> Answer:
    """Write the empty file of a site's readings, to be filled and imported."""
    from quanheng.apps.monitoring import queries, reading_workbooks

    place: Any = queries.readable_site(actor, site)
    write = reading_workbooks.empty_csv if output.suffix == ".csv" else reading_workbooks.empty_workbook
    new_file(output).write_bytes(write(place.code, place.time_zone, list(place.points.all())))
    return Answer({"file": str(output)}, [str(output)])


command(lake, "import", changes=True)(import_file)
command(lake, "log", changes=True)(log)
command(lake, "show", changes=True)(show)
command(lake, "enter", changes=True)(enter)
command(lake, "flags", changes=True)(flags)
command(lake, "judge", changes=True)(judge)
command(lake, "template", changes=True)(template)
