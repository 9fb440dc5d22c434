"""What every stored noun derives from: a permanent identifier, an owner, and querysets that answer nothing unless granted."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any, ClassVar

import uuid_utils.compat
from django.db import models
from django.utils.translation import gettext_lazy as _

VISIBILITY: dict[type[models.Model], Callable[[Any], models.Q | None]] = {}


def new_id() -> uuid.UUID:
    """A UUIDv7: sortable by time of making."""
    return uuid_utils.compat.uuid7()


def visible(
    model: type[models.Model],
) -> Callable[[Callable[[Any], models.Q | None]], Callable[[Any], models.Q | None]]:
    """Register the rule of an app's policy that tells which rows of a model an actor may see."""

    def keep(rule: Callable[[Any], models.Q | None]) -> Callable[[Any], models.Q | None]:
        if model in VISIBILITY:
            raise RuntimeError(f"{model.__name__} has two visibility rules")
        VISIBILITY[model] = rule
        return rule

    return keep


class RecordQuerySet(models.QuerySet):
    """Rows of a noun; pages and the API reach them through `for_user` only."""

    def for_user(self, actor: Any) -> RecordQuerySet:
        """The rows that this actor may see; none where no rule was registered or the rule answers None."""
        rule = VISIBILITY.get(self.model)
        condition = rule(actor) if rule else None
        return self.none() if condition is None else self.filter(condition)


class Record(models.Model):
    """A row that exists by acts only: made, changed and ended through actions, and recorded in the ledger."""

    id = models.UUIDField(_("标识"), primary_key=True, default=new_id, editable=False)

    objects = RecordQuerySet.as_manager()
    ledgered: ClassVar[bool] = True
    append_only: ClassVar[bool] = False

    class Meta:
        abstract = True

    def personal_subject(self) -> uuid.UUID:
        """Whose key covers the personal fields of this row."""
        return self.pk

    def record_name(self) -> str:
        """The name of this row as it is frozen in the ledger."""
        return str(self)


class Owned(Record):
    """A record that belongs to an organisation: its owner sees and keeps it."""

    owner = models.ForeignKey(
        "parties.Organisation", verbose_name=_("所有者"), on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        abstract = True


class UuidText(models.Func):
    """An identifier as it is written, with dashes, inside a query: SQLite keeps it as 32 digits, PostgreSQL as a type."""

    output_field = models.CharField()

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> Any:
        parts = "||'-'||".join(f"substr(%(expressions)s, {at}, {n})" for at, n in _DASHED)
        sql, given = compiler.compile(self.source_expressions[0])
        return "(" + parts.replace("%(expressions)s", sql) + ")", [*given] * len(_DASHED)

    def as_postgresql(self, compiler: Any, connection: Any, **more: Any) -> Any:
        sql, given = compiler.compile(self.source_expressions[0])
        return f"({sql})::text", given


_DASHED = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
