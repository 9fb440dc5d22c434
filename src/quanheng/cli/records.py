"""`quanheng records`: the ledger: verify it, export it for somebody else, sign where it stands, read what was done."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from quanheng.cli.frame import DONE, FAULT, Answer, command, group

records = group("records", "The ledger: what was done, by whom, provably.")


@click.option(
    "--fingerprint", default="", help="Fingerprint of the checkpoint key, from outside this machine."
)
@click.option("--no-files", is_flag=True, help="Leave out the content of attachments.")
def verify(fingerprint: str, no_files: bool) -> Answer:
    """Verify the chain, the present rows, the files, the checkpoints and the guards; names what is wrong."""
    from quanheng.apps.records import verify as verification

    found = verification.verify(with_files=not no_files, fingerprint=fingerprint)
    counts = {
        "entries": found.entries, "bulk_rows": found.bulk_rows, "rows": found.rows, "files": found.files,
        "checkpoints": found.checkpoints, "signed": found.signed, "head": found.head, "seconds": found.seconds,
    }  # fmt: skip
    data = {
        "ok": found.ok,
        **counts,
        "fingerprint": found.fingerprint,
        "faults": [f.as_dict() for f in found.faults],
    }
    lines = [f.line() for f in found.faults]
    if found.more:
        lines.append(f"… and {found.more} more")
    lines.append(
        f"{found.entries} entries, {found.rows} present rows, {found.files} files, {found.checkpoints} checkpoints: "
        + ("sound" if found.ok else f"{len(found.faults) + found.more} FAULTS")
    )
    return Answer(data, lines, DONE if found.ok else FAULT)


@click.option(
    "-o", "--output", type=click.Path(path_type=Path), required=True, help="A folder or a .zip file to make."
)
@click.option("--with-files", is_flag=True, help="Put the attachments in as well.")
def export(output: Path, with_files: bool) -> Answer:
    """Write the ledger, its checkpoints and the offline verifier for somebody who does not have this program."""
    from quanheng.apps.records import export as exporting

    made = exporting.export(output, with_files=with_files)
    return Answer(made, [f"{key}: {value}" for key, value in made.items()])


def checkpoint() -> Answer:
    """Sign where the ledger stands now, and print the text that may be sent away."""
    from quanheng.apps.records import checkpoints

    signed = checkpoints.checkpoint()
    if signed is None:
        return Answer({"size": 0}, ["the ledger is empty: nothing to sign"])
    data = {"size": signed.size, "root": signed.root, "fingerprint": signed.fingerprint, "note": signed.note}
    return Answer(data, [signed.note, f"key fingerprint {signed.fingerprint}"])


@click.option("--object", "urn", default="", help="Only acts on this object (URN).")
@click.option("--last", default=20, type=click.IntRange(1, 1000), show_default=True)
def log(urn: str, last: int, actor: Any) -> Answer:
    """List the latest acts that PERSON may see."""
    from quanheng.apps.records import queries

    rows = queries.entries(actor)
    rows = rows.filter(object=urn) if urn else rows
    found = list(rows.order_by("-seq")[:last])
    data = [
        {"seq": e.seq, "at": e.at.isoformat(), "actor": e.actor_name, "verb": e.verb, "object": e.object,
         "object_name": e.object_name, "digest": e.digest}
        for e in found
    ]  # fmt: skip
    return Answer(
        data, [f"{d['seq']:>7}  {d['at'][:19]}  {d['actor']}  {d['verb']}  {d['object_name']}" for d in data]
    )


command(records, "verify")(verify)
command(records, "export")(export)
command(records, "checkpoint")(checkpoint)
command(records, "log", changes=True)(log)
