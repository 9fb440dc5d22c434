#!/usr/bin/env python3
"""账本核验程序：离线核对导出的账本、签名检查点和附件。只有这一个文件，只用 Python 标准库（3.8 及以上）。

Offline verifier of an exported ledger, its checkpoints and files: one file, standard library only (3.8 or later).
It trusts nothing but the fingerprint of the signing key, which must reach you by another way than the files.

    python verifier.py ledger-export.jsonl checkpoints.txt --fingerprint HEX [--files FOLDER] [--json]

退出码 exit code: 0 无误 nothing wrong · 1 有误，逐条列出 faults, each named · 2 输入无法使用 input unusable
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import re
import sys
from collections.abc import Iterable
from typing import Any

GENESIS = "0" * 64
_quote = json.JSONEncoder(ensure_ascii=False).encode
NOTES = re.compile(rb"\n*(?!\n)(.+?(?:^\xe2\x80\x94 [^\n]*(?:\n|\Z)|\Z))", re.DOTALL | re.MULTILINE)
HASH = re.compile(r"[0-9a-f]{64}")
ENTRY = re.compile(rb'{"body":{.*},"digest":"[0-9a-f]{64}","prev":"[0-9a-f]{64}","seq":[1-9][0-9]*}\n')
NOTE = re.compile(
    r"([^\s+]+)\n(0|[1-9][0-9]{0,15})\n([A-Za-z0-9+/]{43}=)\n"  # origin, size, root
    r"time ([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)\nkey ([A-Za-z0-9+/]{43}=)\n"
    r"\n— \1 ([A-Za-z0-9+/]{91}=)\n"  # signature: 4 bytes key identifier, 64 bytes Ed25519
)
TEXTS = {
    "fingerprint": ("指纹应为 64 位十六进制数", "the fingerprint is not 64 hexadecimal digits"),
    "folder": ("没有文件夹 {}", "no folder {}"),
    "no_checkpoint": ("检查点文件是空的", "the file of checkpoints is empty"),
    "checkpoint": ("不是完整的检查点", "not a whole checkpoint"),
    "checkpoint_key": ("签名密钥与给定指纹不符", "signed with a key that has another fingerprint"),
    "checkpoint_signature": ("签名不成立，内容已被改动", "the signature does not hold: the text was changed"),
    "checkpoint_origin": ("属于另一账本：{}", "of another ledger: {}"),
    "checkpoint_time": ("条目更多，时间却更早", "more entries at an earlier time"),
    "checkpoint_root": ("第 {} 至 {} 条与签名时不同", "entries {} to {} are not those that were signed"),
    "checkpoint_beyond": ("签名时有 {} 条，导出只有 {} 条", "{} entries were signed, the export has {}"),
    "checkpoint_unchecked": ("因第 {} 行无法读取而无法核对", "not checked because line {} is unreadable"),
    "line": ("无法读取", "it cannot be read"),
    "line_form": ("写法不规范，已被改动", "it is not in canonical form: it was changed"),
    "line_kind": ("既不是条目，也不是批量行", "neither an entry nor a bulk row"),
    "entry": ("内容与摘要不符，已被改动", "its content is not what its digest covers: it was changed"),
    "seq": ("位置应为第 {} 号", "it stands in the place of entry {}"),
    "gap": ("其前缺第 {} 至 {} 号", "entries {} to {} are missing before it"),
    "prev": ("不接前一条目：改动、删除、插入或分叉", "it does not follow the entry before it"),
    "bulk_order": ("批量行不在其条目之后，或顺序不对", "a bulk row not behind its entry, or out of order"),
    "bulk": ("批量行（{} 行）与条目所记不符", "its {} bulk rows do not give the root and count stated"),
    "file_missing": ("文件缺失", "the file is missing"),
    "file": ("文件内容已被改动", "the content of the file was changed"),
}


class Unusable(Exception):
    """Input that cannot be used, by the name of its text."""

    def __init__(self, kind: str, *values: object) -> None:
        super().__init__(" / ".join(text.format(*values) for text in TEXTS[kind]))
        self.kind = kind


class Report:
    """Every fault with its place, and how much was looked at."""

    def __init__(self) -> None:
        self.faults: list[dict[str, Any]] = []
        self.origin = ""
        self.counts = {"entries": 0, "bulk_rows": 0, "checkpoints": 0, "files": 0, "entries_not_covered": 0}

    def fault(self, kind: str, *values: object, **where: Any) -> None:
        zh, en = (text.format(*values) for text in TEXTS[kind])
        self.faults.append({"kind": kind, **where, "zh": zh, "en": en})


def canonical(value: Any, depth: int = 64) -> bytes:
    """Canonical JSON (RFC 8785) of None, bool, int, str, list and dict; ValueError for anything else."""
    if isinstance(value, str):
        return _quote(value).encode("utf-8")
    if value is None or isinstance(value, bool):
        return {None: b"null", True: b"true", False: b"false"}[value]
    if isinstance(value, int) and abs(value) < 2**53:
        return b"%d" % value
    if depth > 0 and isinstance(value, (list, tuple)):
        return b"[" + b",".join([canonical(item, depth - 1) for item in value]) + b"]"
    if depth > 0 and isinstance(value, dict):
        keys = sorted(value, key=lambda key: key.encode("utf-16-be", "surrogatepass"))
        return b"{" + b",".join([canonical(k) + b":" + canonical(value[k], depth - 1) for k in keys]) + b"}"
    raise ValueError("no canonical form")


def link(body: Any, prev: str) -> str:
    """digest = SHA-256(canonical({"body": body, "prev": prev}))."""
    return hashlib.sha256(canonical({"body": body, "prev": prev})).hexdigest()


class Tree:
    """A Merkle tree (RFC 9162 section 2.1.1) that keeps one hash for each set bit of its size."""

    def __init__(self) -> None:
        self.size = 0
        self.stack: list[bytes] = []

    def append(self, data: bytes) -> None:
        node, size = hashlib.sha256(b"\x00" + data).digest(), self.size
        while size & 1:
            node, size = hashlib.sha256(b"\x01" + self.stack.pop() + node).digest(), size >> 1
        self.stack.append(node)
        self.size += 1

    def root(self) -> bytes:
        if not self.stack:
            return hashlib.sha256(b"").digest()
        node = self.stack[-1]
        for left in self.stack[-2::-1]:
            node = hashlib.sha256(b"\x01" + left + node).digest()
        return node


# Ed25519 (RFC 8032 section 5.1.7); points are (X, Y, Z, T) with x = X/Z, y = Y/Z, xy = T/Z
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_1 = pow(2, (P - 1) // 4, P)


def _add(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...]:
    e, f = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    g, h = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = f - e, h - g, h + g, f + e
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def _times(scalar: int, point: tuple[int, ...]) -> tuple[int, ...]:
    total: tuple[int, ...] = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            total = _add(total, point)
        point, scalar = _add(point, point), scalar >> 1
    return total


def _point(data: bytes) -> tuple[int, ...] | None:
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_1 % P
    if y >= P or (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return (x, y, 1, x * y % P)


BASE = _point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def ed25519_verify(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the signature of the message holds under the public key."""
    key = _point(public) if len(public) == 32 and len(signature) == 64 else None
    s = int.from_bytes(signature[32:], "little")
    if key is None or BASE is None or s >= ORDER:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    x, y, z, _ = _add(_times(s, BASE), _times(k, (P - key[0], key[1], 1, P - key[3])))
    x, y = x * pow(z, P - 2, P) % P, y * pow(z, P - 2, P) % P
    return (y | (x & 1) << 255).to_bytes(32, "little") == signature[:32]


