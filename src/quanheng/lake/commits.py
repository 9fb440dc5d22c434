"""The log of commits: what was acknowledged, in the order of our own numbers, each entry chained to the one before.

It stands in a SQLite file beside the table, together with the digests of the files that were made durable.
A commit enters it when its rows enter the table; before that its write-ahead segment speaks for it.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from quanheng.errors import QuanhengError
from quanheng.evidence.canonical import canonical_json, digest
from quanheng.lake.disk import fsync_path
from quanheng.lake.rows import CheckSums

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)

_SCHEMA = """
CREATE TABLE commits (
  seq INTEGER PRIMARY KEY, batch_key TEXT NOT NULL UNIQUE, site TEXT NOT NULL, rows INTEGER NOT NULL,
  first_ts INTEGER NOT NULL, last_ts INTEGER NOT NULL, received_at INTEGER NOT NULL, root TEXT NOT NULL,
  plain INTEGER NOT NULL, weighted INTEGER NOT NULL, chain TEXT NOT NULL) STRICT;
CREATE TABLE files (
  path TEXT PRIMARY KEY, version INTEGER NOT NULL, size INTEGER NOT NULL, sha256 TEXT NOT NULL) STRICT;
"""

GENESIS = "0" * 64
"""What the first entry is chained to."""


class LakeDamaged(QuanhengError):
    """Stored readings that cannot be trusted or not be read: the disk, or somebody, changed them. Names the place."""


@dataclass(frozen=True, slots=True)
class Commit:
    """One acknowledged batch. `root` is the RFC 9162 root over its canonical lines, hexadecimal."""

    seq: int
    batch_key: str
    site: str
    rows: int
    first_ts: datetime
    last_ts: datetime
    received_at: datetime
    root: str
    sums: CheckSums

    def header(self) -> dict[str, Any]:
        """All of it as plain JSON values: 64-bit sums as text, since JSON readers keep 53 bits."""
        return {
            "seq": self.seq,
            "batch_key": self.batch_key,
            "site": self.site,
            "rows": self.rows,
            "first_ts": microseconds(self.first_ts),
            "last_ts": microseconds(self.last_ts),
            "received_at": microseconds(self.received_at),
            "root": self.root,
            "plain": str(self.sums.plain),
            "weighted": str(self.sums.weighted),
        }

    @classmethod
    def of(cls, header: dict[str, Any]) -> Commit:
        return cls(
            seq=header["seq"],
            batch_key=header["batch_key"],
            site=header["site"],
            rows=header["rows"],
            first_ts=moment(header["first_ts"]),
            last_ts=moment(header["last_ts"]),
            received_at=moment(header["received_at"]),
            root=header["root"],
            sums=CheckSums(int(header["plain"]), int(header["weighted"])),
        )

    def chained(self, before: str) -> str:
        """The digest of this entry and, through `before`, of all before it."""
        return digest(canonical_json({**self.header(), "prev": before}))


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of the table as it was when we made it durable; `path` is relative to the table."""

    path: str
    version: int
    size: int
    sha256: str


def microseconds(when: datetime) -> int:
    """Whole microseconds since 1970 UTC, without passing through a float."""
    return (when - _EPOCH) // _TICK


def moment(count: int) -> datetime:
    """The time so many microseconds after 1970 UTC."""
    return _EPOCH + count * _TICK


class CommitLog:
    """The log on disk. Every thread and process may read; one at a time records (the flush lock sees to it)."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._mutex = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._owner = 0

    def prepare(self) -> None:
        """Make the file if it is absent. It appears whole or not at all; the caller holds the flush lock."""
        if self.path.exists():
            return
        fresh = self.path.with_name(self.path.name + ".new")
        fresh.unlink(missing_ok=True)
        with closing(sqlite3.connect(fresh)) as db:
            db.executescript(_SCHEMA)
            db.execute("PRAGMA journal_mode = WAL")
        fsync_path(fresh)
        fresh.replace(self.path)
        fsync_path(self.path.parent)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with self._mutex:
            if self._connection is None or self._owner != os.getpid():  # a forked child must not share it
                self._connection, self._owner = self._connect(), os.getpid()
            try:
                yield self._connection
            except sqlite3.DatabaseError as error:
                raise LakeDamaged(f"{self.path.name}: {error}") from error

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(self.path, timeout=60, isolation_level=None, check_same_thread=False)
        db.row_factory = sqlite3.Row
        db.execute("PRAGMA synchronous = FULL")
        return db

    def record(self, commits: Iterable[Commit], files: Iterable[StoredFile]) -> None:
        """Enter commits and files durably, in one transaction; a commit that is already in stays as it is."""
        with self._open() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                self._enter(db, commits)
                db.executemany(
                    "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?)",
                    [(f.path, f.version, f.size, f.sha256) for f in files],
                )
                db.execute("COMMIT")
            except BaseException:
                db.execute("ROLLBACK")
                raise

    def _enter(self, db: sqlite3.Connection, commits: Iterable[Commit]) -> None:
        last = db.execute("SELECT seq, chain FROM commits ORDER BY seq DESC LIMIT 1").fetchone()
        seq, chain = (last["seq"], last["chain"]) if last else (0, GENESIS)
        for commit in commits:
            if commit.seq > seq:
                seq, chain = commit.seq, commit.chained(chain)
                row = {**commit.header(), "plain": commit.sums.plain, "weighted": commit.sums.weighted}
                db.execute(
                    "INSERT INTO commits VALUES (:seq, :batch_key, :site, :rows, :first_ts, :last_ts,"
                    " :received_at, :root, :plain, :weighted, :chain)",
                    {**row, "chain": chain},
                )

    def last_seq(self) -> int:
        with self._open() as db:
            return int(db.execute("SELECT coalesce(max(seq), 0) FROM commits").fetchone()[0])

    def durable_version(self) -> int:
        """The newest version of the table whose files were made durable and recorded; -1 for none."""
        with self._open() as db:
            return int(db.execute("SELECT coalesce(max(version), -1) FROM files").fetchone()[0])

    def by_key(self, batch_key: str) -> Commit | None:
        return self._one("SELECT * FROM commits WHERE batch_key = ?", batch_key)

    def by_seq(self, seq: int) -> Commit | None:
        return self._one("SELECT * FROM commits WHERE seq = ?", seq)

    def _one(self, query: str, key: object) -> Commit | None:
        with self._open() as db:
            row = db.execute(query, (key,)).fetchone()
        return Commit.of(dict(row)) if row else None

    def chained_commits(self) -> list[tuple[Commit, str]]:
        """Every entry with the chain digest that is stored beside it, in order."""
        with self._open() as db:
            rows = db.execute("SELECT * FROM commits ORDER BY seq").fetchall()
        return [(Commit.of(dict(row)), row["chain"]) for row in rows]

    def files(self) -> dict[str, StoredFile]:
        with self._open() as db:
            rows = db.execute("SELECT path, version, size, sha256 FROM files").fetchall()
        return {row["path"]: StoredFile(**dict(row)) for row in rows}
