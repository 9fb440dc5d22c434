"""A signature holds for the paper that was signed and for no other, and proves its signer only by a fingerprint."""

from __future__ import annotations

import datetime as dt
import io
import random

import pikepdf
import pytest
from cryptography.hazmat.primitives import serialization

from quanheng.documents.checking import examine
from quanheng.documents.signing import new_seal, read_seal, sign
from quanheng.errors import BadInput

AT = dt.datetime(2026, 3, 1, 8, tzinfo=dt.UTC)


def paper() -> bytes:
    out = io.BytesIO()
    made = pikepdf.new()
    made.add_blank_page()
    made.save(out, deterministic_id=True)
    return out.getvalue()


@pytest.fixture(scope="module")
def seal():
    return read_seal(new_seal("示例印章", AT))


@pytest.fixture(scope="module")
def signed(seal):
    return sign(paper(), seal, AT, reason="示例")


def test_a_signed_paper_begins_with_the_paper_and_holds(seal, signed):
    assert signed.startswith(paper())
    assert signed == sign(paper(), seal, AT, reason="示例")
    found = examine(signed, [seal.fingerprint])
    assert found.faults == [] and found.proven
    assert found.signed_at == "2026-03-01T08:00:00+00:00" and "示例印章" in found.signer


def test_without_a_fingerprint_the_signer_is_not_proven_and_another_one_is_a_fault(seal, signed):
    assert examine(signed, []).faults == [] and not examine(signed, []).proven
    assert "fingerprint" in examine(signed, ["0" * 64]).faults[0]


def test_each_altered_bit_is_named(seal, signed):
    """A sample over the whole file, and every byte of a stretch in the place of the signature."""
    place = signed.index(b"/Contents <") + 11
    chosen = random.Random(1).sample(range(len(signed)), 150)
    for at in [*chosen, *range(place - 2, place + 120, 3)]:
        altered = bytearray(signed)
        altered[at] ^= 1 << (at % 8)
        assert examine(bytes(altered), [seal.fingerprint]).faults, at


def test_an_addition_after_the_signature_is_named(seal, signed):
    assert examine(signed + b"\n%%EOF\n", [seal.fingerprint]).faults
    longer = io.BytesIO()
    changed = pikepdf.open(io.BytesIO(signed))
    changed.add_blank_page()
    changed.save(longer)
    assert examine(longer.getvalue(), [seal.fingerprint]).faults


def test_a_paper_without_signature_is_named_and_no_paper_refused(seal):
    assert "there is no signature" in examine(paper(), []).faults[0]
    with pytest.raises(BadInput):
        examine(b"hello", [])


def test_a_seal_must_be_whole():
    one, other = new_seal("甲", AT), new_seal("乙", AT)
    key, certificate = one.split(b"-----BEGIN CERTIFICATE-----")
    with pytest.raises(BadInput):
        read_seal(key)
    with pytest.raises(BadInput):
        read_seal(b"-----BEGIN CERTIFICATE-----" + certificate)
    mixed = key + b"-----BEGIN CERTIFICATE-----" + other.split(b"-----BEGIN CERTIFICATE-----")[1]
    with pytest.raises(BadInput, match="not that of its certificate"):
        read_seal(mixed)


def test_the_key_of_a_seal_is_of_3072_bits_and_its_certificate_is_for_signing_only(seal):
    assert seal.key.key_size == 3072
    usage = seal.certificate.extensions.get_extension_for_class(
        __import__("cryptography.x509", fromlist=["KeyUsage"]).KeyUsage
    ).value
    assert usage.digital_signature and usage.content_commitment and not usage.key_cert_sign
    assert seal.certificate.public_bytes(serialization.Encoding.DER)
