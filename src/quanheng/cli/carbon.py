"""`quanheng carbon`: state an emission, and walk it back."""

from __future__ import annotations

import datetime as dt
from typing import Any

import click

from quanheng.cli.frame import Answer, command, group

METHODS = ["cems", "fuel", "electricity"]

carbon = group("carbon", "Emission of carbon dioxide: statements and their chain.")


@click.argument("site")
@click.option("--year", type=int, required=True)
@click.option("--method", type=click.Choice(METHODS), default="cems", show_default=True)
def state(site: str, year: int, method: str, actor: Any) -> Answer:
    """State the CO2 emission of a site in a year, with its expanded uncertainty.

    cems: continuous measurement; fuel: burnt fuel by its carbon; electricity: bought electricity and heat by a factor.

    JSON: statement, value, u, U, k in t CO2, hours of hours_of_year; contributions ranked; coverage; months; sources
    with their constants (value, source, verified); substituted {hours, tonnes, share_of_hours, share_of_tonnes,
    sources: rule, cite, verified, capture, left, gaps}; of fuel and electricity also activity (stream, month, amount,
    unit, how, carbon, oxidation, tonnes), sampling_not_stated.
    """
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


@click.argument("site")
@click.option("--year", type=int, required=True)
@click.option(
    "--method", "methods", type=click.Choice(METHODS), multiple=True, default=("cems", "fuel"), show_default=True,
    help="Twice: first minus second.",
)  # fmt: skip
def compare(site: str, year: int, methods: tuple[str, ...], actor: Any) -> Answer:
    """Compare two methods on one site in a year, over the hours that both know.

    Each method stands by its current statement, computed again from its pin, or as things stand where there is none.

    JSON: methods {statement, stated, value, u, U, hours} each; hours {compared, of_year, only}; difference {of, value,
    relative, u, U, k} of first minus second; En = |d|/U(d); agree (|d| <= U(d)); shared: certificates that both use,
    whose error counts once with its signs; contributions; spread {tonnes, u, status}: monthly data cut off at hours
    that the other method lacks; months: the same by month. All in t CO2.
    """
    from quanheng.apps.carbon import comparing, comparing_told
    from quanheng.apps.monitoring import queries as monitoring

    data = comparing.compare(monitoring.readable_site(actor, site), year, methods)
    return Answer(data, comparing_told.lines(data))


command(carbon, "state", changes=True)(state)
command(carbon, "compare", changes=True)(compare)
command(carbon, "chain", changes=True)(chain)
