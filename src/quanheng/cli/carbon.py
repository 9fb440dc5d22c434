"""`quanheng carbon`: state an emission, and walk it back."""

from __future__ import annotations

import datetime as dt
from typing import Any

import click

from quanheng.cli.frame import BAD_INPUT, DONE, Answer, command, group

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


@click.argument("site")
@click.argument("code")
@click.option("--kind", type=click.Choice(["fuel", "electricity", "heat"]), required=True)
@click.option("--name", default="", help="Name of the stream; its code if none is given.")
@click.option("--fuel", default="", help="Fuel, as the guideline names it.")
@click.option("--defaults", default="", metavar="'NORM | EDITION'", help="Guideline whose defaults stand in.")
@click.option("--factor", default="", metavar="KEY", help="Norm value of bought energy, by its full key.")
@click.option("--meter", default="", metavar="INSTRUMENT", help="Belt scale, fuel meter or energy meter.")
@click.option("--analyser", default="", metavar="INSTRUMENT", help="Analyser of elementary carbon.")
@click.option("--calorimeter", default="", metavar="INSTRUMENT")
@click.option("--point", default="", help="Point at which bought energy is read every hour.")
def stream(site: str, code: str, actor: Any, **given: str) -> Answer:
    """Register a fuel that a site burns, or an energy that it buys.

    JSON: stream, site, kind, fuel, defaults, factor, unit (in which its months are kept).
    """
    from quanheng.apps.carbon import actions
    from quanheng.apps.carbon.activity import values as activity_values

    made = actions.register_stream(actor, site=site, code=code, **{**given, "name": given["name"] or code})
    unit = activity_values.kept_unit(made, made.known_from.date())
    data = {
        "stream": made.code, "site": site, "kind": made.kind, "fuel": made.fuel, "defaults": made.defaults,
        "factor": made.factor, "unit": unit,
    }  # fmt: skip
    return Answer(data, [f"{site}/{made.code} registered: {made.kind}, amounts in {unit}"])


@click.argument("file", type=click.Path())
@click.option("--site", required=True, metavar="CODE", help="Site that the months belong to.")
def months(file: str, site: str, actor: Any) -> Answer:
    """Take in the months of fuel and bought energy of a CSV or Excel file. Good rows land, bad ones are listed; then the
    exit code is 2.

    Columns: stream, year, month, amount, unit; carbon, basis (ar, ad, d), moisture_ar, moisture_ad, ncv, oxidation,
    analysed_on, report where they were measured. A month that is known already is corrected; its former value stays.

    JSON: file, sha256, rows, refused, problems (row, field, found, message).
    """
    from quanheng.apps.carbon import actions
    from quanheng.apps.records.uploads import Upload

    kept = actions.take_in_months(actor, site=site, file=Upload.local(file))
    data = {
        "site": site, "file": kept.name, "sha256": kept.file, "rows": kept.rows, "refused": kept.refused,
        "problems": kept.problems,
    }  # fmt: skip
    lines = [f"{kept.rows} months taken in, {kept.refused} rows refused ({kept.name})"]
    lines += ["  " + ", ".join(f"{k} {v}" for k, v in problem.items()) for problem in kept.problems]
    return Answer(data, lines, BAD_INPUT if kept.refused else DONE)


@click.argument("statement")
@click.option(
    "--hour",
    type=click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]),
    help="Start of the hour, time of the site.",
)
@click.option("--source", help="Emission source, where the site has several.")
def chain(statement: str, hour: dt.datetime | None, source: str | None, actor: Any) -> Answer:
    """Walk a statement back to a raw row, its instrument and the certificate that covered it.

    A statement of fuel or bought energy is walked by the month in which the hour lies. JSON: statement; hour (cems) or
    month, stream and record (fuel, electricity) with norm values; inputs, each with reading, instruments, certificates.
    """
    import zoneinfo

    from quanheng.apps.carbon import queries, telling
    from quanheng.apps.carbon.chain import chain as way

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
    from quanheng.apps.carbon.comparison import comparing
    from quanheng.apps.carbon.comparison import told as comparing_told
    from quanheng.apps.monitoring import queries as monitoring

    data = comparing.compare(monitoring.readable_site(actor, site), year, methods)
    return Answer(data, comparing_told.lines(data))


command(carbon, "stream", changes=True)(stream)
command(carbon, "months", changes=True)(months)
command(carbon, "state", changes=True)(state)
command(carbon, "compare", changes=True)(compare)
command(carbon, "chain", changes=True)(chain)
