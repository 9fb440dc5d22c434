"""The coal of the same made-up year: weighed by the belt scale, analysed month by month, a little off from the stack.

In one month the analysis is missing, as it happens.
"""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import numpy as np

from quanheng.demo import plant

STREAM = "COAL"
HEADS = ("stream", "year", "month", "amount", "unit", "carbon", "basis", "moisture_ar", "moisture_ad", "ncv",
         "oxidation", "analysed_on", "report")  # fmt: skip
WITHOUT_ANALYSIS = 9
OXIDATION, OXIDIZED = 0.99, "99"
EXCESS = 1.013  # the scale and the stack never agree to the last tonne


def write_months(path: Path, year: int = 2025) -> int:
    """Write the months as CSV; gives the number of rows."""
    rows = _rows(year)
    with path.open("w", encoding="utf-8", newline="") as stream:
        out = csv.writer(stream)
        out.writerow(HEADS)
        out.writerows(rows)
    return len(rows)


def _rows(year: int) -> list[list[str]]:
    rng = np.random.default_rng(plant.SEED + 1)
    rows = []
    for month, tonnes in plant.true_mass(year).items():
        carbon = 58.5 + 1.1 * rng.standard_normal()  # air-dried
        wet, dried = 9.5 + 0.8 * rng.standard_normal(), 2.1 + 0.2 * rng.standard_normal()
        received = carbon / 100 * (100 - wet) / (100 - dried)
        burnt = EXCESS * tonnes / (received * OXIDATION * 44 / 12) * (1 + 0.004 * rng.standard_normal())
        heat = received * 100 / 2.618 * (1 + 0.01 * rng.standard_normal())  # GJ/t, by the carbon of its heat
        rows.append(_row(year, month, burnt, carbon, wet, dried, heat))
    return rows


def _row(
    year: int, month: int, burnt: float, carbon: float, wet: float, dried: float, heat: float
) -> list[str]:
    ended = dt.date(year + month // 12, month % 12 + 1, 1)
    analysis = [f"{carbon:.2f}", "ad", f"{wet:.1f}", f"{dried:.2f}", f"{heat:.3f}", OXIDIZED]
    if month == WITHOUT_ANALYSIS:
        return [
            STREAM,
            str(year),
            str(month),
            f"{burnt:.2f}",
            "t",
            "",
            "",
            "",
            "",
            f"{heat:.3f}",
            OXIDIZED,
            "",
            "",
        ]
    day = (ended + dt.timedelta(days=2)).isoformat()
    return [STREAM, str(year), str(month), f"{burnt:.2f}", "t", *analysis, day, f"MZ-{year}-{month:02d}"]
