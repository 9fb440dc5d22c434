"""The budget as a picture: one bar for each contribution |c u|, the greatest first, and u_c below. The text is SVG.

A file of its own, without style sheets, scripts or anything fetched; colours hold in print and in grey.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from quanheng.errors import BadInput
from quanheng.science.uncertainty.budget import Budget
from quanheng.science.uncertainty.rounding import MINUS
from quanheng.science.uncertainty.tables import stated

WIDTH, LEFT, RIGHT, LINE, BAR = 720, 150, 170, 26, 14  # pixels
INK, FAINT, POSITIVE, NEGATIVE, WHOLE = "#1f2a37", "#5b6773", "#2f6f8f", "#b3703a", "#1f2a37"
MOST_BARS = 20  # the rest is one bar: their root sum of squares


def draw(budget: Budget, result: Mapping[str, Any]) -> str:
    """The picture of all outputs of a result of ``budget.evaluate``, one under the other.

    Raises BadInput where the law of propagation was not carried out: Monte Carlo alone has no contributions.
    """
    blocks = {name: one["lpu"] for name, one in result["outputs"].items() if "lpu" in one}
    if not blocks:
        raise BadInput(
            "a budget is drawn from the law of propagation", field="--svg", remedy="--method lpu or both"
        )
    parts: list[str] = []
    top = 0.0
    for name, one in blocks.items():
        parts += _block(name, one, budget, top)
        top += _height(one)
    title = escape("Uncertainty budget of " + ", ".join(blocks))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top:.0f}" width="{WIDTH}" height="{top:.0f}" '
        f'role="img" font-family="sans-serif" font-size="13" fill="{INK}">\n<title>{title}</title>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )


def bars(contributions: Mapping[str, Any]) -> list[tuple[str, float, float]]:
    """Name, c u and share of each contribution that counts, greatest first; beyond 20 the rest together."""
    counted = [(name, line["cu"], line["share"]) for name, line in contributions.items() if line["cu"] != 0]
    ranked = sorted(counted, key=lambda bar: -abs(bar[1]))
    if len(ranked) <= MOST_BARS:
        return ranked
    rest = ranked[MOST_BARS - 1 :]
    together = sum(cu * cu for _, cu, _ in rest) ** 0.5
    return [*ranked[: MOST_BARS - 1], (f"{len(rest)} others", together, sum(share for *_, share in rest))]


def _height(one: Mapping[str, Any]) -> float:
    return 3.2 * LINE + LINE * (len(bars(one["contributions"])) + 1)


def _block(name: str, one: Mapping[str, Any], budget: Budget, top: float) -> Iterator[str]:
    listed = bars(one["contributions"])
    greatest = max([one["u"], *(abs(cu) for _, cu, _ in listed)], default=0.0) or 1.0
    yield _text(10, top + 1.2 * LINE, _heading(name, one, budget), weight="bold")
    y = top + 2 * LINE
    for label, cu, share in listed:
        yield from _bar(
            label,
            abs(cu) / greatest,
            f"{_two(cu)}  {100 * share:.1f} %",
            y,
            POSITIVE if cu > 0 else NEGATIVE,
        )
        y += LINE
    yield from _bar("u", one["u"] / greatest, _two(one["u"]), y, WHOLE)
    yield f'<line x1="{LEFT}" x2="{LEFT}" y1="{top + 2 * LINE - 4:.1f}" y2="{y + LINE - 4:.1f}" stroke="{FAINT}"/>'
    yield _text(LEFT, y + 1.7 * LINE, "c u with its sign, and its share of the variance", colour=FAINT)


def _heading(name: str, one: Mapping[str, Any], budget: Budget) -> str:
    factor = f" (k = {one['k']:.2f}, p = {budget.p:g})" if one["U"] else ""
    return f"{name} = {stated(one)}{factor}"


def _bar(label: str, part: float, said: str, y: float, colour: str) -> Iterator[str]:
    length = (WIDTH - LEFT - RIGHT) * part
    short = label if len(label) <= 18 else label[:17] + "…"
    yield _text(LEFT - 8, y + BAR - 2, short, anchor="end")
    yield f'<rect x="{LEFT}" y="{y:.1f}" width="{length:.1f}" height="{BAR}" fill="{colour}"/>'
    yield _text(LEFT + length + 8, y + BAR - 2, said)


def _text(
    x: float, y: float, said: str, *, anchor: str = "start", weight: str = "normal", colour: str = INK
) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text {place} font-weight="{weight}" fill="{colour}">{escape(said)}</text>'


def _two(u: float) -> str:
    return f"{u:.2g}".replace("-", MINUS, 1) if u < 0 else f"{u:.2g}"
