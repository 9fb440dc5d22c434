"""Reading a file of measurement data into rows of the lake. It parses and converts; it stores nothing.

A file, CSV or Excel, has a column of times and a column per point. Without a mapping the header says it all: `time` or
`time [zone]`, and `POINT [unit]` or `SITE/POINT [unit]`. A mapping file (`reading_formats`) names the columns of a foreign format. A bad row is refused with
its reason, each bad field by name; the good rows around it are kept. What cannot be known is asked for, not guessed:
a unit, which of two equal wall-clock hours, where a thousands separator belongs.
"""

from __future__ import annotations

import csv
import datetime as dt
import math
import re
import zoneinfo
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from quanheng.apps.monitoring.quantities import conversion
from quanheng.apps.monitoring.reading_formats import (
    FileMapping,
    PointColumn,
    TimeColumns,
    load_mapping,
    opened,
)
from quanheng.apps.monitoring.reading_workbooks import SheetReader, is_workbook, sheet_reader
from quanheng.errors import BadInput, Problem

__all__ = ["Parsed", "PointFacts", "load_mapping", "printable", "read_file"]

HEADER = re.compile(r"^(?P<code>[^\[\]]+?)\s*(?:\[(?P<unit>[^\]]+)\])?$")
TIME_TITLES = ("time", "时间")
MAX_PROBLEMS_KEPT = 1000
EARLIEST = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
Table = csv.DictReader | SheetReader
EXAMPLES = "for example 2025-01-31 23:00 or 2025-01-31T23:00+08:00"


def printable(text: str) -> str:
    """A text from outside as it can be stored and shown: control characters become a visible mark."""
    return "".join(c if c.isprintable() else "\ufffd" for c in text)


@dataclass(frozen=True, slots=True)
class PointFacts:
    """What the parser must know of a point; the interval in seconds."""

    id: str
    code: str
    quantity: str
    unit: str
    interval: int = 3600


