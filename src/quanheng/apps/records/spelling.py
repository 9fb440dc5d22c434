"""Identifiers in another spelling: SQLite keeps a UUID as text; capitals or a blank read as the same identifier.

A row whose key was so changed reads as if nothing had happened and is out of reach of every query by key.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator

from django.db import connection, models

from quanheng.apps.records.findings import Fault


def misspelt(kinds: Iterable[type[models.Model]]) -> Iterator[Fault]:
    """Rows with an identifier that is not spelt as the database looks it up."""
    if connection.features.has_native_uuid_field:
        return
    for model in kinds:
        for field in model._meta.concrete_fields:
            if isinstance(field.target_field if field.remote_field else field, models.UUIDField):
                yield from _in_column(model, field)


def _in_column(model: type[models.Model], field: models.Field) -> Iterator[Fault]:
    table, column, key = model._meta.db_table, field.column, model._meta.pk.column
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT hex("{key}") FROM "{table}" '  # noqa: S608  (names of our own tables)
            f"""WHERE length("{column}") <> 32 OR "{column}" GLOB '*[^0-9a-f]*'"""
        )
        found = [bytes.fromhex(row[0]).decode("utf-8", "replace") for row in cursor.fetchall()]
    for pk in found:
        name = f"{model._meta.label_lower}:{_readable(pk)}"
        yield Fault("row", "is spelt otherwise than the database looks it up", key=name, field=field.name)


def _readable(pk: str) -> str:
    try:
        return str(uuid.UUID(pk))  # takes capitals, and a blank for a leading zero
    except ValueError:
        return pk
