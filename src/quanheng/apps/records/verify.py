"""Verification from inside: the chain, bulk rows, the fold against present rows, checkpoints, triggers, files.

It reads each entry once and keeps a digest of each row, so that a million entries are verified within a minute.
Every fault is named and none stops it. What it is not: the proof for a third party, which is the offline
verifier in `quanheng.evidence`, fed by `export`.
"""

from __future__ import annotations

import gc
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Any

from django.db import transaction

from quanheng.apps.records import checkpoints, files, ledger, reading, triggers
from quanheng.apps.records.classify import plain
from quanheng.apps.records.findings import Fault, Findings
from quanheng.apps.records.fold import Fold, Present
from quanheng.apps.records.models import Dependency, LedgerEntry, LedgerRow, PersonalKey, StoredFile
from quanheng.apps.records.personal import Keyring
from quanheng.apps.records.spelling import misspelt
from quanheng.errors import QuanhengError
from quanheng.evidence.chain import GENESIS, bulk, verify_chain
from quanheng.evidence.merkle import Tree

Progress = Callable[[int, int, str], None]
KEY_DESTROYED = "records.key.destroy"
COLUMNS = (
    "seq", "at", "actor", "actor_name", "on_behalf", "on_behalf_name", "verb", "object", "object_name",
    "before", "after", "bulk", "files", "cite", "request_id", "prev", "digest",
)  # fmt: skip
BODY = COLUMNS[:-2]

# The same bytes as canonical JSON for whatever an honest entry holds, at a tenth of the time; an entry whose
# digest it does not give is computed again by the canonical writer before anything is said (ledger_verify.py).
_encode = json.JSONEncoder(
    sort_keys=True, ensure_ascii=False, separators=(",", ":"), check_circular=False
).encode


def verify(progress: Progress | None = None, *, with_files: bool = True, fingerprint: str = "") -> Findings:
    """Verify everything that the records promise.

    `fingerprint` is that of the checkpoint key as it was written down elsewhere; without it the installation's
    own key is trusted. Reads only, apart from trying the triggers inside a transaction that is rolled back.
    """
    started = time.monotonic()
    walk = _Walk(Findings(), progress or (lambda done, total, step: None), fingerprint)
    with _collector_at_rest():
        walk.entries()
        walk.present()
    walk.catch_up()
    if not walk.sound:
        walk.name_chain_faults()
    walk.surroundings(with_files)
    walk.findings.seconds = time.monotonic() - started
    return walk.findings


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """Millions of small values without a cycle are made and dropped here; looking for cycles took a fifth of the time."""
    working = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if working:
            gc.enable()


