"""A result as lines of text: what it is, its budget as a table, its coverage intervals. Numbers for reading only."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from quanheng.science.uncertainty.budget import Budget
from quanheng.science.uncertainty.expression import same_name
from quanheng.science.uncertainty.rounding import format_result

HEAD = ("input", "estimate", "unit", "u", "dof", "c", "c u", "share", "source")
FLUSH_LEFT = {"input", "unit", "source"}


def lines(budget: Budget, result: Mapping[str, Any]) -> Iterator[str]:
    """The lines of a result of ``budget.evaluate``, one block for each output."""
    for name, one in result["outputs"].items():
        if "lpu" in one:
            yield from _propagated(name, one["lpu"], budget)
        if "mcm" in one:
            yield from _simulated(name, one["mcm"], budget.p)
    yield from (f"note: {note}" for note in result.get("notes", ()))


def rows(budget: Budget, contributions: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """The budget as a table, the greatest contribution first: as many cells in each row as in ``HEAD``."""
    ranked = sorted(contributions.items(), key=lambda item: -abs(item[1]["cu"]))
    return [_row(name, line, budget) for name, line in ranked]


def _row(name: str, line: Mapping[str, Any], budget: Budget) -> tuple[str, ...]:
    given = budget.model.inputs[same_name(name)]
    share = f"{100 * line['share']:.1f} %"
    numbers = (_number(line["u"]), _number(line["dof"]), _number(line["c"]), _number(line["cu"]))
    return (name, f"{line['x']:.10g}", given.unit, *numbers, share, given.source)


def _propagated(name: str, one: Mapping[str, Any], budget: Budget) -> Iterator[str]:
    yield f"{name} = {stated(one)}"
    factor = (
        "no k below one degree of freedom" if one["k"] is None else f"k = {one['k']:.4g}, U = {one['U']:.4g}"
    )
    yield f"  law of propagation: y = {one['y']:.10g}, u = {one['u']:.4g}, dof = {_number(one['veff'])}, {factor} (p = {budget.p:g})"
    if one["second_order"] is not None and one["second_order"] > 1.05 * one["u"]:
        yield f"  u with second-order terms: {one['second_order']:.4g}: the model is not linear enough for the first order"
    yield from ("  " + line for line in _laid_out([HEAD, *rows(budget, one["contributions"])]))


def stated(one: Mapping[str, Any]) -> str:
    """y ± U to the same place; in powers of ten where the digits would not fit a line."""
    y, U = one["y"], one["U"]
    if not U:
        return f"{y:.10g}"
    return format_result(y, U) if 1e-9 < U < 1e9 and abs(y) < 1e15 else f"{y:.10g} ± {U:.2g}"


def _simulated(name: str, one: Mapping[str, Any], p: float) -> Iterator[str]:
    (low, high), (first, last) = one["interval"], one["shortest"]
    yield f"{name}  Monte Carlo: y = {one['y']:.10g}, u = {one['u']:.4g} ({one['trials']} trials, seed {one['seed']})"
    yield f"  {100 * p:g} % symmetric [{low:.8g}, {high:.8g}], shortest [{first:.8g}, {last:.8g}]"


def _number(x: float | None) -> str:
    return "∞" if x is None else f"{x:.4g}"


def _laid_out(table: Sequence[Sequence[str]]) -> Iterator[str]:
    used = [c for c in range(len(table[0])) if any(row[c] for row in table[1:])]
    widths = {c: max(_width(row[c]) for row in table) for c in used}
    for row in table:
        cells = [
            row[c] + " " * (widths[c] - _width(row[c]))
            if table[0][c] in FLUSH_LEFT
            else " " * (widths[c] - _width(row[c])) + row[c]
            for c in used
        ]
        yield "  ".join(cells).rstrip()


def _width(text: str) -> int:
    """Columns on a screen: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
