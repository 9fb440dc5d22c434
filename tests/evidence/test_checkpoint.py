"""Signed checkpoints: what is signed is what is read, and every change to the text is refused with its line."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from quanheng.errors import BadInput
from quanheng.evidence import checkpoint as cp

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
FINGERPRINT = cp.fingerprint(cp.public_bytes(KEY))
POINT = cp.Checkpoint("cq.example/账本", 42, bytes(32), dt.datetime(2026, 3, 1, 8, 30, 5, tzinfo=dt.UTC))
TEXT = cp.sign(POINT, KEY)


def test_a_signed_checkpoint_is_the_documented_text() -> None:
    public = cp.public_bytes(KEY)
    lines = TEXT.split("\n")
    zeros = base64.b64encode(bytes(32)).decode()
    key = base64.b64encode(public).decode()
    assert lines[:6] == ["cq.example/账本", "42", zeros, "time 2026-03-01T08:30:05Z", f"key {key}", ""]
    mark, name, blob = lines[6].split(" ")
    assert (mark, name, lines[7:]) == ("—", "cq.example/账本", [""])
    # C2SP signed-note: key identifier = first 4 bytes of SHA-256(name, line feed, 0x01, public key)
    identifier = hashlib.sha256("cq.example/账本".encode() + b"\x0a\x01" + public).digest()[:4]
    assert base64.b64decode(blob)[:4] == identifier
    KEY.public_key().verify(base64.b64decode(blob)[4:], "\n".join(lines[:5]).encode() + b"\n")


def test_a_signed_checkpoint_verifies_against_the_fingerprint() -> None:
    assert cp.verify(TEXT, FINGERPRINT) == POINT
    assert cp.verify(TEXT, FINGERPRINT.upper()) == POINT


@given(
    st.from_regex(r"[a-z][a-z./-]{0,30}", fullmatch=True),
    st.integers(0, 10**16 - 1),
    st.binary(min_size=32, max_size=32),
    st.datetimes(timezones=st.timezones()),
)
def test_every_checkpoint_comes_back_as_it_was_signed(
    origin: str, size: int, root: bytes, time: dt.datetime
) -> None:
    try:
        point = cp.Checkpoint(origin, size, root, time)
    except OverflowError:  # the first or last day of the calendar has no UTC
        return
    assert cp.verify(cp.sign(point, KEY), FINGERPRINT) == point


def test_every_single_bit_of_the_text_counts() -> None:
    raw = TEXT.encode()
    for bit in range(len(raw) * 8):
        changed = bytearray(raw)
        changed[bit // 8] ^= 1 << bit % 8
        try:
            text = changed.decode()
        except UnicodeDecodeError:
            continue
        with pytest.raises(BadInput):
            cp.verify(text, FINGERPRINT)


@pytest.mark.parametrize(
    ("old", "new", "row"),
    [
        ("cq.example/账本\n4", "cq example\n4", 1),
        ("\n42\n", "\n042\n", 2),
        ("\n42\n", "\n-1\n", 2),
        ("AAA=\n", "AAB=\n", 3),
        ("time ", "Time ", 4),
        ("2026-03-01", "2026-02-30", 4),
        ("key ", "key  ", 5),
        ("— cq", "- cq", 7),
        ("\n42\n", "\n43\n", 7),
    ],
)
def test_an_error_names_its_line(old: str, new: str, row: int) -> None:
    with pytest.raises(BadInput) as caught:
        cp.verify(TEXT.replace(old, new, 1), FINGERPRINT)
    assert caught.value.problems[0].row == row


@pytest.mark.parametrize("text", ["", "\n", TEXT[:-1], TEXT + "\n", TEXT + TEXT, TEXT.replace("\n", "\r\n")])
def test_nothing_may_be_added_or_left_out(text: str) -> None:
    with pytest.raises(BadInput):
        cp.parse(text)


def test_another_key_is_named_as_such() -> None:
    with pytest.raises(BadInput, match="signed with another key"):
        cp.verify(cp.sign(POINT, cp.new_key()), FINGERPRINT)


@pytest.mark.parametrize("origin", ["", "a b", "a+b", "a\nb", "\ud800", "x" * 201])
def test_an_origin_must_be_a_name(origin: str) -> None:
    with pytest.raises(BadInput, match="not a name"):
        cp.Checkpoint(origin, 1, bytes(32), POINT.time)


def test_size_root_and_time_are_checked() -> None:
    with pytest.raises(BadInput, match="number of rows"):
        cp.Checkpoint("a", -1, bytes(32), POINT.time)
    with pytest.raises(BadInput, match="Merkle root"):
        cp.Checkpoint("a", 1, bytes(31), POINT.time)
    with pytest.raises(BadInput, match="without its zone"):
        cp.Checkpoint("a", 1, bytes(32), POINT.time.replace(tzinfo=None))


@pytest.mark.parametrize("passphrase", [None, b"secret"])
def test_a_key_is_loaded_as_it_was_saved(passphrase: bytes | None) -> None:
    pem = cp.save_key(KEY, passphrase)
    assert cp.public_bytes(cp.load_key(pem, passphrase)) == cp.public_bytes(KEY)
    assert pem.startswith(b"-----BEGIN ENCRYPTED" if passphrase else b"-----BEGIN PRIVATE")


def test_a_key_that_cannot_be_read_is_refused_with_the_reason() -> None:
    other = generate_private_key(SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    locked = cp.save_key(KEY, b"secret")
    with pytest.raises(BadInput, match="another kind"):
        cp.load_key(other)
    for pem, word in ((b"nothing", None), (locked, None), (locked, b"wrong")):
        with pytest.raises(BadInput, match="cannot be read"):
            cp.load_key(pem, word)


def test_the_fingerprint_is_the_hash_of_the_raw_key() -> None:
    assert hashlib.sha256(cp.public_bytes(KEY)).hexdigest() == FINGERPRINT
    with pytest.raises(BadInput, match="public key"):
        cp.fingerprint(b"short")
