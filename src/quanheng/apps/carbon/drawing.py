"""Geometry of the charts of a statement: x in per cent of the width, y in pixels. It computes nothing but places."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

TOP, BASE = 16.0, 160.0  # pixels
LEFT, RIGHT = 6.0, 100.0  # per cent


def nice(largest: float, steps: int = 4) -> float:
    """The step 1, 2 or 5 times a power of ten with which about `steps` steps reach the largest value."""
    raw = largest / steps
    power = 10.0 ** math.floor(math.log10(raw))
    return float(next(power * f for f in (1, 2, 5, 10) if power * f >= raw))


def months(listed: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Bars of the months in thousands of tonnes with ±U; a month without a reading has no bar."""
    known = [m for m in listed if m["tonnes"] is not None]
    largest = max((float(m["tonnes"]) + float(m["U"]) for m in known), default=0.0) / 1000
    if largest <= 0:
        return {"bars": [], "lines": []}
    step = nice(largest)
    top = step * math.ceil(largest / step)

    def height(tonnes: float) -> float:
        return BASE - (BASE - TOP) * tonnes / 1000 / top

    width = (RIGHT - LEFT) / 12
    bars = []
    for m in known:
        value, u = max(0.0, float(m["tonnes"])), float(m["U"])
        middle = LEFT + width * (m["month"] - 0.5)
        bars.append(
            {
                "x": f"{middle - 0.29 * width:.2f}%",
                "width": f"{0.58 * width:.2f}%",
                "y": f"{height(value):.1f}",
                "height": f"{BASE - height(value):.1f}",
                "middle": f"{middle:.2f}%",
                "cap_from": f"{middle - 0.12 * width:.2f}%",
                "cap_to": f"{middle + 0.12 * width:.2f}%",
                "high": f"{height(value + u):.1f}",
                "low": f"{height(max(0.0, value - u)):.1f}",
                "fill": "band" if m["verdict"] == "covered" else "cond",
            }
        )
    places = max(0, -math.floor(math.log10(step)))
    lines = [
        {
            "y": f"{height(1000 * n * step):.1f}",
            "text": f"{height(1000 * n * step) + 4:.1f}",
            "value": round(n * step, places),
        }
        for n in range(round(top / step) + 1)
    ]
    labels = [{"x": f"{LEFT + width * (n - 0.5):.2f}%", "month": n} for n in range(1, 13)]
    return {"bars": bars, "lines": lines, "labels": labels, "places": places}


def comparison(listed: Sequence[dict[str, Any]], expanded: float) -> dict[str, Any] | None:
    """U as it is against U if the months were taken as independent: two bands on one axis."""
    apart = math.sqrt(math.fsum(float(m["U"]) ** 2 for m in listed if m["U"] is not None))
    if expanded <= 0 or apart <= 0:
        return None
    whole = 1.1 * max(expanded, apart)

    def band(u: float) -> dict[str, str]:
        half = 30 * u / whole
        return {"x": f"{50 - half:.2f}%", "width": f"{2 * half:.2f}%", "after": f"{50 + half + 1:.2f}%"}

    return {"common": band(expanded), "apart": band(apart), "apart_u": apart, "share": apart / expanded}


def reach(low: float, high: float, value: float) -> dict[str, str]:
    """A reading on the scale of its certificate's range, with room at both ends."""
    span = (high - low) or abs(high) or 1.0
    first, last = min(low, value) - 0.1 * span, max(high, value) + 0.1 * span

    def place(x: float) -> float:
        return 2 + 96 * (x - first) / (last - first)

    return {
        "from": f"{place(low):.2f}%",
        "to": f"{place(high):.2f}%",
        "width": f"{place(high) - place(low):.2f}%",
        "at": f"{place(value):.2f}%",
    }


def pair(figures: Sequence[tuple[float, float]]) -> dict[str, Any]:
    """Values with their bands ±U on one axis, in thousands: so that two editions of a figure can be compared."""
    low = min(value - expanded for value, expanded in figures) / 1000
    high = max(value + expanded for value, expanded in figures) / 1000
    step = nice((high - low) or abs(high) or 1.0)
    first = math.floor(low / step) * step
    steps = max(1, math.ceil((high - first) / step - 1e-9))

    def place(x: float) -> float:
        return 2 + 96 * (x - first) / (steps * step)

    places = max(0, -math.floor(math.log10(step)))
    ticks = [
        {"x": f"{place(first + n * step):.2f}%", "value": round(first + n * step, places)}
        for n in range(steps + 1)
    ]
    bands = [
        {
            "x": f"{place((value - expanded) / 1000):.2f}%",
            "width": f"{place((value + expanded) / 1000) - place((value - expanded) / 1000):.2f}%",
            "at": f"{place(value / 1000):.2f}%",
        }
        for value, expanded in figures
    ]
    return {"bands": bands, "ticks": ticks, "places": places}
