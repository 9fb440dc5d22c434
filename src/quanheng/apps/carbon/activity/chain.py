"""The way back from a stated tonne of activity data to the month's record, its meter, certificates and norm values.

The month is computed anew from what was known when the statement was made. Energy that is read at a point goes on
down to the raw reading of the hour with the largest emission of the month.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from typing import Any

import numpy as np

from quanheng.apps.carbon.activity.burning import HEATED, MEASURED
from quanheng.apps.carbon.activity.models import ActivityMonth
from quanheng.apps.carbon.chain.nodes import (
    constant_node,
    ledger_node,
    part_node,
    reading_node,
    statement_node,
)
from quanheng.apps.carbon.models import Statement
from quanheng.apps.carbon.restatement.recomputing import as_it_was
from quanheng.apps.carbon.statements import text
from quanheng.apps.laboratory import queries as laboratory
from quanheng.apps.monitoring import queries as monitoring
from quanheng.errors import BadInput

ANALYSIS = ("carbon", "basis", "moisture_ar", "moisture_ad", "ncv", "oxidation", "analysed_on", "report")

UNUSED = {MEASURED: ("default_content", "default_ncv"), HEATED: ("default_ncv",)}  # in a month of this kind


def chain(statement: Statement, at: dt.datetime | None = None, stream: str | None = None) -> dict[str, Any]:
    """The chain of one month of one stream; without a time, the month with the largest mass.

    ``month``: stream, month, amount with unit, how the carbon was got, carbon (t per unit) and oxidation, tonnes, and
    the norm values with citation and state of verification; ``record``: the entered month with its version, file, row
    and ledger entry (null where the amount is read at a point); ``inputs``: what covered each input, with instrument,
    certificate and ledger entry, and the raw reading where there is one.
    """
    computed: Any = as_it_was(statement)
    one = _stream(computed, stream)
    month = _month(one, at, statement)
    here = one.hours_of(month) & ~np.isnan(one.rate.mass)
    entry = next(
        e for e in statement.result["activity"] if (e["stream"], e["month"]) == (one.source.code, month)
    )
    row = next((m for m in one.months if m.month == month), None)
    return {
        "statement": statement_node(statement, computed),
        "month": {
            **{
                name: entry[name]
                for name in ("stream", "month", "amount", "unit", "how", "carbon", "oxidation")
            },
            "name": one.source.name,
            "kind": one.source.form,
            "tonnes": text(float(one.rate.mass[here].sum()) / 1000),
            "constants": [
                constant_node(name, value)
                for name, value in one.constants.items()
                if name not in UNUSED.get(entry["how"], ())
            ],
        },
        "stream": _stream_node(one.source.stream),
        "record": _record_node(row) if row is not None else None,
        "inputs": [
            _input_node(statement, one, name, here, computed.pin)
            for name, covered in one.covered.items()
            if any((part.mask & here).any() for part in covered.parts)
        ],
    }


def _stream(computed: Any, code: str | None) -> Any:
    for one in computed.sources:
        if code in (None, one.source.code) and not np.isnan(one.rate.mass).all():
            return one
    raise BadInput("unknown source, or one without a figure", field="source", found=str(code or ""))


def _month(one: Any, at: dt.datetime | None, statement: Statement) -> int:
    if at is None:
        return int(one.number[int(np.nanargmax(one.rate.mass))])
    local = at.astimezone(zoneinfo.ZoneInfo(statement.site.time_zone)) if at.tzinfo else at
    if local.year != statement.year or np.isnan(one.rate.mass[one.hours_of(local.month)]).all():
        found = f"{local.year}-{local.month:02d}"
        raise BadInput("nothing of this month is in the total", field="hour", found=found)
    return local.month


def _stream_node(stream: Any) -> dict[str, Any]:
    return {
        "code": stream.code,
        "version": stream.known_from.isoformat(),
        "fuel": stream.fuel,
        "defaults": stream.defaults,
        "factor": stream.factor,
        "point": stream.point,
        "ledger": ledger_node("carbon.activitystream", str(stream.pk)),
    }


def _record_node(row: ActivityMonth) -> dict[str, Any]:
    newer = ActivityMonth.objects.filter(replaces=row).first()
    return {
        "id": str(row.pk),
        "amount": format(row.amount.normalize(), "f"),
        "unit": row.unit,
        "known_from": row.known_from.isoformat(),
        "corrected_since": newer.known_from.isoformat() if newer else None,
        **{name: str(value) for name in ANALYSIS if (value := getattr(row, name)) not in (None, "")},
        "file": row.file.name if row.file else None,
        "file_sha256": row.file.file if row.file else None,
        "row": row.row,
        "ledger": ledger_node("carbon.activityfile", str(row.file_id))
        if row.file_id
        else ledger_node("carbon.activitymonth", str(row.pk)),
    }


def _input_node(statement: Statement, one: Any, name: str, here: Any, pin: monitoring.Pin) -> dict[str, Any]:
    parts = [part for part in one.covered[name].parts if (part.mask & here).any()]
    ended = laboratory.ended_since(part.certificate.id for part in parts if part.certificate)
    node: dict[str, Any] = {
        "input": name,
        "covered_by": [{**part_node(part, ended), "hours": int((part.mask & here).sum())} for part in parts],
        "reading": None,
    }
    if one.source.stream.point and name == "energy_relative":
        node |= _reading(statement, one, here, pin)
    return node


def _reading(statement: Statement, one: Any, here: Any, pin: monitoring.Pin) -> dict[str, Any]:
    """The raw row of the hour with the largest emission of the month."""
    index = int(np.nanargmax(np.where(here, one.rate.mass, np.nan)))
    start = dt.datetime.fromtimestamp(int(one.hours.starts[index]) / 1e6, dt.UTC)
    point = monitoring.point_named(statement.site, one.source.stream.point)
    return {"point": point.code, "reading": reading_node(str(point.pk), start, pin)}