class Checkpoint:
    """One signed statement: this ledger had `size` entries with this root at this time."""

    def __init__(self, note: bytes, fingerprint: str, where: dict[str, int]) -> None:
        match, self.where = NOTE.fullmatch(note.decode("utf-8", "replace")), where
        if match is None:
            raise Unusable("checkpoint")
        self.origin, self.size, self.time = match[1], int(match[2]), match[4]
        self.root, public, blob = (base64.b64decode(match[i]) for i in (3, 5, 6))
        if hashlib.sha256(public).hexdigest() != fingerprint:
            raise Unusable("checkpoint_key")
        key_id = hashlib.sha256(self.origin.encode() + b"\n\x01" + public).digest()[:4]
        holds = ed25519_verify(public, note[: note.index(b"\n\n") + 1], blob[4:])
        # The last digit of Base64 has spare bits: only the spelling that the signer wrote counts.
        if not holds or blob[:4] != key_id or base64.b64encode(blob).decode() != match[6]:
            raise Unusable("checkpoint_signature")


def read_checkpoints(content: bytes, fingerprint: str, report: Report) -> list[Checkpoint]:
    """All checkpoints that hold, by size; the others are named."""
    good: list[Checkpoint] = []
    for number, found in enumerate(NOTES.finditer(content), 1):
        where = {"checkpoint": number, "line": content.count(b"\n", 0, found.start(1)) + 1}
        report.counts["checkpoints"] = number
        try:
            good.append(Checkpoint(found[1], fingerprint, where))
        except Unusable as wrong:
            report.fault(wrong.kind, **where)
    if not report.counts["checkpoints"]:
        raise Unusable("no_checkpoint")
    good.sort(key=lambda point: (point.size, point.time))
    report.origin = good[0].origin if good else ""
    for i, point in enumerate(good):
        if point.origin != report.origin:
            report.fault("checkpoint_origin", point.origin, **point.where)
        if point.time < good[max(i - 1, 0)].time:
            report.fault("checkpoint_time", **point.where)
    return good


