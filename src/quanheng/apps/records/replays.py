"""One act for one idempotency key: the first request acts, its twins wait and get the first answer again.

A reservation is made before the act and names the request. If the machine stops between the act and its answer,
the ledger knows the request: the answer is built from its entry, and the act is not done twice. An act that was
refused leaves no reservation, so that the same key may be used once the reason is gone.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from quanheng.apps.records.action import request_id
from quanheng.apps.records.models import LedgerEntry, Replay

KEPT = dt.timedelta(days=7)  # after that a key may be used anew
GIVEN_UP = dt.timedelta(minutes=10)  # no request lasts longer; its process has gone
PATIENCE = 10.0  # seconds that a twin waits for the first
PAUSE = 0.05


class OtherContent(Exception):
    """The key was used with another body."""


class StillRunning(Exception):
    """The first request with this key has not ended."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to an act, and whether it was given before."""

    body: dict[str, Any]
    again: bool


def once(
    owner: str,
    key: str,
    fingerprint: str,
    verb: str,
    act: Callable[[], dict[str, Any]],
    told: Callable[[LedgerEntry], dict[str, Any]],
) -> Answer:
    """Do the act unless this key did it already; raises OtherContent or StillRunning."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        first = Replay.objects.filter(owner=owner, key=key).first()
        if first is None:
            mine = _reserve(owner, key, fingerprint)
            if mine is not None:
                return Answer(_carry_out(mine, act), again=False)
            continue
        if first.fingerprint != fingerprint:
            raise OtherContent
        body = dict(first.body) if first.status else _found_out(first, verb, told)
        if body is not None:
            return Answer(body, again=True)
        time.sleep(PAUSE)
    raise StillRunning


def _reserve(owner: str, key: str, fingerprint: str) -> Replay | None:
    """The reservation if nobody was first; it is committed before the act begins."""
    Replay.objects.filter(owner=owner, at__lt=timezone.now() - KEPT).delete()
    try:
        with transaction.atomic():
            return Replay.objects.create(
                owner=owner, key=key, fingerprint=fingerprint, body={"request": request_id.get()}
            )
    except IntegrityError:
        return None


def _carry_out(mine: Replay, act: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    try:
        body = act()
    except Exception:
        mine.delete()
        raise
    Replay.objects.filter(pk=mine.pk).update(status=201, body=body)
    return body


def _found_out(
    first: Replay, verb: str, told: Callable[[LedgerEntry], dict[str, Any]]
) -> dict[str, Any] | None:
    """What became of a request without an answer; None while it may still be running, or if it did nothing."""
    if first.at > timezone.now() - GIVEN_UP:
        return None
    entry = LedgerEntry.objects.filter(request_id=first.body["request"], verb=verb).first()
    if entry is None:
        Replay.objects.filter(pk=first.pk, status=0).delete()
        return None
    body = told(entry)
    Replay.objects.filter(pk=first.pk).update(status=201, body=body)
    return body
