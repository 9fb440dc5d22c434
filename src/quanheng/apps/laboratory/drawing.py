"""Geometry of the picture of a certificate: errors of indication with their ±U. It computes nothing but places.

x in per cent of the width, y in pixels. No limit is drawn: a certificate of calibration states no MPE.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

TOP, BASE = 14.0, 150.0  # pixels
LEFT, RIGHT = 12.0, 96.0  # per cent
CLOSEST = 7.0  # per cent between two labels of the axis


def errors(points: Sequence[dict[str, str]]) -> dict[str, Any]:
    """Bars from error − U to error + U over the nominal indications, with the zero line."""
    rows = sorted((float(p["nominal"]), float(p["error"]), float(p["U"])) for p in points)
    low = min(0.0, *(error - u for _x, error, u in rows))
    high = max(0.0, *(error + u for _x, error, u in rows))
    step = _nice(high - low)
    first, last = step * math.floor(low / step), step * math.ceil(high / step)

    def height(value: float) -> float:
        return BASE - (BASE - TOP) * (value - first) / (last - first)

    left, right = rows[0][0], rows[-1][0]

    def place(x: float) -> float:
        return (
            (LEFT + RIGHT) / 2
            if right == left
            else LEFT + 3 + (RIGHT - LEFT - 6) * (x - left) / (right - left)
        )

    return {
        "zero": f"{height(0):.1f}",
        "left": f"{LEFT}%",
        "right": f"{RIGHT}%",
        "before": f"{LEFT - 1}%",
        "lines": [
            {"y": f"{height(v):.1f}", "text": f"{height(v) + 4:.1f}", "value": v}
            for v in (step * n for n in range(round(first / step), round(last / step) + 1))
        ],
        "places": max(0, -math.floor(math.log10(step))),
        "bars": [_bar(place(x), height(e), height(e + u), height(e - u)) for x, e, u in rows],
        "labels": _labels([(place(x), x) for x, _e, _u in rows]),
    }


def _bar(x: float, middle: float, high: float, low: float) -> dict[str, str]:
    return {
        "x": f"{x:.2f}%",
        "from": f"{x - 0.8:.2f}%",
        "to": f"{x + 0.8:.2f}%",
        "y": f"{middle:.1f}",
        "high": f"{high:.1f}",
        "low": f"{low:.1f}",
    }


def _labels(places: Sequence[tuple[float, float]]) -> list[dict[str, Any]]:
    """The nominal values under the axis, as many as fit beside each other."""
    shown: list[tuple[float, float]] = []
    for at, value in places:
        if not shown or at - shown[-1][0] >= CLOSEST:
            shown.append((at, value))
    return [{"x": f"{at:.2f}%", "value": format(value, ".6g")} for at, value in shown]


def _nice(whole: float, steps: int = 4) -> float:
    """The step 1, 2 or 5 times a power of ten with which about `steps` steps reach across."""
    raw = (whole or 1.0) / steps
    power = 10.0 ** math.floor(math.log10(raw))
    return float(next(power * f for f in (1, 2, 5, 10) if power * f >= raw * (1 - 1e-9)))