class Ledger:
    """Walks over the lines once. After a fault it goes on so that one fault is told once.

    `numbers` and `heads` are what the next entry may bear and follow: first what is right, then what follows from
    taking a faulty entry at its word or from leaving it out.
    """

    def __init__(self, report: Report, sizes: Iterable[int]) -> None:
        self.report, self.wanted, self.tree = report, set(sizes), Tree()
        self.line = self.lost = 0
        self.numbers: tuple[int, ...] = (1,)
        self.heads: tuple[str, ...] = (GENESIS,)
        self.roots: dict[int, bytes] = {0: self.tree.root()}
        self.files: dict[str, int] = {}
        self.bulk: dict[str, Any] = {}  # what the last entry states of its bulk rows, if it has any
        self.rows, self.bulk_at = Tree(), (0, 0)

    def fault(self, kind: str, *values: object, **where: Any) -> None:
        self.report.fault(kind, *values, line=self.line, **where)

    def read(self, raw: bytes) -> None:
        self.line += 1
        try:
            value = _parse(raw)
            if set(value) == {"bulk_of", "n", "row"}:
                return self.bulk_row(value["bulk_of"], value["n"], raw)
            if set(value) != {"body", "digest", "prev", "seq"} or not ENTRY.fullmatch(raw):
                raise Unusable("line_kind")
        except Unusable as wrong:
            # Behind a line that cannot be read anything may follow, but no root can be computed any more.
            self.fault(wrong.kind)
            self.lost = self.lost or self.line
            self.heads, self.numbers = (), (self.numbers[0] + 1, self.numbers[0])
            return self.tree.append(b"")
        self.close_bulk()
        return self.entry(value["seq"], value["prev"], value["digest"], value["body"])

    def entry(self, seq: int, prev: str, stated: str, body: dict[str, Any]) -> None:
        follows = prev in self.heads or not self.heads
        self.check_place(seq, prev, follows)
        computed = link(body, prev)
        if computed != stated and (follows or link(body, self.heads[0]) != stated):
            self.fault("entry", seq=seq)
        self.heads = (stated, computed) + (() if follows else self.heads[:1])
        self.tree.append(bytes.fromhex(stated))
        if not self.lost and self.tree.size in self.wanted:
            self.roots[self.tree.size] = self.tree.root()
        self.bulk, self.rows, self.bulk_at = body.get("bulk") or {}, Tree(), (self.line, seq)
        files = body.get("files")
        for name in files if isinstance(files, list) else ():
            self.files.setdefault(str(name), seq)

    def check_place(self, seq: int, prev: str, follows: bool) -> None:
        right, numbers = self.numbers[0], self.numbers
        self.numbers = (right + 1, seq + 1) if follows else (seq + 1, right, right + 1)
        if follows and seq in numbers:
            self.numbers = (seq + 1,)
        if follows and seq not in numbers:
            self.fault("seq", right, seq=seq)
        elif not follows and seq > max(numbers):
            self.fault("gap", right, seq - 1, seq=seq)
        elif not follows:
            self.fault("prev", seq=seq)

    def bulk_row(self, seq: Any, n: Any, raw: bytes) -> None:
        self.report.counts["bulk_rows"] += 1
        if not self.bulk or seq != self.bulk_at[1] or n != self.rows.size + 1:
            self.fault("bulk_order", seq=seq)
        self.rows.append(raw[raw.index(b',"row":') + 7 : -2])

    def close_bulk(self) -> None:
        """Compare the rows of a bulk act with what its entry states; an export may leave all of them out."""
        size = self.rows.size
        if self.bulk and size and self.bulk != {"root": self.rows.root().hex(), "count": size}:
            self.report.fault("bulk", size, line=self.bulk_at[0], seq=self.bulk_at[1])
        self.bulk = {}


def _parse(raw: bytes) -> dict[str, Any]:
    try:
        # More than 20 digits are out of range anyway, and reading a million of them takes long.
        value = json.loads(raw.decode("utf-8"), parse_int=lambda digits: int(digits[:20]))
        if isinstance(value, dict) and canonical(value) + b"\n" == raw:
            return value
    except (ValueError, RecursionError):
        raise Unusable("line") from None
    raise Unusable("line_form")


