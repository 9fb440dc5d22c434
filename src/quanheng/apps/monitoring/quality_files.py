"""The tests of one series in a file of two columns, time and value, for whoever has a file and no installation.

Unlike an import it refuses no row: what cannot be read is a finding. A file that is no table is refused.
"""

from __future__ import annotations

import csv
import datetime as dt
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from quanheng.apps.monitoring.quality import moment, stamp, value_intervals
from quanheng.apps.monitoring.quality_rules import Rules
from quanheng.apps.monitoring.reading_formats import opened
from quanheng.errors import BadInput
from quanheng.science.series import checks
from quanheng.science.series.gaps import Interval, gaps_between, runs, usual_step

COLUMNS = ("time", "value")
SHORTEST_LATENESS = 3  # two stamps that are closer by a third of a step are still two steps apart
YEARS = range(1900, 2200)  # a time of another year is no time of a reading


@dataclass(slots=True)
class Column:
    """A file as it was read: stamps and values in the order of its rows, and the rows that have no stamp.

    `zone` is that of the first stamp, None for local times without one. `filled`: a value stands there, readable
    or not.
    """

    zone: dt.tzinfo | None = None
    times: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    filled: list[bool] = field(default_factory=list)
    lost: list[tuple[int, str]] = field(default_factory=list)


def judge_file(path: Path, name: str, rules: Rules, quantity: str = "") -> dict[str, Any]:
    """Test the series of a CSV file with the columns time and value; gives the defective intervals.

    Raises BadInput where the file is no such table or has no readable time at all.
    """
    column = _read(path, name)
    times, values = np.array(column.times, dtype=np.int64), np.array(column.values)
    found = [*_of_file(column), *value_intervals(*_once(times, values), rules, quantity)]
    shown = [_shown(one, column.zone) for one in sorted(found, key=lambda one: (one.first, one.test))]
    shown += [
        {"test": "unreadable", "first": None, "last": None, "row": n, "found": t} for n, t in column.lost
    ]
    return {
        "intervals": shown,
        "readings": int(np.isfinite(values).sum()),
        "step_seconds": usual_step(times) / 1e6,
        "rules": {
            "id": rules.id,
            "version": rules.version,
            "digest": rules.digest,
            "status": rules.file.status,
        },
    }


def _of_file(column: Column) -> list[Interval]:
    """What is wrong with the rows as they came: missing, twice, in the wrong order, without a number."""
    times, values = np.array(column.times, dtype=np.int64), np.array(column.values)
    filled = np.array(column.filled)
    order = np.argsort(times, kind="stable")
    unreadable = (filled & ~np.isfinite(values))[order]
    step = usual_step(times)
    there = np.where(filled, 0.0, np.nan)
    span = {"start": int(times.min()), "end": int(times.max()), "tolerance": step // SHORTEST_LATENESS}
    return [
        *(gaps_between(times, there, step=step, **span) if step else []),
        *runs("unreadable", times[order], unreadable),
        *checks.duplicates(times[filled], values[filled]),
        *checks.out_of_order(times),
    ]


def _once(times: Any, values: Any) -> tuple[Any, Any]:
    """Each stamp once, with the first value that can be read: a repeated row is no second reading."""
    readable = np.isfinite(values)
    stamps, first = np.unique(times[readable], return_index=True)
    return stamps, values[readable][first]


def _shown(one: Interval, zone: dt.tzinfo | None) -> dict[str, Any]:
    return {
        "test": one.test, "first": _text(one.first, zone), "last": _text(one.last, zone), "count": one.count,
    }  # fmt: skip


def _text(at: int, zone: dt.tzinfo | None) -> str:
    """A stamp in the form of the file: local time as it stood there, or with the offset of its first row."""
    utc = moment(at)
    return utc.replace(tzinfo=None).isoformat() if zone is None else utc.astimezone(zone).isoformat()


def _read(path: Path, name: str) -> Column:
    column = Column()
    with opened(path, name, "utf-8-sig") as stream:
        try:
            for row, time, value in _rows(csv.reader(stream, strict=True), name):
                _take(column, row, time, value)
        except csv.Error as error:
            raise BadInput("is not a CSV table", file=name, found=str(error)[:120]) from None
    if not column.times:
        expected = "for example 2025-01-31 23:00"
        raise BadInput("has no row with a time", file=name, field="time", expected=expected)
    return column


def _rows(table: Iterable[list[str]], name: str) -> Iterator[tuple[int, str, str]]:
    lines = iter(table)
    header = [title.strip() for title in next(lines, [])]
    for wanted in COLUMNS:
        if header.count(wanted) != 1:
            message = "column is missing" if wanted not in header else "column stands in the header twice"
            found, expected = ", ".join(header)[:120], ",".join(COLUMNS)
            raise BadInput(message, file=name, row=1, field=wanted, found=found, expected=expected)
    time, value = (header.index(wanted) for wanted in COLUMNS)
    for row, cells in enumerate(lines, start=2):
        if any(cell.strip() for cell in cells):
            padded = [*cells, *[""] * (len(header) - len(cells))]
            yield row, padded[time].strip(), padded[value].strip()


def _take(column: Column, row: int, time: str, text: str) -> None:
    try:
        at = dt.datetime.fromisoformat(time)
        if at.year not in YEARS:
            raise ValueError("not a time of a reading")
        if not column.times:
            column.zone = at.tzinfo
        elif (at.tzinfo is None) != (column.zone is None):
            raise ValueError("local times and times with an offset are mixed")
        column.times.append(stamp(at.replace(tzinfo=dt.UTC) if at.tzinfo is None else at))
    except (ValueError, OverflowError):
        column.lost.append((row, time[:60]))
        return
    column.filled.append(bool(text))
    column.values.append(_number(text))


def _number(text: str) -> float:
    try:
        value = float(text) if "_" not in text else math.nan
    except ValueError:
        return math.nan
    return value if math.isfinite(value) else math.nan
