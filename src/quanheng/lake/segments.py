"""The write-ahead log: one file per batch, named by its commit number, gone once the table holds it durably.

A segment is an Arrow IPC stream with the commit in its metadata and a SHA-256 at its end, so that it proves itself.
What orders the commits is not here but in `store`.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
import uuid
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from quanheng.evidence.canonical import canonical_json
from quanheng.lake.commits import Commit, LakeDamaged
from quanheng.lake.disk import fsync_path, write_durably
from quanheng.lake.rows import READING

_SUFFIX = ".arrow"
_DRAFT = ".draft"
_DRAFT_LIFE = 3600.0  # seconds
_HEADER = b"quanheng.commit"
_FEW_VALUES = (
    "point",
    "unit",
    "source",
)  # repeated in nearly every row: as a dictionary a third of the bytes


class Segments:
    """The folder of segments. Knows no lock: the caller holds it where one is needed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, seq: int) -> Path:
        return self.folder / f"{seq:016d}{_SUFFIX}"

    def listed(self) -> list[int]:
        """The commit numbers that have a segment, ascending."""
        found = self._names()
        whole = not found or found[-1] - found[0] + 1 == len(found)
        # A listing may pass over a number given while it runs and still show the next one; a second look has it.
        return found if whole else self._names()

    def _names(self) -> list[int]:
        with os.scandir(self.folder) as entries:
            return sorted(int(e.name[: -len(_SUFFIX)]) for e in entries if e.name.endswith(_SUFFIX))

    def draft(self, commit: Commit, rows: pa.Table) -> Path:
        """Write a segment without a number, durable but not yet part of the log."""
        path = self.folder / f"{uuid.uuid4().hex}{_DRAFT}"
        try:
            write_durably(path, encode(commit, rows))
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return path

    def publish(self, draft: Path, seq: int) -> None:
        """Give a draft its number: from here on reads see it. Refuses to take a number twice."""
        os.link(draft, self.path(seq))

    def sync(self) -> None:
        """Make the names durable: only then may a batch be acknowledged."""
        fsync_path(self.folder)

    def read(self, seq: int) -> tuple[Commit, pa.Table] | None:
        """A segment's commit and rows; None if it is gone (then the table holds it)."""
        path = self.path(seq)
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            return None
        commit, rows = decode(data, path.name)
        return replace(commit, seq=seq), rows

    def drop(self, seqs: list[int]) -> None:
        """Remove segments in ascending order: a reader who misses one may conclude that all before are gone too."""
        for seq in sorted(seqs):
            self.path(seq).unlink(missing_ok=True)
        self.sync()

    def clear_drafts(self) -> None:
        """Remove what appends that died left behind. A live draft is milliseconds old, so an hour is safe."""
        for path in self.folder.glob(f"*{_DRAFT}"):
            with suppress(FileNotFoundError):
                if time.time() - path.stat().st_mtime > _DRAFT_LIFE:
                    path.unlink()


def encode(commit: Commit, rows: pa.Table) -> bytes:
    """The bytes of a segment."""
    for name in _FEW_VALUES:
        place = rows.schema.get_field_index(name)
        rows = rows.set_column(place, name, rows[name].dictionary_encode())
    rows = rows.replace_schema_metadata({_HEADER: canonical_json(commit.header())})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, rows.schema) as writer:
        writer.write_table(rows)
    body: bytes = sink.getvalue().to_pybytes()
    return body + hashlib.sha256(body).digest()


def decode(data: bytes, name: str) -> tuple[Commit, pa.Table]:
    """The commit (its number is the file's name, not in here) and the rows. Raises LakeDamaged."""
    body, stored = data[:-32], data[-32:]
    if hashlib.sha256(body).digest() != stored:
        raise LakeDamaged(f"wal/{name}: the segment is not what was written; restore it from a backup")
    rows = pa.ipc.open_stream(body).read_all()
    header = rows.schema.metadata[_HEADER]
    return Commit.of(json.loads(header)), rows.cast(READING)