@dataclass(slots=True)
class Parsed:
    """The rows that can be taken, and every one that cannot, with its reason."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    refused_rows: int = 0

    def refuse(self, problems: tuple[Problem, ...]) -> None:
        self.refused_rows += 1
        room = max(0, MAX_PROBLEMS_KEPT - len(self.problems))
        self.problems += [
            replace(p, field=printable(p.field), found=printable(p.found)) for p in problems[:room]
        ]


@dataclass(frozen=True, slots=True)
class _Column:
    title: str
    point: PointFacts
    factor: float
    offset: float


@dataclass(frozen=True, slots=True)
class _Frame:
    """What holds for every row of one file."""

    name: str
    time: TimeColumns
    tz: zoneinfo.ZoneInfo
    columns: list[_Column]
    not_after: dt.datetime | None


def read_file(
    path: Path,
    name: str,
    points: Mapping[str, PointFacts],
    zone: str,
    mapping: FileMapping | None = None,
    *,
    not_after: dt.datetime | None = None,
    site: str = "",
) -> Parsed:
    """Read a CSV file or a workbook. One that is no table, or names a point that the site does not have, lands nothing.

    `zone` is the site's, for times without one; `not_after`: a later reading is refused, it cannot have been taken;
    `site`: the code under which the header may name its points, so that another site's file is known as such.
    """

    def read(table: Table) -> Parsed:
        header = _header(table, name)
        plan = mapping or _plan(header, name)
        columns = _columns(plan, header, name, points, site)
        frame = _Frame(name, plan.time, zoneinfo.ZoneInfo(plan.time.zone or zone), columns, not_after)
        return _read(table, frame)

    if is_workbook(path):
        return read(sheet_reader(path, name))
    with opened(path, name, mapping.encoding if mapping else "utf-8-sig") as stream:
        reader = csv.DictReader(stream, delimiter=mapping.delimiter if mapping else ",", strict=True)
        try:
            return read(reader)
        except csv.Error as error:
            raise BadInput(
                "is not a CSV table", file=name, row=reader.line_num, found=str(error)[:120]
            ) from None


def _header(reader: Table, name: str) -> list[str]:
    header = [title.strip() for title in reader.fieldnames or []]
    reader.fieldnames = header
    if not any(header):
        raise BadInput("is empty", file=name, expected="a header and at least one row")
    twice = sorted({title for title in header if title and header.count(title) > 1})
    if twice:
        raise BadInput(
            Problem("column stands in the header twice", title, 1, name, remedy="name each column once")
            for title in twice
        )
    return header


def _plan(header: list[str], name: str) -> FileMapping:
    """A file without a mapping: the header names the time and, with their units, the points."""
    found = {title: match for title in header if (match := HEADER.match(title))}
    times = [title for title, match in found.items() if match["code"].strip() in TIME_TITLES]
    if len(times) != 1:
        raise BadInput(
            "no column of times" if not times else "two columns of times",
            file=name,
            row=1,
            field="header",
            found=", ".join(header)[:120],
            expected="one column named time, separated by commas",
        )
    problems: list[Problem] = []
    columns: dict[str, PointColumn] = {}
    for title, match in found.items():
        if title in times:
            continue
        code, unit = match["code"].strip(), match["unit"]
        if unit is None:
            problems.append(Problem("no unit is stated", title, 1, name, expected=f"{code} [unit]"))
        elif code in columns:
            problems.append(Problem("two columns for one point", code, 1, name))
        else:
            columns[code] = PointColumn(column=title, unit=unit.strip())
    if not columns and not problems:
        problems.append(Problem("no column of readings", "header", 1, name, expected="POINT [unit]"))
    if problems:
        raise BadInput(problems)
    zone = found[times[0]]["unit"]
    return FileMapping(time=TimeColumns(columns=times, zone=_zone(zone, times[0], name)), points=columns)


def _zone(text: str | None, title: str, name: str) -> str | None:
    """The zone that the head of the times states, if it does."""
    if text is None:
        return None
    try:
        zoneinfo.ZoneInfo(text.strip())
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise BadInput(
            "unknown time zone",
            file=name,
            row=1,
            field=title,
            found=text[:40],
            expected="for example Asia/Shanghai",
        ) from None
    return text.strip()


def _columns(
    plan: FileMapping, header: list[str], name: str, points: Mapping[str, PointFacts], site: str
) -> list[_Column]:
    problems, columns = [], []
    wanted = [*plan.time.columns, *(p.column for p in plan.points.values())]
    shown = ", ".join(header)[:120]
    problems += [Problem("column is missing", c, 1, name, expected=shown) for c in wanted if c not in header]
    for named, column in plan.points.items():
        place, _, code = named.rpartition("/")
        if place and place != site:
            expected = f"{site}/{code}" if site else code
            problems.append(Problem("belongs to another site", named, 1, name, expected=expected))
            continue
        if code not in points:
            expected = ", ".join(sorted(points))[:120] or "a site with points"
            problems.append(Problem("the site has no such point", code, 1, name, expected=expected))
            continue
        try:
            factor, offset = conversion(column.unit, points[code].quantity)
            columns.append(_Column(column.column, points[code], factor, offset))
        except BadInput as error:
            problems += [Problem(p.message, code, 1, name, p.found, p.expected) for p in error.problems]
    if problems:
        raise BadInput(problems)
    return columns


def _read(reader: Table, frame: _Frame) -> Parsed:
    parsed = Parsed()
    seen: dict[dt.datetime, int] = {}
    for record in reader:
        row = reader.line_num
        try:
            _refuse_torn(record, row, frame.name)
            at = _time(record, row, frame)
            if at in seen:
                found = f"also row {seen[at]}"
                raise BadInput("this time stands in the file twice", row=row, file=frame.name, found=found)
            values = list(_values(record, at, row, frame))
            seen[at] = row
            parsed.rows += values
        except BadInput as error:
            parsed.refuse(error.problems)
    return parsed


def _refuse_torn(record: Mapping[Any, Any], row: int, name: str) -> None:
    """A row with more or fewer fields than the header: a separator within a number, or a line cut short."""
    if None in record or None in record.values():
        raise BadInput(
            "has more fields than the header" if None in record else "has fewer fields than the header",
            row=row,
            file=name,
            remedy="write numbers without separators between thousands, and every row to its end",
        )


def _time(record: Mapping[str, str], row: int, frame: _Frame) -> dt.datetime:
    text = " ".join(record[c].strip() for c in frame.time.columns)

    def bad(message: str, expected: str = "", remedy: str = "") -> BadInput:
        columns = "+".join(frame.time.columns)
        return BadInput(Problem(message, columns, row, frame.name, text[:60], expected, remedy))

    try:
        at = _moment(text, frame)
    except BadInput as error:
        raise bad(error.problems[0].message, remedy=error.problems[0].remedy) from None
    except (ValueError, OverflowError):
        raise bad("not a time", frame.time.format or EXAMPLES) from None
    if at < EARLIEST:
        raise bad("not a time of a reading", "1970 or later")
    if frame.not_after is not None and at > frame.not_after:
        raise bad("lies in the future", f"{frame.not_after:%Y-%m-%d %H:%M} UTC or earlier")
    return at


def _moment(text: str, frame: _Frame) -> dt.datetime:
    later = dt.timedelta(hours=frame.time.hours_to_add)
    if frame.time.format and "%z" in frame.time.format:
        return dt.datetime.strptime(text, frame.time.format).astimezone(dt.UTC) + later
    if frame.time.format:
        wall = dt.datetime.strptime(text, frame.time.format).replace(tzinfo=frame.tz)
    else:
        wall = dt.datetime.fromisoformat(text)
        if wall.tzinfo is not None:
            return wall.astimezone(dt.UTC) + later
        wall = wall.replace(tzinfo=frame.tz)
    return _only_moment(wall + later)


def _only_moment(wall: dt.datetime) -> dt.datetime:
    """The moment that a wall clock shows; refused where the clock was put forward over it, or shows it twice."""
    first, second = (wall.replace(fold=fold).astimezone(dt.UTC) for fold in (0, 1))
    if first.astimezone(wall.tzinfo).replace(tzinfo=None) != wall.replace(tzinfo=None):
        raise BadInput("this time does not exist: the clock was put forward over it")
    if first != second:
        raise BadInput(
            "this time came twice: the clock was put back",
            remedy="write it with its offset, for example +01:00",
        )
    return first


def _values(record: Mapping[str, str], at: dt.datetime, row: int, frame: _Frame) -> Iterator[dict[str, Any]]:
    """The readings of a row; an empty field is no reading. Every field that is wrong is named."""
    problems: list[Problem] = []
    for column in frame.columns:
        text = record[column.title].strip()
        if not text:
            continue
        value = _number(text) * column.factor + column.offset
        if not math.isfinite(value):
            problems.append(_no_number(text, column, row, frame.name))
        elif not _on_grid(at, column.point.interval, frame.tz):
            expected = f"a full interval of {column.point.interval} s of local time"
            problems.append(
                Problem(
                    "not the start of an interval",
                    column.title,
                    row,
                    frame.name,
                    f"{at:%H:%M:%S} UTC",
                    expected,
                )
            )
        else:
            yield {
                "point": column.point.id,
                "ts": at,
                "value": value,
                "unit": column.point.unit,
                "text": text,
                "flag": 0,
                "row": row,
            }
    if problems:
        raise BadInput(problems)


def _no_number(text: str, column: _Column, row: int, name: str) -> Problem:
    separated = re.fullmatch(r"[+-]?\d{1,3}([, \u00a0']\d{3})+(\.\d+)?", text)
    remedy = "write it without separators between thousands" if separated else ""
    return Problem("not a number", column.title, row, name, text[:60], "a decimal number", remedy)


def _on_grid(at: dt.datetime, interval: int, tz: dt.tzinfo) -> bool:
    wall = at.astimezone(tz)
    return (wall.hour * 3600 + wall.minute * 60 + wall.second) % interval == 0 and wall.microsecond == 0


def _number(text: str) -> float:
    """The value of a decimal number; NaN for everything else that Python would take for one."""
    try:
        return math.nan if "_" in text else float(text)
    except ValueError:
        return math.nan
