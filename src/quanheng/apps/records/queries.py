"""The only reader of the ledger for other apps and for pages."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from quanheng.apps.records.models import LedgerEntry, Notification


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
