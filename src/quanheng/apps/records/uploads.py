"""A file handed to an action, whichever door it came through: a page, the API or the command line."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from quanheng.errors import BadInput


@dataclass(frozen=True, slots=True)
class Upload:
    """A file on this machine and the name under which a person knows it."""

    name: str
    path: Path

    @classmethod
    def local(cls, path: str | Path) -> Upload:
        """A file named on the command line."""
        found = Path(path)
        if not found.is_file():
            raise BadInput("no such file", file=str(path), remedy="name a file that exists")
        return cls(found.name, found)

    def sha256(self) -> str:
        """The hash of its content."""
        with self.path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
