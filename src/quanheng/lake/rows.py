"""What a reading is at rest: its columns, what is refused at the door, and its canonical line.

The canonical line is ours and not Parquet's, so compaction or a change of store never changes a root.
This file stores nothing.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from quanheng.errors import BadInput, Problem

TIME = pa.timestamp("us", "UTC")

READING = pa.schema(
    [
        pa.field("point", pa.string(), nullable=False),
        pa.field("ts", TIME, nullable=False),
        pa.field("value", pa.float64()),
        pa.field("unit", pa.string(), nullable=False),
        pa.field("text", pa.string(), nullable=False),
        pa.field("flag", pa.int16(), nullable=False),
        pa.field("row", pa.int64(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
    ]
)
"""A reading as it is handed in. `month` is made from `ts`; `seq` and `received_at` are stamped."""

STORED = pa.schema([*READING, pa.field("seq", pa.int64(), nullable=False), pa.field("received_at", TIME)])
"""A reading as it is handed out: which commit brought it, and when that was received."""

ORDER = ("point", "ts", "row")
"""The canonical order inside a batch. No two rows of a batch agree in all three, so it is total."""

FIRST_TIME = int(datetime.fromisoformat("1900-01-01T00:00:00Z").timestamp()) * 1_000_000
END_TIME = int(datetime.fromisoformat("2200-01-01T00:00:00Z").timestamp()) * 1_000_000
MAX_ROW = 2**53 - 1  # the largest integer that every JSON reader keeps
MAX_PROBLEMS = 100  # enough to see what is wrong; a wrong file of a year must not build 35,000 messages


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading: the value in the canonical unit of its quantity, and the text as it was received.

    `ts` is the start of the interval, with a time zone; `value` is None where nothing could be read;
    `row` is the place in the source and `source` the SHA-256 of the file or frame.
    """

    point: str
    ts: datetime
    value: float | None
    unit: str
    text: str
    flag: int
    row: int
    source: str


def batch_table(rows: pa.Table | Iterable[Reading]) -> pa.Table:
    """The rows of a batch, checked, in canonical order.

    Raises BadInput that names row and field: nothing of a batch with a fault is taken.
    """
    table = _conform(rows) if isinstance(rows, pa.Table) else _from_readings(rows)
    if not table.num_rows:
        raise BadInput("the batch has no rows", expected="at least one reading")
    problems = _problems(table)
    if problems:
        raise BadInput(problems)
    table = table.sort_by([(name, "ascending") for name in ORDER])
    _refuse_twins(table)
    return table.combine_chunks()


def _conform(table: pa.Table) -> pa.Table:
    missing = [name for name in READING.names if name not in table.column_names]
    if missing:
        raise BadInput("a column is missing", field=missing[0], expected=", ".join(READING.names))
    extra = [name for name in table.column_names if name not in READING.names]
    if extra:
        raise BadInput("an unknown column", field=extra[0], expected=", ".join(READING.names))
    return pa.table([_column(table[f.name], f) for f in READING], names=READING.names)


def _column(column: pa.ChunkedArray, field: pa.Field) -> pa.ChunkedArray:
    if field.type == TIME and not (pa.types.is_timestamp(column.type) and column.type.tz):
        raise BadInput("the time has no time zone", field=field.name, found=str(column.type), expected="UTC")
    if field.name == "value" and not pa.types.is_floating(column.type) and not pa.types.is_null(column.type):
        raise BadInput("the value is not a float", field="value", found=str(column.type), expected="float64")
    try:
        return column.cast(field.type, safe=True)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise BadInput(
            f"the column cannot be taken: {error}", field=field.name, expected=str(field.type)
        ) from None


def _from_readings(rows: Iterable[Reading]) -> pa.Table:
    readings = list(rows)
    _refuse_naive(readings)
    columns = (tuple(map(attrgetter(field.name), readings)) for field in READING)
    return pa.table(
        [_array(values, field, readings) for values, field in zip(columns, READING, strict=True)],
        names=READING.names,
    )


def _refuse_naive(readings: list[Reading]) -> None:
    for reading in readings:
        if not isinstance(reading.ts, datetime) or reading.ts.utcoffset() is None:
            raise BadInput(
                "not a time with a time zone", field="ts", row=reading.row, found=str(reading.ts)[:40]
            )


def _array(values: tuple[object, ...], field: pa.Field, readings: list[Reading]) -> pa.Array:
    try:
        return pa.array(values, field.type, from_pandas=False)
    except (pa.ArrowException, TypeError, ValueError, OverflowError):
        row, found = _first_unfit(values, field, readings)
        raise BadInput(
            "cannot be taken", field=field.name, row=row, found=found, expected=str(field.type)
        ) from None


def _first_unfit(
    values: tuple[object, ...], field: pa.Field, readings: list[Reading]
) -> tuple[int | None, str]:
    for value, reading in zip(values, readings, strict=True):
        try:
            pa.array([value], field.type)
        except (pa.ArrowException, TypeError, ValueError, OverflowError):
            return reading.row if isinstance(reading.row, int) else None, repr(value)[:80]
    return None, ""


