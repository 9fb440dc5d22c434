"""The Delta Lake table of readings, and what delta-rs leaves to us: fsync, and mending after a power cut.

Partitioned by month in UTC; every file is sorted by point, ts, seq, row. A Delta commit renames files into place but
syncs none of them, so nothing here counts as stored until `new_files` has synced it and the commit log knows it.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import polars as pl
import pyarrow as pa
from deltalake import (
    ColumnProperties,
    CommitProperties,
    DeltaTable,
    PostCommitHookProperties,
    Transaction,
    WriterProperties,
    write_deltalake,
)
from deltalake.exceptions import DeltaError, TableNotFoundError

from quanheng.lake.commits import LakeDamaged, StoredFile
from quanheng.lake.disk import file_digest, fsync_path
from quanheng.lake.rows import STORED, months

SORTED_BY = ("point", "ts", "seq", "row")
APPLICATION = "quanheng.lake"
"""Under this name the table itself says up to which commit number it holds rows (Delta protocol, `txn`)."""

CHECKPOINT_EVERY = 100
LAST_CHECKPOINT = "_last_checkpoint"
"""A hint of Delta where to begin reading; the log is complete without it."""

_LOG = "_delta_log"

# Sorted columns as differences, noisy floats split by byte: 14 % smaller than the defaults and faster to write.
_STEPS = ColumnProperties(dictionary_enabled=False, encoding="DELTA_BINARY_PACKED")
_WRITER = WriterProperties(
    compression="ZSTD",
    compression_level=3,
    max_row_group_size=131_072,
    column_properties={
        "ts": _STEPS,
        "row": _STEPS,
        "value": ColumnProperties(dictionary_enabled=False, encoding="BYTE_STREAM_SPLIT"),
    },
)
# Checkpoints are made by us, between commit and fsync; the log of Delta is never cleaned behind our back.
_HOOKS = PostCommitHookProperties(create_checkpoint=False, cleanup_expired_logs=False)


@dataclass(frozen=True, slots=True)
class View:
    """One version of the table: its live files by month, and up to which commit number it holds rows."""

    held: int
    version: int
    months: dict[str, list[Path]]


class Table:
    """The table in its folder. One at a time writes (the flush lock sees to it); reads need no lock."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._log = folder / _LOG
        self._mutex = threading.Lock()
        self._delta: DeltaTable | None = None

    def view(self) -> View:
        """What the table holds now, of one and the same version. Raises LakeDamaged."""
        with self._mutex:
            try:
                held, version, paths = self._newest()
            except (DeltaError, OSError, ValueError) as error:
                self._delta = None
                reason = str(error).partition("\n")[0]
                raise LakeDamaged(f"{self.folder.name}/{_LOG}: {reason}") from error
        months: dict[str, list[Path]] = {}
        for path in paths:
            month = path.split("/", 1)[0].removeprefix("month=")
            months.setdefault(month, []).append(self.folder / path)
        return View(held, version, months)

    def _newest(self) -> tuple[int, int, list[str]]:
        """Number held, version and live files; the caller holds the mutex."""
        if not self._log.is_dir():
            return 0, -1, []
        try:
            if self._delta is None:
                self._delta = DeltaTable(self.folder)
            else:
                self._delta.update_incremental()
        except TableNotFoundError:  # the folder is there, but the first flush did not get as far as a version
            return 0, -1, []
        delta = self._delta
        return int(delta.transaction_version(APPLICATION) or 0), delta.version(), _live_paths(delta)

    def append(self, rows: pa.Table, up_to: int) -> None:
        """Add rows in one Delta commit which also says up to which commit number the table now holds them."""
        write_deltalake(
            self.folder,
            sorted_rows(rows),
            mode="append",
            partition_by=["month"],
            writer_properties=_WRITER,
            post_commithook_properties=_HOOKS,
            commit_properties=CommitProperties(app_transactions=[Transaction(APPLICATION, up_to)]),
        )

    def rewrite_month(self, month: str, files: list[Path]) -> None:
        """Replace the files of a month by sorted ones with the same rows."""
        rows = scan(files).collect().to_arrow().cast(STORED)
        write_deltalake(
            self.folder,
            sorted_rows(rows),
            mode="overwrite",
            predicate=f"month = '{month}'",
            writer_properties=_WRITER,
            post_commithook_properties=_HOOKS,
        )

    def vacuum(self, keep_hours: int) -> None:
        """Delete files that no version of the last hours refers to."""
        if self.view().version >= 0:
            DeltaTable(self.folder).vacuum(
                retention_hours=keep_hours,
                enforce_retention_duration=False,
                dry_run=False,
                post_commithook_properties=_HOOKS,
            )

    def new_files(self, durable: int) -> list[StoredFile]:
        """Sync the files of all versions after `durable`, and the folders that name them; say what they are."""
        newest = self.view().version
        if newest <= durable:
            return []
        paths = [
            (path, version) for version in range(durable + 1, newest + 1) for path in self._written(version)
        ]
        if newest // CHECKPOINT_EVERY > max(durable, 0) // CHECKPOINT_EVERY:
            DeltaTable(self.folder).create_checkpoint()
            names = (f"{newest:020d}.checkpoint.parquet", LAST_CHECKPOINT)
            paths += [(f"{_LOG}/{name}", newest) for name in names]
        return self._synced(paths)

    def _synced(self, paths: list[tuple[str, int]]) -> list[StoredFile]:
        stored: list[StoredFile] = []
        folders = {self.folder, self.folder.parent}
        for relative, version in paths:
            path = self.folder / relative
            if path.exists():  # a file that a later compaction replaced may be vacuumed by now
                fsync_path(path)
                folders.add(path.parent)
                stored.append(StoredFile(relative, version, path.stat().st_size, file_digest(path)))
        for folder in folders:
            fsync_path(folder)
        return stored

    def _written(self, version: int) -> Iterator[str]:
        yield from (unquote(add["path"]) for add in _adds(self._log / _log_name(version)))
        yield f"{_LOG}/{_log_name(version)}"

    def mend(self, durable: int) -> list[int]:
        """Take back versions that a power cut left half written; their rows are still in the write-ahead log.

        Only versions that were never recorded as durable: damage to an older one is a fault for `verify` to name.
        """
        if not self._log.is_dir():
            return []
        torn: list[int] = []
        for version in reversed(self._versions_after(durable)):
            if self._whole(version):
                break
            (self._log / _log_name(version)).unlink()
            torn.append(version)
        if torn:
            self._drop_checkpoints_after(min(torn) - 1)
            fsync_path(self._log)
            self._delta = None
        return torn

    def _versions_after(self, version: int) -> list[int]:
        found: list[int] = []
        while (self._log / _log_name(version + 1)).exists():
            version += 1
            found.append(version)
        return found

    def _whole(self, version: int) -> bool:
        try:
            adds = list(_adds(self._log / _log_name(version)))
        except ValueError:
            return False
        return all(_is_parquet(self.folder / unquote(add["path"]), add["size"]) for add in adds)

    def _drop_checkpoints_after(self, version: int) -> None:
        (self._log / LAST_CHECKPOINT).unlink(missing_ok=True)
        for path in self._log.glob("*.checkpoint.parquet"):
            if int(path.name.split(".")[0]) > version:
                path.unlink()


