"""Checkpoints: how large the ledger was and which root it had, signed with a key that lies outside the database.

Each is kept in the database and as a text beside it; whoever sends the text away can show later that the ledger
was rewritten. Verification compares both copies with the ledger as it stands.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from quanheng.apps.records import ledger, reading
from quanheng.apps.records.findings import Fault, Findings
from quanheng.apps.records.models import Checkpoint, LedgerEntry
from quanheng.apps.records.private import secret_file, sync_folder
from quanheng.errors import BadInput, QuanhengError
from quanheng.evidence import checkpoint as signing
from quanheng.evidence.merkle import Tree


class LedgerRewritten(QuanhengError):
    """The ledger is not the one that was signed before; a further signature would make that look right."""


def folder() -> Path:
    """Where the texts lie, outside the database."""
    return Path(getattr(settings, "CHECKPOINTS_FOLDER", settings.HOME / "checkpoints"))


def key() -> Ed25519PrivateKey:
    """The signing key, made on first use."""
    path = settings.KEYS_FOLDER / "checkpoint.pem"
    return signing.load_key(secret_file(path, lambda: signing.save_key(signing.new_key())))


def fingerprint() -> str:
    """The name of the key, to be written down somewhere else."""
    return signing.fingerprint(signing.public_bytes(key()))


def checkpoint(now: dt.datetime | None = None) -> Checkpoint | None:
    """Sign the present head; the last checkpoint if nothing was recorded since, None if the ledger is empty.

    Raises
    ------
    LedgerRewritten
        If the ledger does not hold what the last checkpoint signed.
    """
    with transaction.atomic():
        ledger.hold()
        last = Checkpoint.objects.order_by("-size").first()
        tree, origin = _tree(last)
        if not tree.size:
            return None
        made = last if last and last.size == tree.size else _signed(tree, origin, now or timezone.now())
    for one in Checkpoint.objects.all():
        _write(one)
    return made


def _tree(last: Checkpoint | None) -> tuple[Tree, str]:
    """The tree over all digests, after comparing it with the last checkpoint on the way."""
    tree, first = Tree(), ""
    for digest in LedgerEntry.objects.order_by("seq").values_list("digest", flat=True).iterator(5000):
        first = first or digest
        tree.append(bytes.fromhex(digest))
        if last and tree.size == last.size and tree.root().hex() != last.root:
            raise LedgerRewritten(f"the first {last.size} entries are not the ones that were signed")
    if last and tree.size < last.size:
        raise LedgerRewritten(f"{last.size} entries were signed, and {tree.size} are left")
    return tree, f"quanheng.ledger/{first[:16]}"


def _signed(tree: Tree, origin: str, now: dt.datetime) -> Checkpoint:
    signer = key()
    content = signing.Checkpoint(origin, tree.size, tree.root(), now)
    return Checkpoint.objects.create(
        size=tree.size,
        root=tree.root().hex(),
        at=content.time,
        note=signing.sign(content, signer),
        fingerprint=signing.fingerprint(signing.public_bytes(signer)),
    )


def _write(made: Checkpoint) -> None:
    path = folder() / f"{made.size:012d}.txt"
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}")
    with draft.open("w", encoding="utf-8", newline="") as out:
        out.write(made.note)
        out.flush()
        os.fsync(out.fileno())
    draft.rename(path)
    sync_folder(path.parent)


class Notes:
    """All checkpoints of both places, judged by signature at once and against the ledger as it is read."""

    def __init__(self, findings: Findings, trusted: str = "") -> None:
        self.findings = findings
        self.inside = {c.size: c for c in self._stored()}
        self.outside = _texts()
        self.trusted = trusted
        if not trusted and (self.inside or self.outside or _has_key()):
            self.trusted = fingerprint()
        findings.fingerprint = self.trusted
        self.good: dict[int, signing.Checkpoint] = {}
        self.held = 0
        self._judge()

    def _stored(self) -> Iterator[Checkpoint]:
        for row in reading.rows(Checkpoint):
            if isinstance(row, reading.Unreadable):
                self._fault(f"checkpoint in row {row.place}", f"cannot be read: {row.reason[:120]}")
            else:
                yield row

    @property
    def sizes(self) -> dict[int, signing.Checkpoint]:
        """Sizes at which a root is to be compared."""
        return self.good

    def _judge(self) -> None:
        for size, row in self.inside.items():
            self.findings.checkpoints += 1
            if content := self._verified(row.note, f"checkpoint {size}"):
                self._same(row, content)
        for name, text in self.outside.items():
            content = self._verified(text, name)
            if content and (content.size not in self.inside or self.inside[content.size].note != text):
                self._fault(name, "is not the checkpoint of this size in the database")
        present = set(self.outside.values())
        newest = max(self.inside, default=0)
        for size, row in self.inside.items():
            if row.note not in present and size != newest:
                self._fault(f"checkpoint {size}", "has no copy outside the database")

    def _verified(self, text: str, name: str) -> signing.Checkpoint | None:
        try:
            content = signing.verify(text, self.trusted)
        except BadInput as problem:
            self._fault(name, str(problem))
            return None
        self.good[content.size] = content
        return content

    def _same(self, row: Checkpoint, content: signing.Checkpoint) -> None:
        stored = (row.size, row.root, row.at, row.fingerprint)
        if stored != (content.size, content.root.hex(), content.time, self.trusted):
            self._fault(f"checkpoint {row.size}", "its columns are not what it signs")

    def compare(self, size: int, root: bytes) -> None:
        """The root of the ledger at a size that was signed."""
        if self.good[size].root == root:
            self.held = max(self.held, size)
        else:
            message = (
                f"the first {size} entries are not the ones that were signed; the first {self.held} hold"
            )
            self._fault(f"checkpoint {size}", message)

    def finish(self, size: int) -> None:
        """After the whole ledger was read."""
        self.findings.signed = self.held
        for signed in sorted(self.good):
            if signed > size:
                self._fault(f"checkpoint {signed}", f"{signed} entries were signed, and {size} are left")

    def _fault(self, name: str, message: str) -> None:
        self.findings.add(Fault("checkpoint", message, key=name))


def _has_key() -> bool:
    return (settings.KEYS_FOLDER / "checkpoint.pem").exists()


def _texts() -> dict[str, str]:
    return {
        path.name: path.read_bytes().decode("utf-8", "replace") for path in sorted(folder().glob("*.txt"))
    }
