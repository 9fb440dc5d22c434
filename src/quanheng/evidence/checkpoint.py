"""A checkpoint: the size and root of the ledger at one moment, signed, as a text that can be printed or sent away.

Whoever keeps one can prove later that the ledger was rewritten before it. This file opens no file and reads no
clock: keys are handed over as bytes, the time as a value.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from quanheng.errors import BadInput

_TIME_FORMAT = "%Y-%m-%dT%H:%M:%SZ"
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z", re.ASCII)
_SIZE = re.compile(r"0|[1-9][0-9]{0,15}", re.ASCII)
_NAME = re.compile(r"[^\s+\x00-\x20\x7f\ud800-\udfff]{1,200}")
_LINES = 7  # origin, size, root, time, key, blank, signature


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What is signed: whose ledger, how many rows, their Merkle root (32 bytes), when (UTC, whole seconds)."""

    origin: str
    size: int
    root: bytes
    time: datetime

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.origin):
            raise BadInput("not a name for a ledger", field="origin", found=self.origin[:80],
                           expected="1 to 200 characters without blank and +")  # fmt: skip
        if not 0 <= self.size < 10**16:
            raise BadInput("not a number of rows", field="size", found=str(self.size))
        if len(self.root) != 32:
            raise BadInput("not a Merkle root", field="root", found=f"{len(self.root)} bytes", expected="32")
        if self.time.utcoffset() is None:
            raise BadInput("a time without its zone", field="time", found=self.time.isoformat())
        object.__setattr__(self, "time", self.time.astimezone(UTC).replace(microsecond=0))


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A checkpoint with the public key that it names (32 bytes) and the signature (64 bytes), not yet verified."""

    checkpoint: Checkpoint
    public: bytes
    signature: bytes


def new_key() -> Ed25519PrivateKey:
    """A new signing key from the randomness of the operating system (RFC 8032 section 5.1.5)."""
    return Ed25519PrivateKey.generate()


def save_key(key: Ed25519PrivateKey, passphrase: bytes | None = None) -> bytes:
    """The key as PEM (PKCS #8), encrypted if there is a passphrase. The caller writes it with mode 0600."""
    protection: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if passphrase:
        protection = serialization.BestAvailableEncryption(passphrase)
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, protection)


def load_key(pem: bytes, passphrase: bytes | None = None) -> Ed25519PrivateKey:
    """Read a key that `save_key` wrote.

    Parameters
    ----------
    pem : bytes
        The content of the key file.
    passphrase : bytes or None

    Returns
    -------
    Ed25519PrivateKey

    Raises
    ------
    BadInput
        If it is no private key, a key of another kind, or the passphrase is wrong or missing.

    References
    ----------
    RFC 5958, RFC 8410.
    """
    try:
        key = serialization.load_pem_private_key(pem, passphrase)
    except (ValueError, TypeError) as problem:  # the text of the problem never holds key material
        raise BadInput(f"the signing key cannot be read: {problem}", expected="PEM, PKCS #8") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise BadInput("the signing key is of another kind", found=type(key).__name__, expected="Ed25519")
    return key


def public_bytes(key: Ed25519PrivateKey) -> bytes:
    """The public half of a key, 32 bytes (RFC 8032 section 5.1.5)."""
    return key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def fingerprint(public: bytes) -> str:
    """The name by which people know a key: SHA-256 of its 32 raw bytes, 64 lower-case hexadecimal digits."""
    if len(public) != 32:
        raise BadInput("not an Ed25519 public key", found=f"{len(public)} bytes", expected="32")
    return hashlib.sha256(public).hexdigest()


def sign(checkpoint: Checkpoint, key: Ed25519PrivateKey) -> str:
    """Sign a checkpoint.

    Parameters
    ----------
    checkpoint : Checkpoint
    key : Ed25519PrivateKey

    Returns
    -------
    str
        Seven lines, each ended by a line feed: origin; size; root (Base64); `time …Z`; `key …` (Base64);
        an empty line; `— origin signature` (Base64 of 4 bytes key identifier and 64 bytes signature). Several
        checkpoints in one file are separated by one empty line (`join`).

    Notes
    -----
    The signature covers the first five lines with their line feeds.

    References
    ----------
    C2SP tlog-checkpoint and signed-note (this text is one, with two extension lines); RFC 8032 section 5.1.6.
    """
    public = public_bytes(key)
    text = _text(checkpoint, public)
    blob = _key_id(checkpoint.origin, public) + key.sign(text.encode())
    return f"{text}\n— {checkpoint.origin} {_b64(blob)}\n"


