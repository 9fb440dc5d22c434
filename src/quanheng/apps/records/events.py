"""Typed facts: an app announces what happened, later apps on the ladder subscribe. No app calls upwards.

An event is a frozen dataclass of plain values. It is stored in the transaction of its act and delivered after
the commit, at least once to each subscriber; a subscriber must therefore bear a repetition.
"""

from __future__ import annotations

import contextvars
import dataclasses
import datetime as dt
import functools
from collections.abc import Callable
from typing import Any

import pydantic
import structlog
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from quanheng.apps.records.classify import plain
from quanheng.apps.records.models import Delivery, LedgerEntry, OutboxEvent

_delivering: contextvars.ContextVar[bool] = contextvars.ContextVar("delivering", default=False)
log = structlog.get_logger(__name__)
KINDS: dict[str, type] = {}
SUBSCRIBERS: dict[str, dict[str, Callable[[Any], None]]] = {}
ALONE: set[tuple[str, str]] = set()  # (kind, subscriber) of those that are called outside of a transaction
MAX_ATTEMPTS = 12


def event(kind: str) -> Callable[[type], type]:
    """Declare a frozen dataclass as an event of this kind."""

    def keep(cls: type) -> type:
        if kind in KINDS:
            raise RuntimeError(f"two events are called {kind}")
        cls.kind = kind
        KINDS[kind] = cls
        return cls

    return keep


def subscribe(
    kind: str, name: str, *, alone: bool = False
) -> Callable[[Callable[[Any], None]], Callable[[Any], None]]:
    """Have a function called with each event of a kind, after the commit, at least once.

    It is called in one transaction with the note that it was called; `alone`: outside of any, because it computes
    for long and must not hold up other acts. Then it may be called twice even if nothing fails.
    """

    def keep(handler: Callable[[Any], None]) -> Callable[[Any], None]:
        handlers = SUBSCRIBERS.setdefault(kind, {})
        if name in handlers:
            raise RuntimeError(f"{name} subscribes to {kind} twice")
        handlers[name] = handler
        if alone:
            ALONE.add((kind, name))
        return handler

    return keep


def store(happened: Any, entry: LedgerEntry) -> None:
    """Put an event into the outbox; part of the transaction of its act."""
    OutboxEvent.objects.create(
        kind=happened.kind,
        payload=plain(dataclasses.asdict(happened)),
        entry=entry,
        at=entry.at,
        settled=happened.kind not in SUBSCRIBERS,
    )


def load(waiting: OutboxEvent) -> Any:
    """The event as its act announced it, its dates and numbers read back from text."""
    return _reader(KINDS[waiting.kind]).validate_python(waiting.payload)


@functools.cache
def _reader(kind: type) -> pydantic.TypeAdapter[Any]:
    return pydantic.TypeAdapter(kind)


def deliver_pending(now: dt.datetime | None = None, limit: int = 200) -> int:
    """Deliver what is due in the outbox; returns how many deliveries succeeded. Safe in several processes at once.

    What a subscriber announces in turn is delivered by the same call: an inner call leaves it to the outer one.
    """
    if _delivering.get():
        return 0
    token = _delivering.set(True)
    try:
        done, more = 0, 1
        while more:
            more = _deliver_round(now or timezone.now(), limit)
            done += more
        return done
    finally:
        _delivering.reset(token)


def _deliver_round(now: dt.datetime, limit: int) -> int:
    due = Q(next_try__isnull=True) | Q(next_try__lte=now)
    waiting = OutboxEvent.objects.filter(due, settled=False).order_by("id")[:limit]
    return sum(_deliver(one, now) for one in waiting)


def stuck() -> list[Delivery]:
    """Deliveries that were given up after the last attempt; somebody has to look at them."""
    return list(
        Delivery.objects.filter(done_at__isnull=True, attempts__gte=MAX_ATTEMPTS).select_related("event")
    )


def _deliver(waiting: OutboxEvent, now: dt.datetime) -> int:
    handlers = SUBSCRIBERS.get(waiting.kind, {})
    done = sum(_deliver_to(waiting, name, handler, now) for name, handler in handlers.items())
    _settle(waiting, set(handlers))
    return done


def _settle(waiting: OutboxEvent, names: set[str]) -> None:
    """Mark an event as settled, or note when it is to be tried again, so that it does not hold up the others."""
    rows = {row.subscriber: row for row in waiting.deliveries.filter(subscriber__in=names)}
    left = [rows[n] for n in names & set(rows) if not rows[n].done_at and rows[n].attempts < MAX_ATTEMPTS]
    due = min((row.next_try for row in left if row.next_try), default=None)
    settled = not left and names <= set(rows)
    OutboxEvent.objects.filter(pk=waiting.pk).update(settled=settled, next_try=due)


def _deliver_to(waiting: OutboxEvent, name: str, handler: Callable[[Any], None], now: dt.datetime) -> int:
    """Call one subscriber in one transaction with the note that it was called, or alone and note it afterwards."""
    Delivery.objects.get_or_create(event=waiting, subscriber=name)
    alone = (waiting.kind, name) in ALONE
    try:
        if alone:
            if _due(waiting, name, now).first() is None:
                return 0
            handler(load(waiting))
        with transaction.atomic():
            row = _due_row(waiting, name, now)
            if row is None:
                return 0
            if not alone:
                handler(load(waiting))
            row.done_at, row.attempts = now, row.attempts + 1
            row.save(update_fields=["done_at", "attempts"])
            return 1
    except Exception as error:  # a failing subscriber must not stop the others; it is tried again later
        log.exception("delivery failed", kind=waiting.kind, subscriber=name, number=waiting.pk)
        _failed(waiting, name, error, now)
        return 0


def _due(waiting: OutboxEvent, name: str, now: dt.datetime) -> Any:
    due = Q(next_try__isnull=True) | Q(next_try__lte=now)
    open_ones = Delivery.objects.filter(done_at__isnull=True, attempts__lt=MAX_ATTEMPTS)
    return open_ones.filter(due, event=waiting, subscriber=name)


def _due_row(waiting: OutboxEvent, name: str, now: dt.datetime) -> Delivery | None:
    return _due(waiting, name, now).select_for_update().first()


def _failed(waiting: OutboxEvent, name: str, error: Exception, now: dt.datetime) -> None:
    row = Delivery.objects.get(event=waiting, subscriber=name)
    row.attempts += 1
    row.last_error = f"{type(error).__name__}: {error}"[:2000]
    row.next_try = now + dt.timedelta(seconds=min(2**row.attempts, 3600))
    row.save(update_fields=["attempts", "last_error", "next_try"])
