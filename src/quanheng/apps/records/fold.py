"""The fold of the ledger: what every row must hold if it was changed by acts only.

Only a digest of each row's content is kept, so that a million rows fit into memory. The contents themselves
are read again where a row differs and its fields are to be named. Nothing here writes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from django.apps import apps
from django.db import models

from quanheng.apps.records import reading
from quanheng.apps.records.classify import key_of, snapshot
from quanheng.apps.records.findings import Fault, Findings
from quanheng.apps.records.models import LedgerEntry, LedgerRow
from quanheng.apps.records.personal import ERASED, PREFIX, Keyring

# Like canonical JSON for everything that an honest entry holds, and ten times as fast; used for comparing only.
_encode = json.JSONEncoder(
    sort_keys=True, ensure_ascii=False, separators=(",", ":"), check_circular=False
).encode

Content = Mapping[str, Any] | None
NAMED_AT_MOST = 200  # faults whose fields are looked up; beyond, only the rows are named


def digest(content: Any) -> bytes:
    """Sixteen bytes that stand for a content."""
    return hashlib.blake2b(_encode(content).encode("utf-8", "surrogatepass"), digest_size=16).digest()


class Fold:
    """The state of all rows after the entries that were applied so far."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.state: dict[str, bytes] = {}
        self.touched: set[str] | None = None

    def apply(self, seq: int, key: str, before: Any, after: Any) -> None:
        """One change; what the entry says of before must be what the entries before it left."""
        held = self.state.get(key)
        if held != (None if before is None else digest(before)):
            self._differs(seq, key, before)
        if after is None:
            self.state.pop(key, None)
        else:
            self.state[key] = digest(after)
        if self.touched is not None:
            self.touched.add(key)

    def apply_entry(self, seq: int, before: Any, after: Any) -> None:
        """The changes that an entry tells of itself (bulk rows come one by one)."""
        before = before if isinstance(before, dict) else {}
        after = after if isinstance(after, dict) else {}
        for key, content in after.items():
            if key != "_":
                self.apply(seq, key, before.get(key), content)

    def _differs(self, seq: int, key: str, before: Any) -> None:
        recorded = recorded_content(key, seq) if self.findings.room(NAMED_AT_MOST) else None
        fields = differences(recorded, before)
        if fields or not isinstance(recorded, dict):
            message = "was changed beside the ledger before this entry"
            self.findings.add(Fault("row", message, seq=seq, key=key, field=", ".join(fields)))


def recorded_content(key: str, before_seq: int | None = None) -> Any:
    """What the ledger last said of a row, before an entry or up to its end; None if nothing that can be read."""
    inline = LedgerEntry.objects.filter(after__has_key=key)
    bulk = LedgerRow.objects.filter(key=key)
    if before_seq is not None:
        inline, bulk = inline.filter(seq__lt=before_seq), bulk.filter(entry_id__lt=before_seq)
    try:
        last = inline.order_by("-seq").values_list("seq", "after").first()
        row = bulk.order_by("-entry_id").values_list("entry_id", "after").first()
    except reading.UNREADABLE:
        return None
    if last and (not row or last[0] > row[0]):
        return last[1].get(key) if isinstance(last[1], dict) else None
    return row[1] if row else None


def differences(recorded: Any, found: Any) -> list[str]:
    """Names of the fields whose content differs. Personal content whose key was destroyed cannot be compared."""
    if not isinstance(recorded, dict) or not isinstance(found, dict):
        return []
    return sorted(
        name
        for name in recorded.keys() | found.keys()
        if recorded.get(name) != found.get(name) and not _erased(recorded.get(name), found.get(name))
    )


def _erased(recorded: Any, found: Any) -> bool:
    return found == ERASED and isinstance(recorded, str) and recorded.startswith(PREFIX)


def ledgered_models() -> list[type[models.Model]]:
    """Every stored noun that changes by acts only."""
    return [m for m in apps.get_models() if getattr(m, "ledgered", False)]


class Present:
    """The rows as they stand, compared with the fold. Suspects are looked at again when the fold has caught up."""

    def __init__(self, fold: Fold, keyring: Keyring) -> None:
        self.fold, self.keyring = fold, keyring
        self.suspects: set[str] = set()
        self.models = {m._meta.label_lower: m for m in ledgered_models()}

    def read(self) -> Iterator[int]:
        """Compare every row; yields how many were read."""
        unseen = set(self.fold.state)
        count = 0
        for model in self.models.values():
            for row in reading.rows(model):
                count += 1
                self._compare(model, row, unseen)
                yield count
        self.suspects |= {key for key in unseen if key.partition(":")[0] in self.models}

    def _compare(self, model: type[models.Model], row: Any, unseen: set[str]) -> None:
        if isinstance(row, reading.Unreadable):
            key = f"{model._meta.label_lower}: row {row.place}"
            self.fold.findings.add(Fault("row", "cannot be read", key=key, found=row.reason[:120]))
            return
        key = key_of(row)
        unseen.discard(key)
        if self.fold.state.get(key) != self._digest(row):
            self.suspects.add(key)

    def judge(self, keys: set[str], findings: Findings) -> None:
        """Name what is still wrong with these rows; must run while no act can be carried out."""
        for key in sorted(keys):
            model = self.models.get(key.partition(":")[0])
            if model is not None:
                self._judge(model, key, findings)

    def _judge(self, model: type[models.Model], key: str, findings: Findings) -> None:
        try:
            row = model._base_manager.filter(pk=key.partition(":")[2]).first()
            content = None if row is None else self._content(row)
        except reading.UNREADABLE as error:
            findings.add(Fault("row", "cannot be read", key=key, found=str(error)[:120]))
            return
        held = self.fold.state.get(key)
        if content is None and held is not None:
            findings.add(Fault("row", "is missing: it was taken away beside the ledger", key=key))
        elif content is not None and held is None:
            findings.add(Fault("row", "is not recorded: it was put in beside the ledger", key=key))
        elif content is not None and held != digest(content):
            self._name_fields(key, content, findings)

    def _name_fields(self, key: str, content: dict[str, Any], findings: Findings) -> None:
        if not findings.room(NAMED_AT_MOST):
            findings.add(Fault("row", "was changed beside the ledger", key=key))
            return
        recorded = recorded_content(key)
        fields = differences(recorded, content)
        if not isinstance(recorded, dict):
            findings.add(Fault("row", "differs from an entry that cannot be read", key=key))
        for field in fields:
            findings.add(
                Fault(
                    "row",
                    "was changed beside the ledger",
                    key=key,
                    field=field,
                    found=shown(content.get(field)),
                    expected=shown(recorded.get(field)),
                )
            )

    def _content(self, row: models.Model) -> dict[str, Any]:
        return snapshot(row, self.keyring.committer(row.personal_subject()))

    def _digest(self, row: models.Model) -> bytes | None:
        try:
            return digest(self._content(row))
        except reading.UNREADABLE:
            return None


def shown(value: Any) -> str:
    """A value in a finding; commitments say only that they are such."""
    if isinstance(value, str) and value.startswith(PREFIX):
        return "(personal)"
    return "" if value is None else str(value)[:80]
