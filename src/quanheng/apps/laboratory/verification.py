"""What anybody who holds a paper may ask of it: does it stand, and is the file that he was given the registered one.

The key is the verification code on the paper; who has it sees the public facts of that one certificate and nothing
else. A certificate that only the holder of the instrument entered is never called valid here until its issuer
confirmed it. This file reads; it stores neither the question nor the file.
"""

from __future__ import annotations

import base64
import datetime as dt
import re
from dataclasses import dataclass
from typing import Any, Literal

from quanheng.apps.laboratory import policy
from quanheng.apps.laboratory.models import Certificate
from quanheng.apps.laboratory.traceability import own_standing
from quanheng.apps.records import queries as records
from quanheng.apps.records.act import SYSTEM
from quanheng.apps.records.classify import urn_of
from quanheng.apps.records.fields import masked

Verdict = Literal["valid", "expired", "not_yet", "replaced", "revoked", "unconfirmed"]
Comparison = Literal["unchanged", "as_brought", "older", "altered", "nothing_registered"]
LENGTH = 26
_CODE = re.compile(rf"[A-Z2-7]{{{LENGTH}}}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Shown:
    """The public facts of one certificate; the serial number only so far that the holder of the paper recognises it."""

    id: str
    verdict: Verdict
    number: str
    kind: str
    issuer: str
    instrument: str
    model: str
    serial: str
    issued_on: dt.date
    valid_from: dt.date
    valid_until: dt.date | None
    ended_on: dt.date | None
    replaced_by: str
    registered: int
    confirmed_at: dt.datetime | None  # when the issuer confirmed what the holder had entered
    issuer_here: bool  # whether anybody works here for the issuer; asked only of an unconfirmed certificate


def readable_code(text: str) -> str:
    """A code as it was typed in, without the spaces and dashes of print; empty if it can be none."""
    code = re.sub(r"[\s-]", "", text).upper()[: LENGTH + 1]
    return code if _CODE.fullmatch(code) and _canonical(code) else ""


def _canonical(code: str) -> bool:
    """The last character holds three bits: the codes that differ only behind them are not codes at all."""
    decoded = base64.b32decode(code + "=" * (-len(code) % 8))
    return base64.b32encode(decoded).decode().rstrip("=") == code


def look_up(text: str, day: dt.date) -> Shown | None:
    """The certificate of a code as it stands on a day; None where there is none."""
    code = readable_code(text)
    row = (
        Certificate.objects.filter(verification_code=code)
        .select_related("owner", "instrument", "replaced_by")
        .first()
        if code
        else None
    )
    return None if row is None else _shown(row, day)


def _shown(row: Certificate, day: dt.date) -> Shown:
    return Shown(
        id=str(row.pk),
        verdict=_verdict(row, day),
        number=row.number,
        kind=str(row.get_kind_display()),
        issuer=row.owner.name,
        instrument=row.instrument.name,
        model=row.instrument.model,
        serial=_partly(row.instrument.serial),
        issued_on=row.issued_on,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        ended_on=row.ended_on,
        replaced_by=row.replaced_by.number if row.replaced_by else "",
        registered=len(_registered(row)),
        confirmed_at=row.confirmed_at,
        issuer_here=not row.unconfirmed or policy.issuer_takes_part(row),
    )


def _partly(serial: str) -> str:
    """Enough of a serial number to compare with a nameplate, too little to make one up."""
    return (
        masked(serial)
        if len(serial) >= 8
        else "*" * (len(serial) - 2) + serial[-2:]
        if len(serial) > 4
        else "***"
    )


def _verdict(row: Certificate, day: dt.date) -> Verdict:
    own, _since = own_standing(row, day)
    if own in ("revoked", "replaced"):
        return "revoked" if own == "revoked" else "replaced"
    if row.unconfirmed:
        return "unconfirmed"
    standing: dict[str, Verdict] = {"in_force": "valid", "expired": "expired", "not_yet": "not_yet"}
    return standing[own]


def _registered(row: Certificate) -> list[Any]:
    """The files that the issuer attached to its certificate, newest first; a scan of somebody else proves nothing."""
    return list(records.attachments(SYSTEM, urn_of(row)).filter(owner=row.owner_id))


def fingerprint(text: str) -> str:
    """A SHA-256 as it was pasted, in small letters; empty if it is none."""
    plain = re.sub(r"[\s:]", "", text).lower()
    return plain if _SHA256.fullmatch(plain) else ""


def compare(shown: Shown, sha256: str) -> Comparison:
    """Whether a file of this hash is the registered one, that one as it was brought, an older version, or another."""
    files = _registered(Certificate.objects.get(pk=shown.id))
    if not files:
        return "nothing_registered"
    found = [one for one in files if sha256 in (one.file.sha256, one.original_sha256)]
    if not found:
        return "altered"
    current = [one for one in found if not hasattr(one, "newer")]
    if not current:
        return "older"
    return "unchanged" if any(one.file.sha256 == sha256 for one in current) else "as_brought"