def _problems(table: pa.Table) -> list[Problem]:
    checks: list[tuple[str, pa.ChunkedArray, str, str]] = [
        (f.name, pc.is_null(table[f.name]), "is absent", "a value in every row")
        for f in READING
        if not f.nullable
    ]
    value, ts = table["value"], table["ts"].cast(pa.int64())
    outside = pc.or_(pc.less(ts, FIRST_TIME), pc.greater_equal(ts, END_TIME))
    beyond = pc.or_(pc.less(table["row"], 0), pc.greater(table["row"], MAX_ROW))
    checks += [
        ("value", pc.invert(pc.is_finite(value)), "is not a finite number", "a number, or absent (null)"),
        ("ts", outside, "lies outside all measurement", "1900 to 2199"),
        ("point", pc.equal(table["point"], ""), "is empty", "the id of a measuring point"),
        ("flag", pc.less(table["flag"], 0), "is negative", "bits of quality flags"),
        ("row", beyond, "is no row number", "0 to 2**53 - 1"),
    ]
    found: list[Problem] = []
    for name, bad, message, expected in checks:
        found += _named(table, name, bad, message, expected)
    return found[:MAX_PROBLEMS]


def _named(table: pa.Table, name: str, bad: pa.ChunkedArray, message: str, expected: str) -> list[Problem]:
    hits = pc.indices_nonzero(pc.fill_null(bad, False))
    if not len(hits):
        return []
    first = hits.slice(0, MAX_PROBLEMS)
    cells, rows = _plain(table[name].take(first)), table["row"].take(first).to_pylist()
    return [
        Problem(message, field=name, row=row, found="" if cell is None else str(cell), expected=expected)
        for cell, row in zip(cells, rows, strict=True)
    ]


def _plain(column: pa.ChunkedArray) -> list[object]:
    # A time far outside the calendar has no Python form; its number of microseconds says enough.
    cells: list[object] = (column.cast(pa.int64()) if column.type == TIME else column).to_pylist()
    return cells


def _refuse_twins(table: pa.Table) -> None:
    before, after = table.slice(0, table.num_rows - 1), table.slice(1)
    same = pc.equal(before["row"], after["row"])
    for name in ("point", "ts"):
        same = pc.and_(same, pc.equal(before[name], after[name]))
    hits = pc.indices_nonzero(same)
    if len(hits):
        twin = after.slice(hits[0].as_py(), 1).to_pylist()[0]
        raise BadInput(
            "two rows of the batch have the same point, time and row number",
            field="row",
            row=twin["row"],
            found=f"{twin['point']} {twin['ts'].isoformat()}",
            remedy="number the rows by their place in the source",
        )


def months(table: pa.Table) -> pa.Array:
    """The month in UTC of each row, as `2026-01`: the partition in which it lies."""
    return pc.strftime(table["ts"], format="%Y-%m")


def canonical_lines(table: pa.Table) -> list[bytes]:
    """The canonical line of each row: the leaf of the Merkle tree, and the line of an evidence pack.

    A line is the JSON array [point, ts in µs since 1970 UTC, value, unit, flag, row, source, text] in the form
    of RFC 8785, UTF-8; value is null or 16 lower-case hexadecimal digits, the IEEE 754 binary64 bits.
    """
    columns = (
        _quoted(table["point"]),
        table["ts"].cast(pa.int64()).to_pylist(),
        _hex_bits(table["value"].combine_chunks()),
        _quoted(table["unit"]),
        table["flag"].to_pylist(),
        table["row"].to_pylist(),
        _quoted(table["source"]),
        map(_quote, table["text"].to_pylist()),
    )
    # One formatted string per row: for the batches of a gateway that is quicker than joining columns in Polars.
    return [
        f"[{point},{ts},{bits},{unit},{flag},{row},{source},{text}]".encode()
        for point, ts, bits, unit, flag, row, source, text in zip(*columns, strict=True)
    ]


_quote = json.JSONEncoder(ensure_ascii=False).encode


def _quoted(column: pa.ChunkedArray) -> list[str]:
    # Few distinct texts, many rows: quote each distinct one once.
    coded = column.combine_chunks().dictionary_encode()
    quoted = [_quote(text) for text in coded.dictionary.to_pylist()]
    return [quoted[index] for index in coded.indices.to_pylist()]


def _hex_bits(values: pa.Array) -> list[str]:
    numbers = np.ascontiguousarray(values.to_numpy(zero_copy_only=False), dtype=">f8")
    digits = numbers.tobytes().hex()
    present = values.is_valid().to_pylist()
    return [f'"{digits[i * 16 : i * 16 + 16]}"' if there else "null" for i, there in enumerate(present)]


@dataclass(frozen=True, slots=True)
class CheckSums:
    """Two sums over the lines of a batch which together name the one line that was altered.

    With c the CRC-32 of line i (from 1): `plain` = Σ c, `weighted` = Σ i·c, both modulo 2**64. If only line i
    differs, the differences of the sums are d and i·d. They are no protection, the Merkle root is; they say where.
    """

    plain: int
    weighted: int

    @classmethod
    def over(cls, lines: list[bytes]) -> CheckSums:
        crcs = np.fromiter(map(zlib.crc32, lines), dtype=np.int64, count=len(lines))
        weights = np.arange(1, len(lines) + 1, dtype=np.int64)
        return cls(int(np.sum(crcs)), int(np.sum(crcs * weights)))  # integer arrays wrap, as wanted

    def altered_line(self, now: CheckSums, count: int) -> int | None:
        """The index (from 0) of the one line that differs, or None if it was not exactly one."""
        plain, weighted = now.plain - self.plain, _signed(now.weighted - self.weighted)
        if not plain or weighted % plain:
            return None
        index = weighted // plain - 1
        return index if 0 <= index < count else None


def _signed(number: int) -> int:
    return (number + 2**63) % 2**64 - 2**63
