"""Typed facts: an app announces what happened, later apps on the ladder subscribe. No app calls upwards.

An event is a frozen dataclass of plain values. It is stored in the transaction of its act and delivered after
the commit, at least once to each subscriber; a subscriber must therefore bear a repetition.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from quanheng.apps.records.classify import plain
from quanheng.apps.records.models import Delivery, LedgerEntry, OutboxEvent

log = structlog.get_logger(__name__)
KINDS: dict[str, type] = {}
SUBSCRIBERS: dict[str, dict[str, Callable[[Any], None]]] = {}
MAX_ATTEMPTS = 12


def event(kind: str) -> Callable[[type], type]:
    """Declare a frozen dataclass as an event of this kind."""

    def keep(cls: type) -> type:
        if kind in KINDS:
            raise RuntimeError(f"two events are called {kind}")
        cls.kind = kind  # type: ignore[attr-defined]
        KINDS[kind] = cls
        return cls

    return keep


def subscribe(kind: str, name: str) -> Callable[[Callable[[Any], None]], Callable[[Any], None]]:
    """Have a function called with each event of a kind, after the commit, at least once."""

    def keep(handler: Callable[[Any], None]) -> Callable[[Any], None]:
        handlers = SUBSCRIBERS.setdefault(kind, {})
        if name in handlers:
            raise RuntimeError(f"{name} subscribes to {kind} twice")
        handlers[name] = handler
        return handler

    return keep


def store(happened: Any, entry: LedgerEntry) -> None:
    """Put an event into the outbox; part of the transaction of its act."""
    if not SUBSCRIBERS.get(happened.kind):
        settled = True
    else:
        settled = False
    OutboxEvent.objects.create(
        kind=happened.kind,
        payload=plain(dataclasses.asdict(happened)),
        entry=entry,
        at=entry.at,
        settled=settled,
    )


def deliver_pending(now: dt.datetime | None = None, limit: int = 200) -> int:
    """Deliver what waits in the outbox; returns how many deliveries succeeded. Safe to run in several processes."""
    now = now or timezone.now()
    waiting = OutboxEvent.objects.filter(settled=False).order_by("id")[:limit]
    return sum(_deliver(one, now) for one in waiting)


def _deliver(waiting: OutboxEvent, now: dt.datetime) -> int:
    handlers = SUBSCRIBERS.get(waiting.kind, {})
    done = 0
    for name, handler in handlers.items():
        done += _deliver_to(waiting, name, handler, now)
    finished = waiting.deliveries.filter(done_at__isnull=False).values_list("subscriber", flat=True)
    if set(handlers) <= set(finished):
        OutboxEvent.objects.filter(pk=waiting.pk).update(settled=True)
    return done


def _deliver_to(waiting: OutboxEvent, name: str, handler: Callable[[Any], None], now: dt.datetime) -> int:
    Delivery.objects.get_or_create(event=waiting, subscriber=name)
    try:
        with transaction.atomic():
            due = Q(next_try__isnull=True) | Q(next_try__lte=now)
            row = (
                Delivery.objects.select_for_update()
                .filter(due, event=waiting, subscriber=name, done_at__isnull=True, attempts__lt=MAX_ATTEMPTS)
                .first()
            )
            if row is None:
                return 0
            handler(KINDS[waiting.kind](**waiting.payload))
            row.done_at, row.attempts = now, row.attempts + 1
            row.save(update_fields=["done_at", "attempts"])
            return 1
    except Exception as error:  # a failing subscriber must not stop the others; it is tried again later
        log.exception("delivery failed", kind=waiting.kind, subscriber=name, event=waiting.pk)
        _failed(waiting, name, error, now)
        return 0


def _failed(waiting: OutboxEvent, name: str, error: Exception, now: dt.datetime) -> None:
    row = Delivery.objects.get(event=waiting, subscriber=name)
    row.attempts += 1
    row.last_error = f"{type(error).__name__}: {error}"[:2000]
    row.next_try = now + dt.timedelta(seconds=min(2**row.attempts, 3600))
    row.save(update_fields=["attempts", "last_error", "next_try"])
