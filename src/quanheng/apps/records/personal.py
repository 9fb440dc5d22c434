"""Keys per person: the ledger holds a keyed commitment to personal content, never the content.

When a person's key is destroyed, nothing that was recorded can be tied to the person's data any more, while
the chain stays whole. Keys are stored wrapped under a master key that lies outside the database.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import uuid
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from quanheng.apps.records.models import PersonalKey
from quanheng.evidence.canonical import canonical_json

ERASED = "erased"


@cache
def _master(folder: Path) -> AESGCM:
    path = folder / "master.key"
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_name(f"master.{secrets.token_hex(4)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(secrets.token_bytes(32))
            out.flush()
            os.fsync(out.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return AESGCM(path.read_bytes())


def key_for(subject: uuid.UUID) -> bytes | None:
    """The person's key, made on first use; None when it was destroyed."""
    master, label = _master(settings.KEYS_FOLDER), str(subject).encode()
    row = PersonalKey.objects.filter(pk=subject).first()
    if row is None:
        key, nonce = secrets.token_bytes(32), secrets.token_bytes(12)
        PersonalKey.objects.create(subject=subject, wrapped=nonce + master.encrypt(nonce, key, label))
        return key
    if row.wrapped is None:
        return None
    wrapped = bytes(row.wrapped)
    return master.decrypt(wrapped[:12], wrapped[12:], label)


def commitment(subject: uuid.UUID, field: str, value: object) -> str:
    """What the ledger holds in place of personal content."""
    key = key_for(subject)
    if key is None:
        return ERASED
    return "hmac-sha256:" + hmac.new(key, canonical_json([field, value]), hashlib.sha256).hexdigest()
