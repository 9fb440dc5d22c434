"""Readings and lakes for the tests of this room."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from quanheng.lake import Lake, Reading

START = datetime(2026, 1, 31, 20, tzinfo=UTC)
END = datetime(2027, 1, 1, tzinfo=UTC)
RECEIVED = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
SOURCE = "5e" * 32


def reading(
    point: str = "S/P1", hour: int = 0, value: float | None = 1.5, row: int = 1, **other: Any
) -> Reading:
    given = {
        "unit": "mg/m3",
        "text": "" if value is None else str(value),
        "flag": 0,
        "source": SOURCE,
        **other,
    }
    return Reading(point=point, ts=START + timedelta(hours=hour), value=value, row=row, **given)


def hours(count: int, value: float = 1.0, point: str = "S/P1") -> list[Reading]:
    """One reading an hour; from the fifth on they lie in February."""
    return [reading(point, hour, value + hour, row=hour + 1) for hour in range(count)]


def put(lake: Lake, key: str, rows: list[Reading] | pa.Table):
    return lake.append(key, rows, site="S", received_at=RECEIVED)


def everything(lake: Lake, **pins: Any) -> pa.Table:
    return lake.read(None, START, END, **pins)


def values(table: pa.Table) -> list[float | None]:
    return table["value"].to_pylist()


def only_file(folder: Path, pattern: str) -> Path:
    (path,) = folder.rglob(pattern)
    return path


def flip(path: Path, place: int) -> None:
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)
