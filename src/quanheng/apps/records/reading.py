"""Reads whole tables in order, a chunk at a time, and goes on behind a row that cannot be read at all.

A tampered row may hold text that is no UTF-8 or a time that is none; the database driver then gives up on the
whole chunk. Verification has to name that row and read the rest. Nothing here writes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DatabaseError, models

CHUNK = 2000
UNREADABLE = (DatabaseError, ValidationError, ValueError, TypeError, AttributeError, ArithmeticError)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A row that the database or Django could not turn into values: its place in the table, from 1."""

    place: int
    reason: str


def rows(model: type[models.Model], after: Any = None) -> Iterator[Any]:
    """All rows of a model by primary key, as instances."""
    yield from _read(model._base_manager.all(), model._meta.pk.name, after, lambda row: row.pk)


def values(model: type[models.Model], fields: tuple[str, ...], after: Any = None) -> Iterator[Any]:
    """All rows of a model by primary key, as tuples of these fields; the first must be the primary key."""
    yield from _read(model._base_manager.values_list(*fields), fields[0], after, lambda row: row[0])


def _read(queryset: models.QuerySet, key: str, last: Any, key_of: Callable[[Any], Any]) -> Iterator[Any]:
    queryset = queryset.order_by(key)
    place = 0
    while True:
        left = queryset if last is None else queryset.filter(**{f"{key}__gt": last})
        try:
            found = list(left[:CHUNK])
        except UNREADABLE:
            yield from _by_place(left, place)
            return
        yield from found
        if len(found) < CHUNK:
            return
        place, last = place + len(found), key_of(found[-1])


def _by_place(left: models.QuerySet, before: int) -> Iterator[Any]:
    """The rest of the table by place, since the key of an unreadable row is not known."""
    place = 0
    while True:
        try:
            found = list(left[place : place + CHUNK])
        except UNREADABLE:
            found = [_one(left, n, before + n + 1) for n in range(place, place + CHUNK)]
        present = [row for row in found if row is not None]
        yield from present
        place += CHUNK
        if len(present) < CHUNK:
            return


def _one(left: models.QuerySet, n: int, place: int) -> Any:
    try:
        return next(iter(left[n : n + 1]), None)
    except UNREADABLE as error:
        return Unreadable(place, f"{type(error).__name__}: {error}"[:200])
