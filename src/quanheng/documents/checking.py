"""Whether a signed paper is what was signed, and by whom. It trusts only fingerprints that it is given."""

from __future__ import annotations

import hashlib
import io
import logging
import re
from dataclasses import dataclass, field
from typing import Any

from asn1crypto import algos, cms
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from quanheng.errors import BadInput

LARGEST = 1 << 28


@dataclass(slots=True)
class Examined:
    """What was found: faults in words, the hash of the file, who signed when, and whether the signer is proven."""

    sha256: str
    faults: list[str] = field(default_factory=list)
    fingerprint: str = ""
    signer: str = ""
    signed_at: str = ""
    proven: bool = False


def examine(paper: bytes, trusted: list[str]) -> Examined:
    """Check the signature of a PDF.

    Parameters
    ----------
    paper : bytes
    trusted : list of str
        SHA-256 of certificates that are trusted to sign, hexadecimal; with none the signer stays unproven.

    Returns
    -------
    Examined
        Faults are in words; none if the paper is what was signed.

    Raises
    ------
    BadInput
        If it is no PDF.

    References
    ----------
    ISO 32000-2, 12.8; ETSI EN 319 142-1.
    """
    if not paper.startswith(b"%PDF-"):
        raise BadInput("not a PDF")
    found = Examined(hashlib.sha256(paper).hexdigest())
    logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
    logging.getLogger("pyhanko_certvalidator").setLevel(logging.CRITICAL)
    try:
        _examine(paper, [one.lower() for one in trusted], found)
    except Exception as problem:  # a changed file breaks its readers in every way: each is one fault
        found.faults.append(f"文件或签名无法读取 / file or signature cannot be read: {str(problem)[:120]}")
    return found


def _examine(paper: bytes, trusted: list[str], found: Examined) -> None:
    reader = PdfFileReader(io.BytesIO(paper), strict=True)
    signatures = reader.embedded_signatures
    if not signatures:
        found.faults.append("没有签名 / there is no signature")
        return
    if len(signatures) > 1:
        found.faults.append("不止一个签名 / there is more than one signature")
    signed = signatures[0]
    certificate = signed.signer_cert
    found.fingerprint = hashlib.sha256(certificate.dump()).hexdigest()
    found.signer = certificate.subject.human_friendly
    found.signed_at = _said_time(signed)
    if wrong := _wrapping(paper, signed):
        found.faults.append(wrong)
    context = ValidationContext(
        trust_roots=[certificate], allow_fetching=False, moment=signed.self_reported_timestamp
    )
    status = validate_pdf_signature(signed, signer_validation_context=context)
    _judge(status, found)
    found.proven = found.fingerprint in trusted
    if trusted and not found.proven:
        found.faults.append(
            "签名者的证书与给定指纹不符 / signed with a certificate that has another fingerprint"
        )


def _said_time(signed: Any) -> str:
    at = signed.self_reported_timestamp
    return at.isoformat() if at else ""


def _judge(status: Any, found: Examined) -> None:
    if not status.intact:
        found.faults.append("内容已被改动，与签名不符 / the content was changed: it is not what was signed")
    if not status.valid:
        found.faults.append("签名不成立 / the signature does not hold")
    if status.coverage is not SignatureCoverageLevel.ENTIRE_FILE:
        found.faults.append("签名以后又添了内容 / something was added after the signature")
    if not status.trusted:
        found.faults.append("签名证书不成立 / the certificate of the signer does not hold")


def _wrapping(paper: bytes, signed: Any) -> str:
    """The place of the signature in the file is not signed itself: it must be as the platform writes it, to the digit."""
    first, length, second, _ = (int(n) for n in signed.byte_range)
    held = paper[first + length : second]
    wrong = "签名处被改动，或不是本平台的写法 / the place of the signature was changed, or is not as the platform writes it"
    if not re.fullmatch(rb"<(?:[0-9a-f]+|[0-9A-F]+)>", held):
        return wrong
    expected = _rewritten(signed.signed_data, signed.signer_info, signed.signer_cert)
    content = bytes.fromhex(held[1:-1].decode())
    return "" if content.startswith(expected) and not any(content[len(expected) :]) else wrong


def _rewritten(data: Any, signer: Any, certificate: Any) -> bytes:
    """The signature in the one form in which it is written: what it signs and who signed, wrapped anew."""
    named = {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
    sha256 = algos.DigestAlgorithm({"algorithm": "sha256"})
    info = {
        "version": "v1",
        "sid": cms.SignerIdentifier({"issuer_and_serial_number": named}),
        "digest_algorithm": sha256,
        **{name: signer[name] for name in ("signed_attrs", "signature_algorithm", "signature")},
    }
    content = {
        "version": "v1",
        "digest_algorithms": [sha256],
        "encap_content_info": {"content_type": "data"},
        "certificates": data["certificates"],
        "signer_infos": [cms.SignerInfo(info)],
    }
    whole = cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(content)})
    return bytes(whole.dump())
