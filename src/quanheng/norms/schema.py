"""What one value of a norm must carry before it may be used, and how its version is made.

Exact decimals stand as text in the sets, because a float in a data file is already a rounding.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Literal

from quanheng.errors import Problem

Verified = Literal["none", "one reader", "two readers"]
VERIFIED = ("none", "one reader", "two readers")

REQUIRED = ("norm", "edition", "item", "value", "unit", "page", "verified", "source")
OPTIONAL = ("table", "basis", "standard_uncertainty", "valid_from", "valid_to", "note")
KEY = ("norm", "edition", "table", "item", "basis")


@dataclass(frozen=True, slots=True)
class NormValue:
    """One value as a norm prints it.

    value: exact decimal in ``unit``; standard_uncertainty: in the same unit, 0 where the value is exact by
    definition, None where the norm states none; valid_from, valid_to: first and last day, None for open;
    page: where it stands; verified: how many readers have compared it with the printed norm; version:
    hash of this value's own record; set_version: hash of the whole set.
    """

    norm: str
    edition: str
    table: str
    item: str
    basis: str
    value: Decimal
    unit: str
    standard_uncertainty: Decimal | None
    valid_from: date | None
    valid_to: date | None
    page: str
    verified: Verified
    source: str
    note: str
    version: str
    set_name: str
    set_version: str

    @property
    def key(self) -> tuple[str, str, str, str, str]:
        """(norm, edition, table, item, basis): what identifies the value for ever."""
        return self.norm, self.edition, self.table, self.item, self.basis

    @property
    def id(self) -> str:
        """The key as one line, for dependency records."""
        return " | ".join(self.key)

    @property
    def dependency(self) -> tuple[str, str, str]:
        """(kind, id, version) for the dependency record of a derived result.

        The version is that of the value itself: a set that gains other values disturbs no result.
        """
        return "norm", self.id, self.version

    @property
    def cite(self) -> str:
        """Norm, edition, table and page in one line."""
        return ", ".join(part for part in (f"{self.norm} ({self.edition})", self.table, self.page) if part)

    def in_force(self, on: date) -> bool:
        """Whether ``on`` lies in the period of validity, both ends included."""
        return (self.valid_from is None or self.valid_from <= on) and (
            self.valid_to is None or on <= self.valid_to
        )


def fingerprint(record: object) -> str:
    """SHA-256 of the record as canonical JSON (sorted keys, no spaces): comments and layout do not count."""
    text = json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()


def problems_of(record: Mapping[str, object], where: str, file: str) -> list[Problem]:
    """Everything that keeps a record from being a value: unknown, absent or ill-formed fields.

    Parameters
    ----------
    record : as read from a set
    where : path of the record in its file, for instance ``values[3]``
    file : name of the set's file
    """
    found = [
        Problem(
            "unknown key", f"{where}.{name}", file=file, expected="one of " + ", ".join(REQUIRED + OPTIONAL)
        )
        for name in record
        if name not in REQUIRED + OPTIONAL
    ]
    for name in REQUIRED:
        if record.get(name) in (None, ""):
            found.append(
                Problem("missing", f"{where}.{name}", file=file, remedy="a value without a source is none")
            )
    for name, content in record.items():
        expected = _expected(name, content)
        if content is not None and expected:
            found.append(
                Problem("ill-formed", f"{where}.{name}", file=file, found=str(content), expected=expected)
            )
    found += _validity(record, where, file)
    return found


def make(record: Mapping[str, object], set_name: str, set_version: str) -> NormValue:
    """The typed value of a record that has no problems."""

    def text(name: str) -> str:
        return str(record.get(name) or "")

    uncertainty, first, last = (record.get(n) for n in ("standard_uncertainty", "valid_from", "valid_to"))
    verified: Verified = "none"
    if record["verified"] == "one reader":
        verified = "one reader"
    elif record["verified"] == "two readers":
        verified = "two readers"
    return NormValue(
        norm=text("norm"),
        edition=text("edition"),
        table=text("table"),
        item=text("item"),
        basis=text("basis"),
        value=Decimal(text("value")),
        unit=text("unit"),
        standard_uncertainty=None if uncertainty is None else Decimal(str(uncertainty)),
        valid_from=first if isinstance(first, date) else None,
        valid_to=last if isinstance(last, date) else None,
        page=text("page"),
        verified=verified,
        source=text("source"),
        note=text("note"),
        version=fingerprint(record),
        set_name=set_name,
        set_version=set_version,
    )


def _expected(name: str, content: object) -> str:
    """What a field should have been, or nothing if it is well formed."""
    if name in ("value", "standard_uncertainty"):
        return "" if _is_decimal(content) else "an exact decimal in quotes"
    if name in ("valid_from", "valid_to"):
        return "" if type(content) is date else "a date YYYY-MM-DD"
    if name == "verified":
        return "" if content in VERIFIED else " / ".join(VERIFIED)
    if name in REQUIRED + OPTIONAL:
        return "" if isinstance(content, str) else "text (numbers in quotes)"
    return ""


def _is_decimal(content: object) -> bool:
    if not isinstance(content, str):
        return False
    try:
        return Decimal(content).is_finite()
    except InvalidOperation:
        return False


def _validity(record: Mapping[str, object], where: str, file: str) -> list[Problem]:
    first, last = record.get("valid_from"), record.get("valid_to")
    if type(first) is date and type(last) is date and last < first:
        return [Problem("ends before it begins", f"{where}.valid_to", file=file, found=str(last))]
    return []


def _plain(content: object) -> str:
    if isinstance(content, date):
        return content.isoformat()
    raise TypeError(f"{type(content).__name__} has no place in a set")
