"""Where an installation keeps its data: one folder, and the secrets that are made on first use.

Everything that must be backed up lies below this folder; nothing outside it is written.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def data_folder() -> Path:
    """The folder of this installation: QUANHENG_HOME, or `var/` below the current folder."""
    return Path(os.environ.get("QUANHENG_HOME") or "var").resolve()


def secret_key(folder: Path) -> str:
    """The key that signs sessions: from the environment, else made once and kept readable by the owner only."""
    given = os.environ.get("QUANHENG_SECRET_KEY")
    if given:
        return given
    path = folder / "keys" / "session.key"
    if not path.exists():
        write_private(path, secrets.token_urlsafe(64).encode())
    return path.read_text()


def write_private(path: Path, content: bytes) -> None:
    """Write a secret so that it is never readable by others and never half written, even by two first starters."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
