"""A file handed to an action, whichever door it came through: a page, the API or the command line."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler
from pydantic_core import CoreSchema, core_schema

from quanheng.errors import BadInput

ROOM_FOR_FIELDS = 1024 * 1024  # of a form beside its file


@dataclass(frozen=True, slots=True)
class Upload:
    """A file on this machine and the name under which a person knows it."""

    name: str
    path: Path

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> CoreSchema:
        """Only a door makes an upload: a body that spells one out would name any file of this machine."""
        return core_schema.is_instance_schema(cls)

    @classmethod
    def local(cls, path: str | Path) -> Upload:
        """A file named on the command line."""
        found = Path(path)
        if not found.is_file():
            raise BadInput("no such file", file=str(path), remedy="name a file that exists")
        return cls(found.name, found)

    @classmethod
    def received(cls, name: str, pieces: Iterable[bytes], target: Path, claimed: int | None = None) -> Upload:
        """Write what comes in piece by piece; stop at the limit, or at once where the claimed size is above it."""
        from quanheng.apps.records.media import too_large

        limit = settings.UPLOAD_MAX_BYTES
        if claimed is not None and claimed > limit:
            raise too_large(name, claimed)
        size = 0
        with target.open("wb") as out:
            for piece in pieces:
                size += len(piece)
                if size > limit:
                    raise too_large(name, size)
                out.write(piece)
        return cls(name, target)

    def sha256(self) -> str:
        """The hash of its content."""
        with self.path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()


class LimitHandler(FileUploadHandler):
    """Stands before Django's upload handlers: refuses a claimed size at once, and counts what really comes."""

    def handle_raw_input(self, input_data, META, content_length, boundary, encoding=None):  # type: ignore[no-untyped-def]  # Django's signature
        if content_length > settings.UPLOAD_MAX_BYTES + ROOM_FOR_FIELDS:
            raise RequestDataTooBig(f"{content_length} bytes are claimed")

    def new_file(self, *args, **kwargs):  # type: ignore[no-untyped-def]  # Django's signature
        super().new_file(*args, **kwargs)
        self.counted = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self.counted += len(raw_data)
        if self.counted > settings.UPLOAD_MAX_BYTES:
            raise RequestDataTooBig(f"more than {settings.UPLOAD_MAX_BYTES} bytes came")
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """The next handler keeps the file."""
