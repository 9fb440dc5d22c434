"""The pack as a file: a ZIP in one canonical form, a manifest of hashes, and the signature over the manifest.

Nothing is compressed and no time is kept, so that the same members give the same bytes on every machine, and a
size that a header claims can never be more than the file holds.
"""

from __future__ import annotations

import hashlib
import json
import re
import struct
import zlib
from typing import Any

from quanheng.evidence.verifier import canonical, ed25519_verify

PACK_FORM = "quanheng.pack/1"
PACK_MANIFEST, PACK_SIGNATURE = "MANIFEST.json", "MANIFEST.sig"
PACK_SIGNED = b"quanheng.pack/1\n"  # before the manifest, so that no other text of this key can pass as one
PACK_LARGEST = 1 << 30
PACK_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}(/[A-Za-z0-9][A-Za-z0-9._-]{0,99}){0,3}")
_LOCAL, _CENTRAL, _END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_FIRST_DAY = 0x0021  # 1980-01-01, the earliest that a ZIP can say

PACK_TEXTS = {
    "not_pack": ("不是证据包", "this is not an evidence pack"),
    "too_large": ("文件过大，超过 {} 字节", "the file is larger than {} bytes"),
    "cut": ("在第 {} 字节处中断，文件不完整", "it breaks off at byte {}: the file is not whole"),
    "claims": ("称有 {} 字节，文件里没有", "it claims {} bytes, which the file does not hold"),
    "compressed": ("经过压缩，不是证据包的写法", "it is compressed, which a pack never is"),
    "name": ("成员名称不允许：{}", "this name of a member is not allowed: {}"),
    "twice": ("成员重复", "the member stands there twice"),
    "form": (
        "第 {} 字节起写法不规范，已被改动",
        "from byte {} on it is not in canonical form: it was changed",
    ),
    "member": ("内容与清单不符，已被改动", "its content is not what the manifest says: it was changed"),
    "member_missing": ("清单中有，包里没有", "the manifest names it, the pack does not hold it"),
    "member_extra": ("清单里没有", "the manifest does not name it"),
    "manifest": ("清单无法读取或写法不规范", "the manifest cannot be read or is not in canonical form"),
    "signature": ("签名不成立，清单已被改动", "the signature does not hold: the manifest was changed"),
    "key": ("签名密钥与给定指纹不符", "signed with a key that has another fingerprint"),
    "pack_fingerprint": ("指纹应为 64 位十六进制数", "the fingerprint is not 64 hexadecimal digits"),
    "unreadable": ("无法读取或缺少内容：{}", "it cannot be read or lacks something: {}"),
    "entry_digest": ("内容与摘要不符，已被改动", "its content is not what its digest covers: it was changed"),
    "ledger_root": ("台账条目与签名检查点不符", "the entries do not give the root of the signed checkpoint"),
    "bulk_root": ("批量行与条目所记的根不符", "the bulk rows do not give the root that their entry states"),
    "batch_root": ("读数与所在批次的根不符", "the readings do not give the root of their batch"),
    "batch_unrecorded": ("台账里没有这个批次的根", "no ledger entry records this batch with this root"),
    "fact": ("与台账所记不符：{}", "it is not what the ledger records: {}"),
    "paper": ("台账里没有登记这个文件", "no ledger entry registers this file"),
    "figure": ("重算为 {}，核算结果写的是 {}", "recomputed as {}, the statement says {}"),
    "method": ("方法 {} 没有重算，数值未经核对", "method {}: figures not recomputed"),
}


class BadPack(Exception):
    """A file that cannot be taken as a pack at all, by the name of its text."""

    def __init__(self, kind: str, *values: object, member: str = "") -> None:
        place = f"{member}：" if member else ""
        super().__init__(place + " / ".join(text.format(*values) for text in PACK_TEXTS[kind]))
        self.kind, self.member = kind, member


class PackReport:
    """Everything that is wrong with a pack, each with its place, and what was looked at."""

    def __init__(self) -> None:
        self.faults: list[dict[str, Any]] = []
        self.counts: dict[str, int] = {}
        self.told: dict[str, Any] = {}

    def fault(self, kind: str, *values: object, texts: dict[str, Any] = PACK_TEXTS, **where: Any) -> None:
        zh, en = (text.format(*values) for text in texts[kind])
        self.faults.append({"kind": kind, **where, "zh": zh, "en": en})

    def count(self, what: str, more: int = 1) -> None:
        self.counts[what] = self.counts.get(what, 0) + more


