"""Appending to the ledger: one lock, one predecessor, one line. Nothing else in the house writes an entry.

Without the lock around reading the last entry and appending the next, the chain forks on PostgreSQL under
parallel writers; `UNIQUE(prev)` would turn that into a lost act. Both are therefore here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.db import connection

from quanheng.apps.records.classify import plain
from quanheng.apps.records.models import LedgerEntry, LedgerRow
from quanheng.evidence.chain import GENESIS, bulk, link

LOCK = 0x51484C47  # "QHLG"
INLINE_ROWS = 20  # more rows than this make a bulk entry with a Merkle root

USE_FIELDS = ("result_kind", "result", "kind", "used", "version")

Change = tuple[str, dict[str, Any] | None, dict[str, Any] | None]


@dataclass(slots=True)
class Draft:
    """What an act wants to have recorded."""

    at: dt.datetime
    actor: str
    actor_name: str
    verb: str
    object: str
    object_name: str
    on_behalf: str = ""
    on_behalf_name: str = ""
    changes: Sequence[Change] = ()
    bulk: bool = False
    files: Sequence[str] = ()
    cite: str = ""
    request_id: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)


def body_of(entry: LedgerEntry) -> dict[str, Any]:
    """The content that the digest of an entry covers."""
    return {
        "seq": entry.seq,
        "at": plain(entry.at),
        "actor": entry.actor,
        "actor_name": entry.actor_name,
        "on_behalf": entry.on_behalf,
        "on_behalf_name": entry.on_behalf_name,
        "verb": entry.verb,
        "object": entry.object,
        "object_name": entry.object_name,
        "before": entry.before,
        "after": entry.after,
        "bulk": entry.bulk,
        "files": entry.files,
        "cite": entry.cite,
        "request_id": entry.request_id,
    }


def bulk_row(key: str, before: Any, after: Any) -> dict[str, Any]:
    """One bulk row as the Merkle root of its entry covers it."""
    return {"key": key, "before": before, "after": after}


def uses_root(used: Iterable[tuple[str, ...]]) -> dict[str, Any]:
    """What an entry says of the dependencies that its act recorded, so that none can be put in or taken out."""
    return bulk(dict(zip(USE_FIELDS, one, strict=True)) for one in sorted(used))


def append(draft: Draft) -> LedgerEntry:
    """Append one entry at the end of the chain; must run inside the transaction of the act."""
    rows = list(draft.changes)
    is_bulk = draft.bulk or len(rows) > INLINE_ROWS
    inline = [] if is_bulk else rows
    entry = LedgerEntry(
        at=draft.at,
        actor=draft.actor,
        actor_name=draft.actor_name[:120],
        on_behalf=draft.on_behalf,
        on_behalf_name=draft.on_behalf_name[:120],
        verb=draft.verb,
        object=draft.object,
        object_name=draft.object_name[:300],
        before={key: before for key, before, _ in inline},
        after={
            **{key: after for key, _, after in inline},
            **({"_": dict(draft.extra)} if draft.extra else {}),
        },
        bulk=bulk(bulk_row(*row) for row in rows) if is_bulk else None,
        files=sorted(draft.files),
        cite=draft.cite,
        request_id=draft.request_id,
    )
    _append(entry)
    if is_bulk:
        LedgerRow.objects.bulk_create(
            [LedgerRow(entry=entry, n=n, key=k, before=b, after=a) for n, (k, b, a) in enumerate(rows)],
            batch_size=500,
        )
    return entry


def hold() -> None:
    """Let nobody else append until this transaction ends."""
    if connection.vendor == "postgresql":  # on SQLite a transaction that writes has the database to itself
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def _append(entry: LedgerEntry) -> None:
    """Chain an entry to the last one and store it.

    Two statements of our own instead of two Django queries, since every act of the house pays for them
    (bench_ledger_action.py); the values are prepared by the fields as Django would.
    """
    hold()
    with connection.cursor() as cursor:
        cursor.execute(_statement(connection.vendor, "last"))
        seq, prev = cursor.fetchone() or (0, GENESIS)
        entry.seq, entry.prev = seq + 1, prev
        entry.digest = link(body_of(entry), prev)
        fields = LedgerEntry._meta.concrete_fields
        prepared = [f.get_db_prep_save(getattr(entry, f.attname), connection) for f in fields]
        cursor.execute(_statement(connection.vendor, "insert"), prepared)
    entry._state.adding, entry._state.db = False, connection.alias


@cache
def _statement(vendor: str, kind: str) -> str:
    """The SQL of one step; table and columns are those of our own model."""
    table = connection.ops.quote_name(LedgerEntry._meta.db_table)
    columns = [connection.ops.quote_name(str(f.column)) for f in LedgerEntry._meta.concrete_fields]
    if kind == "last":
        return f"SELECT seq, digest FROM {table} ORDER BY seq DESC LIMIT 1"  # noqa: S608  (names of our own table)
    places = ", ".join(["%s"] * len(columns))
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})"  # noqa: S608  (names of our own table)
