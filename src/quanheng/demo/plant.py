"""A made-up year of a coal-fired heat and power unit, hour by hour: seeded, so that every run is the same.

The figures are plausible and belong to no real plant. Readings come out as text, as a data logger writes them: with
hours in which it wrote nothing, a temperature that hung for a day and a half, and an analyser that drifted until it
was exchanged.
"""

from __future__ import annotations

import csv
import datetime as dt
import zoneinfo
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SEED = 20250101
COLUMNS = ("CO2 [%]", "FLOW [m³/h]", "TEMP [°C]", "PRESS [kPa]", "MOIST [%]")
STOPPED = ((6, 2), (6, 13))  # month and day: yearly repair: the instruments go on, nothing flows
COLD = (0.04, 0.0, 27.0, 98.6, 1.6)  # what they read then
EXCHANGED = (8, 20)  # month and day: the analyser that drifted
DRIFT = (24 * 21, 0.30)  # hours before the exchange, and % CO2 at its end
STUCK = (1930, 1966)  # hours in which the temperature hung
SILENT = ((3000, 3005), (5210, 5211), (7100, 7124))  # hours in which the logger wrote nothing


def write_year(path: Path, year: int = 2025, zone: str = "Asia/Shanghai") -> int:
    """Write a year of hourly readings as CSV; gives the number of rows."""
    hours = _hours(year, zone)
    values = _spoiled(_readings(hours), hours)
    silent = {h for first, last in SILENT for h in range(first, last + 1)}
    rows = 0
    with path.open("w", encoding="utf-8", newline="") as stream:
        out = csv.writer(stream)
        out.writerow(["time", *COLUMNS])
        for n, hour in enumerate(hours):
            if n in silent:
                continue
            out.writerow([hour.strftime("%Y-%m-%d %H:%M"), *_texts(values[:, n])])
            rows += 1
    return rows


def _hours(year: int, zone: str) -> list[dt.datetime]:
    tz = zoneinfo.ZoneInfo(zone)
    start, end = (dt.datetime(y, 1, 1, tzinfo=tz) for y in (year, year + 1))
    count = int((end - start).total_seconds() // 3600)
    return [start + dt.timedelta(hours=n) for n in range(count)]


def _readings(hours: list[dt.datetime]) -> NDArray[np.float64]:
    """Load by season and hour of day; concentration, flow, temperature, pressure and moisture follow it.

    In the days of the yearly repair the stack is cold.
    """
    rng = np.random.default_rng(SEED)
    n = np.arange(len(hours))
    season = 0.12 * np.cos(2 * np.pi * (n / 24 - 15) / 365)
    day = 0.08 * np.sin(2 * np.pi * (n % 24 - 9) / 24)
    load = np.clip(0.74 + season + day + 0.03 * rng.standard_normal(n.size), 0.45, 1.0)
    co2 = 11.2 + 1.3 * load + 0.12 * rng.standard_normal(n.size)
    flow = 1.05e6 * load * (1 + 0.012 * rng.standard_normal(n.size))
    temperature = 48 + 6 * load + 0.8 * rng.standard_normal(n.size)
    pressure = 97.9 + 0.35 * rng.standard_normal(n.size)
    moisture = 11.5 + 1.2 * load + 0.25 * rng.standard_normal(n.size)
    values = np.vstack([co2, flow, temperature, pressure, moisture])
    stopped = [STOPPED[0] <= (hour.month, hour.day) <= STOPPED[1] for hour in hours]
    return np.where(stopped, np.array(COLD)[:, None], values)


def _spoiled(values: NDArray[np.float64], hours: list[dt.datetime]) -> NDArray[np.float64]:
    """What the instruments made of it: the drift of the analyser, and the temperature that hung."""
    last = next(n for n, hour in enumerate(hours) if (hour.month, hour.day) == EXCHANGED)
    length, error = DRIFT
    spoiled = values.copy()
    spoiled[0, last - length : last] += np.linspace(0, error, length)
    spoiled[2, STUCK[0] : STUCK[1]] = spoiled[2, STUCK[0]]
    return spoiled


def true_mass(year: int, zone: str = "Asia/Shanghai") -> dict[int, float]:
    """The CO2 of each month in t as nature would count it: what the coal of the same months must have given off."""
    hours = _hours(year, zone)
    co2, flow, temperature, pressure, moisture = _readings(hours)
    dry = flow * (1 - moisture / 100) * 273.15 / (273.15 + temperature) * pressure / 101.325
    mass = dry * co2 / 100 * 44.0095 / 22.414 / 1000
    months: dict[int, float] = {}
    for hour, tonnes in zip(hours, mass, strict=True):
        months[hour.month] = months.get(hour.month, 0.0) + float(tonnes)
    return months


def _texts(values: NDArray[np.float64]) -> list[str]:
    return [f"{x:.{digits}f}" for x, digits in zip(values, (2, 0, 1, 2, 2), strict=True)]
