"""One act while it runs: the hand through which rows are made, changed and taken away, and everything noted.

Who may act and how the act is called is said in `action`; this file knows neither policies nor forms.
"""

from __future__ import annotations

import contextvars
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models

from quanheng.apps.records import events, ledger
from quanheng.apps.records.base import Record
from quanheng.apps.records.classify import key_of, snapshot, urn_of
from quanheng.apps.records.models import Dependency, LedgerEntry
from quanheng.apps.records.storable import misfits, without_empty_text
from quanheng.errors import ALLOWED, BadInput, Problem, Verdict

R = TypeVar("R", bound=Record)

request_id: contextvars.ContextVar[str] = contextvars.ContextVar("request_id", default="")
running: contextvars.ContextVar[tuple[Act, ...]] = contextvars.ContextVar("running", default=())


class Actor(Protocol):
    """Who acts: a person, a person's deputy, a program with a key, or the system itself."""

    urn: str
    display_name: str
    on_behalf_urn: str
    on_behalf_name: str


@dataclass(frozen=True)
class System:
    """The platform acting by itself, for example when it carries out what an event asks for."""

    urn: str = "urn:quanheng:system"
    display_name: str = "系统"
    on_behalf_urn: str = ""
    on_behalf_name: str = ""


SYSTEM = System()


def system_only(actor: Any, given: Any) -> Verdict:
    """Policy of acts that only the platform itself does."""
    return ALLOWED if isinstance(actor, System) else Verdict(False, "这件事只由系统办理")


@dataclass(slots=True)
class Act:
    """One act while it runs: through it rows are made and changed, and through it alone."""

    spec: Any
    actor: Any
    at: dt.datetime
    given: Any = None
    subject: models.Model | None = None
    changes: dict[str, ledger.Change] = field(default_factory=dict)
    happened: list[Any] = field(default_factory=list)
    used: list[tuple[str, str, str, str, str]] = field(default_factory=list)
    files: set[str] = field(default_factory=set)
    cite: str = ""
    extra: dict[str, Any] = field(default_factory=dict)
    bulk: bool = False
    entry: LedgerEntry | None = None
    prepared: Any = None
    enclosing: tuple[Act, ...] = ()

    def create(self, row: R) -> R:
        """Store a new row and record it. The first row of an act is its object."""
        validated(row)
        row.save(force_insert=True)
        self._changed(row, None)
        return row

    def create_many(self, rows: Iterable[R]) -> list[R]:
        """Store many like rows as one bulk act; the ledger holds the Merkle root over them.

        Each row's fields are checked; uniqueness is left to the database, which refuses the whole act.
        """
        made = list(rows)
        for n, row in enumerate(made, 1):
            validated(row, row_number=n, fields_only=True)
        if made:
            type(made[0])._base_manager.bulk_create(made, batch_size=500)
        for row in made:
            self._changed(row, None)
        self.bulk = True
        return made

    def update(self, row: R, **values: Any) -> R:
        """Change a stored row; what it was before is read from the database, under a lock."""
        stored = type(row)._base_manager.select_for_update().get(pk=row.pk)
        before = snapshot(stored)
        for name, value in values.items():
            setattr(stored, name, value)
        validated(stored)
        stored.save(force_update=True)
        self._changed(stored, before)
        for name in values:
            setattr(row, name, getattr(stored, name))
        return stored

    def remove(self, row: R) -> None:
        """Take a row away; its last content stays in the ledger."""
        stored = type(row)._base_manager.select_for_update().get(pk=row.pk)
        before, key = snapshot(stored), key_of(stored)
        self.subject = self.subject or row
        stored.delete()
        if row.ledgered:
            self._note(key, before, None)

    def about(self, row: models.Model) -> None:
        """Name the object of the act where it is not the first row that changes."""
        self.subject = row

    def emit(self, happened: Any) -> None:
        """Announce a typed fact to later apps; delivered after the commit."""
        self.happened.append(happened)

    def uses(self, result_kind: str, result: str, kind: str, used: str, version: str) -> None:
        """Record that a derived result used a version of something."""
        self.used.append((result_kind, result, kind, used, version))

    def _changed(self, row: R, before: dict[str, Any] | None) -> None:
        self.subject = self.subject or row
        if row.ledgered:
            self._note(key_of(row), before, snapshot(row))

    def _note(self, key: str, before: dict[str, Any] | None, after: dict[str, Any] | None) -> None:
        """Note a change with the act that touched the row first and has not been recorded yet.

        If an act calls another one on a row that it changed itself, the entry of the inner act comes first in
        the ledger. Only one of the two may then tell of the row, or before and after would not join.
        """
        holder = next((act for act in self.enclosing if key in act.changes), self)
        first = holder.changes[key][1] if key in holder.changes else before
        holder.changes[key] = (key, first, after)

    def record(self) -> LedgerEntry:
        """Write the one entry of this act, with what it used and what it announces."""
        used = sorted(set(self.used))
        if used:
            self.extra = {**self.extra, "uses": ledger.uses_root(used)}
        self.entry = ledger.append(self._draft())
        if used:
            Dependency.objects.bulk_create([_dependency(one, self.entry) for one in used], batch_size=500)
        for happened in self.happened:
            events.store(happened, self.entry)
        return self.entry

    def _draft(self) -> ledger.Draft:
        subject = self.subject
        return ledger.Draft(
            at=self.at,
            actor=self.actor.urn,
            actor_name=self.actor.display_name,
            on_behalf=self.actor.on_behalf_urn,
            on_behalf_name=self.actor.on_behalf_name,
            verb=self.spec.verb,
            object=urn_of(subject) if subject is not None else "",
            object_name=subject.record_name() if isinstance(subject, Record) else "",
            changes=[change for change in self.changes.values() if change[1] != change[2]],
            bulk=self.bulk,
            files=tuple(self.files),
            cite=self.cite,
            request_id=request_id.get(),
            extra=self.extra,
        )


def _dependency(used: tuple[str, str, str, str, str], entry: LedgerEntry) -> Dependency:
    return Dependency(**dict(zip(ledger.USE_FIELDS, used, strict=True)), entry=entry)


def validated(row: models.Model, row_number: int | None = None, fields_only: bool = False) -> None:
    """Check a row against its model and answer in the words of the house."""
    without_empty_text(row)
    try:
        # Whether a key that was made at random is taken already is not worth a question in every act.
        row.clean_fields() if fields_only else row.full_clean(exclude={row._meta.pk.name})
        misfits(row)
    except ValidationError as error:
        raise BadInput(
            Problem(
                message,
                field="" if name == NON_FIELD_ERRORS else name,
                row=row_number,
                found=_found(row, name),
            )
            for name, messages in error.message_dict.items()
            for message in messages
        ) from None


def _found(row: models.Model, name: str) -> str:
    value = getattr(row, name, "") if name != NON_FIELD_ERRORS else ""
    return "" if value in (None, "") else str(value)[:80]