class _Walk:
    """One verification on its way."""

    def __init__(self, findings: Findings, progress: Progress, fingerprint: str) -> None:
        self.findings, self.progress = findings, progress
        self.keyring = Keyring()
        self.fold = Fold(findings)
        self.rows = Present(self.fold, self.keyring)
        self.notes = checkpoints.Notes(findings, fingerprint)
        self.tree = Tree()
        self.seq, self.prev = 0, GENESIS
        self.sound = True
        self.uses: dict[int, Any] = {}
        self.bulk_counts: dict[int, int] = {}
        self.named_files: dict[str, int] = {}
        self.destroyed: set[str] = set()

    def entries(self) -> None:
        """Everything that each entry must keep, in one pass."""
        total = LedgerEntry.objects.count()
        for row in reading.values(LedgerEntry, COLUMNS, after=self.seq or None):
            self.take(row)
            if self.findings.entries % reading.CHUNK == 0:
                self.progress(self.findings.entries, total, "台账")
        self.findings.head = self.prev

    def take(self, row: Any) -> None:
        self.findings.entries += 1
        if isinstance(row, reading.Unreadable):
            self.findings.add(Fault("ledger", "cannot be read", seq=self.seq + 1, found=row.reason[:120]))
            self.sound = False
            self.seq += 1
            return
        seq, prev, stated = row[0], row[-2], row[-1]
        if self.sound and not (seq == self.seq + 1 and prev == self.prev and link(row) == stated):
            self.sound = _holds(row, self.seq, self.prev)
        self.seq, self.prev = seq, stated
        self.grow(stated)
        self.contents(dict(zip(COLUMNS, row, strict=True)))

    def grow(self, stated: str) -> None:
        try:
            self.tree.append(bytes.fromhex(stated))
        except ValueError:
            self.tree.append(b"not a digest")
        if self.tree.size in self.notes.sizes:
            self.notes.compare(self.tree.size, self.tree.root())

    def contents(self, entry: dict[str, Any]) -> None:
        seq, after = entry["seq"], entry["after"]
        self.fold.apply_entry(seq, entry["before"], after)
        if entry["bulk"] is not None:
            self.bulk_rows(seq, entry["bulk"])
        for name in entry["files"] if isinstance(entry["files"], list) else ():
            self.named_files.setdefault(str(name), seq)
        extra = after.get("_") if isinstance(after, dict) else None
        if isinstance(extra, dict):
            if "uses" in extra:
                self.uses[seq] = extra["uses"]
            if entry["verb"] == KEY_DESTROYED:
                self.destroyed.add(str(extra.get("subject")))

    def bulk_rows(self, seq: int, stated: Any) -> None:
        """The rows of a bulk act against the root in its entry."""
        found = bulk(self._bulk_rows(seq))
        self.bulk_counts[seq] = found["count"]
        if found != stated:
            message = f"its {found['count']} bulk rows do not give the root and count that it states"
            self.findings.add(Fault("bulk", message, seq=seq))

    def _bulk_rows(self, seq: int) -> Iterator[dict[str, Any]]:
        rows = LedgerRow.objects.filter(entry_id=seq).order_by("n").values_list("n", "key", "before", "after")
        try:
            for place, (n, key, before, after) in enumerate(rows.iterator(reading.CHUNK)):
                if n != place:
                    self.findings.add(
                        Fault("bulk", f"row {n} stands in place {place}", seq=seq, key=str(key))
                    )
                self.findings.bulk_rows += 1
                self.fold.apply(seq, key, before, after)
                yield ledger.bulk_row(key, before, after)
        except reading.UNREADABLE as error:
            self.findings.add(Fault("bulk", "a row cannot be read", seq=seq, found=str(error)[:120]))

    def name_chain_faults(self) -> None:
        """Go over the chain again with the slow, exact walk of the evidence floor, which names each fault."""
        readable = (r for r in reading.values(LedgerEntry, COLUMNS) if not isinstance(r, reading.Unreadable))
        for fault in verify_chain(_chain_row(row) for row in readable):
            self.findings.add(
                Fault("ledger", fault.message, seq=fault.seq, found=fault.found, expected=fault.expected)
            )

    def present(self) -> None:
        """Every present row against the fold; what differs is only suspected, since acts go on meanwhile."""
        for count in self.rows.read():
            self.findings.rows = count
            if count % reading.CHUNK == 0:
                self.progress(count, len(self.fold.state), "现有数据")

    def catch_up(self) -> None:
        """Apply what was recorded meanwhile, and judge the suspects while no act can be carried out."""
        with transaction.atomic():
            ledger.hold()
            self.fold.touched = set()
            self.entries()
            self.rows.keyring = self.keyring = Keyring()
            self.rows.judge(self.rows.suspects | self.fold.touched, self.findings)

    def surroundings(self, with_files: bool) -> None:
        """What stands beside entries and rows: dependencies, keys, checkpoints, triggers, files."""
        self.dependencies()
        self.stray_rows()
        self.keys()
        for fault in misspelt([*self.rows.models.values(), PersonalKey]):
            self.findings.add(fault)
        self.notes.finish(self.tree.size)
        for door in triggers.unguarded():
            self.findings.add(Fault("guard", door))
        if with_files:
            self.stored_files()

    def dependencies(self) -> None:
        found: dict[int, list[tuple[str, ...]]] = {}
        for row in reading.values(Dependency, ("id", "entry_id", *ledger.USE_FIELDS)):
            if isinstance(row, reading.Unreadable):
                self.findings.add(Fault("dependency", "cannot be read", found=row.reason[:120]))
            elif row[1] <= self.seq:
                found.setdefault(row[1], []).append(row[2:])
        for seq in sorted(self.uses.keys() | found.keys()):
            if ledger.uses_root(found.get(seq, ())) != self.uses.get(seq):
                message = "what its results used is not what the entry states"
                self.findings.add(Fault("dependency", message, seq=seq))

    def stray_rows(self) -> None:
        """Bulk rows that no entry answers for."""
        if LedgerRow.objects.filter(entry_id__lte=self.seq).count() == sum(self.bulk_counts.values()):
            return
        held = Counter(LedgerRow.objects.values_list("entry_id", flat=True).iterator(reading.CHUNK))
        for seq, number in sorted(held.items()):
            if seq <= self.seq and number != self.bulk_counts.get(seq, 0):
                self.findings.add(Fault("bulk", f"{number} bulk rows belong to no bulk act", seq=seq))

    def keys(self) -> None:
        """A person's key goes by a recorded act only, and does not come back."""
        gone = {str(subject) for subject in self.keyring.destroyed()}
        for subject in sorted(gone - self.destroyed):
            self.findings.add(Fault("key", "was destroyed beside the ledger", key=subject))
        for subject in sorted(self.destroyed - gone):
            self.findings.add(Fault("key", "was destroyed by an act and is back", key=subject))
        for row in self.keyring.unreadable:
            self.findings.add(Fault("key", "cannot be read", key=f"row {row.place}", found=row.reason[:120]))
        for broken in sorted(self.keyring.broken, key=str):
            self.findings.add(Fault("key", "cannot be opened with the master key", key=str(broken)))

    def stored_files(self) -> None:
        """Every file that is stored or named by an entry, by its content."""
        known: dict[str, int | None] = dict.fromkeys(self.named_files)
        for row in reading.values(StoredFile, ("id", "sha256", "size")):
            if not isinstance(row, reading.Unreadable):
                known[row[1]] = row[2]
        store = files.store()
        for done, (name, size) in enumerate(sorted(known.items()), 1):
            self.findings.files += 1
            if problem := store.problem(name, size):
                self.findings.add(Fault("file", problem, file=name, seq=self.named_files.get(name)))
            self.progress(done, len(known), "文件")


def link(row: tuple[Any, ...]) -> str:
    """The digest of an entry, the quick way."""
    body = dict(zip(BODY, row, strict=False))
    try:
        body["at"] = plain(body["at"])
        text = f'{{"body":{_encode(body)},"prev":"{row[-2]}"}}'
        return sha256(text.encode()).hexdigest()
    except (TypeError, ValueError, QuanhengError):
        return ""


def _holds(row: tuple[Any, ...], seq: int, prev: str) -> bool:
    return not list(verify_chain([_chain_row(row)], start=seq + 1, prev=prev))


def _chain_row(row: tuple[Any, ...]) -> dict[str, Any]:
    """An entry as the evidence floor knows it."""
    body = dict(zip(BODY, row, strict=False))
    body["at"] = plain(body["at"])
    return {"seq": row[0], "prev": row[-2], "digest": row[-1], "body": body}
