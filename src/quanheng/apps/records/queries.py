"""The only reader of the ledger for other apps and for pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from quanheng.apps.records import policy
from quanheng.apps.records.base import VISIBILITY
from quanheng.apps.records.classify import COMMITTED, levels
from quanheng.apps.records.models import (
    Attachment,
    Checkpoint,
    Dependency,
    Job,
    LedgerEntry,
    LedgerRow,
    Notification,
    OutboxEvent,
)


def first_entry(key: str) -> LedgerEntry | None:
    """The entry that made an object, by its key in the ledger (`app.model:id`)."""
    urn = "urn:quanheng:" + key.replace(".", ":", 1)
    return LedgerEntry.objects.filter(object=urn).order_by("seq").first()


def acts_by(actor: Any) -> QuerySet[LedgerEntry]:
    """The acts of the person behind an actor, newest first; coming and going is no act of work."""
    if getattr(actor, "person", None) is None:
        return LedgerEntry.objects.none()
    found = LedgerEntry.objects.filter(actor=actor.urn)  # a deputy's own acts, also those done for another
    return (
        found.exclude(verb__startswith="parties.session.")
        .exclude(verb="records.act.refused")
        .order_by("-seq")
    )


def begun_by(actor: Any) -> QuerySet[LedgerEntry]:
    """The acts by which this person brought something about: the first entry of its object."""
    earlier = LedgerEntry.objects.filter(object=OuterRef("object"), seq__lt=OuterRef("seq"))
    return acts_by(actor).exclude(object="").filter(~Exists(earlier))


def notices_to(actor: Any) -> QuerySet[Notification]:
    """The short notices to this person, newest first."""
    person = getattr(actor, "deputy", None) or getattr(actor, "person", None)
    return Notification.objects.filter(person=person.pk) if person else Notification.objects.none()


def entries(actor: Any) -> QuerySet[LedgerEntry]:
    """The entries that an actor may read: all for who audits, for others their own acts and those done for them."""
    found = LedgerEntry.objects.order_by("-seq")
    if policy.audit(actor).ok:
        return found
    return (
        found.filter(Q(actor=actor.urn) | Q(on_behalf=actor.urn)) if policy.person_of(actor) else found.none()
    )


def entries_about(actor: Any, urn: str) -> QuerySet[LedgerEntry]:
    """What was done to one object, for everybody who may see the object."""
    found = LedgerEntry.objects.filter(object=urn).order_by("-seq")
    return found if policy.audit(actor).ok or object_seen(actor, urn) is not None else found.none()


def head() -> int:
    """The number of the newest entry; what follows from acts alone stays the same while it does."""
    return LedgerEntry.objects.order_by("-seq").values_list("seq", flat=True).first() or 0


def readable_entry(actor: Any, seq: int) -> LedgerEntry | None:
    """One entry, if the actor may read it or see its object; None otherwise."""
    entry = LedgerEntry.objects.filter(seq=seq).first()
    if entry is None or entries(actor).filter(seq=seq).exists():
        return entry
    return entry if entry.object and object_seen(actor, entry.object) is not None else None


def object_seen(actor: Any, urn: str) -> Model | None:
    """The row that a URN names, if the actor may see it."""
    model, key = named_by(urn)
    if model not in VISIBILITY:
        return None
    try:
        return model.objects.for_user(actor).filter(pk=key).first()  # type: ignore[union-attr]  # a model with a rule has `for_user`
    except (ValueError, ValidationError):
        return None


def named_by(urn: str) -> tuple[type[Model] | None, str]:
    """Model and key of `urn:quanheng:app:model:key`, or of `app.model:key` as rows are called in the ledger."""
    app, _dot, rest = (
        urn.removeprefix("urn:quanheng:").replace(":", ".", urn.startswith("urn:")).partition(".")
    )
    name, _colon, key = rest.partition(":")
    try:
        return apps.get_model(app, name), key
    except (LookupError, ValueError):
        return None, key


@dataclass(frozen=True, slots=True)
class Difference:
    """One field before and after an act. `hidden`: personal content, of which the ledger holds a commitment only."""

    label: str
    before: Any
    after: Any
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Touched:
    """One row that an act touched."""

    kind: str
    key: str
    fields: list[Difference]


def touched(actor: Any, entry: LedgerEntry, limit: int = 50) -> list[Touched]:
    """The rows of an entry before and after, as far as the actor may see them; of a bulk act the first ones."""
    every = policy.audit(actor).ok
    rows: Iterable[tuple[str, Any, Any]]
    if entry.bulk is None:
        rows = [(key, entry.before.get(key), after) for key, after in entry.after.items() if key != "_"]
    else:
        rows = (
            LedgerRow.objects.filter(entry=entry).order_by("n").values_list("key", "before", "after")[:limit]
        )
    return [
        _touched(key, before or {}, after or {})
        for key, before, after in list(rows)[:limit]
        if every or object_seen(actor, key) is not None
    ]


def _touched(key: str, before: dict[str, Any], after: dict[str, Any]) -> Touched:
    model, _pk = named_by(key)
    kind = str(model._meta.verbose_name) if model else key.partition(":")[0]
    return Touched(kind, key, list(_differences(model, before, after)))


def _differences(
    model: type[Model] | None, before: dict[str, Any], after: dict[str, Any]
) -> Iterator[Difference]:
    names = {f.name: str(f.verbose_name) for f in model._meta.concrete_fields} if model else {}
    known = levels(model) if model else {}
    for name in [*names, *sorted((before.keys() | after.keys()) - names.keys())]:
        if before.get(name) != after.get(name):
            hidden = known.get(name) in COMMITTED
            yield Difference(names.get(name, name), before.get(name), after.get(name), hidden)


def signed_by(entry: LedgerEntry) -> Checkpoint | None:
    """The first checkpoint that covers an entry."""
    return Checkpoint.objects.filter(size__gte=entry.seq).order_by("size").first()


def attachments(actor: Any, urn: str = "") -> QuerySet[Attachment]:
    """The files that an actor may read, of one object or of all; with each version its content."""
    found = Attachment.objects.for_user(actor).select_related("file", "newer", "owner")
    return found.filter(object=urn) if urn else found


def attachment_of(urn: str, sha256: str) -> Attachment | None:
    """The file with this content that was attached to an object."""
    return Attachment.objects.filter(object=urn, file__sha256=sha256).select_related("file").first()


def jobs(actor: Any) -> QuerySet[Job]:
    """The long jobs of this person, newest first."""
    return Job.objects.for_user(actor).order_by("-at")


def dependents(kind: str, used: str, version: str = "") -> QuerySet[Dependency]:
    """Every result that used something, in one of its versions or in any; for acts that restate, not for pages."""
    found = Dependency.objects.filter(kind=kind, used=used)
    return found.filter(version=version) if version else found


def results_that_used(used: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """The URNs of all results that used any of these (kind, id), by kind of result; each once, in order of making."""
    wanted = Q(pk__in=[])
    for kind, key in used:
        wanted |= Q(kind=kind, used=key)
    found: dict[str, dict[str, None]] = {}
    rows = Dependency.objects.filter(wanted).order_by("id").values_list("result_kind", "result")
    for result_kind, urn in rows:
        found.setdefault(result_kind, {})[urn] = None
    return {kind: list(urns) for kind, urns in found.items()}


def uses_of(urn: str) -> set[tuple[str, str, str]]:
    """What a result used, as (kind, id, version)."""
    return set(Dependency.objects.filter(result=urn).values_list("kind", "used", "version"))


def versions_used(result_kind: str, kinds: Iterable[str]) -> dict[tuple[str, str], dict[str, list[str]]]:
    """What results of a kind used, of these kinds: (kind, id) -> version -> URNs of the results."""
    rows = Dependency.objects.filter(result_kind=result_kind, kind__in=list(kinds)).order_by("id")
    found: dict[tuple[str, str], dict[str, list[str]]] = {}
    for kind, used, version, urn in rows.values_list("kind", "used", "version", "result"):
        found.setdefault((kind, used), {}).setdefault(version, []).append(urn)
    return found


def last_announced(kind: str, **values: Any) -> dict[str, Any] | None:
    """The content of the newest event of a kind with these values; None if there never was one."""
    wanted = {f"payload__{name}": value for name, value in values.items()}
    newest = OutboxEvent.objects.filter(kind=kind, **wanted).order_by("-id").first()
    return None if newest is None else newest.payload


def dependents_seen(actor: Any, kind: str, used: str, version: str = "") -> tuple[list[Dependency], int]:
    """The results that used something, as far as the actor may see them, and how many others there are."""
    once = {
        (d.result, d.version): d
        for d in dependents(kind, used, version).select_related("entry").order_by("id")
    }
    every = policy.audit(actor).ok
    seen = [d for d in once.values() if every or object_seen(actor, d.result) is not None]
    return seen, len(once) - len(seen)