def zip_bytes(members: dict[str, bytes]) -> bytes:
    """A ZIP of these members in the one canonical form: by name, stored, no time, no attributes, no comment."""
    body, directory, at = [], [], 0
    for name in sorted(members):
        content, called = members[name], name.encode("ascii")
        fields = (20, 0, 0, 0, _FIRST_DAY, zlib.crc32(content), len(content), len(content), len(called), 0)
        body.append(_LOCAL + struct.pack("<5H3I2H", *fields) + called + content)
        rest = struct.pack("<3H2I", 0, 0, 0, 0, at)
        directory.append(_CENTRAL + struct.pack("<6H3I2H", 20, *fields) + rest + called)
        at += len(body[-1])
    tail = b"".join(directory)
    n = len(directory)
    return b"".join(body) + tail + _END + struct.pack("<4H2IH", 0, 0, n, n, len(tail), at, 0)


def read_zip(data: bytes, report: PackReport) -> dict[str, bytes]:
    """The members of a pack; every departure from the canonical form is named by its first byte."""
    if len(data) > PACK_LARGEST:
        raise BadPack("too_large", PACK_LARGEST)
    members: dict[str, bytes] = {}
    extents: list[tuple[int, str]] = []
    at = 0
    while data[at : at + 4] == _LOCAL:
        name, start, end = _member(data, at)
        if name in members:
            raise BadPack("twice", member=name)
        extents.append((at, name))
        members[name], at = data[start:end], end
    if PACK_MANIFEST not in members and not any(n.startswith("statement") for n in members):
        raise BadPack("not_pack")
    rebuilt = zip_bytes(members)
    if len(data) < len(rebuilt) and rebuilt.startswith(data):
        raise BadPack("cut", len(data))
    if rebuilt != data:
        place = _first_difference(rebuilt, data)
        inside = [name for begin, name in extents if begin <= place < at]
        report.fault("form", place, member=inside[-1] if inside else "directory")
    return members


def _member(data: bytes, at: int) -> tuple[str, int, int]:
    if len(data) < at + 30:
        raise BadPack("cut", len(data))
    fields = struct.unpack("<5H3I2H", data[at + 4 : at + 30])
    method, packed, size, named, extra = fields[2], fields[6], fields[7], fields[8], fields[9]
    start = at + 30 + named + extra
    name = data[at + 30 : at + 30 + named].decode("latin-1")
    if not PACK_NAME.fullmatch(name):
        raise BadPack("name", ascii(name[:80]))
    if start > len(data):
        raise BadPack("cut", len(data), member=name)
    if method:
        raise BadPack("compressed", member=name)
    if start + max(packed, size) > len(data):
        raise BadPack("claims", max(packed, size), member=name)
    return name, start, start + packed


def _first_difference(one: bytes, other: bytes) -> int:
    low, high = 0, min(len(one), len(other))
    if one[:high] == other[:high]:
        return high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if one[low:middle] == other[low:middle] else (low, middle)
    return low


def manifest_of(members: dict[str, bytes], about: dict[str, Any]) -> bytes:
    """The manifest over members: canonical JSON with the size and SHA-256 of each."""
    files = {
        name: {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
        for name, content in members.items()
    }
    return canonical({"form": PACK_FORM, **about, "files": files})


def parsed(content: bytes) -> Any:
    """A value from canonical JSON; ValueError if it is written otherwise."""
    value = json.loads(content.decode("utf-8"), parse_int=lambda digits: int(digits[:20]))
    if canonical(value) != content:
        raise ValueError("not canonical")
    return value


def check_manifest(members: dict[str, bytes], keys: list[str], report: PackReport) -> str:
    """Every member against the manifest, and the manifest against its signature; gives the signer's fingerprint."""
    try:
        manifest = parsed(members[PACK_MANIFEST])
        if manifest["form"] != PACK_FORM:
            raise BadPack("not_pack")
        stated = {name: (one["sha256"], one["size"]) for name, one in manifest["files"].items()}
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        report.fault("manifest", member=PACK_MANIFEST)
        return ""
    for name, content in members.items():
        if name in (PACK_MANIFEST, PACK_SIGNATURE):
            continue
        report.count("members")
        if name not in stated:
            report.fault("member_extra", member=name)
        elif stated[name] != (hashlib.sha256(content).hexdigest(), len(content)):
            report.fault("member", member=name)
    for name in stated:
        if name not in members:
            report.fault("member_missing", member=name)
    return _check_signature(members, keys, report)


def _check_signature(members: dict[str, bytes], keys: list[str], report: PackReport) -> str:
    try:
        sealed = parsed(members[PACK_SIGNATURE])
        public, signature = bytes.fromhex(sealed["public"]), bytes.fromhex(sealed["signature"])
    except (KeyError, TypeError, ValueError, RecursionError):
        report.fault("signature", member=PACK_SIGNATURE)
        return ""
    if not ed25519_verify(public, PACK_SIGNED + members[PACK_MANIFEST], signature):
        report.fault("signature", member=PACK_SIGNATURE)
        return ""
    found = hashlib.sha256(public).hexdigest()
    if keys and found not in keys:
        report.fault("key", member=PACK_SIGNATURE)
    return found
