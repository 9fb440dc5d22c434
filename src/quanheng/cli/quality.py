"""`quanheng quality`: the tests of readings on a file, without an installation."""

from __future__ import annotations

from pathlib import Path

import click

from quanheng.cli.frame import Answer, command, group
from quanheng.errors import BadInput

quality = group("quality", "Quality of readings: test a file.")


@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--rules", type=click.Path(path_type=Path), help="Rules (YAML); those of the product if left out."
)
@click.option(
    "--quantity", default="", metavar="KEY", help="Take the rules of this quantity, for example flow."
)
def test(file: Path, rules: Path | None, quantity: str) -> Answer:
    """Name the defective stretches of a series: a CSV file with the columns time and value.

    Tests: gap, duplicate_identical, duplicate_conflicting, out_of_order, unreadable, range, spike, stuck. Other tests
    of the interface are not made yet. What is found is a result: the exit code is 0.
    """
    from quanheng.apps.monitoring import quality_files, quality_rules

    if not file.is_file():
        raise BadInput("no such file", file=str(file), remedy="name a file that exists")
    chosen = quality_rules.load(rules) if rules else quality_rules.packaged()
    if quantity and quantity not in chosen.file.tests.quantities:
        expected = ", ".join(sorted(chosen.file.tests.quantities))
        raise BadInput("the rules know no such quantity", field="quantity", found=quantity, expected=expected)
    data = quality_files.judge_file(file, file.name, chosen, quantity)
    lines = [_line(one) for one in data["intervals"]] or ["nothing found"]
    used = f"rules {chosen.id} version {chosen.version}"
    return Answer(data, [*lines, f"{used} (a proposal)" if chosen.file.status == "proposal" else used])


def _line(one: dict[str, object]) -> str:
    if one["first"] is None:
        return f"{one['test']:<22} row {one['row']}: no time in {one['found']!r}"
    return f"{one['test']:<22} {one['first']} to {one['last']} ({one['count']})"


command(quality, "test", bare=True)(test)