def _log_name(version: int) -> str:
    return f"{version:020d}.json"


def _adds(log: Path) -> Iterator[dict[str, Any]]:
    text = log.read_text("utf-8")
    if not text.strip():
        raise ValueError("empty")
    for line in text.splitlines():
        action = json.loads(line)
        if "add" in action:
            yield action["add"]


def _is_parquet(path: Path, size: int) -> bool:
    try:
        with path.open("rb") as stream:
            data = stream.read(4)
            stream.seek(-4, 2)
            return path.stat().st_size == size and data == stream.read(4) == b"PAR1"
    except OSError:
        return False


def _live_paths(delta: DeltaTable) -> list[str]:
    """The files that the newest version consists of, relative to the table."""
    return [unquote(path) for path in pa.table(delta.get_add_actions(flatten=True))["path"].to_pylist()]


def sorted_rows(rows: pa.Table) -> pa.Table:
    """Rows with their month, in the order of the files."""
    rows = rows.append_column("month", months(rows))
    return rows.sort_by([(name, "ascending") for name in ("month", *SORTED_BY)])


def scan(files: Iterable[Path]) -> pl.LazyFrame:
    """Files of the table as one lazy frame with the stored columns."""
    frame = pl.scan_parquet(list(files), hive_partitioning=False, glob=False)
    return frame.select(STORED.names)
