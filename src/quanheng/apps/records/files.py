"""The one store of files: a folder, or a bucket of an S3-compatible server. A file lies under the hash of its content.

The same bytes are stored once and never overwritten. Which kinds of files may come in is decided in `media`; who
may read one is decided by the policy of attachments.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import obstore
from django.conf import settings
from obstore.store import from_url

from quanheng.apps.records.private import sync_folder
from quanheng.errors import QuanhengError
from quanheng.evidence.files import content_path, sha256_stream

PIECE = 1 << 20
ABSENT = (FileNotFoundError, obstore.exceptions.NotFoundError)


class StoreFault(QuanhengError):
    """The store did not keep what it was given (exit code 1)."""


class Store:
    """Contents by their SHA-256 (64 hexadecimal digits)."""

    def __init__(self, address: str) -> None:
        options: dict[str, Any] = {"mkdir": True} if address.startswith("file:") else {}
        self.inner: Any = from_url(address, **options)
        self.folder = Path(unquote(urlsplit(address).path)) if options else None

    def put(self, source: Path) -> tuple[str, int]:
        """Store the content of a file and read it back; returns hash and size. Storing it again does nothing."""
        name, size = _hash_of(source)
        if self.problem(name, size):
            obstore.put(self.inner, content_path(name), source)
            self._settle(name)
            if problem := self.problem(name, size):
                raise StoreFault(f"the file store did not keep {name}: {problem}")
        return name, size

    def stream(self, name: str) -> Iterator[bytes]:
        """The content, piece by piece; FileNotFoundError if it is not there."""
        for piece in obstore.get(self.inner, content_path(name)).stream(min_chunk_size=PIECE):
            yield bytes(piece)

    def problem(self, name: str, size: int | None = None) -> str:
        """What is wrong with a stored content; empty if it is there and unchanged."""
        counted = 0

        def counting() -> Iterator[bytes]:
            nonlocal counted
            for piece in self.stream(name):
                counted += len(piece)
                yield piece

        try:
            found = sha256_stream(counting())
        except ABSENT:
            return "is missing in the store"
        except QuanhengError as wrong_name:
            return str(wrong_name)
        if found != name:
            return "was changed in the store"
        return "" if size in (None, counted) else f"is recorded with {size} bytes and has {counted}"

    def _settle(self, name: str) -> None:
        """On a local disk: name and content survive a power failure before anybody relies on them."""
        if self.folder is None:
            return
        path = self.folder / content_path(name)
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        for folder in (path.parent, path.parent.parent, self.folder):
            sync_folder(folder)


def store() -> Store:
    """The store of this installation, as its settings name it."""
    return _opened(settings.FILE_STORE)


@cache
def _opened(address: str) -> Store:
    return Store(address)


def _hash_of(source: Path) -> tuple[str, int]:
    state, size = sha256(), 0
    with source.open("rb") as stream:
        while piece := stream.read(PIECE):
            state.update(piece)
            size += len(piece)
    return state.hexdigest(), size
