"""`quanheng uncertainty`: evaluate a budget file by the law of propagation and by Monte Carlo."""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import Any

import click

from quanheng.cli.frame import Answer, command, group
from quanheng.errors import BadInput

uncertainty = group("uncertainty", "Uncertainty of measurement: budgets as files.")
SAFE_BITS = 53  # a seed that every reader of JSON gives back exactly


@click.argument("file", metavar="BUDGET.yaml", type=click.Path())
@click.option("--method", type=click.Choice(["lpu", "mcm", "both"]), default="both", show_default=True,
              help="Law of propagation, Monte Carlo, or both.")  # fmt: skip
@click.option("--trials", type=int, default=1_000_000, show_default=True, help="Monte Carlo trials.")
@click.option("--seed", type=int, help="Seed of the draws (default: a new one; it is in the result).")
@click.option("--truncate-dof", is_flag=True, help="k at the next lower whole number of degrees of freedom.")
@click.option("--svg", type=click.Path(), metavar="FILE", help="Write the budget as a picture.")
def evaluate(
    file: str, method: Any, trials: int, seed: int | None, truncate_dof: bool, svg: str | None
) -> Answer:
    """Evaluate a budget: result, expanded uncertainty, contributions, coverage intervals."""
    from quanheng.science.uncertainty import budget, picture, tables  # they load SciPy: only for this command

    read = budget.read_budget(_text_of(file), file)
    number = secrets.randbits(SAFE_BITS) if seed is None else seed
    result = budget.evaluate(read, method=method, trials=trials, seed=number, truncate_dof=truncate_dof)
    if svg is not None:
        _write(svg, picture.draw(read, result))
    return Answer(result, tables.lines(read, result))


@click.argument("name", type=click.Choice(["budget", "result"]), default="budget")
def schema(name: str) -> Answer:
    """Print the JSON Schema of the budget file or of the result."""
    from quanheng.science.uncertainty import budget

    found = budget.schema(name)
    return Answer(found, [json.dumps(found, ensure_ascii=False, indent=1)])


def _text_of(file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput("not UTF-8 text", file=file) from None
    except (OSError, ValueError) as fault:
        why = getattr(fault, "strerror", None) or str(fault)
        raise BadInput(f"cannot be read: {why}", file=file) from None


def _write(file: str, text: str) -> None:
    try:
        Path(file).write_text(text, encoding="utf-8")
    except OSError as fault:
        raise BadInput(f"cannot be written: {fault.strerror}", file=file, field="--svg") from None


command(uncertainty, "evaluate", bare=True)(evaluate)
command(uncertainty, "schema", bare=True)(schema)
