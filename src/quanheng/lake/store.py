"""The lake: measured series that are only ever added to. An append is durable when it returns and seen by the next read.

A correction is a new row for the same point and time; the version of a reading is the number of the commit that
brought it, so a pin is one number. This file orders log, table and records; it computes nothing from readings.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pyarrow as pa

from quanheng.errors import BadInput
from quanheng.evidence import merkle
from quanheng.lake.commits import Commit, CommitLog, LakeDamaged, microseconds, moment
from quanheng.lake.disk import locked, locked_if_free, make_folder
from quanheng.lake.proofs import BatchTree
from quanheng.lake.rows import ORDER, STORED, TIME, CheckSums, Reading, batch_table, canonical_lines
from quanheng.lake.segments import Segments
from quanheng.lake.table import SORTED_BY, Table, scan
from quanheng.lake.verify import Fault, verify

Batch = tuple[Commit, pa.Table]

_MANY_PENDING = 1024  # then look at the folder again: another process may have flushed most of them
_TICK = timedelta(microseconds=1)
_TREES = 16  # kept in memory; one of a year of hours and four points takes some ten megabytes


@dataclass(frozen=True, slots=True)
class Receipt:
    """What is promised to the sender. `root` is hexadecimal; `repeated` says that the batch was known before."""

    seq: int
    batch_key: str
    rows: int
    first_ts: datetime
    last_ts: datetime
    root: str
    repeated: bool


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """That one canonical line is leaf `index` of `size` under `root` (RFC 9162 section 2.1.3)."""

    seq: int
    index: int
    size: int
    line: bytes
    path: tuple[bytes, ...]
    root: bytes


class Lake:
    """The readings of an installation in one folder on a local disk.

    Parameters
    ----------
    root : Path
        The folder; made if absent.
    replay : bool
        Bring what waits in the write-ahead log into the table at once, unless another process is doing so.
        What a crash left is finished in any case.
    """

    def __init__(self, root: Path, *, replay: bool = True) -> None:
        self.root = Path(root)
        make_folder(self.root / "wal")
        self.segments = Segments(self.root / "wal")
        self.table = Table(self.root / "readings")
        self.commits = CommitLog(self.root / "commits.sqlite")
        self._cache: dict[int, Batch] = {}  # what waits in the write-ahead log, for reads
        self._keys: dict[
            str, Commit
        ] = {}  # the same by batch key; this and the next only under the append lock
        self._last = -1
        self._trees: dict[int, BatchTree] = {}  # of the batches whose rows were proven last
        self._recover(replay)

    # Writing

    def append(
        self, batch_key: str, rows: pa.Table | Iterable[Reading], *, site: str, received_at: datetime
    ) -> Receipt:
        """Add a batch whole or not at all.

        Raises BadInput that names row and field, and if `batch_key` was used for another content.
        """
        _check_stamp(batch_key, site, received_at)
        table = batch_table(rows)
        draft = _commit(batch_key, site, received_at, table)
        path = self.segments.draft(draft, table)  # the slow part, outside of the lock
        try:
            with locked(self._lock) as handle:
                known = self._known(batch_key, handle)
                commit = known or self._publish(path, draft, handle)
        finally:
            path.unlink(missing_ok=True)
        self.segments.sync()  # for a repeated batch too: its first sender may have died before this line
        if known:
            _refuse_other_content(known, draft)
        return _receipt(commit, repeated=known is not None)

    @property
    def _lock(self) -> Path:
        return self.root / "append.lock"

    @contextmanager
    def held(self) -> Iterator[None]:
        """Nobody appends or flushes while this is held: the folder may be copied. Senders wait."""
        with locked(self._flush_lock), locked(self._lock):
            yield

    def _known(self, batch_key: str, handle: int) -> Commit | None:
        if _noted(handle) != self._last or len(self._keys) > _MANY_PENDING:
            waiting = self._waiting()
            self._keys = {commit.batch_key: commit for commit, _ in waiting.values()}
            self._last = max([self.commits.last_seq(), *waiting])
        return self._keys.get(batch_key) or self.commits.by_key(batch_key)

    def _publish(self, path: Path, draft: Commit, handle: int) -> Commit:
        commit = replace(draft, seq=self._last + 1)
        # The number is noted before it is taken: if we die in between, the next one looks at the folder again.
        os.pwrite(handle, commit.seq.to_bytes(8, "big"), 0)
        self._last = -1
        self.segments.publish(path, commit.seq)
        self._keys[commit.batch_key] = commit
        self._last = commit.seq
        return commit

    def _waiting(self) -> dict[int, Batch]:
        """The batches in the write-ahead log. One that leaves it while we look is in the table."""
        cache, found = self._cache, {}
        for seq in self.segments.listed():
            batch = cache.get(seq) or self._load(seq)
            if batch:
                found[seq] = batch
        self._cache = found
        return found

    def _load(self, seq: int) -> Batch | None:
        read = self.segments.read(seq)
        return (read[0], _stamped(*read)) if read else None

    def flush(self) -> int:
        """Bring the write-ahead log into the table; answers how many batches. Waits for a flush that is under way."""
        with locked(self._flush_lock):
            return self._flush()

    @property
    def _flush_lock(self) -> Path:
        return self.root / "flush.lock"

    def _flush(self) -> int:
        self._settle()
        with locked(self._lock):
            batches = self._waiting()
        if not batches:
            return 0
        rows = pa.concat_tables([rows for _, rows in batches.values()])
        self.table.append(rows, max(batches))
        self._settle()
        return len(batches)

    def _settle(self) -> None:
        """Finish what the table already holds: sync its files, record them and their commits, drop the segments."""
        durable = self.commits.durable_version()
        self.table.mend(durable)
        files = self.table.new_files(durable)
        held = self.table.view().held
        done = [seq for seq in self.segments.listed() if seq <= held]
        if files or done:
            entries = [self._cache.get(seq) or self.segments.read(seq) for seq in done]
            self.commits.record([entry[0] for entry in entries if entry], files)
        if done:
            self.segments.drop(done)

    def _recover(self, replay: bool) -> None:
        if not self.commits.path.exists():
            with locked(self._flush_lock):
                self.commits.prepare()
        with locked_if_free(self._flush_lock) as free:
            if not free:  # somebody else is at it, and reads merge what is not yet in the table
                return
            self.segments.clear_drafts()
            try:
                self._settle()
                if replay:
                    self._flush()
            except LakeDamaged:
                return  # nothing was dropped; reads refuse, and verify_batches names what is damaged

    def compact(self, *, keep_hours: int = 24) -> int:
        """One sorted file per month where there are several; answers how many months. No pin changes.

        Replaced files are deleted once they are older than `keep_hours`, so that a read under way can end.
        """
        with locked(self._flush_lock):
            self._flush()
            several = {month: files for month, files in self.table.view().months.items() if len(files) > 1}
            for month, files in several.items():
                self.table.rewrite_month(month, files)
                self._settle()
            self.table.vacuum(keep_hours)
            self._settle()
            return len(several)

    # Reading

    @property
    def version(self) -> int:
        """The newest commit number; 0 for an empty lake."""
        waiting = (
            self.segments.listed()
        )  # before the log: a segment leaves this folder after it entered the log
        return max([self.commits.last_seq(), *waiting])

    def read(
        self,
        points: Collection[str] | None,
        start: datetime,
        end: datetime,
        *,
        at: int | None = None,
        exclude: Collection[int] = (),
    ) -> pa.Table:
        """The last row of each point and time in start ≤ ts < end, as known at commit `at` (None: now).

        `points` None means all; `exclude` leaves out commits as if they had never come. Sorted by point, ts.
        """
        keep = self._selection(points, start, end, at, exclude)
        months = self._months(keep, start, end)
        newest = [month.unique(("point", "ts"), keep="last", maintain_order=True) for month in months]
        return _arrow(newest).sort_by([("point", "ascending"), ("ts", "ascending")])

    def versions(
        self,
        points: Collection[str],
        start: datetime,
        end: datetime,
        *,
        at: int | None = None,
        exclude: Collection[int] = (),
    ) -> pa.Table:
        """Every row of these points in start ≤ ts < end up to commit `at`, what a later row corrected too.

        Sorted by point, ts, seq, row: of each point and time the last row is the one that `read` gives.
        """
        return _arrow(self._months(self._selection(points, start, end, at, exclude), start, end)).sort_by(
            [(name, "ascending") for name in SORTED_BY]
        )

    def _selection(
        self,
        points: Collection[str] | None,
        start: datetime,
        end: datetime,
        at: int | None,
        exclude: Collection[int],
    ) -> pl.Expr:
        _aware("start", start)
        _aware("end", end)
        keep = _between(start, end)
        if points is not None:
            keep &= pl.col("point").is_in(list(points))
        if at is not None:
            if not 0 <= at <= self.version:
                raise BadInput("no such version", field="at", found=str(at), expected=f"0 to {self.version}")
            keep &= pl.col("seq") <= at
        if exclude:
            keep &= ~pl.col("seq").is_in(list(exclude))
        return keep

    def history(self, point: str, ts: datetime) -> pa.Table:
        """All versions of one reading, oldest first."""
        _aware("ts", ts)
        end = ts + _TICK
        return _arrow(self._months((pl.col("point") == point) & _between(ts, end), ts, end))

    def rows_of(self, seq: int) -> pa.Table:
        """The rows of one commit in canonical order: the order of the leaves under its root."""
        commit = self.commit(seq)
        rows = _arrow(self._months(pl.col("seq") == seq, commit.first_ts, commit.last_ts + _TICK))
        return rows.sort_by([(name, "ascending") for name in ORDER])

    def _months(self, keep: pl.Expr, start: datetime, end: datetime) -> Iterator[pl.DataFrame]:
        """The rows that fit, month by month, each sorted by point, ts, seq, row."""
        # The order matters: a segment that is gone by the time it is opened is in the table that is looked at after.
        waiting = self._waiting()
        view = self.table.view()
        fresh = _by_month([rows for seq, (_, rows) in waiting.items() if seq > view.held])
        first, last = _month(start), _month(end)
        for month in sorted({*view.months, *fresh}):
            if first <= month <= last:
                frames = [scan(view.months[month])] if month in view.months else []
                frames += [fresh[month].lazy()] if month in fresh else []
                yield pl.concat(frames).filter(keep).collect().sort(SORTED_BY)

    def log(self) -> list[Commit]:
        """Every commit in order."""
        waiting = self._waiting()
        recorded = [commit for commit, _ in self.commits.chained_commits()]
        last = recorded[-1].seq if recorded else 0
        return recorded + [commit for seq, (commit, _) in waiting.items() if seq > last]

    def commit(self, seq: int) -> Commit:
        """One commit. Raises BadInput if there is none with this number."""
        waiting = self._waiting()
        commit = waiting[seq][0] if seq in waiting else self.commits.by_seq(seq)
        if commit is None:
            raise BadInput("no such commit", field="seq", found=str(seq), expected=f"1 to {self.version}")
        return commit

    def proof(self, seq: int, row_index: int) -> InclusionProof:
        """That a row (its place in `rows_of(seq)`) belongs to the commit as it was acknowledged."""
        lines = canonical_lines(self.rows_of(seq))
        path = merkle.inclusion_proof(lines, row_index)
        root = bytes.fromhex(self.commit(seq).root)
        return InclusionProof(seq, row_index, len(lines), lines[row_index], tuple(path), root)

    def proof_of(self, row: pa.Table) -> InclusionProof:
        """That one row, as it was just read, belongs to the commit that brought it as it was acknowledged.

        The tree of the commit is kept; a row that differs from what was acknowledged gives a proof that fails.
        """
        seq = int(row["seq"][0].as_py())
        tree = self._trees.get(seq)
        if tree is None:
            tree = self._trees[seq] = BatchTree(self.rows_of(seq))
            while len(self._trees) > _TREES:
                self._trees.pop(next(iter(self._trees)), None)
        index = tree.place(row)
        if index is None:
            raise BadInput("the batch has no such row", field="row", found=str(row["row"][0]))
        root = bytes.fromhex(self.commit(seq).root)
        return InclusionProof(seq, index, tree.size, canonical_lines(row)[0], tree.path(index), root)

    def verify_batches(self) -> list[Fault]:
        """Recompute every root from the stored rows and every digest of the stored files; what is wrong, named.

        Waits for a flush under way and holds up the next one; appends and reads go on.
        """
        with locked(self._flush_lock):
            return verify(self.segments, self.commits, self.table)


def _check_stamp(batch_key: str, site: str, received_at: datetime) -> None:
    for name, text in (("batch_key", batch_key), ("site", site)):
        if not isinstance(text, str) or not text:
            raise BadInput("is empty", field=name, expected="a text")
    if not isinstance(received_at, datetime) or received_at.utcoffset() is None:
        raise BadInput("not a time with a time zone", field="received_at", found=str(received_at)[:40])


def _commit(batch_key: str, site: str, received_at: datetime, table: pa.Table) -> Commit:
    lines = canonical_lines(table)
    times = table["ts"].cast(pa.int64()).to_numpy()
    return Commit(
        seq=0,
        batch_key=batch_key,
        site=site,
        rows=table.num_rows,
        first_ts=moment(int(times.min())),
        last_ts=moment(int(times.max())),
        received_at=received_at,
        root=merkle.root(lines).hex(),
        sums=CheckSums.over(lines),
    )


def _stamped(commit: Commit, rows: pa.Table) -> pa.Table:
    received = microseconds(commit.received_at)
    stamps = [
        pa.repeat(pa.scalar(commit.seq, pa.int64()), len(rows)),
        pa.repeat(pa.scalar(received, TIME), len(rows)),
    ]
    return pa.table([*rows.columns, *stamps], schema=STORED)


def _refuse_other_content(known: Commit, now: Commit) -> None:
    if (known.root, known.site) != (now.root, now.site):
        raise BadInput(
            "this batch key was used for another content",
            field="batch_key",
            found=now.batch_key,
            expected=f"the content of commit {known.seq}",
            remedy="send corrected readings under a new key",
        )


def _receipt(commit: Commit, *, repeated: bool) -> Receipt:
    return Receipt(
        seq=commit.seq,
        batch_key=commit.batch_key,
        rows=commit.rows,
        first_ts=commit.first_ts,
        last_ts=commit.last_ts,
        root=commit.root,
        repeated=repeated,
    )


def _noted(handle: int) -> int:
    """The newest number as the last appender noted it in the lock file; a number nobody has if it is not there."""
    note = os.pread(handle, 8, 0)
    return int.from_bytes(note, "big") if len(note) == 8 else -2


def _aware(name: str, when: datetime) -> None:
    if when.utcoffset() is None:
        raise BadInput("not a time with a time zone", field=name, found=when.isoformat())


def _between(start: datetime, end: datetime) -> pl.Expr:
    # In UTC: Polars compares no times of two zones.
    return (pl.col("ts") >= start.astimezone(UTC)) & (pl.col("ts") < end.astimezone(UTC))


def _month(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m")


def _by_month(tables: list[pa.Table]) -> dict[str, pl.DataFrame]:
    if not tables:
        return {}
    frame = pl.DataFrame(pl.from_arrow(pa.concat_tables(tables)))
    parts = frame.with_columns(month=pl.col("ts").dt.strftime("%Y-%m")).partition_by("month", as_dict=True)
    return {str(key[0]): part.drop("month") for key, part in parts.items()}


def _arrow(frames: Iterable[pl.DataFrame]) -> pa.Table:
    tables = [frame.to_arrow().cast(STORED) for frame in frames]
    return pa.concat_tables(tables) if tables else STORED.empty_table()
