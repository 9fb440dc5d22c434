"""Whether the stored readings are still those that were acknowledged: every root, digest and link, recomputed.

This file only names faults; it mends nothing. It reads with PyArrow and not with Polars, because a damaged file must
end in an error that can be named.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from quanheng.evidence import merkle
from quanheng.lake.commits import GENESIS, Commit, CommitLog, LakeDamaged, StoredFile
from quanheng.lake.disk import file_digest
from quanheng.lake.rows import ORDER, STORED, TIME, CheckSums, canonical_lines, months
from quanheng.lake.segments import Segments
from quanheng.lake.table import LAST_CHECKPOINT, Table, View

_ROWS_AT_ONCE = 2_000_000


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is not as it was acknowledged. `row` is the place in `rows_of(seq)`."""

    message: str
    path: str = ""
    seq: int | None = None
    row: int | None = None

    def line(self) -> str:
        """The fault in one line, place first."""
        place = [self.path, f"commit {self.seq}" if self.seq is not None else ""]
        place.append(f"row {self.row}" if self.row is not None else "")
        return f"{', '.join(p for p in place if p)}: {self.message}"


def verify(segments: Segments, commits: CommitLog, table: Table) -> list[Fault]:
    """All faults of a lake. The caller holds the flush lock."""
    try:
        log = commits.chained_commits()
        files = commits.files()
    except LakeDamaged as error:
        return [Fault(str(error), path=commits.path.name), *_segment_faults(segments)]
    faults = [*_log_faults(log), *_segment_faults(segments)]
    faults += _missing_numbers([commit.seq for commit, _ in log], segments.listed())
    try:
        view = table.view()
    except LakeDamaged as error:
        return [
            *faults,
            *_file_faults(table, files, None, commits),
            Fault(str(error), path=table.folder.name),
        ]
    faults += _file_faults(table, files, view, commits)
    waiting = set(segments.listed())
    return [*faults, *_row_faults([commit for commit, _ in log], table, view, waiting)]


def _log_faults(log: list[tuple[Commit, str]]) -> Iterator[Fault]:
    before = GENESIS
    for commit, chain in log:
        if commit.chained(before) != chain:
            yield Fault("the entry in the log, or the one before it, is not what was written", seq=commit.seq)
        before = chain


def _missing_numbers(recorded: list[int], waiting: list[int]) -> Iterator[Fault]:
    known = {*recorded, *waiting}
    for seq in range(1, max(known, default=0)):
        if seq not in known:
            yield Fault("the commit is gone: neither in the log nor in the write-ahead log", seq=seq)


def _segment_faults(segments: Segments) -> Iterator[Fault]:
    for seq in segments.listed():
        path = f"wal/{segments.path(seq).name}"
        try:
            read = segments.read(seq)
        except (LakeDamaged, pa.ArrowException) as error:
            yield Fault(str(error), path=path, seq=seq)
            continue
        if read:
            yield from _batch_faults(read[0], read[1])


def _file_faults(
    table: Table, files: dict[str, StoredFile], view: View | None, commits: CommitLog
) -> Iterator[Fault]:
    live = {path.relative_to(table.folder).as_posix() for path in _paths(view)} if view else set()
    for stored in files.values():
        fault = _file_fault(table.folder / stored.path, stored, stored.path in live)
        if fault:
            yield Fault(fault, path=f"{table.folder.name}/{stored.path}")
    if view and view.version <= commits.durable_version():
        for unknown in sorted(live - files.keys()):
            yield Fault("the file was not written by this lake", path=f"{table.folder.name}/{unknown}")


def _file_fault(path: Path, stored: StoredFile, live: bool) -> str:
    if path.exists():
        return "" if file_digest(path) == stored.sha256 else "the file is not what was written"
    of_log = stored.path.startswith("_") and not stored.path.endswith(LAST_CHECKPOINT)
    return "the file is gone" if live or of_log else ""  # others were replaced by a compaction