def join(signed: list[str]) -> str:
    """Several signed checkpoints as the text of one file, oldest first."""
    return "\n".join(signed)


def parse(text: str) -> SignedCheckpoint:
    """Read one signed checkpoint without judging its signature.

    Parameters
    ----------
    text : str
        As `sign` gave it, to the last line feed: nothing may be added, left out or spelt differently.

    Returns
    -------
    SignedCheckpoint

    Raises
    ------
    BadInput
        With the line that is wrong, as row.
    """
    lines = text.split("\n")
    if len(lines) != _LINES + 1 or lines[-1] or lines[5]:
        raise BadInput("not a checkpoint", found=f"{len(lines) - 1} lines",
                       expected="origin, size, root, time, key, an empty line, signature")  # fmt: skip
    origin = _matching(_NAME, lines, 1, "origin", "a name without blank and +")
    size = _matching(_SIZE, lines, 2, "size", "a number without leading zeros")
    root = _unb64(lines[2], 3, "root", 32)
    time = _time(_after("time ", lines, 4))
    public = _unb64(_after("key ", lines, 5), 5, "key", 32)
    blob = _unb64(_after(f"— {origin} ", lines, 7), 7, "signature", 68)
    if blob[:4] != _key_id(origin, public):
        raise BadInput("the signature names another key than line 5", row=7, field="signature")
    return SignedCheckpoint(Checkpoint(origin, int(size), root, time), public, blob[4:])


def verify(text: str, trusted_fingerprint: str) -> Checkpoint:
    """Read one signed checkpoint and verify it against a key known from elsewhere.

    Parameters
    ----------
    text : str
        As `sign` gave it.
    trusted_fingerprint : str
        As `fingerprint` gives it; it must not come from where the checkpoint comes from.

    Returns
    -------
    Checkpoint

    Raises
    ------
    BadInput
        If it cannot be read, names another key, or its signature does not hold.

    References
    ----------
    RFC 8032, section 5.1.7.
    """
    signed = parse(text)
    if fingerprint(signed.public) != trusted_fingerprint.lower():
        raise BadInput("signed with another key", row=5, field="key",
                       found=fingerprint(signed.public), expected=trusted_fingerprint)  # fmt: skip
    body = _text(signed.checkpoint, signed.public).encode()
    try:
        Ed25519PublicKey.from_public_bytes(signed.public).verify(signed.signature, body)
    except InvalidSignature:
        raise BadInput(
            "the signature does not hold: the checkpoint was changed", row=7, field="signature"
        ) from None
    return signed.checkpoint


def _text(checkpoint: Checkpoint, public: bytes) -> str:
    time = checkpoint.time.replace(tzinfo=None).isoformat() + "Z"
    return (
        f"{checkpoint.origin}\n{checkpoint.size}\n{_b64(checkpoint.root)}\ntime {time}\nkey {_b64(public)}\n"
    )


def _key_id(name: str, public: bytes) -> bytes:
    """The first bytes of a signature line that say whose it is (C2SP signed-note; 0x01 stands for Ed25519)."""
    return hashlib.sha256(name.encode() + b"\n\x01" + public).digest()[:4]


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _unb64(text: str, row: int, field: str, length: int) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        data = b""
    if len(data) != length or _b64(data) != text:  # the last digit has spare bits: one spelling only
        raise BadInput(
            "not readable", row=row, field=field, found=text[:80], expected=f"Base64 of {length} bytes"
        )
    return data


def _matching(pattern: re.Pattern[str], lines: list[str], row: int, field: str, expected: str) -> str:
    if not pattern.fullmatch(lines[row - 1]):
        raise BadInput("not readable", row=row, field=field, found=lines[row - 1][:80], expected=expected)
    return lines[row - 1]


def _after(prefix: str, lines: list[str], row: int) -> str:
    if not lines[row - 1].startswith(prefix):
        raise BadInput(
            "not readable", row=row, found=lines[row - 1][:80], expected=f"a line that begins {prefix!r}"
        )
    return lines[row - 1][len(prefix) :]


def _time(text: str) -> datetime:
    try:
        if _TIME.fullmatch(text):
            return datetime.strptime(text, _TIME_FORMAT).replace(tzinfo=UTC)
    except ValueError:
        pass  # the digits are there, the day is not in the calendar
    raise BadInput(
        "not readable", row=4, field="time", found=text[:80], expected="UTC as 2026-01-31T08:00:00Z"
    )
