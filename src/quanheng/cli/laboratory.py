"""`quanheng laboratory` and `quanheng certificate`: files of instruments in, certificates traced, replaced and revoked."""

from __future__ import annotations

import datetime as dt
from typing import Any

import click

from quanheng.cli.frame import BAD_INPUT, DONE, Answer, command, group, new_file
from quanheng.errors import BadInput

laboratory = group("laboratory", "Instruments, certificates and checks from files.")
certificate = group("certificate", "Certificates: where they stand, and what falls with them.")


@click.argument("file", type=click.Path())
@click.option(
    "--mapping",
    type=click.Path(),
    help="How a foreign table is to be read (YAML); see `quanheng laboratory mapping`.",
)
@click.option(
    "--owner", metavar="ORGANISATION", help="For whom; can be left out by who works for one organisation."
)
def import_file(file: str, mapping: str | None, owner: str | None, actor: Any) -> Answer:
    """Take in a workbook by the template, or with --mapping a foreign table (CSV).

    Good records land, bad ones are listed; then the exit code is 2. What is there already is not entered again.
    """
    from quanheng.apps.laboratory import actions
    from quanheng.apps.records.uploads import Upload

    files = {"file": Upload.local(file), "mapping": Upload.local(mapping) if mapping else None}
    made = actions.take_in(actor, owner=owner or _only_unit(actor), **files)
    data = {
        "file": made.name, "sha256": made.file, "landed": made.landed, "known": made.known, "refused": made.refused,
        "left_out": made.left_out, "problems": made.problems,
    }  # fmt: skip
    counted = ((made.landed, "taken in"), (made.known, "known already"), (made.refused, "refused"))
    lines = [f"{made.name}: " + ", ".join(f"{sum(n.values())} {word}" for n, word in counted)]
    lines += [f"  {n} rows left out: {reason}" for reason, n in made.left_out.items()]
    lines += ["  " + ", ".join(f"{k} {v}" for k, v in problem.items()) for problem in made.problems]
    return Answer(data, lines, BAD_INPUT if made.refused else DONE)


def _only_unit(actor: Any) -> str:
    from quanheng.apps.parties import queries

    units = queries.own_units(actor)
    if len(units) != 1:
        found = ", ".join(unit.code for unit in units)
        raise BadInput("for which organisation?", field="--owner", expected=found or "its code")
    return units[0].code


@click.argument("file", type=click.Path())
def template(file: str) -> Answer:
    """Write the empty workbook; its sheet 说明 explains every column."""
    from quanheng.apps.laboratory import sheets

    new_file(file).write_bytes(sheets.template())
    return Answer(
        {"file": file}, [f"{file}: fill in and run `quanheng laboratory import {file} --as PERSON`"]
    )


def mapping_format() -> Answer:
    """Explain the mapping file of `laboratory import --mapping`; with --json its JSON Schema."""
    from quanheng.apps.laboratory import mapping

    return Answer(mapping.TableMapping.model_json_schema(), (mapping.__doc__ or "").splitlines())


@click.argument("name", metavar="ISSUER/NUMBER")
@click.option("--reason", required=True, help="Why; it stands in the ledger and on the certificate's page.")
@click.option("--dry-run", is_flag=True, help="Tell what would follow, and write nothing.")
def revoke(name: str, reason: str, dry_run: bool, actor: Any) -> Answer:
    """Revoke a certificate, and tell which readings, statements and certificates that touches."""
    from quanheng.apps.laboratory import actions

    given = {"certificate": name, "reason": reason}
    return _ended(actions.revoke_certificate, "revoked", given, dry_run, actor)


@click.argument("name", metavar="ISSUER/NUMBER")
@click.option("--by", required=True, metavar="ISSUER/NUMBER", help="The newer certificate, entered before.")
@click.option("--reason", required=True, help="Why; it stands in the ledger and on the certificate's page.")
@click.option("--dry-run", is_flag=True, help="Tell what would follow, and write nothing.")
def replace(name: str, by: str, reason: str, dry_run: bool, actor: Any) -> Answer:
    """Put a newer certificate in the place of an older one, and tell what that touches."""
    from quanheng.apps.laboratory import actions

    given = {"certificate": name, "by": by, "reason": reason}
    return _ended(actions.replace_certificate, "replaced", given, dry_run, actor)


def _ended(act: Any, kind: Any, given: dict[str, str], dry_run: bool, actor: Any) -> Answer:
    """The effects are asked for before the act, so that a dry run and the act tell the same."""
    from quanheng.apps.laboratory import effects

    effects.refuse_unless_possible(act.spec, actor, given)
    told = effects.foretold(actor, given["certificate"], kind)
    if not dry_run:
        act(actor, **given)
    data = {
        "certificate": given["certificate"],
        "state": "valid" if dry_run else kind,
        "dry_run": dry_run,
        "effects": told,
    }
    head = f"{given['certificate']}: " + (f"would be {kind}; nothing was written" if dry_run else kind)
    return Answer(data, [head, *(f"  {line}" for line in effects.lines(told))])


@click.argument("name", metavar="ISSUER/NUMBER")
@click.option("--at", "day", type=click.DateTime(["%Y-%m-%d"]), help="The day at which it is judged; today.")
def trace(name: str, day: dt.datetime | None, actor: Any) -> Answer:
    """Walk from a certificate up to the standards on which it stands, judged at a day."""
    from django.utils import timezone

    from quanheng.apps.laboratory import queries

    at = day.date() if day else timezone.localdate()
    node = queries.traced(actor, name, at)
    data = {"day": at.isoformat(), **node.as_dict(), "weak": [_weak(one) for one in node.weak()]}
    return Answer(data, _tree(node, 0))


def _weak(node: Any) -> dict[str, Any]:
    return {"name": node.name, "title": node.title, "own": node.own, "since": node.since}


def _tree(node: Any, depth: int) -> list[str]:
    until = f" until {node.valid_until}" if node.valid_until else ""
    named = " ".join(part for part in (node.name, node.title) if part) or "(no standard named)"
    line = f"{'  ' * depth}{node.level:<8}{named}: {node.own}{until}"
    return [line, *(text for parent in node.parents for text in _tree(parent, depth + 1))]


command(laboratory, "import", changes=True)(import_file)
command(laboratory, "template")(template)
command(laboratory, "mapping", bare=True)(mapping_format)
command(certificate, "revoke", changes=True)(revoke)
command(certificate, "replace", changes=True)(replace)
command(certificate, "trace", changes=True)(trace)
