"""How the figures of a statement are printed: value and U to the same place, once, from what the statement keeps."""

from __future__ import annotations

from typing import Any

from quanheng.science.uncertainty.rounding import round_result


def printed(statement: Any) -> tuple[str, str]:
    """Value and expanded uncertainty in tonnes as papers and packs state them, without groups of digits."""
    exact = statement.result["exact"]
    if not float(exact["U"]):
        return format(statement.value.normalize(), "f"), "0"
    value, expanded = round_result(exact["value"], exact["U"])
    return format(value, "f"), format(expanded, "f")
