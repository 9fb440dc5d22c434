"""Reading a file of measurement data into rows of the lake. It parses and converts; it stores nothing.

A file has a column of times and a column per point. Without a mapping the header says it all: `time` and
`POINT [unit]`. A mapping file names the columns of a foreign format, its time zone and its units. A bad row is
refused with its reason; the good rows around it are kept.
"""

from __future__ import annotations

import csv
import datetime as dt
import math
import re
import zoneinfo
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from quanheng.apps.monitoring.quantities import conversion
from quanheng.errors import BadInput, Problem

HEADER = re.compile(r"^(?P<code>[^\[\]]+?)\s*(?:\[(?P<unit>[^\]]+)\])?$")
MAX_PROBLEMS_KEPT = 200


class TimeColumns(BaseModel):
    """Where the time stands, how it is written, and in which zone."""

    model_config = ConfigDict(extra="forbid")
    columns: list[str]
    format: str | None = None
    zone: str | None = None
    hours_to_add: float = 0


class PointColumn(BaseModel):
    """The column of one point and the unit of its values."""

    model_config = ConfigDict(extra="forbid")
    column: str
    unit: str


class FileMapping(BaseModel):
    """How a foreign file is to be read."""

    model_config = ConfigDict(extra="forbid")
    time: TimeColumns
    points: dict[str, PointColumn] = Field(min_length=1)
    delimiter: str = ","
    encoding: str = "utf-8-sig"


@dataclass(frozen=True, slots=True)
class PointFacts:
    """What the parser must know of a point."""

    id: str
    code: str
    quantity: str
    unit: str


@dataclass(slots=True)
class Parsed:
    """The rows that can be taken, and every one that cannot, with its reason."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    refused_rows: int = 0

    def refuse(self, problem: Problem) -> None:
        if len(self.problems) < MAX_PROBLEMS_KEPT:
            self.problems.append(problem)


def load_mapping(path: Path) -> FileMapping:
    """Read a mapping file; an unknown key is named."""
    try:
        return FileMapping.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        raise BadInput(
            Problem(e["msg"], field=".".join(map(str, e["loc"])), file=path.name) for e in error.errors()
        ) from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BadInput("the mapping cannot be read", file=path.name, found=str(error)[:120]) from None


def read_file(
    path: Path, name: str, points: Mapping[str, PointFacts], zone: str, mapping: FileMapping | None = None
) -> Parsed:
    """Read a CSV file. A file that is no table, or names a point that the site does not have, lands nothing."""
    encoding = mapping.encoding if mapping else "utf-8-sig"
    try:
        with path.open(encoding=encoding, newline="") as stream:
            reader = csv.DictReader(stream, delimiter=mapping.delimiter if mapping else ",", strict=True)
            header = [h.strip() for h in reader.fieldnames or []]
            reader.fieldnames = header
            plan = mapping or _plan(header, name, points)
            columns = _columns(plan, header, name, points)
            return _read(reader, plan, columns, name, plan.time.zone or zone)
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadInput("is not a CSV table", file=name, found=str(error)[:120], expected=encoding) from None
    except LookupError:
        raise BadInput("unknown encoding", file=name, field="encoding", found=encoding) from None


def _plan(header: list[str], name: str, points: Mapping[str, PointFacts]) -> FileMapping:
    if "time" not in header:
        raise BadInput("no column of times", file=name, field="header", expected="a column named time")
    columns = {}
    for title in header:
        found = HEADER.match(title)
        if title == "time" or not found:
            continue
        code = found["code"].strip()
        unit = found["unit"] or (points[code].unit if code in points else "")
        columns[code] = PointColumn(column=title, unit=unit)
    if not columns:
        raise BadInput("no column of readings", file=name, field="header", expected="POINT [unit]")
    return FileMapping(time=TimeColumns(columns=["time"]), points=columns)


@dataclass(frozen=True, slots=True)
class _Column:
    title: str
    point: PointFacts
    factor: float
    offset: float


def _columns(
    plan: FileMapping, header: list[str], name: str, points: Mapping[str, PointFacts]
) -> list[_Column]:
    problems, columns = [], []
    missing = [c for c in [*plan.time.columns, *(p.column for p in plan.points.values())] if c not in header]
    problems += [
        Problem("column is missing", field=c, file=name, expected=", ".join(header)[:120]) for c in missing
    ]
    for code, column in plan.points.items():
        if code not in points:
            expected = ", ".join(sorted(points))[:120] or "a site with points"
            problems.append(Problem("the site has no such point", field=code, file=name, expected=expected))
            continue
        try:
            factor, offset = conversion(column.unit, points[code].quantity)
            columns.append(_Column(column.column, points[code], factor, offset))
        except BadInput as error:
            problems += [Problem(p.message, code, None, name, p.found, p.expected) for p in error.problems]
    if problems:
        raise BadInput(problems)
    return columns


def _read(reader: csv.DictReader, plan: FileMapping, columns: list[_Column], name: str, zone: str) -> Parsed:
    parsed, tz = Parsed(), zoneinfo.ZoneInfo(zone)
    seen: dict[dt.datetime, int] = {}
    for record in reader:
        row = reader.line_num
        try:
            at = _time(record, plan.time, tz, row, name)
            if at in seen:
                raise BadInput(
                    "this time stands in the file twice", row=row, file=name, found=f"also row {seen[at]}"
                )
            seen[at] = row
            parsed.rows += _values(record, columns, at, row, name)
        except BadInput as error:
            parsed.refused_rows += 1
            for problem in error.problems:
                parsed.refuse(problem)
    return parsed


def _time(record: Mapping[str, str], time: TimeColumns, tz: dt.tzinfo, row: int, name: str) -> dt.datetime:
    text = " ".join((record.get(c) or "").strip() for c in time.columns)
    try:
        at = dt.datetime.strptime(text, time.format) if time.format else dt.datetime.fromisoformat(text)
    except ValueError:
        expected = time.format or "for example 2025-01-31 23:00 or 2025-01-31T23:00+08:00"
        raise BadInput(
            "not a time", field="+".join(time.columns), row=row, file=name, found=text, expected=expected
        ) from None
    at += dt.timedelta(hours=time.hours_to_add)
    return (at if at.tzinfo else at.replace(tzinfo=tz)).astimezone(dt.UTC)


def _values(
    record: Mapping[str, str], columns: list[_Column], at: dt.datetime, row: int, name: str
) -> Iterator[dict[str, Any]]:
    rows = []
    for column in columns:
        text = (record.get(column.title) or "").strip()
        if text:
            value = _number(text, column, row, name) * column.factor + column.offset
            rows.append(
                {
                    "point": column.point.id,
                    "ts": at,
                    "value": value,
                    "unit": column.point.unit,
                    "text": text,
                    "flag": 0,
                    "row": row,
                }
            )
    return iter(rows)


def _number(text: str, column: _Column, row: int, name: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or "_" in text:
        raise BadInput(
            "not a number", field=column.title, row=row, file=name, found=text, expected="a decimal number"
        )
    return value
