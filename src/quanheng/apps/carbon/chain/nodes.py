"""The steps of a chain that all methods share: the figure, a norm value, what covered an input, and the ledger's entry."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from quanheng.apps.carbon.coverage import Part, table_of
from quanheng.apps.carbon.models import Statement
from quanheng.apps.carbon.statements import text
from quanheng.apps.laboratory import queries as laboratory
from quanheng.apps.monitoring import queries as monitoring
from quanheng.apps.records import queries as records
from quanheng.evidence import merkle


def statement_node(statement: Statement, computed: Any) -> dict[str, Any]:
    again = computed.total.result
    exact = statement.result["exact"]
    same = (text(again.value), text(again.U)) == (exact["value"], exact["U"])
    return {
        "number": statement.number,
        "site": statement.site.code,
        "year": statement.year,
        "method": statement.method,
        "value_t": str(statement.value.normalize()),
        "U_t": str(statement.expanded_uncertainty.normalize()),
        "k": str(statement.coverage_factor.normalize()),
        "state": statement.state,
        "lake_version": statement.lake_version,
        "recomputed": {"value_t": text(again.value), "U_t": text(again.U), "agrees": same},
        "ledger": ledger_node("carbon.statement", str(statement.pk)),
    }


def constant_node(name: str, value: Any) -> dict[str, Any]:
    return {
        "name": name,
        "value": str(value.value),
        "unit": value.unit,
        "norm": value.id,
        "source": value.source,
        "verified": value.verified,
        "version": value.version,
    }


def part_node(part: Part, ended: dict[str, laboratory.Ended]) -> dict[str, Any]:
    instrument = part.stood.instrument
    node: dict[str, Any] = {
        "acts_on": part.input,
        "verdict": part.verdict,
        "reasons": list(part.reasons),
        "instrument": {
            "id": instrument.id,
            "code": instrument.code,
            "name": instrument.name,
            "maker": instrument.maker,
            "model": instrument.model,
            "serial": instrument.serial,
        },
        "installed": {
            "from": part.stood.start.isoformat() if part.stood.start else None,
            "to": part.stood.end.isoformat() if part.stood.end else None,
        },
        "certificate": None,
    }
    if part.certificate is not None:
        c = part.certificate
        now = ended.get(c.id)
        node["certificate"] = {
            "id": c.id,
            "name": c.name,
            "kind": c.kind,
            "issued_on": c.issued_on.isoformat(),
            "valid_from": c.valid_from.isoformat(),
            "valid_until": c.valid_until.isoformat() if c.valid_until else None,
            "range": [c.range_low, c.range_high],
            "range_kept": _range_kept(part),
            "unit": c.unit,
            "state": c.state,
            "ended_since": {"word": now.word, "on": str(now.on or ""), "reason": now.reason} if now else None,
            "entered_by": c.entered_by,
            "points": [list(row) for row in c.points],
            "basis": c.basis,
            "standards": c.standards,
            "ledger": ledger_node("laboratory.certificate", c.id),
        }
    return node


def _range_kept(part: Part) -> list[str | None] | None:
    """The range in the unit of the readings; none where the indication of the instrument is not recorded."""
    if part.certificate is None or part.input.endswith("_relative"):
        return None
    table = table_of(part.certificate, part.stood.unit)
    return [text(table.low), text(table.high)]


def ledger_node(label: str, pk: str) -> dict[str, Any] | None:
    entry = records.first_entry(f"{label}:{pk}")
    if entry is None:
        return None
    return {
        "seq": entry.seq,
        "verb": entry.verb,
        "by": entry.actor_name,
        "at": entry.at.isoformat(),
        "digest": entry.digest,
    }


def rows_at(points: Sequence[str], start: dt.datetime, pin: monitoring.Pin) -> dict[str, pa.Table]:
    """The raw row of each point for one hour, read at once, as a table of one row."""
    table = monitoring.readings(list(dict.fromkeys(points)), start, start + dt.timedelta(hours=1), pin)
    found: dict[str, pa.Table] = {}
    for n, point in enumerate(table["point"].to_pylist()):
        found.setdefault(point, table.slice(n, 1))
    return found


def reading_node(point: str, start: dt.datetime, pin: monitoring.Pin) -> dict[str, Any]:
    """The raw row of a point for one hour."""
    return row_node(rows_at([point], start, pin)[point])


def row_node(raw: pa.Table) -> dict[str, Any]:
    """The raw row: value, text as received, file and row, and the proof that it is in its batch."""
    row = raw.to_pylist()[0]
    batch = monitoring.batch(row["seq"])
    proof = monitoring.lake().proof_of(raw)
    proven = proof.root.hex() == batch.root and merkle.verify_inclusion(
        proof.line, proof.index, proof.size, proof.path, proof.root
    )
    return {
        "value": text(row["value"]),
        "unit": row["unit"],
        "text": row["text"],
        "start": row["ts"].isoformat(),
        "file": batch.name,
        "file_sha256": row["source"],
        "row": row["row"],
        "commit": row["seq"],
        "received_at": row["received_at"].isoformat(),
        "batch_root": batch.root,
        "proof": {
            "index": proof.index,
            "size": proof.size,
            "path": [h.hex() for h in proof.path],
            "holds": proven,
        },
        "ledger": ledger_node("monitoring.batch", str(batch.pk)),
    }
