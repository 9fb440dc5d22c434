"""The ledger handed out: its lines, its checkpoints and the verifier that needs nothing but Python.

The fingerprint of the signing key is told to whoever exports; it must reach the reader by another way.
"""

from __future__ import annotations

import importlib.resources
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from quanheng.apps.records import checkpoints, files, ledger, reading
from quanheng.apps.records.models import Checkpoint, LedgerEntry, LedgerRow
from quanheng.errors import BadInput
from quanheng.evidence import checkpoint as signing
from quanheng.evidence.chain import export_bulk_lines, export_line
from quanheng.evidence.files import content_path

LEDGER, NOTES, VERIFIER, FILES = "ledger.jsonl", "checkpoints.txt", "verifier.py", "files"


def export(target: Path, *, with_files: bool = False) -> dict[str, Any]:
    """Write the ledger, its checkpoints and the verifier into a new folder, or into a ZIP if the name ends so.

    Returns a plain account: where, how many entries, the fingerprint, and the command that verifies.
    """
    packed = target.suffix == ".zip"
    if target.exists():
        raise BadInput("exists already", file=str(target), remedy="name a new folder or file")
    folder = target.with_suffix(".part") if packed else target
    folder.mkdir(parents=True)
    checkpoints.checkpoint()
    account = _fill(folder, with_files)
    if packed:
        shutil.make_archive(str(target.with_suffix("")), "zip", folder)
        shutil.rmtree(folder)
    tail = f" --files {FILES}" if with_files else ""
    command = f"python3 {VERIFIER} {LEDGER} {NOTES} --fingerprint {account['fingerprint']}{tail}"
    return {"path": str(target), **account, "verify": command}


def _fill(folder: Path, with_files: bool) -> dict[str, Any]:
    notes = list(Checkpoint.objects.order_by("size").values_list("note", flat=True))
    (folder / NOTES).write_bytes(signing.join(notes).encode())
    verifier = importlib.resources.files("quanheng.evidence") / VERIFIER
    (folder / VERIFIER).write_bytes(verifier.read_bytes())
    named: set[str] = set()
    entries = 0
    with (folder / LEDGER).open("wb") as out:
        for entry in reading.rows(LedgerEntry):
            if isinstance(entry, reading.Unreadable):
                raise BadInput(
                    "an entry cannot be read", row=entry.place, remedy="run quanheng records verify"
                )
            out.writelines(_lines(entry))
            named.update(map(str, entry.files))
            entries += 1
    copied = sum(_copy(name, folder / FILES) for name in sorted(named)) if with_files else 0
    return {
        "entries": entries,
        "checkpoints": len(notes),
        "files": copied,
        "fingerprint": checkpoints.fingerprint(),
    }


def _lines(entry: LedgerEntry) -> Iterator[bytes]:
    body = ledger.body_of(entry)
    yield export_line({"seq": entry.seq, "prev": entry.prev, "digest": entry.digest, "body": body})
    if entry.bulk is not None:
        rows = LedgerRow.objects.filter(entry=entry).order_by("n").values_list("key", "before", "after")
        yield from export_bulk_lines(entry.seq, (ledger.bulk_row(*row) for row in rows.iterator(2000)))


def _copy(name: str, folder: Path) -> int:
    path = folder / content_path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as out:
        out.writelines(files.store().stream(name))
    return 1
