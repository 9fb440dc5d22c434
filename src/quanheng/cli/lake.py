"""`quanheng lake`: readings in and out."""

from __future__ import annotations

import datetime as dt
from typing import Any

import click

from quanheng.cli.frame import BAD_INPUT, DONE, Answer, command, group

lake = group("lake", "Readings: import, list, show.")


@click.argument("file", type=click.Path())
@click.option("--site", required=True, metavar="CODE", help="Site that the readings belong to.")
@click.option("--mapping", type=click.Path(), help="How a foreign format is to be read (YAML).")
def import_file(file: str, site: str, mapping: str | None, actor: Any) -> Answer:
    """Take the readings of a CSV file into the lake. Good rows land, bad ones are listed; then the exit code is 2."""
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
def show(point: str, start: dt.datetime, end: dt.datetime, at_version: int | None, actor: Any) -> Answer:
    """Show the readings of a point."""
    import zoneinfo

    from quanheng.apps.monitoring import queries

    site_code, _, code = point.partition("/")
    site = queries.readable_site(actor, site_code)
    zone = zoneinfo.ZoneInfo(site.time_zone)
    where = queries.point_named(site, code)
    table = queries.readings(
        [str(where.pk)], start.replace(tzinfo=zone), end.replace(tzinfo=zone), at_version
    )
    data = [
        {"start": r["ts"].astimezone(zone).isoformat(), "value": r["value"], "unit": r["unit"], "text": r["text"],
         "commit": r["seq"], "row": r["row"]}
        for r in table.to_pylist()
    ]  # fmt: skip
    return Answer(
        data,
        [f"{r['start']}  {r['value']} {r['unit']}  (commit {r['commit']}, row {r['row']})" for r in data],
    )


command(lake, "import", changes=True)(import_file)
command(lake, "log", changes=True)(log)
command(lake, "show", changes=True)(show)
