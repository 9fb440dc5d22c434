"""Keys per person: the ledger holds a keyed commitment to personal content, never the content.

When a person's key is destroyed, nothing that was recorded can be tied to the person's data any more, while
the chain stays whole. Keys are stored wrapped under a master key that lies outside the database.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets
import uuid
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from quanheng.apps.records import reading
from quanheng.apps.records.models import PersonalKey
from quanheng.apps.records.private import secret_file
from quanheng.evidence.canonical import canonical_json

ERASED = "erased"
PREFIX = "hmac-sha256:"


@cache
def _master(folder: Path) -> AESGCM:
    return AESGCM(secret_file(folder / "master.key", lambda: secrets.token_bytes(32)))


def key_for(subject: uuid.UUID) -> bytes | None:
    """The person's key, made on first use; None when it was destroyed."""
    row = PersonalKey.objects.filter(pk=subject).first()
    if row is None:
        wrapped = _wrap(subject, secrets.token_bytes(32))
        row, _made = PersonalKey.objects.get_or_create(subject=subject, defaults={"wrapped": wrapped})
    return unwrap(subject, row.wrapped)


def unwrap(subject: uuid.UUID, wrapped: bytes | None) -> bytes | None:
    """The key in a stored row; None when it was destroyed. A row that was tampered with raises InvalidTag."""
    if wrapped is None:
        return None
    content = bytes(wrapped)
    return _master(settings.KEYS_FOLDER).decrypt(content[:12], content[12:], str(subject).encode())


def destroy(subject: uuid.UUID, at: dt.datetime) -> bool:
    """Destroy a person's key; False if it is destroyed already. Only the act that records it may call this."""
    key_for(subject)  # so that no new key is ever made for this person
    waiting = PersonalKey.objects.filter(pk=subject, wrapped__isnull=False)
    return bool(waiting.update(wrapped=None, destroyed_at=at))


def _wrap(subject: uuid.UUID, key: bytes) -> bytes:
    nonce = secrets.token_bytes(12)
    return nonce + _master(settings.KEYS_FOLDER).encrypt(nonce, key, str(subject).encode())


@dataclass(slots=True)
class Committer:
    """Commitments to the content of one person; the key is fetched once."""

    subject: uuid.UUID
    key: bytes | None = None
    known: bool = False

    def commitment(self, field: str, value: object) -> str:
        """What the ledger holds in place of personal content."""
        if not self.known:
            self.key, self.known = key_for(self.subject), True
        if self.key is None:
            return ERASED
        return PREFIX + hmac.new(self.key, canonical_json([field, value]), hashlib.sha256).hexdigest()


class Keyring:
    """All keys as they lie in the database, for verification: it makes none and names those that cannot be used."""

    def __init__(self) -> None:
        read = list(reading.values(PersonalKey, ("subject", "wrapped")))
        self.unreadable = [row for row in read if isinstance(row, reading.Unreadable)]
        self.stored = dict(row for row in read if not isinstance(row, reading.Unreadable))
        self.broken: set[uuid.UUID] = set()
        self._open: dict[uuid.UUID, bytes | None] = {}

    def destroyed(self) -> set[uuid.UUID]:
        """The subjects whose key is gone."""
        return {subject for subject, wrapped in self.stored.items() if wrapped is None}

    def committer(self, subject: uuid.UUID) -> Committer:
        """Commitments as the stored key makes them; a missing or broken key makes ones that match nothing."""
        if subject not in self._open:
            self._open[subject] = self._unwrap(subject)
        return Committer(subject, self._open[subject], known=True)

    def _unwrap(self, subject: uuid.UUID) -> bytes | None:
        if subject not in self.stored:
            return b"no key"
        try:
            return unwrap(subject, self.stored[subject])
        except (InvalidTag, ValueError):
            self.broken.add(subject)
            return b"broken key"
