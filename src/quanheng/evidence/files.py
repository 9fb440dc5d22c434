"""A file's name is the hash of its content, so nobody can change the one and keep the other.

This file opens nothing: it hashes pieces that it is handed and names the place where they belong.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

from quanheng.errors import BadInput

_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)


def sha256_stream(chunks: Iterable[bytes]) -> str:
    """The SHA-256 of a content that comes in pieces.

    Parameters
    ----------
    chunks : iterable of bytes
        The pieces in order; how the content is cut does not matter.

    Returns
    -------
    str
        64 lower-case hexadecimal digits.

    References
    ----------
    FIPS 180-4, section 6.2.
    """
    state = hashlib.sha256()
    for chunk in chunks:
        state.update(chunk)
    return state.hexdigest()


def content_path(sha256: str) -> str:
    """The place of a content in its store, relative to the store's root: `ab/cd/abcd…`.

    Parameters
    ----------
    sha256 : str
        64 lower-case hexadecimal digits.

    Returns
    -------
    str
        A relative path with forward slashes: two folders of two digits each, so that no folder grows large.

    Raises
    ------
    BadInput
        If the text is not such a hash. Therefore no path can lead out of the store.
    """
    if not _SHA256.fullmatch(sha256):
        raise BadInput("not a SHA-256", found=sha256[:80], expected="64 lower-case hexadecimal digits")
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"
