"""Appending, versions and pins, against a model that is a dictionary."""

from __future__ import annotations

import multiprocessing
import tempfile
from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest
from deltalake import DeltaTable
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.lake.lake_cases import END, RECEIVED, SOURCE, START, everything, hours, put, reading, values

from quanheng.errors import BadInput
from quanheng.lake import STORED, Lake, Reading


def test_what_is_appended_is_in_the_next_read(lake: Lake) -> None:
    receipt = put(lake, "k", hours(10))
    assert (receipt.seq, receipt.rows, receipt.repeated) == (1, 10, False)
    assert (receipt.first_ts, receipt.last_ts) == (START, START + timedelta(hours=9))
    table = everything(lake)
    assert table.schema == STORED
    assert table.drop_columns(["seq", "received_at"]).to_pylist() == [
        {name: getattr(r, name) for name in r.__slots__} for r in hours(10)
    ]
    assert set(table["seq"].to_pylist()) == {1}
    assert set(table["received_at"].to_pylist()) == {RECEIVED}


def test_another_lake_on_the_same_folder_sees_it_at_once(lake: Lake, home: Path) -> None:
    other = Lake(home, replay=False)
    put(lake, "k", hours(3))
    assert values(everything(other)) == [1.0, 2.0, 3.0]


def test_reading_before_and_after_a_flush_is_equal(lake: Lake) -> None:
    put(lake, "a", hours(10))
    put(lake, "b", [reading(hour=2, value=None), reading("S/P2", 3, 7.0)])
    before = (
        everything(lake),
        lake.rows_of(1),
        lake.rows_of(2),
        lake.history("S/P1", START + timedelta(hours=2)),
        lake.log(),
    )
    assert lake.flush() == 2
    assert list(lake.segments.folder.iterdir()) == []
    after = (
        everything(lake),
        lake.rows_of(1),
        lake.rows_of(2),
        lake.history("S/P1", START + timedelta(hours=2)),
        lake.log(),
    )
    assert before == after
    assert lake.flush() == 0


def test_a_repeated_batch_gets_the_first_receipt(lake: Lake, home: Path) -> None:
    first = put(lake, "k", hours(5))
    for place in (lake, Lake(home, replay=False), Lake(home)):  # the last one has flushed it
        again = place.append("k", hours(5), site="S", received_at=RECEIVED + timedelta(days=1))
        assert again.repeated
        assert (again.seq, again.root, again.rows) == (first.seq, first.root, first.rows)
    assert lake.version == 1


def test_a_batch_key_with_other_content_is_refused(lake: Lake) -> None:
    put(lake, "k", hours(5))
    for flushed in (False, True):
        if flushed:
            lake.flush()
        with pytest.raises(BadInput, match="other content"):
            put(lake, "k", hours(5, value=2.0))
        with pytest.raises(BadInput, match="other content"):
            lake.append("k", hours(5), site="T", received_at=RECEIVED)
    assert lake.version == 1


def test_a_late_correction_is_seen_now_and_not_at_the_old_pin(lake: Lake) -> None:
    put(lake, "a", hours(6))
    pin = lake.version
    old = everything(lake, at=pin)
    lake.flush()
    put(lake, "b", [reading(hour=4, value=99.0)])
    for flushed in (False, True):
        if flushed:
            lake.flush()
        assert values(everything(lake)) == [1.0, 2.0, 3.0, 4.0, 99.0, 6.0]
        assert everything(lake, at=pin) == old
        assert values(lake.history("S/P1", START + timedelta(hours=4))) == [5.0, 99.0]
    assert everything(lake, at=0).num_rows == 0


def test_an_excluded_commit_is_as_if_it_had_never_come(lake: Lake) -> None:
    put(lake, "a", hours(3))
    put(lake, "b", [reading(hour=1, value=99.0)])
    assert values(everything(lake, exclude={2})) == [1.0, 2.0, 3.0]
    assert values(everything(lake, exclude=[1])) == [99.0]


def test_a_read_takes_points_and_a_half_open_interval(lake: Lake) -> None:
    put(lake, "a", hours(6) + hours(6, point="S/P2"))
    part = lake.read(["S/P2"], START + timedelta(hours=1), START + timedelta(hours=5))
    assert set(part["point"].to_pylist()) == {"S/P2"}
    assert values(part) == [2.0, 3.0, 4.0, 5.0]
    assert lake.read([], START, END).num_rows == 0


def test_a_read_that_cannot_mean_anything_is_refused(lake: Lake) -> None:
    put(lake, "a", hours(1))
    with pytest.raises(BadInput, match="no such version"):
        everything(lake, at=2)
    with pytest.raises(BadInput, match="time zone"):
        lake.read(None, START.replace(tzinfo=None), END)
    with pytest.raises(BadInput, match="no such commit"):
        lake.rows_of(2)


def test_compaction_vacuum_and_delta_optimize_keep_every_pin(lake: Lake, home: Path) -> None:
    for n in range(4):
        put(lake, f"k{n}", [*hours(8, value=float(n)), reading("S/P2", n, float(n), row=50)])
        lake.flush()
    pins = {pin: everything(lake, at=pin) for pin in range(5)}
    rows = [lake.rows_of(seq) for seq in range(1, 5)]
    DeltaTable(home / "readings").optimize.compact()
    assert {pin: everything(lake, at=pin) for pin in pins} == pins
    put(lake, "k4", hours(8, value=50.0))
    lake.flush()
    assert lake.compact(keep_hours=0) == 2  # January and February
    assert [len(files) for files in lake.table.view().months.values()] == [1, 1]
    assert len(list((home / "readings").rglob("part-*.parquet"))) == 2
    again = Lake(home)
    assert {pin: everything(again, at=pin) for pin in pins} == pins
    assert [again.rows_of(seq) for seq in range(1, 5)] == rows
    assert again.verify_batches() == []
    put(again, "k5", hours(2))
    assert again.flush() == 1
    assert again.verify_batches() == []


