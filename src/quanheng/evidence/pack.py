"""Closing an evidence pack: manifest, signature and the ZIP in its one form. What goes in is gathered elsewhere.

The form itself stands in `offline.container`, so that who closes a pack and who checks one cannot differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from quanheng.errors import BadInput
from quanheng.evidence import merkle
from quanheng.evidence.canonical import canonical_json
from quanheng.evidence.checkpoint import public_bytes
from quanheng.evidence.offline.container import (
    PACK_MANIFEST,
    PACK_NAME,
    PACK_SIGNATURE,
    PACK_SIGNED,
    manifest_of,
    zip_bytes,
)


def close(members: Mapping[str, bytes], about: Mapping[str, Any], key: Ed25519PrivateKey) -> bytes:
    """A pack of these members.

    Parameters
    ----------
    members : mapping of str to bytes
        Paths with forward slashes, of ASCII letters, digits, dot, hyphen and low line.
    about : mapping
        What the manifest says beside the hashes, fit for `canonical_json`.
    key : Ed25519PrivateKey
        The key of the installation; its fingerprint must reach the reader by another way.

    Returns
    -------
    bytes
        The ZIP; the same input gives the same bytes (Ed25519 signatures are deterministic).

    Raises
    ------
    BadInput
        If a path has another form or is one of the pack's own.

    References
    ----------
    RFC 8785 (manifest); RFC 8032 section 5.1.6 (signature).
    """
    for name in members:
        if not PACK_NAME.fullmatch(name) or name in (PACK_MANIFEST, PACK_SIGNATURE):
            raise BadInput("not a name for a member of a pack", field="member", found=name)
    manifest = manifest_of(dict(members), dict(about))
    signature = key.sign(PACK_SIGNED + manifest)
    sealed = canonical_json({"public": public_bytes(key).hex(), "signature": signature.hex()})
    return zip_bytes({**members, PACK_MANIFEST: manifest, PACK_SIGNATURE: sealed})


def entries_member(rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Ledger entries as lines of canonical JSON, each with its four fields, in the order given."""
    return b"".join(
        canonical_json({k: row[k] for k in ("body", "digest", "prev", "seq")}) + b"\n" for row in rows
    )


def ledger_proof(digests: Sequence[str], seqs: Iterable[int]) -> bytes:
    """That entries are among the first `len(digests)` of the ledger, as a member of a pack.

    Parameters
    ----------
    digests : sequence of str
        The digests of entries 1 to n, n being the size of the checkpoint.
    seqs : iterable of int
        Numbers of the entries that the pack holds.

    Returns
    -------
    bytes
        Canonical JSON of `size` and `path`, the hashes of `merkle.subset_proof`.

    Raises
    ------
    BadInput
        If an entry lies behind the checkpoint.
    """
    leaves = [bytes.fromhex(digest) for digest in digests]
    path = merkle.subset_proof(leaves, sorted(seq - 1 for seq in set(seqs)))
    return canonical_json({"size": len(leaves), "path": [node.hex() for node in path]})
