"""The seal of an installation: a key and a certificate, with which papers are signed (PAdES, baseline B).

The seal that an installation makes for itself proves that a paper has not changed since and that the same key
signed it; who holds the key is proven by its fingerprint, or by a certificate of an authority put in its place.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
from dataclasses import dataclass
from typing import Any

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko_certvalidator.registry import SimpleCertificateStore

from quanheng.errors import BadInput

FIELD = "Seal"
KEY_BITS = 3072  # NIST SP 800-57 part 1: 128 bits of security
YEARS = 10
_ROOM = 16384  # bytes for the signature and its certificates


@dataclass(frozen=True, slots=True)
class Seal:
    """A private key with its certificate and the certificates above it."""

    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
    certificate: x509.Certificate
    above: tuple[x509.Certificate, ...] = ()

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate: what a reader compares with what he was told by another way."""
        return hashlib.sha256(self.certificate.public_bytes(serialization.Encoding.DER)).hexdigest()

    @property
    def holder(self) -> str:
        """Whom the certificate names."""
        return self.certificate.subject.rfc4514_string()


def new_seal(name: str, at: dt.datetime) -> bytes:
    """A new key with a certificate that it signed itself, as PEM. The caller keeps it outside the database, mode 0600."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    called = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name[:64])])
    start = at.astimezone(dt.UTC).replace(microsecond=0) - dt.timedelta(hours=1)
    usage = x509.KeyUsage(True, True, *(False,) * 7)  # digital signature and content commitment
    certificate = (
        x509.CertificateBuilder()
        .subject_name(called)
        .issuer_name(called)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + dt.timedelta(days=365 * YEARS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + certificate.public_bytes(serialization.Encoding.PEM)


def read_seal(pem: bytes, passphrase: bytes | None = None) -> Seal:
    """A seal from PEM: the private key (PKCS #8), its certificate, then the certificates above it.

    Raises BadInput if something is missing, of another kind, or the key is not that of the certificate.
    """
    try:
        key = serialization.load_pem_private_key(pem, passphrase)
        certificates = x509.load_pem_x509_certificates(pem)
    except (ValueError, TypeError) as problem:  # the text of the problem never holds key material
        raise BadInput(
            f"the seal cannot be read: {problem}", expected="PEM with key and certificate"
        ) from None
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise BadInput(
            "the key of the seal is of another kind", found=type(key).__name__, expected="RSA or ECDSA"
        )
    if key.public_key() != certificates[0].public_key():
        raise BadInput("the key of the seal is not that of its certificate")
    return Seal(key, certificates[0], tuple(certificates[1:]))


def sign(paper: bytes, seal: Seal, at: dt.datetime, *, reason: str) -> bytes:
    """Sign a PDF, invisibly, as an addition to it: what stands before the signature stays byte for byte.

    Parameters
    ----------
    paper : bytes
        A PDF, for instance of `typesetting.render`; its standard (PDF/A) holds on.
    seal : Seal
    at : datetime
        The time of signing that the signature states; nobody else attests it (PAdES B-B).
    reason : str

    Returns
    -------
    bytes
        With an RSA key the same input gives the same bytes.

    References
    ----------
    ETSI EN 319 142-1 (PAdES baseline signatures); ISO 32000-2, 12.8.
    """
    about = signers.PdfSignatureMetadata(
        field_name=FIELD, md_algorithm="sha256", reason=reason, subfilter=fields.SigSeedSubFilter.PADES
    )
    signer = _TimedSigner(about, signer=_signer(seal), new_field_spec=fields.SigFieldSpec(FIELD))
    signer.at = at.astimezone(dt.UTC).replace(microsecond=0)
    out = io.BytesIO()
    signer.sign_pdf(_Addition(io.BytesIO(paper)), output=out, bytes_reserved=_ROOM)
    return out.getvalue()


def _signer(seal: Seal) -> signers.SimpleSigner:
    private = seal.key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return signers.SimpleSigner(
        signing_cert=_as_asn1(seal.certificate),
        signing_key=asn1_keys.PrivateKeyInfo.load(private),
        cert_registry=SimpleCertificateStore.from_certs([_as_asn1(one) for one in seal.above]),
    )


def _as_asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))


class _TimedSigner(signers.PdfSigner):
    """Signs at a time that it is told."""

    at: dt.datetime

    def init_signing_session(self, *args: Any, **kwargs: Any) -> Any:
        session = super().init_signing_session(*args, **kwargs)
        session.system_time = self.at
        return session


class _Addition(IncrementalPdfFileWriter):
    """An addition that leaves the data about the paper as they were made, and whose identifier comes from its content."""

    def _update_meta(self) -> None:
        """A signature is no change of the paper: its dates stay, and both places that state them agree."""

    @classmethod
    def _handle_id(cls, prev: Any) -> Any:
        first, _ = prev.trailer["/ID"]
        prev.stream.seek(0)
        second = hashlib.sha256(prev.stream.read()).digest()[:16]
        return generic.ArrayObject([first, generic.ByteStringObject(second)])