def test_files_are_sorted_by_point_time_and_commit(lake: Lake) -> None:
    import pyarrow.parquet as pq

    for n in range(3):
        put(lake, f"k{n}", hours(4, value=float(n), point="S/P2") + hours(4, value=float(n), point="S/P1"))
    lake.flush()
    (paths,) = lake.table.view().months.values()
    with paths[0].open("rb") as stream:
        rows = pq.ParquetFile(stream).read(columns=["point", "ts", "seq"]).to_pylist()
    keys = [(r["point"], r["ts"], r["seq"]) for r in rows]
    assert len(keys) == 24
    assert keys == sorted(keys)


def test_the_log_tells_every_commit_in_order(lake: Lake) -> None:
    receipts = [put(lake, f"k{n}", hours(n + 1)) for n in range(3)]
    lake.flush()
    receipts.append(put(lake, "k3", hours(1)))
    assert [(c.seq, c.batch_key, c.rows, c.root, c.site, c.received_at) for c in lake.log()] == [
        (r.seq, r.batch_key, r.rows, r.root, "S", RECEIVED) for r in receipts
    ]


def test_checkpoints_are_made_and_lose_nothing(
    lake: Lake, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("quanheng.lake.table.CHECKPOINT_EVERY", 3)
    for n in range(8):
        put(lake, f"k{n}", [reading(hour=n, value=float(n))])
        lake.flush()
    assert list((home / "readings" / "_delta_log").glob("*.checkpoint.parquet"))
    again = Lake(home)
    assert values(everything(again)) == [float(n) for n in range(8)]
    assert again.flush() == 0
    assert again.verify_batches() == []


points = st.sampled_from(["A", "B"])
cells = st.tuples(points, st.integers(0, 8), st.none() | st.integers(0, 99))
model_batches = st.lists(st.lists(cells, min_size=1, max_size=6), min_size=1, max_size=5)


@settings(max_examples=15, deadline=None)
@given(model_batches, st.lists(st.sampled_from(["", "flush", "compact", "reopen"]), min_size=5, max_size=5))
def test_reads_agree_with_a_dictionary_at_every_version(batches, deeds) -> None:
    with tempfile.TemporaryDirectory() as folder:
        lake = Lake(Path(folder))
        model: dict[tuple[str, int], float | None] = {}
        expected = [dict(model)]
        for number, (batch, deed) in enumerate(zip(batches, deeds, strict=False)):
            rows = [
                Reading(p, START + timedelta(hours=h), v, "u", str(v), 0, row, SOURCE)
                for row, (p, h, v) in enumerate(batch)
            ]
            put(lake, str(number), rows)
            model.update({(p, h): v for p, h, v in batch})
            expected.append(dict(model))
            lake = Lake(Path(folder)) if deed == "reopen" else lake
            if deed in ("flush", "compact"):
                getattr(lake, deed)()
        for version, state in enumerate(expected):
            rows = everything(lake, at=version).to_pylist()
            found = {(r["point"], (r["ts"] - START) // timedelta(hours=1)): r["value"] for r in rows}
            assert found == state
            assert len(rows) == len(state)
        assert lake.verify_batches() == []


def _append_many(home: str, name: str, count: int, answers: multiprocessing.Queue) -> None:
    lake = Lake(Path(home))
    for n in range(count):
        own = put(lake, f"{name}-{n}", [reading(f"S/{name}", n, float(n))])
        shared = put(lake, f"shared-{n}", [reading("S/shared", n, float(n))])
        answers.put((own.seq, shared.seq, shared.repeated))
        if n % 7 == 3:
            lake.flush()


def test_two_processes_append_with_one_row_of_numbers(home: Path) -> None:
    context = multiprocessing.get_context("spawn")
    answers = context.Queue()
    workers = [context.Process(target=_append_many, args=(str(home), name, 20, answers)) for name in "ab"]
    for worker in workers:
        worker.start()
    told = [answers.get(timeout=60) for _ in range(40)]
    for worker in workers:
        worker.join(60)
        assert worker.exitcode == 0
    assert sorted({own for own, _, _ in told} | {shared for _, shared, _ in told}) == list(range(1, 61))
    assert sum(repeated for _, _, repeated in told) == 20
    lake = Lake(home)
    assert everything(lake).num_rows == 60
    assert lake.verify_batches() == []


def test_threads_append_read_and_flush_together(lake: Lake) -> None:
    seen: list[int] = []

    def write(name: str) -> None:
        for n in range(15):
            receipt = put(lake, f"{name}{n}", [reading(f"S/{name}", n, float(n))])
            assert put(lake, f"{name}{n}", [reading(f"S/{name}", n, float(n))]).repeated
            assert lake.history(f"S/{name}", START + timedelta(hours=n)).num_rows == 1
            seen.append(receipt.seq)
            if n % 5 == 4:
                lake.flush()

    threads = [Thread(target=write, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen) == list(range(1, 46))
    assert everything(lake).num_rows == 45