def _row_faults(log: list[Commit], table: Table, view: View, waiting: set[int]) -> Iterator[Fault]:
    unreadable: dict[Path, Fault] = {}
    last = log[-1].seq if log else 0
    for group in [*_groups(log), []]:
        low = group[0].seq if group else last + 1
        high = group[-1].seq if group else None
        rows = _rows_between(low, high, table, view, unreadable)
        found = set(pc.unique(rows["seq"]).to_pylist())
        for seq in sorted(found - {commit.seq for commit in group} - waiting):
            yield Fault("rows of a commit that was never acknowledged", seq=seq)
        for commit in group:
            yield from _stored_faults(commit, rows.filter(pc.equal(rows["seq"], commit.seq)))
    yield from unreadable.values()
    yield from _misplaced(table, view, unreadable)


def _groups(log: list[Commit]) -> Iterator[list[Commit]]:
    group: list[Commit] = []
    size = 0
    for commit in log:
        if group and size + commit.rows > _ROWS_AT_ONCE:
            yield group
            group, size = [], 0
        group.append(commit)
        size += commit.rows
    if group:
        yield group


def _rows_between(
    low: int, high: int | None, table: Table, view: View, unreadable: dict[Path, Fault]
) -> pa.Table:
    parts = [STORED.empty_table()]
    for path in _paths(view):
        rows = _readable(path, table, unreadable)
        if rows is not None:
            keep = pc.greater_equal(rows["seq"], low)
            parts.append(
                rows.filter(keep if high is None else pc.and_(keep, pc.less_equal(rows["seq"], high)))
            )
    return pa.concat_tables(parts)


def _paths(view: View) -> Iterable[Path]:
    return (path for month in sorted(view.months) for path in view.months[month])


def _readable(path: Path, table: Table, unreadable: dict[Path, Fault]) -> pa.Table | None:
    try:
        # A path as text would make PyArrow read the folder's name as a column.
        with path.open("rb") as stream:
            return pq.ParquetFile(stream).read(columns=STORED.names).cast(STORED)
    except (pa.ArrowException, OSError, ValueError) as error:
        name = f"{table.folder.name}/{path.relative_to(table.folder).as_posix()}"
        unreadable[path] = Fault(f"the file cannot be read: {error}", path=name)
        return None


def _misplaced(table: Table, view: View, unreadable: dict[Path, Fault]) -> Iterator[Fault]:
    for month, paths in view.months.items():
        for path in paths:
            rows = None if path in unreadable else _readable(path, table, unreadable)
            if rows is not None and pc.any(pc.not_equal(months(rows), month)).as_py():
                name = f"{table.folder.name}/{path.relative_to(table.folder).as_posix()}"
                yield Fault("rows of another month, which reads would miss", path=name)


def _stored_faults(commit: Commit, rows: pa.Table) -> Iterator[Fault]:
    received = pa.scalar(commit.received_at, TIME)
    if pc.any(pc.not_equal(rows["received_at"], received)).as_py():
        yield Fault("the time of receipt of its rows is not that of the log", seq=commit.seq)
    yield from _batch_faults(commit, rows)


def _batch_faults(commit: Commit, rows: pa.Table) -> Iterator[Fault]:
    if rows.num_rows != commit.rows:
        yield Fault(f"{rows.num_rows} rows are stored, {commit.rows} were acknowledged", seq=commit.seq)
        return
    rows = rows.sort_by([(name, "ascending") for name in ORDER])
    lines = canonical_lines(rows)
    if merkle.root(lines).hex() == commit.root:
        return
    index = commit.sums.altered_line(CheckSums.over(lines), len(lines))
    if index is None:
        yield Fault("the rows do not give the root that was acknowledged", seq=commit.seq)
    else:
        line = lines[index].decode("utf-8", "replace")
        yield Fault(f"the row was altered; it reads {line} now", seq=commit.seq, row=index)
