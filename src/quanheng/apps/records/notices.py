"""Short notices to one person. They are made by subscribers and jobs after the fact; reading one is no act."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from quanheng.apps.records.models import Notification
from quanheng.apps.records.policy import person_of


def notify(person: Any, kind: str, text: str, url: str = "") -> Notification:
    """Leave a notice for a person (or the id of one). A subscriber that runs twice leaves one unread notice only."""
    pk = getattr(person, "pk", person)
    same = {"person": pk, "kind": kind, "text": text[:300], "url": url, "read_at": None}
    return Notification.objects.filter(**same).first() or Notification.objects.create(**same)


def notify_all(people: Iterable[Any], kind: str, text: str, url: str = "") -> int:
    """Leave the same notice for several people; returns how many they are."""
    return len([notify(person, kind, text, url) for person in people])


def mark_read(actor: Any, ids: Iterable[int] | None = None) -> int:
    """Note that the person has seen these notices, or all of them; returns how many were unread."""
    unread = Notification.objects.filter(person=person_of(actor) or uuid.UUID(int=0), read_at=None)
    if ids is not None:
        unread = unread.filter(pk__in=list(ids))
    return unread.update(read_at=timezone.now())
