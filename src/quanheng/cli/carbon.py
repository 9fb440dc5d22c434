"""`quanheng carbon`: state an emission, and walk it back."""

from __future__ import annotations

import datetime as dt
from typing import Any

import click

from quanheng.cli.frame import Answer, command, group

carbon = group("carbon", "Emission of carbon dioxide: statements and their chain.")


@click.argument("site")
@click.option("--year", type=int, required=True)
@click.option("--method", type=click.Choice(["cems"]), default="cems", show_default=True)
def state(site: str, year: int, method: str, actor: Any) -> Answer:
    """State the CO2 emission of a site in a year, with its expanded uncertainty."""
    from quanheng.apps.carbon import actions, telling

    statement = actions.state(actor, site=site, year=year, method=method)
    return Answer(telling.statement_data(statement), telling.statement_lines(statement))


@click.argument("statement")
@click.option(
    "--hour",
    type=click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]),
    help="Start of the hour, time of the site.",
)
@click.option("--source", help="Emission source, where the site has several.")
def chain(statement: str, hour: dt.datetime | None, source: str | None, actor: Any) -> Answer:
    """Walk a statement back to a raw row, its instrument and the certificate that covered it."""
    import zoneinfo

    from quanheng.apps.carbon import chain as way
    from quanheng.apps.carbon import queries, telling

    found = queries.statement_named(actor, statement)
    moment = hour.replace(tzinfo=zoneinfo.ZoneInfo(found.site.time_zone)) if hour else None
    data = way.chain(found, moment, source)
    return Answer(data, telling.chain_lines(data))


command(carbon, "state", changes=True)(state)
command(carbon, "chain", changes=True)(chain)
