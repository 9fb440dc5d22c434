"""One bit changed in one stored value, somewhere in everything that the records promise to keep.

A change of bytes that reads as the same value (a hexadecimal digit in capitals) is no change of what is stored and
is drawn again. Columns that carry no content, such as the running number of a bulk row, are left out.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import DatabaseError, connection, models, transaction

from quanheng.apps.parties.models import Division, Person
from quanheng.apps.records.classify import key_of, recorded_fields
from quanheng.apps.records.models import (
    Checkpoint,
    Dependency,
    LedgerEntry,
    LedgerRow,
    PersonalKey,
    StoredFile,
)
from quanheng.apps.records.reading import UNREADABLE


@dataclass(frozen=True)
class Mutation:
    """What was changed, and what a finding must say to have named it."""

    what: str
    named: Callable[[Any], bool]


def flipped(content: bytes, rng: random.Random) -> bytes:
    """The content with one bit changed."""
    place = rng.randrange(len(content) * 8)
    changed = bytearray(content)
    changed[place // 8] ^= 1 << place % 8
    return bytes(changed)


def change_a_row(model: type[models.Model], columns: list[str], rng: random.Random) -> tuple[Any, str]:
    """Change one bit of one column of one row, until the database holds another value; returns row and column."""
    while True:
        row = rng.choice(list(model._base_manager.order_by("pk")))
        field = model._meta.get_field(rng.choice(columns))
        if _change(row, field, rng):
            return row, field.name


def _change(row: models.Model, field: models.Field, rng: random.Random) -> bool:
    table, pk = row._meta.db_table, row._meta.pk
    key = pk.get_db_prep_value(row.pk, connection)
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT "{field.column}" FROM "{table}" WHERE "{pk.column}" = %s', [key])
        stored = cursor.fetchone()[0]
        new = _one_bit(stored, rng)
        if new is None:
            return False
        place, value = _assignment(field, stored, new)
        try:
            with transaction.atomic():
                cursor.execute(
                    f'UPDATE "{table}" SET "{field.column}" = {place} WHERE "{pk.column}" = %s', [value, key]
                )
        except DatabaseError:
            return False  # the database itself takes no such value
    return _reads_differently(row, field)


def _one_bit(stored: Any, rng: random.Random) -> Any:
    if isinstance(stored, bool):
        return not stored
    if isinstance(stored, int):
        return stored ^ (1 << rng.randrange(12))
    if isinstance(stored, bytes | memoryview):
        return flipped(bytes(stored), rng)
    text = str(stored) if stored not in (None, "") else ""
    return flipped(text.encode(), rng) if text else None


def _assignment(field: models.Field, stored: Any, new: Any) -> tuple[str, Any]:
    if isinstance(stored, bool | int | bytes | memoryview):
        return "%s", new
    if connection.vendor == "sqlite":
        return "CAST(%s AS TEXT)", new
    return f"%s::{field.db_type(connection)}", new.decode("utf-8", "replace")


def _reads_differently(row: models.Model, field: models.Field) -> bool:
    try:
        now = type(row)._base_manager.filter(pk=row.pk).values_list(field.attname, flat=True).first()
    except UNREADABLE:
        return True
    before = getattr(row, field.attname)
    return (bytes(now) if isinstance(now, memoryview) else now) != (
        bytes(before) if isinstance(before, memoryview) else before
    )


# Where to strike


def in_an_entry(rng: random.Random, folder: Path) -> Mutation:
    columns = [f.name for f in LedgerEntry._meta.concrete_fields]
    row, column = change_a_row(LedgerEntry, columns, rng)
    near = {row.seq, row.seq + 1} if column != "seq" else None
    return Mutation(
        f"entry {row.seq}.{column}",
        lambda f: f.part in ("ledger", "bulk") and (near is None or f.seq in near),
    )


def in_a_bulk_row(rng: random.Random, folder: Path) -> Mutation:
    row, column = change_a_row(LedgerRow, ["entry", "n", "key", "before", "after"], rng)
    return Mutation(f"bulk row {row.n}.{column}", lambda f: f.part == "bulk" and f.seq == row.entry_id)


def in_a_present_row(rng: random.Random, folder: Path) -> Mutation:
    model = rng.choice([Division, Person, StoredFile])
    names = [name for name, _attname, _committed in recorded_fields(model)]
    row, column = change_a_row(model, names, rng)
    return Mutation(
        f"{key_of(row)}.{column}",
        lambda f: f.part == "row" and f.key == key_of(row) and f.field in (column, ""),
    )


def in_a_checkpoint(rng: random.Random, folder: Path) -> Mutation:
    row, column = change_a_row(Checkpoint, [f.name for f in Checkpoint._meta.concrete_fields], rng)
    return Mutation(f"checkpoint {row.size}.{column}", lambda f: f.part == "checkpoint")


def in_a_checkpoint_outside(rng: random.Random, folder: Path) -> Mutation:
    path = rng.choice(sorted((folder / "checkpoints").glob("*.txt")))
    path.write_bytes(flipped(path.read_bytes(), rng))
    return Mutation(path.name, lambda f: f.part == "checkpoint" and f.key == path.name)


def in_a_file(rng: random.Random, folder: Path) -> Mutation:
    path = rng.choice(sorted(p for p in (folder / "files").rglob("*") if p.is_file()))
    path.write_bytes(flipped(path.read_bytes(), rng))
    return Mutation(f"file {path.name[:12]}", lambda f: f.part == "file" and f.file == path.name)


def in_a_personal_key(rng: random.Random, folder: Path) -> Mutation:
    row, column = change_a_row(PersonalKey, ["subject", "wrapped"], rng)
    return Mutation(
        f"key {row.subject}.{column}",
        lambda f: f.part == "key" or (f.part == "row" and str(row.subject) in f.key),
    )


def in_a_dependency(rng: random.Random, folder: Path) -> Mutation:
    names = ["result_kind", "result", "kind", "used", "version", "entry"]
    row, column = change_a_row(Dependency, names, rng)
    return Mutation(
        f"dependency {row.used}.{column}", lambda f: f.part == "dependency" and f.seq == row.entry_id
    )


PLACES = [
    in_an_entry,
    in_an_entry,
    in_a_bulk_row,
    in_a_present_row,
    in_a_present_row,
    in_a_checkpoint,
    in_a_checkpoint_outside,
    in_a_file,
    in_a_personal_key,
    in_a_dependency,
]
