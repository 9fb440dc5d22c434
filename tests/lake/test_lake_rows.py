"""What the lake refuses at its door, and the canonical line against an independent writer."""

from __future__ import annotations

import hashlib
import json
import struct
from datetime import UTC, datetime, timedelta, timezone

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.lake.lake_cases import RECEIVED, hours, put, reading, values

from quanheng.errors import BadInput
from quanheng.evidence import merkle
from quanheng.lake import READING, Lake, Reading, canonical_lines
from quanheng.lake.rows import MAX_PROBLEMS, CheckSums, batch_table

texts = st.text(max_size=12)
times = st.integers(0, 300 * 365 * 86400 * 10**6).map(
    lambda n: datetime(1900, 1, 1, tzinfo=UTC) + timedelta(microseconds=n)
)
finite = st.floats(allow_nan=False, allow_infinity=False)
readings = st.builds(
    Reading,
    point=st.text(min_size=1, max_size=8),
    ts=times,
    value=st.none() | finite,
    unit=texts,
    text=texts,
    flag=st.integers(0, 2**15 - 1),
    row=st.integers(0, 2**53 - 1),
    source=texts,
)
batches = st.lists(readings, min_size=1, max_size=20, unique_by=lambda r: (r.point, r.ts, r.row))


def by_hand(r: Reading) -> bytes:
    """The same line by another road: struct and the JSON writer, row by row."""
    since = r.ts - datetime(1970, 1, 1, tzinfo=UTC)
    ts = (since.days * 86400 + since.seconds) * 1_000_000 + since.microseconds
    bits = None if r.value is None else struct.pack(">d", r.value).hex()
    fields = [r.point, ts, bits, r.unit, r.flag, r.row, r.source, r.text]
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()


@given(batches)
def test_canonical_lines_agree_with_an_independent_writer(rows: list[Reading]) -> None:
    ordered = sorted(rows, key=lambda r: (r.point.encode(), r.ts, r.row))
    assert canonical_lines(batch_table(rows)) == [by_hand(r) for r in ordered]


def test_canonical_line_is_what_the_decision_prints() -> None:
    row = Reading("S/P1", datetime(2026, 1, 1, tzinfo=UTC), 1.5, "mg/m³", '1.50 "A"', 4, 17, "ab")
    line = '["S/P1",1767225600000000,"3ff8000000000000","mg/m³",4,17,"ab","1.50 \\"A\\""]'
    assert canonical_lines(batch_table([row])) == [line.encode()]


def test_root_is_the_rfc_9162_root_over_the_lines(lake: Lake) -> None:
    a, b = by_hand(reading(hour=0)), by_hand(reading(hour=1))
    leaves = [hashlib.sha256(b"\0" + line).digest() for line in (a, b)]
    root = hashlib.sha256(b"\1" + leaves[0] + leaves[1]).hexdigest()
    assert put(lake, "k", [reading(hour=1), reading(hour=0)]).root == root


def test_root_does_not_depend_on_the_order_in_which_rows_are_sent(lake: Lake) -> None:
    rows = hours(20)
    assert put(lake, "a", rows).root == put(lake, "b", rows[::-1]).root


def test_plus_and_minus_zero_are_different_readings(lake: Lake) -> None:
    assert (
        put(lake, "a", [reading(value=0.0, text="")]).root
        != put(lake, "b", [reading(value=-0.0, text="")]).root
    )


@given(st.lists(st.binary(max_size=20), min_size=1, max_size=60), st.data())
def test_check_sums_name_the_one_altered_line(lines: list[bytes], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(lines) - 1))
    altered = [*lines[:index], lines[index] + b"x", *lines[index + 1 :]]
    assert CheckSums.over(lines).altered_line(CheckSums.over(altered), len(lines)) == index


def test_check_sums_name_no_line_where_nothing_or_much_changed() -> None:
    lines = [bytes([n]) for n in range(40)]
    sums = CheckSums.over(lines)
    assert sums.altered_line(sums, 40) is None
    assert sums.altered_line(CheckSums.over([b"a", b"b", b"c", *lines[3:]]), 40) is None


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_a_value_that_is_no_finite_number_is_refused_with_its_row(lake: Lake, value: float) -> None:
    with pytest.raises(BadInput) as refusal:
        put(lake, "k", [reading(row=1), reading(hour=1, value=value, row=2)])
    (problem,) = refusal.value.problems
    assert (problem.field, problem.row) == ("value", 2)
    assert lake.version == 0


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("ts", None),  # NaT
        ("ts", "2026-02-30T00:00:00Z"),  # 30 February
        ("ts", RECEIVED.replace(tzinfo=None)),
        ("ts", datetime(1899, 12, 31, tzinfo=UTC)),
        ("ts", datetime(2200, 1, 1, tzinfo=UTC)),
        ("point", ""),
        ("point", None),
        ("unit", None),
        ("text", None),
        ("text", b"\xff"),
        ("source", None),
        ("flag", -1),
        ("flag", 2**15),
        ("row", -1),
        ("row", 2**53),
        ("value", "12"),
    ],
)
def test_an_unfit_field_is_refused_by_name_and_row(lake: Lake, field: str, value: object) -> None:
    good = {name: getattr(reading(row=7), name) for name in READING.names}
    with pytest.raises(BadInput) as refusal:
        put(lake, "k", [reading(hour=5, row=1), Reading(**{**good, field: value})])
    (problem,) = refusal.value.problems
    assert problem.field == field
    assert field == "row" or problem.row == 7


