"""What must survive: kill -9, a crash at each step between log and table, a power cut, a changed byte."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.lake.lake_cases import everything, flip, hours, only_file, put, reading, values

from quanheng.lake import Lake, LakeDamaged
from quanheng.lake.commits import CommitLog
from quanheng.lake.segments import Segments, decode
from quanheng.lake.table import Table

CHILD = Path(__file__).with_name("lake_kill_child.py")


class Crash(BaseException):
    """The end of a process at this very line."""


def crash_before(patch: pytest.MonkeyPatch, owner: type, name: str) -> None:
    def stop(*_: object, **__: object) -> None:
        raise Crash(name)

    patch.setattr(owner, name, stop)


def crash_after(patch: pytest.MonkeyPatch, owner: type, name: str) -> None:
    whole = getattr(owner, name)

    def stop(*args: object, **named: object) -> None:
        whole(*args, **named)
        raise Crash(name)

    patch.setattr(owner, name, stop)


STEPS_OF_A_FLUSH = [
    (crash_before, Table, "append"),
    (crash_after, Table, "append"),
    (crash_before, CommitLog, "record"),
    (crash_after, CommitLog, "record"),
    (crash_before, Segments, "drop"),
    (crash_after, Segments, "drop"),
]


@pytest.mark.parametrize(("crash", "owner", "name"), STEPS_OF_A_FLUSH)
def test_a_crash_at_any_step_of_a_flush_loses_and_doubles_nothing(
    lake: Lake, home: Path, crash, owner: type, name: str
) -> None:
    put(lake, "a", hours(6))
    lake.flush()
    put(lake, "b", hours(6, value=50.0))
    put(lake, "c", [reading("S/P2")])
    before = everything(lake), lake.rows_of(1), lake.rows_of(2), lake.log()
    with pytest.MonkeyPatch.context() as patch, pytest.raises(Crash):
        crash(patch, owner, name)
        lake.flush()
    for again in (Lake(home, replay=False), Lake(home)):
        assert (everything(again), again.rows_of(1), again.rows_of(2), again.log()) == before
        assert again.verify_batches() == []
        assert put(again, "b", hours(6, value=50.0)).repeated
    assert again.segments.listed() == []
    assert again.table.view().held == 3


@pytest.mark.parametrize(
    ("crash", "name", "kept"),
    [
        (crash_before, "draft", False),
        (crash_after, "draft", False),
        (crash_before, "publish", False),
        (crash_after, "publish", True),
        (crash_before, "sync", True),
    ],
)
def test_a_crash_at_any_step_of_an_append_leaves_all_or_nothing(
    lake: Lake, home: Path, crash, name: str, kept: bool
) -> None:
    put(lake, "a", hours(3))
    with pytest.MonkeyPatch.context() as patch, pytest.raises(Crash):
        crash(patch, Segments, name)
        put(lake, "b", hours(3))
    for again in (lake, Lake(home)):
        assert again.version == (2 if kept else 1)
        receipt = put(again, "b", hours(3))
        assert (receipt.seq, receipt.repeated) == (2, kept)
        kept = True
    assert put(lake, "c", hours(3)).seq == 3


def test_what_a_dead_append_left_is_cleared_after_an_hour(lake: Lake, home: Path) -> None:
    old, live = home / "wal" / "old.draft", home / "wal" / "live.draft"
    for path in (old, live):
        path.write_bytes(b"half")
    os.utime(old, (0, 0))
    Lake(home)
    assert (old.exists(), live.exists()) == (False, True)


def zeros(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def empty(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize("what", ["_delta_log/*1.json", "month=*/part-*.parquet"])
@pytest.mark.parametrize("harm", [zeros, empty, Path.unlink])
def test_a_power_cut_between_commit_and_fsync_loses_nothing(lake: Lake, home: Path, what: str, harm) -> None:
    put(lake, "a", hours(3))
    lake.flush()
    put(lake, "b", hours(3, value=50.0))
    before = everything(lake)
    old = set((home / "readings").glob(what))
    with pytest.MonkeyPatch.context() as patch, pytest.raises(Crash):
        crash_after(patch, Table, "append")
        lake.flush()
    for path in set((home / "readings").glob(what)) - old:
        harm(path)
    again = Lake(home)
    assert everything(again) == before
    assert again.history("S/P1", before["ts"][0].as_py()).num_rows == 2
    assert again.verify_batches() == []


def test_a_power_cut_in_the_very_first_flush_loses_nothing(lake: Lake, home: Path) -> None:
    put(lake, "a", hours(3))
    with pytest.MonkeyPatch.context() as patch, pytest.raises(Crash):
        crash_after(patch, Table, "append")
        lake.flush()
    zeros(home / "readings" / "_delta_log" / f"{0:020d}.json")
    again = Lake(home)
    assert values(everything(again)) == [1.0, 2.0, 3.0]
    assert again.verify_batches() == []


def test_everything_new_is_synced_before_a_segment_is_dropped(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: set[str] = set()
    whole = os.fsync

    def note(handle: int) -> None:
        synced.add(os.readlink(f"/proc/self/fd/{handle}"))
        whole(handle)

    put(lake, "a", hours(8))
    monkeypatch.setattr(os, "fsync", note)
    crash_before(monkeypatch, Segments, "drop")
    with pytest.raises(Crash):
        lake.flush()
    table = lake.root / "readings"
    files = [path for path in table.rglob("*") if path.is_file()]
    assert len(files) == 3  # January, February, and the entry of the Delta log
    needed = {*files, *(path.parent for path in files), table, lake.root}
    assert {str(path) for path in needed} <= synced


def _killed_run(home: Path, name: str, seconds: float) -> list[list[str]]:
    """The acknowledgements of a child that is killed so many seconds after the first one."""
    child = subprocess.Popen([sys.executable, str(CHILD), str(home), name], stdout=subprocess.PIPE, text=True)
    assert child.stdout
    first = child.stdout.readline()
    time.sleep(seconds)
    child.send_signal(signal.SIGKILL)
    rest = child.stdout.read()
    child.wait()
    child.stdout.close()
    assert child.returncode == -signal.SIGKILL
    return [line.split() for line in (first + rest).splitlines(keepends=True) if line.endswith("\n")]


def _kill_again_and_again(home: Path, kills: int, seed: int) -> None:
    chance = random.Random(seed)
    acked: list[list[str]] = []
    for run in range(kills):
        acked += _killed_run(home, f"run{run}", chance.uniform(0.0, 0.6))
        lake = Lake(home, replay=chance.random() < 0.5)
        log = {commit.seq: commit for commit in lake.log()}
        assert list(log) == list(range(1, lake.version + 1))
        for seq, key, root in acked:
            assert (log[int(seq)].batch_key, log[int(seq)].root) == (key, root)
        rows = lake.read(None, lake.log()[0].first_ts, lake.log()[0].last_ts.replace(year=2027))
        counts = pc.value_counts(rows["seq"]).to_pylist()
        assert {c["values"]: c["counts"] for c in counts} == dict.fromkeys(log, 8)
        assert lake.verify_batches() == []
    assert len(acked) >= kills


def test_batches_that_were_acknowledged_survive_kill_9(home: Path) -> None:
    _kill_again_and_again(home, kills=5, seed=20261121)


@pytest.mark.faults
def test_batches_that_were_acknowledged_survive_kill_9_a_hundred_times(home: Path) -> None:
    _kill_again_and_again(home, kills=100, seed=random.SystemRandom().randrange(10**9))


@settings(max_examples=40, deadline=None)
@given(which=st.integers(0, 3), place=st.floats(0, 1, exclude_max=True))
def test_any_changed_byte_of_a_stored_file_is_named(tmp_path_factory, which: int, place: float) -> None:
    home = tmp_path_factory.mktemp("flipped") / "lake"
    lake = Lake(home)
    put(lake, "a", hours(8))
    lake.flush()
    put(lake, "b", hours(3))
    assert lake.verify_batches() == []
    files = [*home.glob("wal/*"), *home.glob("readings/*/*")]
    assert len(files) == 4  # the segment, January, February, and the entry of the Delta log
    path = files[which]
    flip(path, int(place * path.stat().st_size))
    name = path.relative_to(home).as_posix()
    for again in (lake, Lake(home, replay=False)):
        assert name in {fault.path for fault in again.verify_batches()}


def tampered(home: Path, change) -> None:
    """Rewrite a file of the table as a skilled hand would: valid Parquet, and its digest put right in the log."""
    path = only_file(home / "readings", "part-*.parquet")
    with path.open("rb") as stream:
        rows = change(pq.ParquetFile(stream).read())
    pq.write_table(rows, path)
    from quanheng.lake.disk import file_digest

    with sqlite3.connect(home / "commits.sqlite") as db:
        db.execute("UPDATE files SET sha256 = ? WHERE path LIKE 'month%'", (file_digest(path),))
    db.close()


def test_an_altered_value_is_named_by_commit_and_row(lake: Lake, home: Path) -> None:
    put(lake, "a", hours(4))
    put(lake, "b", hours(4, point="S/P2"))
    lake.flush()

    def change(rows: pa.Table) -> pa.Table:
        hit = pc.and_(pc.equal(rows["seq"], 2), pc.equal(rows["value"], 3.0))
        return rows.set_column(
            rows.schema.get_field_index("value"), "value", pc.if_else(hit, 2.9, rows["value"])
        )

    tampered(home, change)
    (fault,) = lake.verify_batches()
    assert (fault.seq, fault.row) == (2, 2)
    assert fault.line().startswith("commit 2, row 2: the row was altered")


def test_a_removed_row_is_named_by_its_commit(lake: Lake, home: Path) -> None:
    put(lake, "a", hours(4))
    lake.flush()
    tampered(home, lambda rows: rows.slice(1))
    (fault,) = lake.verify_batches()
    assert fault.seq == 1
    assert "3 rows are stored, 4 were acknowledged" in fault.message


def test_an_altered_time_of_receipt_is_named(lake: Lake, home: Path) -> None:
    put(lake, "a", hours(4))
    lake.flush()

    def change(rows: pa.Table) -> pa.Table:
        place = rows.schema.get_field_index("received_at")
        late = pc.add(rows["received_at"], pa.scalar(1, pa.duration("us")))
        return rows.set_column(place, "received_at", late)

    tampered(home, change)
    (fault,) = lake.verify_batches()
    assert fault.seq == 1
    assert "time of receipt" in fault.message


def test_rows_of_a_commit_that_never_was_are_named(lake: Lake, home: Path) -> None:
    put(lake, "a", hours(4))
    lake.flush()

    def change(rows: pa.Table) -> pa.Table:
        return rows.set_column(rows.schema.get_field_index("seq"), "seq", pa.array([1, 1, 1, 7], pa.int64()))

    tampered(home, change)
    assert {fault.seq for fault in lake.verify_batches()} == {1, 7}


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("UPDATE commits SET site = 'T' WHERE seq = 2", 2),
        ("UPDATE commits SET received_at = received_at + 1 WHERE seq = 1", 1),
        ("UPDATE commits SET chain = replace(chain, substr(chain, 1, 1), 'g') WHERE seq = 3", 3),
        ("DELETE FROM commits WHERE seq = 2", 2),
        ("DELETE FROM commits WHERE seq = 3", 3),
    ],
)
def test_a_changed_entry_of_the_log_is_named(lake: Lake, home: Path, change: str, named: int) -> None:
    for key in "abc":
        put(lake, key, hours(4))
    lake.flush()
    with sqlite3.connect(home / "commits.sqlite") as db:
        db.execute(change)
    db.close()
    assert named in {fault.seq for fault in lake.verify_batches()}


def test_a_lost_file_of_the_table_is_named(lake: Lake, home: Path) -> None:
    put(lake, "a", hours(4))
    lake.flush()
    path = only_file(home / "readings", "part-*.parquet")
    path.unlink()
    assert path.relative_to(home).as_posix() in {fault.path for fault in lake.verify_batches()}


def test_a_lost_segment_is_named(lake: Lake, home: Path) -> None:
    for key in "abc":
        put(lake, key, hours(4))
    lake.segments.path(2).unlink()
    assert 2 in {fault.seq for fault in Lake(home).verify_batches()}


def test_a_read_over_a_damaged_segment_says_so_and_answers_nothing(lake: Lake, home: Path) -> None:
    put(lake, "a", hours(4))
    flip(lake.segments.path(1), 700)
    with pytest.raises(LakeDamaged, match=r"wal/0+1\.arrow"):
        everything(Lake(home))


def test_damage_to_a_durable_entry_of_the_delta_log_is_not_taken_for_a_power_cut(
    lake: Lake, home: Path
) -> None:
    put(lake, "a", hours(4))
    lake.flush()
    put(lake, "b", hours(4))
    entry = home / "readings" / "_delta_log" / f"{0:020d}.json"
    zeros(entry)
    again = Lake(home)
    assert entry.exists()
    assert again.segments.listed() == [2]
    with pytest.raises(LakeDamaged):
        everything(again)
    assert f"readings/_delta_log/{entry.name}" in {fault.path for fault in again.verify_batches()}


def test_a_segment_is_an_arrow_stream_that_other_programs_read(lake: Lake) -> None:
    put(lake, "a", hours(4))
    data = lake.segments.path(1).read_bytes()
    commit, rows = decode(data, "x")
    assert pa.ipc.open_stream(data).read_all()["value"].to_pylist() == [1.0, 2.0, 3.0, 4.0]
    assert (commit.batch_key, rows.num_rows) == ("a", 4)
    assert json.loads(pa.ipc.open_stream(data).schema.metadata[b"quanheng.commit"])["root"] == commit.root
