"""`quanheng carbon restatements`, `confirm`, `decline`, `check-factors`: what fell, and what the owner decides."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from quanheng.cli.carbon import carbon
from quanheng.cli.frame import Answer, command


@click.option("--all", "every", is_flag=True, help="Also those that were decided or taken back.")
def restatements(every: bool, actor: Any) -> Answer:
    """List the restatements that wait for a decision, with both figures and what fell."""
    from quanheng.apps.carbon import queries
    from quanheng.apps.carbon.restatement import restated

    rows = queries.restatements(actor) if every else queries.waiting(actor)
    listed = list(rows.order_by("number"))

    def lines() -> Iterator[str]:
        for row in listed:
            yield from restated.restatement_lines(row)
        if not listed:
            yield "no restatement" if every else "no restatement waits"

    return Answer([restated.restatement_data(row) for row in listed], lines())


@click.argument("number")
def confirm(number: str, actor: Any) -> Answer:
    """Let a proposed restatement take the place of the statement that it was computed for."""
    from quanheng.apps.carbon import actions

    return _told(actor, actions.confirm(actor, statement=number))


@click.argument("number")
@click.option("--reason", required=True, help="Why the earlier figure is kept.")
def decline(number: str, reason: str, actor: Any) -> Answer:
    """Keep the earlier figure; the proposal stays readable with the reason."""
    from quanheng.apps.carbon import actions

    return _told(actor, actions.decline(actor, statement=number, reason=reason))


def _told(actor: Any, row: Any) -> Answer:
    from quanheng.apps.carbon import queries
    from quanheng.apps.carbon.restatement import restated

    seen = queries.restatements(actor).get(pk=row.pk)
    return Answer(restated.restatement_data(seen), restated.restatement_lines(seen))


def check_factors(actor: Any) -> Answer:
    """Compare the norm values under current statements with those in force, and restate where one was corrected."""
    from quanheng.apps.carbon.restatement import norms_in_force

    found = norms_in_force.note_changed(actor)
    data = [{"kind": one.of, "id": one.id, "version": one.version, "words": one.words} for one in found]
    return Answer(data, [one.words for one in found] or ["every factor in use is the one in force"])


command(carbon, "restatements", changes=True)(restatements)
command(carbon, "confirm", changes=True)(confirm)
command(carbon, "decline", changes=True)(decline)
command(carbon, "check-factors", changes=True)(check_factors)
