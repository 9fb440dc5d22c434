"""One value, one text, one hash: JSON in the canonical form of RFC 8785, without any number that could be read twice.

Floats, decimals and times have several honest spellings, so they are refused: the caller writes them as text.
This file is not a general JSON writer and reads nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from quanheng.errors import BadInput

MAX_INTEGER = 2**53 - 1
"""The largest integer that every JSON reader keeps exactly (RFC 8785 section 3.2.2.3, RFC 7493 section 2.2)."""

MAX_DEPTH = 64
"""How deep lists and objects may nest: far beyond any act of ours, and below every reader's recursion limit."""

_quote = json.JSONEncoder(ensure_ascii=False).encode


class _Unfit(Exception):
    """A value without canonical form; the way to it is gathered while the error rises."""

    def __init__(self, message: str, found: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message, self.found, self.remedy = message, found, remedy
        self.path: list[str] = []


def canonical_json(value: object) -> bytes:
    """Write a value as canonical JSON.

    Parameters
    ----------
    value : None, bool, int with |n| ≤ 2**53 - 1, str, list, tuple, or mapping with str keys, nested at will.

    Returns
    -------
    bytes
        UTF-8 without white space; keys sorted by UTF-16 code units; only the escapes that JSON demands.

    Raises
    ------
    BadInput
        For any other type (float, Decimal, datetime, bytes, set …), an integer out of range, a lone surrogate,
        a key that is not text, or nesting deeper than `MAX_DEPTH`. The field names the way to the value.

    Notes
    -----
    Two values that Python holds equal but that differ as JSON (1 and True) give different bytes;
    a tuple and a list with the same items give the same bytes.

    References
    ----------
    RFC 8785, sections 3.2.2 and 3.2.3; RFC 8259 section 7.
    """
    try:
        return _write(value, MAX_DEPTH).encode("utf-8")
    except _Unfit as unfit:
        field = "".join(reversed(unfit.path)).lstrip(".")
        raise BadInput(unfit.message, field=field, found=unfit.found, remedy=unfit.remedy) from None


def digest(data: bytes) -> str:
    """The SHA-256 of bytes.

    Parameters
    ----------
    data : bytes

    Returns
    -------
    str
        64 lower-case hexadecimal digits.

    References
    ----------
    FIPS 180-4, section 6.2.
    """
    return hashlib.sha256(data).hexdigest()


def _write(value: Any, depth: int) -> str:
    # Exact types first: they are nearly all that a ledger holds, and this is the inner loop of verification.
    kind = type(value)
    if kind is str:
        return _text(value)
    if value is None:
        return "null"
    if kind is bool:
        return "true" if value else "false"
    if kind is int:
        return _integer(value)
    if isinstance(value, Mapping):
        return _object(value, _deeper(depth))
    if isinstance(value, list | tuple):
        return _array(value, _deeper(depth))
    return _uncommon(value)


def _uncommon(value: Any) -> str:
    if isinstance(value, str):  # an enumeration or marked text: its characters count, not its class
        return _text(str.__str__(value))
    if isinstance(value, int):
        return _integer(int(value))
    raise _Unfit(
        f"a value of type {type(value).__name__} has no single canonical JSON form",
        repr(value)[:80],
        "give it as text, written the way it is to be shown and hashed",
    )


def _deeper(depth: int) -> int:
    if depth <= 0:
        raise _Unfit(f"nested deeper than {MAX_DEPTH} levels", "a list or object", "flatten it")
    return depth - 1


def _text(value: str) -> str:
    if not value.isascii():
        try:
            value.encode("utf-8")
        except UnicodeEncodeError:
            raise _Unfit(
                "the text holds half of a surrogate pair", ascii(value)[:80], "give valid Unicode"
            ) from None
    return _quote(value)


def _integer(value: int) -> str:
    if not -MAX_INTEGER <= value <= MAX_INTEGER:
        raise _Unfit("the integer is beyond 2**53 - 1", f"{value.bit_length()} bits", "give it as text")
    return str(value)


def _array(items: Iterable[Any], depth: int) -> str:
    parts: list[str] = []
    for position, item in enumerate(items):
        try:
            parts.append(_write(item, depth))
        except _Unfit as unfit:
            unfit.path.append(f"[{position}]")
            raise
    return "[" + ",".join(parts) + "]"


def _object(fields: Mapping[Any, Any], depth: int) -> str:
    parts: list[str] = []
    for key in _ordered(fields):
        try:
            parts.append(_text(key) + ":" + _write(fields[key], depth))
        except _Unfit as unfit:
            unfit.path.append(f".{key}")
            raise
    return "{" + ",".join(parts) + "}"


def _ordered(fields: Mapping[Any, Any]) -> list[str]:
    for key in fields:
        if not isinstance(key, str):
            raise _Unfit("a key is not text", repr(key)[:80], "give every key as text")
    keys = sorted(fields)
    if not all(map(str.isascii, keys)):  # among ASCII keys both orders are the same, and this one is quick
        keys.sort(key=_utf16)
    return keys


def _utf16(key: str) -> bytes:
    return key.encode("utf-16-be", "surrogatepass")