def test_thirty_february_is_no_time_in_any_form() -> None:
    with pytest.raises(ValueError, match="day"):
        datetime(2026, 2, 30, tzinfo=UTC)


def test_a_batch_without_rows_is_refused(lake: Lake) -> None:
    for rows in ([], READING.empty_table()):
        with pytest.raises(BadInput, match="no rows"):
            put(lake, "k", rows)


def test_two_rows_of_one_place_in_the_source_are_refused(lake: Lake) -> None:
    with pytest.raises(BadInput, match="same point, time and row"):
        put(lake, "k", [reading(value=1.0), reading(value=2.0)])


def test_the_later_row_of_a_source_wins(lake: Lake) -> None:
    put(lake, "k", [reading(value=2.0, row=9), reading(value=1.0, row=3)])
    table = lake.read(["S/P1"], RECEIVED - timedelta(days=60), RECEIVED)
    assert values(table) == [2.0]


def table_of(**columns: pa.Array) -> pa.Table:
    base = batch_table([reading()])
    for name, column in columns.items():
        base = base.set_column(base.schema.get_field_index(name), name, column)
    return base


@pytest.mark.parametrize(
    ("field", "column"),
    [
        ("ts", pa.array([0], pa.timestamp("us"))),
        ("ts", pa.array([1], pa.timestamp("ns", "UTC"))),
        ("ts", pa.array(["2026-02-30"])),
        ("value", pa.array(["1.5"])),
        ("value", pa.array([float("nan")])),
        ("flag", pa.array([70_000])),
        ("ts", pa.array([2**62], pa.timestamp("us", "UTC"))),
    ],
)
def test_a_table_with_an_unfit_column_is_refused(lake: Lake, field: str, column: pa.Array) -> None:
    with pytest.raises(BadInput) as refusal:
        put(lake, "k", table_of(**{field: column}))
    assert refusal.value.problems[0].field == field


def test_a_table_with_a_missing_or_unknown_column_is_refused(lake: Lake) -> None:
    table = batch_table([reading()])
    with pytest.raises(BadInput, match="missing"):
        put(lake, "k", table.drop_columns(["flag"]))
    with pytest.raises(BadInput, match="unknown column"):
        put(lake, "k", table.append_column("quality", pa.array(["good"])))


def test_a_table_in_local_time_means_the_same_moment(lake: Lake) -> None:
    local = table_of(ts=batch_table([reading()])["ts"].cast(pa.timestamp("us", "Asia/Shanghai")))
    assert put(lake, "a", local).root == put(lake, "b", [reading()]).root


def test_a_reading_in_local_time_means_the_same_moment(lake: Lake) -> None:
    there = reading().ts.astimezone(timezone(timedelta(hours=8)))
    local = Reading("S/P1", there, 1.5, "mg/m3", "1.5", 0, 1, reading().source)
    assert put(lake, "a", [local]).root == put(lake, "b", [reading()]).root


def test_a_wrong_file_of_a_year_gets_a_bounded_list_of_problems(lake: Lake) -> None:
    rows = [reading(hour=n, value=float("nan"), row=n) for n in range(5000)]
    with pytest.raises(BadInput) as refusal:
        put(lake, "k", rows)
    assert len(refusal.value.problems) == MAX_PROBLEMS


@pytest.mark.parametrize(
    ("key", "site", "received"),
    [("", "S", RECEIVED), ("k", "", RECEIVED), ("k", "S", RECEIVED.replace(tzinfo=None))],
)
def test_an_unfit_stamp_is_refused(lake: Lake, key: str, site: str, received: datetime) -> None:
    with pytest.raises(BadInput):
        lake.append(key, [reading()], site=site, received_at=received)


def test_an_inclusion_proof_leads_to_the_receipt(lake: Lake) -> None:
    receipt = put(lake, "k", hours(21))
    for flushed in (False, True):
        if flushed:
            lake.flush()
        for index in (0, 13, 20):
            proof = lake.proof(receipt.seq, index)
            assert proof.root.hex() == receipt.root
            assert merkle.verify_inclusion(proof.line, index, 21, list(proof.path), proof.root)
    with pytest.raises(BadInput):
        lake.proof(receipt.seq, 21)