def check_roots(ledger: Ledger, checkpoints: list[Checkpoint], report: Report) -> None:
    """Every checkpoint's root against the entries; the first that differs says where."""
    held = 0
    for point in checkpoints:
        if point.size > ledger.tree.size:
            report.fault("checkpoint_beyond", point.size, ledger.tree.size, **point.where)
        elif point.size not in ledger.roots:
            report.fault("checkpoint_unchecked", ledger.lost, **point.where)
        elif ledger.roots[point.size] != point.root:
            report.fault("checkpoint_root", held + 1, point.size, **point.where)
        else:
            held = point.size
    report.counts["entries_not_covered"] = ledger.tree.size - held


def check_files(files: dict[str, int], folder: str, report: Report) -> None:
    """Every file that an entry names must be in the folder with that content, as `ab/cd/abcd…` or `abcd…`."""
    for name, seq in files.items():
        report.counts["files"] += 1
        places = (os.path.join(folder, name[:2], name[2:4], name), os.path.join(folder, name))
        paths = [path for path in places if HASH.fullmatch(name) and os.path.isfile(path)]
        if not paths:
            report.fault("file_missing", file=name, seq=seq)
        elif any(_file_hash(path) != name for path in paths):
            report.fault("file", file=name, seq=seq)


def _file_hash(path: str) -> str:
    state = hashlib.sha256()
    with open(path, "rb") as source:
        for chunk in iter(lambda: source.read(1 << 20), b""):
            state.update(chunk)
    return state.hexdigest()


def verify(lines: Iterable[bytes], checkpoints: bytes, fingerprint: str, folder: str | None = None) -> Report:
    """Verify an export: its lines (each with its line feed), the checkpoints, the fingerprint that is trusted."""
    fingerprint = re.sub(r"[\s:]", "", fingerprint).lower()
    if not HASH.fullmatch(fingerprint):
        raise Unusable("fingerprint")
    if folder is not None and not os.path.isdir(folder):
        raise Unusable("folder", folder)
    report = Report()
    points = read_checkpoints(checkpoints, fingerprint, report)
    ledger = Ledger(report, (point.size for point in points))
    for raw in lines:
        ledger.read(raw)
    ledger.close_bulk()
    check_roots(ledger, points, report)
    report.counts["entries"] = ledger.tree.size
    if folder is not None:
        check_files(ledger.files, folder, report)
    return report


SUMMARY = """账本 ledger: {origin}
条目 entries {entries}，批量行 bulk rows {bulk_rows}，检查点 checkpoints {checkpoints}，文件 files {files}
未被有效检查点覆盖的末尾条目 entries under no checkpoint that holds: {entries_not_covered}"""


def show(report: Report, as_json: bool) -> None:
    if as_json:
        found = {"ok": not report.faults, "origin": report.origin, **report.counts, "faults": report.faults}
        print(json.dumps(found, ensure_ascii=False))
        return
    names = {"line": "行 line", "seq": "条目 entry", "checkpoint": "检查点 checkpoint", "file": "文件 file"}
    for fault in report.faults:
        place = "，".join(f"{name} {fault[key]}" for key, name in names.items() if key in fault)
        print(f"✗ {place}：{fault['zh']} / {fault['en']}")
    print(SUMMARY.format(origin=report.origin, **report.counts))
    print(f"结论：{len(report.faults)} 处有误 / {len(report.faults)} faults")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="离线核验账本 / verify an exported ledger offline")
    parser.add_argument("ledger", help="导出的账本 exported ledger (JSON Lines)")
    parser.add_argument("checkpoints", help="签名检查点 signed checkpoints (text)")
    parser.add_argument("--fingerprint", required=True, help="签名密钥指纹 fingerprint of the signing key")
    parser.add_argument("--files", help="附件文件夹 folder of the files that entries name")
    parser.add_argument("--json", action="store_true", help="以 JSON 输出 print JSON")
    options = parser.parse_args(arguments)
    for stream in filter(None, (getattr(s, "reconfigure", None) for s in (sys.stdout, sys.stderr))):
        stream(errors="backslashreplace")  # a console without Chinese must not stop the check
    try:
        with open(options.checkpoints, "rb") as notes, open(options.ledger, "rb") as ledger:
            lines = iter(lambda: ledger.readline(1 << 26), b"")  # no line may fill the memory
            report = verify(lines, notes.read(), options.fingerprint, options.files)
    except (Unusable, OSError) as problem:
        print(f"✗ {problem}", file=sys.stderr)
        return 2
    show(report, options.json)
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main())
