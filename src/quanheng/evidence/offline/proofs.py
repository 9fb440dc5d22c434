"""The proofs of a pack: its ledger entries under a signed checkpoint, its readings under the roots of their batches.

An inclusion proof shows that a row is what was acknowledged. That a batch holds no further row of a point is not
proven by it, so the number of rows that the pack leaves out is told.
"""

from __future__ import annotations

import csv
import datetime
import hashlib
import io
import json
import struct
from bisect import bisect_left
from typing import Any

from quanheng.evidence.offline.container import PackReport, parsed
from quanheng.evidence.verifier import TEXTS, Checkpoint, Unusable, canonical, link

READINGS_HEAD = ["time", "value", "unit", "flag", "text", "row", "file", "commit", "leaf"]
_text_as_json = json.JSONEncoder(ensure_ascii=False).encode


class Case:
    """What the members of a pack say, read once: the statement, what it was computed from, its readings."""

    def __init__(self, members: dict[str, bytes]) -> None:
        self.members = members
        self._tables: dict[str, Any] = {}
        self.statement = parsed(members["statement.json"])
        self.computation = parsed(members["computation.json"])
        self.entries: list[dict[str, Any]] = []
        self.recorded: dict[str, list[dict[str, Any]]] = {}
        self.readings: dict[str, dict[int, float | None]] = {}

    def table(self, name: str) -> Any:
        """A member in JSON, read once."""
        if name not in self._tables:
            self._tables[name] = parsed(self.members[name])
        return self._tables[name]


def subset_root_of(size: int, known: dict[int, bytes], proof: list[bytes]) -> bytes | None:
    """The root (RFC 9162 section 2.1.1) that some leaves and the roots of the subtrees without them give."""
    places, rest = sorted(known), proof[::-1]

    def node(start: int, end: int) -> bytes:
        if bisect_left(places, end) == bisect_left(places, start):
            return rest.pop()
        if end - start == 1:
            return hashlib.sha256(b"\x00" + known[start]).digest()
        middle = start + (1 << ((end - start - 1).bit_length() - 1))
        return hashlib.sha256(b"\x01" + node(start, middle) + node(middle, end)).digest()

    if not 0 < size < 2**40 or (places and places[-1] >= size):
        return None
    try:
        found = node(0, size)
    except IndexError:
        return None
    return None if rest else found


def check_entries(case: Case, fingerprint: str, report: PackReport) -> None:
    """Each ledger entry against its digest, all of them against the signed checkpoint."""
    digests: dict[int, bytes] = {}
    for line, raw in enumerate(case.members["ledger/entries.jsonl"].splitlines(), 1):
        entry = parsed(raw)
        if link(entry["body"], entry["prev"]) != entry["digest"] or entry["body"]["seq"] != entry["seq"]:
            report.fault("entry_digest", member="ledger/entries.jsonl", line=line, seq=entry["seq"])
        digests[entry["seq"] - 1] = bytes.fromhex(entry["digest"])
        case.entries.append(entry["body"])
        for key, after in entry["body"]["after"].items():
            if isinstance(after, dict):
                case.recorded.setdefault(key, []).append(after)
        report.count("entries")
    _check_bulk(case, report)
    proof = case.table("ledger/proof.json")
    try:
        point = Checkpoint(case.members["ledger/checkpoint.txt"], fingerprint, {})
    except Unusable as wrong:
        report.fault(wrong.kind, texts=TEXTS, member="ledger/checkpoint.txt")
        return
    root = subset_root_of(proof["size"], digests, [bytes.fromhex(h) for h in proof["path"]])
    if (point.size, point.root) != (proof["size"], root):
        report.fault("ledger_root", member="ledger/entries.jsonl")
    report.told["checkpoint"] = {"ledger": point.origin, "entries": point.size, "time": point.time}


def _check_bulk(case: Case, report: PackReport) -> None:
    """The rows that bulk acts recorded, each against the root that its entry states."""
    stated = {entry["seq"]: entry["bulk"] for entry in case.entries if entry["bulk"] is not None}
    for one in case.table("ledger/bulk.json"):
        known = {n: canonical(row) for n, row in one["rows"]}
        bulk = stated.get(one["seq"]) or {"root": "", "count": 0}
        root = subset_root_of(bulk["count"], known, [bytes.fromhex(h) for h in one["path"]])
        if root is None or root.hex() != bulk["root"]:
            report.fault("bulk_root", member="ledger/bulk.json", seq=one["seq"])
            continue
        for _, row in one["rows"]:
            if row["after"] is not None:
                case.recorded.setdefault(row["key"], []).append(row["after"])


