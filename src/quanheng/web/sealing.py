"""Seals the secrets of second factors before they are stored, with a key that lies in the keys folder.

Whoever gets hold of the database alone cannot compute anybody's codes. It is not the key of personal data.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from cryptography.fernet import Fernet
from django.conf import settings

from quanheng.web.home import write_private


@cache
def _box(path: Path) -> Fernet:
    if not path.exists():
        write_private(path, Fernet.generate_key())
    return Fernet(path.read_bytes())


def seal(text: str) -> str:
    """The text, readable only with the key of this installation."""
    return _box(settings.KEYS_FOLDER / "factors.key").encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """What was sealed; raises InvalidToken for anything else."""
    return _box(settings.KEYS_FOLDER / "factors.key").decrypt(sealed.encode()).decode()
