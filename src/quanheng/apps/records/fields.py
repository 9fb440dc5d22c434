"""Which fields of a row an actor may read, by their classification, and the form in which personal data are shown.

Which rows an actor may see is asked before (`for_user`); this file never widens that. Nothing here is drawn.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import models

from quanheng.apps.records import rights
from quanheng.apps.records.classify import Level, levels, plain, urn_of

HIDDEN = (Level.SECRET, Level.TECHNICAL)  # shown to nobody


def visible_fields(actor: Any, row: models.Model) -> dict[str, Any]:
    """The fields of one row that this actor may read, as plain values; the row itself must be visible to him."""
    return Sight(actor).fields(row)


class Sight:
    """How far one actor sees; his organisations are asked for once, however many rows follow."""

    def __init__(self, actor: Any) -> None:
        self.actor = actor
        self._reach: frozenset[Any] | None = None
        self._subjects: frozenset[Any] | None = None

    def fields(self, row: models.Model) -> dict[str, Any]:
        """`urn`, `id` and every readable field; a reference to another row is its URN."""
        shown: dict[str, Any] = {"urn": urn_of(row)}
        for field, level in readable(type(row)):
            if level is Level.SENSITIVE and not self._keeps(row):
                continue
            value = _value(row, field)
            hide = level is Level.PERSONAL and not self._is_subject(row)
            shown[field.name] = masked(value) if hide else value
        return shown

    def _keeps(self, row: models.Model) -> bool:
        """Whether the row belongs to an organisation of the actor, or to one that he regulates."""
        if self._reach is None:
            reach = rights.reach(self.actor)
            self._reach = frozenset() if reach is None else frozenset(reach.values_list("pk", flat=True))
        return getattr(row, "owner_id", None) in self._reach

    def _is_subject(self, row: models.Model) -> bool:
        """Whether the personal data of the row are the actor's own, or of somebody whom he manages."""
        subject = getattr(row, "personal_subject", None)
        if subject is None:
            return False
        if self._subjects is None:
            self._subjects = frozenset(rights.people_of(self.actor))
        return subject() in self._subjects


def readable(model: type[models.Model]) -> Iterator[tuple[models.Field, Level]]:
    """The fields of a model that anybody at all may read, with their level."""
    known = levels(model)
    for field in model._meta.concrete_fields:
        if known[field.name] not in HIDDEN:
            yield field, known[field.name]


def _value(row: models.Model, field: models.Field) -> Any:
    value, target = getattr(row, field.attname), field.related_model
    if target is None:
        return plain(value, field.name)
    named = f"urn:quanheng:{target._meta.app_label}:{target._meta.model_name}"
    return None if value is None else f"{named}:{value}"


def masked(value: Any) -> Any:
    """Enough of a personal value to recognise it by, and no more: 138****1234, z***@example.cn, 500*************34."""
    text = "" if value is None else str(value)
    if not text:
        return value
    name, at, host = text.rpartition("@")
    if at:
        return f"{name[:1]}***@{host}"
    if len(text) < 8:
        return "***"
    head, tail = (3, 4) if len(text) < 15 else (3, 2)  # a telephone number, or an identity number
    return text[:head] + "*" * (len(text) - head - tail) + text[-tail:]