def check_readings(case: Case, report: PackReport) -> None:
    """Each reading against the root of its batch, each root against the ledger entry that recorded it."""
    leaves: dict[int, dict[int, bytes]] = {}
    for code, point in case.computation["points"].items():
        member = f"readings/{code}.csv"
        case.readings[code] = _read(case.members[member], point["id"], leaves)
        report.count("readings", len(case.readings[code]))
    for batch in case.table("readings/batches.json"):
        known = leaves.pop(batch["commit"], {})
        root = subset_root_of(batch["rows"], known, [bytes.fromhex(h) for h in batch["path"]])
        where = {"member": "readings/batches.json", "commit": batch["commit"]}
        if root is None or root.hex() != batch["root"]:
            report.fault("batch_root", **where)
        told = {"seq": batch["commit"], "root": batch["root"], "rows": batch["rows"]}
        if told not in _states(case, "monitoring.batch:" + batch["id"], told):
            report.fault("batch_unrecorded", **where)
        report.count("batches")
        report.count("rows_not_shown", batch["rows"] - len(known))
    for commit in leaves:
        report.fault("batch_root", member="readings/batches.json", commit=commit)


def _read(content: bytes, point: str, leaves: dict[int, dict[int, bytes]]) -> dict[int, float | None]:
    """The readings of a point by their time in µs; their canonical lines go to the batches that brought them."""
    rows = csv.reader(io.StringIO(content.decode("utf-8"), newline=""))
    if next(rows) != READINGS_HEAD:
        raise ValueError("head")
    found: dict[int, float | None] = {}
    named = _text_as_json(point)
    units: dict[str, str] = {}
    files: dict[str, str] = {}
    for time, value, unit, flag, text, row, file, commit, leaf in rows:
        at, number = microseconds_of(time), float(value) if value else None
        bits = "null" if number is None else f'"{struct.pack(">d", number).hex()}"'
        units[unit] = quoted = units.get(unit) or _text_as_json(unit)
        files[file] = source = files.get(file) or _text_as_json(file)
        line = f"[{named},{at},{bits},{quoted},{int(flag)},{int(row)},{source},{_text_as_json(text)}]"
        leaves.setdefault(int(commit), {})[int(leaf)] = line.encode()
        found[at] = number
    return found


_HOUR_STARTS: dict[str, int] = {}  # the same hours come for every point


def microseconds_of(time: str) -> int:
    """µs since 1970 of `2025-01-31T08:00:00Z` or with a fraction of six digits."""
    at = _HOUR_STARTS.get(time)
    if at is None:
        whole, _, rest = time[:-1].partition(".")
        date, clock = whole.split("T")
        hour, minute, second = (int(x) for x in clock.split(":"))
        seconds = day_number(date) * 86400 + hour * 3600 + minute * 60 + second
        at = _HOUR_STARTS[time] = seconds * 1_000_000 + int(rest or 0)
    return at


def day_number(date: str) -> int:
    """Days since 1970-01-01 of `2025-01-31` in the Gregorian calendar."""
    return datetime.date.fromisoformat(date).toordinal() - 719163


def _states(case: Case, key: str, told: dict[str, Any]) -> list[dict[str, Any]]:
    """The same fields of a row as each entry records them."""
    return [{name: after.get(name) for name in told} for after in case.recorded.get(key, [])]


def check_facts(case: Case, report: PackReport) -> None:
    """What the figures were computed from against what the ledger records of it."""
    for member, key, told in facts_told(case):
        states = _states(case, key, told)
        if told not in states:
            wrong = sorted(name for name in told if all(state[name] != told[name] for state in states))
            report.fault("fact", ", ".join(wrong) or "unrecorded", member=member, object=key)
        report.count("facts")


def facts_told(case: Case) -> list[tuple[str, str, dict[str, Any]]]:
    """What members say of recorded rows, as (member, key in the ledger, fields as recorded)."""
    s = case.statement
    statement = {name: s[name] for name in ("number", "year", "method", "edition", "result")}
    figures = {"value": s["value"], "expanded_uncertainty": s["U"], "standard_uncertainty": s["u"]}
    told = [("statement.json", "carbon.statement:" + s["id"], {**statement, **figures})]
    for one in case.table("certificates.json"):
        told.append(("certificates.json", "laboratory.certificate:" + one["id"], one["recorded"]))
    for one in case.table("instruments.json"):
        told.append(("instruments.json", "laboratory.instrument:" + one["id"], one["recorded"]))
    for code, point in case.computation["points"].items():
        recorded = {"code": code, "quantity": point["quantity"]}
        told.append(("computation.json", "monitoring.point:" + point["id"], recorded))
        for one in point["installations"]:
            told.append(("computation.json", "monitoring.installation:" + one["id"], one["recorded"]))
    for one in case.computation["sources"]:
        for row in (one, *one.get("months", ())):
            told.append(("computation.json", row["key"], row["recorded"]))
    return told


def check_papers(case: Case, report: PackReport) -> None:
    """Each paper is one that the ledger registers by its hash for this statement."""
    urn = "urn:quanheng:carbon:statement:" + case.statement["id"]
    registered = registered_papers(case.entries, urn)
    for name, content in case.members.items():
        if name.startswith("papers/"):
            report.count("papers")
            if hashlib.sha256(content).hexdigest() not in registered:
                report.fault("paper", member=name)


def registered_papers(entries: list[dict[str, Any]], urn: str) -> set[str]:
    """The hashes of the papers that were published of an object."""
    published = [e for e in entries if e["object"] == urn and e["verb"].endswith(".publish")]
    return {str(name) for entry in published for name in entry["files"]}
