"""Rows of the ledger and readings of the lake in the form in which evidence packs hold them; for all methods."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from quanheng.apps.carbon.coverage import Stood
from quanheng.apps.carbon.evidence.parts import Members, moment, offsets
from quanheng.apps.carbon.measured import SourceYear
from quanheng.apps.carbon.models import Statement
from quanheng.apps.laboratory import queries as laboratory
from quanheng.apps.monitoring import queries as monitoring
from quanheng.evidence import merkle
from quanheng.evidence.canonical import canonical_json
from quanheng.evidence.offline.proofs import READINGS_HEAD
from quanheng.lake import canonical_lines

CERTIFICATE = (
    "number kind instrument issued_on valid_from valid_until unit basis points range_low range_high standards"
)
INSTRUMENT = "code name maker model serial quantity unit repeatability repeatability_basis"
INSTALLATION = "point instrument acts_on valid_from valid_to"
Contents = dict[str, dict[str, Any]]


def frame(statement: Statement, computed: Any) -> dict[str, Any]:
    """What holds for a whole computation: the hours of the year, the pin, and up to when things were known."""
    every = computed.sources[0].hours.starts.tolist()
    starts = [dt.datetime.fromtimestamp(us // 1_000_000, dt.UTC) for us in every]
    return {
        "method": statement.method,
        "known_at": moment(computed.known_at),
        "lake": {"version": computed.pin.commit, "without": list(computed.pin.without)},
        "hours": {
            "first": moment(starts[0]),
            "count": len(starts),
            "offsets": offsets(statement.site.time_zone, starts),
        },
    }


def told_points(points: dict[str, Any], stood: dict[str, list[Stood]], told: Contents) -> dict[str, Any]:
    """Points with what stood there."""
    return {
        code: {
            "id": str(point.pk),
            "quantity": point.quantity,
            "unit": point.unit,
            "installations": [installation(one, point, told) for one in stood[str(point.pk)]],
        }
        for code, point in points.items()
    }


def keys_of(every: list[Stood]) -> list[str]:
    """The keys in the ledger of what stood: installations, instruments and certificates."""
    return [
        *(f"monitoring.installation:{one.installation}" for one in every if one.installation),
        *(f"laboratory.instrument:{one.instrument.id}" for one in every),
        *(f"laboratory.certificate:{c.id}" for one in every for c in one.certificates),
    ]


class Raw:
    """Where a source took another value than the reading, or none: what the statement left out or put in."""

    def __init__(self, one: SourceYear) -> None:
        self.one = one
        self.place = {start: n for n, start in enumerate(one.hours.starts.tolist())}

    def departures(self, name: str, statement: Statement) -> dict[str, Any]:
        taken = self.one.indications[name]
        read = self._laid(name, statement)
        left = np.isnan(taken) & ~np.isnan(read)
        put = ~np.isnan(taken) & (np.isnan(read) | (taken != read))
        found: dict[str, Any] = {}
        if left.any():
            found["left_out"] = np.flatnonzero(left).tolist()
        if put.any():
            found["put_in"] = {str(n): repr(float(taken[n])) for n in np.flatnonzero(put).tolist()}
        return found

    def _laid(self, name: str, statement: Statement) -> np.ndarray[Any, np.dtype[np.float64]]:
        point = monitoring.point_named(statement.site, self.one.source.points[name])
        table = readings_of(statement, [str(point.pk)])
        laid = np.full(self.one.hours.starts.size, np.nan)
        values = table["value"].to_pylist()
        for at, value in zip(table["ts"].cast(pa.int64()).to_pylist(), values, strict=True):
            if value is not None and at in self.place:
                laid[self.place[at]] = value
        return laid


def installation(one: Stood, point: Any, told: Contents) -> dict[str, Any]:
    """An instrument at a point; where it acts on the value without being read there, no unit is converted."""
    unit = one.unit if one.instrument.quantity == point.quantity else ""
    return {
        "id": one.installation,
        "recorded": recorded(told, f"monitoring.installation:{one.installation}", INSTALLATION),
        "certificates": [use(c, unit) for c in one.certificates],
    }


def use(certificate: Any, unit: str) -> dict[str, str]:
    """A certificate at a point, with the factor and offset that lead from its unit to that of the readings."""
    same = not unit or certificate.unit == unit
    factor, offset = (1.0, 0.0) if same else laboratory.conversion(certificate.unit, unit)
    return {"certificate": certificate.id, "factor": repr(factor), "offset": repr(offset)}


def certificates(every: list[Stood], told: Contents) -> list[dict[str, Any]]:
    found = {c.id: c for one in every for c in one.certificates}
    return [
        {
            "id": c.id,
            "name": c.name,
            "state": c.state,
            "recorded": recorded(told, f"laboratory.certificate:{c.id}", CERTIFICATE),
        }
        for _, c in sorted(found.items())
    ]


def instruments(every: list[Stood], told: Contents) -> list[dict[str, Any]]:
    ids = sorted({one.instrument.id for one in every})
    return [{"id": i, "recorded": recorded(told, f"laboratory.instrument:{i}", INSTRUMENT)} for i in ids]


def recorded(told: Contents, key: str, names: str) -> dict[str, Any]:
    """The fields of a row as the ledger recorded them first."""
    content = told.get(key, {})
    return {name: content.get(name) for name in names.split()}


def readings_of(statement: Statement, points: list[str]) -> pa.Table:
    kept = statement.result["lake"]
    start, end = monitoring.year_of(statement.site, statement.year)
    return monitoring.readings(points, start, end, at=monitoring.Pin(kept["version"], tuple(kept["without"])))


class Readings:
    """The readings of the year as they stood at the pin, each with its place in the batch that brought it."""

    def __init__(self, statement: Statement, points: dict[str, Any]) -> None:
        self.points = {code: str(point.pk) for code, point in points.items()}
        self.table = readings_of(statement, list(self.points.values()))
        self.batches = [monitoring.batch(seq) for seq in sorted(set(self.table["seq"].to_pylist()))]
        self.leaves: dict[tuple[int, str, int, int], int] = {}
        self.proofs = [self._proof(batch) for batch in self.batches]

    def _proof(self, batch: Any) -> dict[str, Any]:
        rows = monitoring.lake().rows_of(batch.seq)
        mine = self.table.filter(pc.equal(self.table["seq"], batch.seq))
        taken = {(p, at, n) for p, at, n in _identities(mine)}
        indices = []
        for index, one in enumerate(_identities(rows)):
            if one in taken:
                self.leaves[(batch.seq, *one)] = index
                indices.append(index)
        path = merkle.subset_proof(canonical_lines(rows), indices)
        return {
            "id": str(batch.pk),
            "commit": batch.seq,
            "root": batch.root,
            "rows": batch.rows,
            "name": batch.name,
            "file": batch.file,
            "received_at": moment(batch.received_at),
            "path": [node.hex() for node in path],
        }

    def members(self) -> Members:
        found = {"readings/batches.json": canonical_json(self.proofs)}
        for code, point in self.points.items():
            mine = self.table.filter(pc.equal(self.table["point"], point))
            found[f"readings/{code}.csv"] = self._text(mine)
            found[f"readings/{code}.parquet"] = _parquet(mine)
        return found

    def _text(self, rows: pa.Table) -> bytes:
        out = io.StringIO(newline="")
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(READINGS_HEAD)
        columns = ("ts", "value", "unit", "flag", "text", "row", "source", "seq", "point")
        for ts, value, unit, flag, text, row, source, seq, point in zip(
            *(rows[name].to_pylist() for name in columns), strict=True
        ):
            at = int(ts.timestamp()) * 1_000_000 + ts.microsecond
            number = "" if value is None else repr(value)
            leaf = self.leaves[(seq, point, at, row)]
            writer.writerow([moment(ts), number, unit, flag, text, row, source, seq, leaf])
        return out.getvalue().encode()


def _identities(rows: pa.Table) -> list[tuple[str, int, int]]:
    times = rows["ts"].cast(pa.int64()).to_pylist()
    return list(zip(rows["point"].to_pylist(), times, rows["row"].to_pylist(), strict=True))


def _parquet(rows: pa.Table) -> bytes:
    out = io.BytesIO()
    pq.write_table(rows.drop_columns(["received_at"]).combine_chunks(), out, compression="zstd")
    return out.getvalue()
