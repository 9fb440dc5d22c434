"""The way back from a stated tonne to a raw row and to the certificate that covered it, hour by hour.

The hour is computed anew from the pinned readings, so the chain shows what the statement stands on, not what
stands in the database today. A broken step is shown in place; the chain is never shortened.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from typing import Any

import numpy as np
import pyarrow as pa

from quanheng.apps.carbon.activity import chain as activity_chain
from quanheng.apps.carbon.chain.nodes import constant_node, part_node, row_node, rows_at, statement_node
from quanheng.apps.carbon.coverage import Part
from quanheng.apps.carbon.measured import SiteYear, SourceYear
from quanheng.apps.carbon.models import Statement
from quanheng.apps.carbon.restatement.recomputing import as_it_was
from quanheng.apps.carbon.statements import text
from quanheng.apps.laboratory import queries as laboratory
from quanheng.apps.monitoring import queries as monitoring
from quanheng.errors import BadInput


def chain(statement: Statement, hour: dt.datetime | None = None, source: str | None = None) -> dict[str, Any]:
    """The chain of one hour of a statement; without an hour, the one with the largest mass.

    A statement of activity data has its chain by months (`activity_chain`): of the month in which the hour lies.
    """
    if statement.method != "cems":
        return activity_chain.chain(statement, hour, source)
    computed = recompute(statement)
    one = _source(computed, source)
    zone = zoneinfo.ZoneInfo(statement.site.time_zone)
    index = _index(one, hour if hour is None or hour.tzinfo else hour.replace(tzinfo=zone))
    start = dt.datetime.fromtimestamp(int(one.hours.starts[index]) / 1e6, dt.UTC)
    points = monitoring.points_of(statement.site)
    chosen = {name: points[one.source.points[name]] for name in one.indications}
    rows = rows_at([str(point.pk) for point in chosen.values()], start, computed.pin)
    return {
        "statement": statement_node(statement, computed),
        "hour": {
            "source": one.source.code,
            "start": start.astimezone(zone).isoformat(),
            "mass_kg": text(float(one.rate.mass[index])),
            "form": one.source.form,
            "basis": one.source.basis,
            "constants": [constant_node(name, value) for name, value in one.constants.items()],
        },
        "inputs": [
            _input_node(one, name, index, point, rows[str(point.pk)]) for name, point in chosen.items()
        ],
    }


def recompute(statement: Statement) -> SiteYear:
    """The same figure once more from its pin: sources, readings, installations and certificates as they were then."""
    found: SiteYear = as_it_was(statement)  # type: ignore[assignment]  # the chain of other methods is another one
    return found


def _source(computed: SiteYear, code: str | None) -> SourceYear:
    for one in computed.sources:
        if code in (None, one.source.code):
            return one
    raise BadInput("unknown source", field="source", found=str(code))


def _index(one: SourceYear, hour: dt.datetime | None) -> int:
    read = one.rate.mass if one.filled is None else np.where(one.filled.mask, np.nan, one.rate.mass)
    if hour is None and not np.isnan(read).all():
        return int(np.nanargmax(read))
    if hour is None:
        raise BadInput("no hour of this source was read: all were put in by rule", field="source")
    index = int(np.searchsorted(one.hours.starts, int(hour.timestamp()) * 1_000_000))
    if index >= one.hours.starts.size or one.hours.starts[index] != int(hour.timestamp()) * 1_000_000:
        raise BadInput("is not the start of an hour of this year", field="hour", found=hour.isoformat())
    if np.isnan(one.rate.mass[index]):
        raise BadInput("this hour has no complete reading: nothing of it is in the total", field="hour")
    if np.isnan(read[index]):
        rule = one.filled.rule.cite if one.filled else ""
        raise BadInput("this hour has no complete reading: it was put in by rule", field="hour", found=rule)
    return index


def _input_node(one: SourceYear, name: str, index: int, point: Any, raw: pa.Table) -> dict[str, Any]:
    parts = [part for part in one.parts() if part.mask[index] and _belongs(part, name, one)]
    ended = laboratory.ended_since(part.certificate.id for part in parts if part.certificate)
    return {
        "input": name,
        "point": point.code,
        "quantity": point.quantity,
        "unit": point.unit,
        "corrected": text(float(one.corrected[name][index])),
        "indication": text(float(one.indications[name][index])),
        "reading": row_node(raw),
        "covered_by": [part_node(part, ended) for part in parts],
    }


def _belongs(part: Part, name: str, one: SourceYear) -> bool:
    return one.source.form == "mass" or part.input == name
