"""What an evidence pack takes from the ledger: the entries that tell of some rows, and the proof that they stand in it.

The proof leads to the first signed checkpoint behind the entries, so that a pack made again later is the same pack.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db.models import Max, Q

from quanheng.apps.records import checkpoints, ledger
from quanheng.apps.records.models import Checkpoint, LedgerEntry, LedgerRow
from quanheng.errors import BadInput
from quanheng.evidence import merkle
from quanheng.evidence.canonical import canonical_json
from quanheng.evidence.pack import entries_member, ledger_proof

_AT_ONCE = 400  # names in one question; a database takes a limited number


@dataclass(frozen=True, slots=True)
class Told:
    """What the ledger tells of some rows: the members of a pack, and the first content recorded of each row."""

    members: dict[str, bytes]
    contents: dict[str, dict[str, Any]]
    checkpoint: Checkpoint


def signer() -> Ed25519PrivateKey:
    """The key of the installation, with which checkpoints and packs are signed."""
    return checkpoints.key()


def fingerprint() -> str:
    """The name of that key."""
    return checkpoints.fingerprint()


def published(urn: str) -> list[str]:
    """The hashes of the papers that were published of an object, the newest first."""
    entries = LedgerEntry.objects.filter(object=urn, verb__endswith=".publish").order_by("seq")
    found = dict.fromkeys(str(name) for entry in entries for name in entry.files)
    return list(reversed(found))


def told_of(keys: Iterable[str], first: str) -> Told:
    """What the ledger tells of these rows (`app.model:id`), up to the first checkpoint behind what was done to `first`.

    `first` is the key of the row whose acts the pack must hold: its making, and the papers published of it.
    """
    wanted = sorted({*keys, first})
    signed = _covering(_last_of(first))
    rows = _entries(wanted, signed.size)
    bulk = _bulk_rows(wanted, {entry.seq for entry in rows if entry.bulk is not None})
    digests = (
        LedgerEntry.objects.filter(seq__lte=signed.size).order_by("seq").values_list("digest", flat=True)
    )
    members = {
        "ledger/entries.jsonl": entries_member(_exported(entry) for entry in rows),
        "ledger/proof.json": ledger_proof(list(digests), [entry.seq for entry in rows]),
        "ledger/checkpoint.txt": signed.note.encode(),
        "ledger/bulk.json": canonical_json(bulk),
    }
    return Told(members, _contents(wanted, rows, bulk), signed)


def recorded(keys: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The first content that the ledger records of each of these rows."""
    wanted = sorted(set(keys))
    rows = _entries(wanted, ledger_end())
    return _contents(wanted, rows, _bulk_rows(wanted, {e.seq for e in rows if e.bulk is not None}))


def ledger_end() -> int:
    """The number of the newest entry."""
    return LedgerEntry.objects.aggregate(seq=Max("seq"))["seq"] or 0


def _last_of(key: str) -> int:
    """The newest entry that makes a row or publishes a further paper of it."""
    urn = "urn:quanheng:" + key.replace(".", ":", 1)
    acts = LedgerEntry.objects.filter(object=urn).order_by("seq")
    last = acts.values_list("seq", flat=True).first()
    if last is None:
        raise BadInput("the ledger tells nothing of it", field="object", found=key)
    seen: set[str] = set()
    for seq, names in acts.filter(verb__endswith=".publish").values_list("seq", "files"):
        last = last if set(names) <= seen else max(last, seq)
        seen |= set(names)
    return int(last)


def _covering(seq: int) -> Checkpoint:
    found = Checkpoint.objects.filter(size__gte=seq).order_by("size").first()
    if found is None:
        found = checkpoints.checkpoint()
    if found is None or found.size < seq:
        raise BadInput("the ledger holds no such entry", field="seq", found=str(seq))
    return found


def _entries(keys: Sequence[str], size: int) -> list[LedgerEntry]:
    """The entries whose object is one of these rows; for rows that came about in the act on another one, those acts."""
    found: dict[int, LedgerEntry] = {}
    for some in _parts(keys):
        names = ["urn:quanheng:" + key.replace(".", ":", 1) for key in some]
        inside = LedgerRow.objects.filter(key__in=some).values_list("entry_id", flat=True)
        asked = LedgerEntry.objects.filter(Q(object__in=names) | Q(pk__in=set(inside)), seq__lte=size)
        found.update({entry.seq: entry for entry in asked})
    known = {key for entry in found.values() for key in entry.after}
    known |= set(LedgerRow.objects.filter(entry__in=list(found)).values_list("key", flat=True))
    for some in _parts([key for key in keys if key not in known]):
        asked = LedgerEntry.objects.filter(after__has_any_keys=list(some), seq__lte=size)
        found.update({entry.seq: entry for entry in asked})
    return [found[seq] for seq in sorted(found)]


def _parts(keys: Sequence[str]) -> Iterable[Sequence[str]]:
    return (keys[n : n + _AT_ONCE] for n in range(0, len(keys), _AT_ONCE))


def _exported(entry: LedgerEntry) -> dict[str, Any]:
    return {"seq": entry.seq, "prev": entry.prev, "digest": entry.digest, "body": ledger.body_of(entry)}


def _bulk_rows(keys: Sequence[str], seqs: set[int]) -> list[dict[str, Any]]:
    """The rows that a bulk act recorded of these keys, with the proof that they are among its rows."""
    wanted, found = set(keys), []
    for seq in sorted(seqs):
        rows = LedgerRow.objects.filter(entry=seq).order_by("n").values_list("key", "before", "after")
        told = [ledger.bulk_row(*row) for row in rows]
        mine = [n for n, row in enumerate(told) if row["key"] in wanted]
        path = merkle.subset_proof([canonical_json(row) for row in told], mine)
        found.append(
            {"seq": seq, "rows": [[n, told[n]] for n in mine], "path": [node.hex() for node in path]}
        )
    return found


def _contents(
    keys: Sequence[str], rows: Iterable[LedgerEntry], bulk: Iterable[dict[str, Any]]
) -> dict[str, dict[str, Any]]:
    wanted, found = set(keys), {}
    for entry in rows:
        for key, after in entry.after.items():
            if key in wanted and after is not None:
                found.setdefault(key, after)
    for one in bulk:
        for _, row in one["rows"]:
            if row["after"] is not None:
                found.setdefault(row["key"], row["after"])
    return found
