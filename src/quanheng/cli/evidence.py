"""`quanheng evidence` and `quanheng verify`: take the evidence of a statement away, and check what was taken.

`verify` needs no installation, no database and no network: it runs the program that supervised parties get.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import click

from quanheng.cli.frame import DONE, FAULT, Answer, command, group, new_file, quanheng
from quanheng.errors import BadInput

evidence = group("evidence", "Evidence packs: what a statement stands on, for whoever checks it elsewhere.")
NOT_COMPARED = "登记的校验码没有比对：没有给出证据包，可到核验页比对 / the registered hash was not compared: no pack was given; the public verification page compares it"


@click.argument("statement")
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="The .zip file to make.")
def pack(statement: str, output: Path, actor: Any) -> Answer:
    """Write the evidence pack of a statement; who takes it is recorded."""
    from quanheng.apps.carbon import actions

    target = new_file(output)
    made = actions.pack(actor, statement=statement)
    target.write_bytes(made.content)
    data = {
        "path": str(output), "statement": made.statement.number, "bytes": len(made.content), "sha256": made.sha256,
        "fingerprint": made.fingerprint, "recomputed": made.recomputed,
    }  # fmt: skip
    told = f"{output}: {len(made.content)} bytes, SHA-256 {made.sha256}"
    check = f"quanheng verify {output} --key {made.fingerprint}"
    return Answer(data, [told, *made.lines, f"check it with: {check}"])


@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="The .py file to make.")
def verifier(output: Path) -> Answer:
    """Write the single file that checks packs with nothing but Python."""
    from quanheng.evidence.single import single_file

    target = new_file(output)
    content = single_file()
    target.write_bytes(content)
    data = {"path": str(output), "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    return Answer(data, [f"{output}: {len(content)} bytes, SHA-256 {data['sha256']}"])


def seal(actor: Any) -> Answer:
    """Tell the fingerprints by which papers and packs of this installation are known."""
    from django.utils import timezone

    from quanheng.apps.records import evidence as ledger
    from quanheng.apps.records import seals

    mine = seals.seal(timezone.now())
    data = {"seal": mine.fingerprint, "holder": mine.holder, "packs": ledger.fingerprint()}
    return Answer(data, [f"papers: {mine.fingerprint}  {mine.holder}", f"packs:  {data['packs']}"])


@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--pack", "pack_file", type=click.Path(path_type=Path), help="For a PDF: the pack that registers it."
)
@click.option(
    "--key",
    "keys",
    multiple=True,
    metavar="FINGERPRINT",
    help="A fingerprint that is trusted; may be repeated.",
)
def verify(file: Path, pack_file: Path | None, keys: tuple[str, ...]) -> Answer:
    """Check an evidence pack or a signed PDF; names what is wrong. No database and no network are used."""
    content = _content(file)
    if content.startswith(b"%PDF-"):
        return _verify_paper(file, content, pack_file, list(keys))
    if pack_file is not None:
        raise BadInput("is for a PDF", field="--pack", found=str(file))
    return _verify_pack(file, content, list(keys))


def _content(file: Path) -> bytes:
    from quanheng.evidence.offline.container import PACK_LARGEST

    try:
        with file.open("rb") as source:
            content = source.read(PACK_LARGEST + 1)
    except OSError as problem:
        raise BadInput("cannot be read", file=str(file), found=problem.strerror or "") from None
    if len(content) > PACK_LARGEST:
        raise BadInput("is too large", file=str(file), expected=f"at most {PACK_LARGEST} bytes")
    if not content.startswith((b"PK", b"%PDF-")):
        raise BadInput("is neither an evidence pack nor a PDF", file=str(file))
    return content


def _report(file: Path, content: bytes, keys: list[str]) -> Any:
    from quanheng.evidence.offline.check import verify_pack
    from quanheng.evidence.offline.container import BadPack

    try:
        return verify_pack(content, keys)
    except BadPack as problem:
        raise BadInput(str(problem), file=str(file)) from None


def _verify_pack(file: Path, content: bytes, keys: list[str]) -> Answer:
    from quanheng.evidence.offline.check import pack_data, pack_lines

    report = _report(file, content, keys)
    return Answer(
        {"file": str(file), "kind": "pack", **pack_data(report)},
        pack_lines(report),
        FAULT if report.faults else DONE,
    )


def _verify_paper(file: Path, content: bytes, pack_file: Path | None, keys: list[str]) -> Answer:
    from quanheng.documents.checking import examine

    found = examine(content, [key for key in keys if pack_file is None or not _signs_pack(pack_file, key)])
    faults, compared = list(found.faults), pack_file is not None
    if pack_file is not None:
        faults += _registered_faults(pack_file, found.sha256, keys)
    data = {
        "file": str(file), "kind": "paper", "ok": not faults, "sha256": found.sha256, "signer": found.signer,
        "fingerprint": found.fingerprint, "signed_at": found.signed_at, "signer_proven": found.proven,
        "hash_compared": compared, "faults": faults,
    }  # fmt: skip
    return Answer(data, _paper_lines(data), FAULT if faults else DONE)


def _signs_pack(pack_file: Path, key: str) -> bool:
    """Whether a fingerprint is that of the key which signed the pack, and so says nothing of the seal."""
    return bool(_report(pack_file, _content(pack_file), []).told.get("signer") == key.lower())


def _registered_faults(pack_file: Path, sha256: str, keys: list[str]) -> list[str]:
    from quanheng.evidence.offline.check import registered_in

    content = _content(pack_file)
    report = _report(pack_file, content, [key for key in keys if _signs_pack(pack_file, key)])
    if report.faults:
        first = report.faults[0]
        return [f"证据包本身有误 / the pack itself is faulty: {first['zh']} / {first['en']}"]
    registered = registered_in(content)
    if sha256 in registered:
        return []
    if not registered:
        return ["证据包里没有登记的文件 / the pack registers no paper"]
    return [f"校验码与登记的不同 / the hash is not the registered one: {sha256}, {', '.join(registered)}"]


def _paper_lines(data: dict[str, Any]) -> list[str]:
    lines = [f"✗ {fault}" for fault in data["faults"]]
    if data["fingerprint"]:
        lines.append(
            f"签名 signed {data['signed_at']}，{data['signer']}，指纹 fingerprint {data['fingerprint']}"
        )
    if not data["signer_proven"]:
        lines.append(
            "签名者未经证实：没有给出指纹 / the signer is not proven: no fingerprint of the seal was given"
        )
    compared = "校验码与证据包登记的一致 / the hash is the one that the pack registers"
    lines.append(NOT_COMPARED if not data["hash_compared"] else compared if data["ok"] else "")
    lines.append(f"SHA-256 {data['sha256']}")
    lines.append(f"结论：{len(data['faults'])} 处有误 / {len(data['faults'])} faults")
    return [line for line in lines if line]


command(evidence, "pack", changes=True)(pack)
command(evidence, "verifier", bare=True)(verifier)
command(evidence, "seal", changes=True)(seal)
command(quanheng, "verify", bare=True)(verify)
