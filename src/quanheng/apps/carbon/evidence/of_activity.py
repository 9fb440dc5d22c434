"""What a statement of fuel or bought energy stands on, gathered for its evidence pack: plain facts, nothing computed."""

from __future__ import annotations

from typing import Any

from quanheng.apps.carbon.activity import values as activity_values
from quanheng.apps.carbon.coverage import Stood
from quanheng.apps.carbon.evidence.parts import Gathered, Members
from quanheng.apps.carbon.evidence.rows import (
    Contents,
    Raw,
    Readings,
    certificates,
    frame,
    instruments,
    keys_of,
    recorded,
    told_points,
    use,
)
from quanheng.apps.carbon.measured import stood_at
from quanheng.apps.carbon.models import Statement
from quanheng.apps.carbon.restatement.recomputing import as_it_was
from quanheng.apps.laboratory import queries as laboratory
from quanheng.apps.monitoring import queries as monitoring
from quanheng.apps.records.classify import key_of
from quanheng.evidence.canonical import canonical_json

STREAM = "code name kind fuel defaults ratio factor point meter analyser calorimeter sampling"
MONTH = "stream year month amount unit carbon basis moisture_ar moisture_ad ncv oxidation analysed_on report"
Roles = dict[str, list[Stood]]


def gather(statement: Statement) -> Gathered:
    """Streams, months, instruments, certificates and, where a meter is read by the hour, its readings."""
    computed: Any = as_it_was(statement)
    known = monitoring.points_of(statement.site)
    points = {
        one.source.stream.point: known[one.source.stream.point]
        for one in computed.sources
        if one.source.stream.point
    }
    stood = stood_at({str(p.pk): p.unit for p in points.values()}, computed.known_at)
    roles = {one.source.code: _roles(one, computed) for one in computed.sources}
    readings = Readings(statement, points)
    every = [
        one for ones in (*stood.values(), *(r for by in roles.values() for r in by.values())) for one in ones
    ]
    keys = [
        *(key_of(one.source.stream) for one in computed.sources),
        *(key_of(month) for one in computed.sources for month in one.months),
        *(key_of(point) for point in points.values()),
        *keys_of(every),
        *(f"monitoring.batch:{batch.pk}" for batch in readings.batches),
    ]

    def finish(contents: Contents) -> Members:
        sources = [_source(statement, one, roles[one.source.code], contents) for one in computed.sources]
        told = {
            **frame(statement, computed),
            "sources": sources,
            "points": told_points(points, stood, contents),
        }
        return {
            "computation.json": canonical_json(told),
            "certificates.json": canonical_json(certificates(every, contents)),
            "instruments.json": canonical_json(instruments(every, contents)),
            **readings.members(),
        }

    return Gathered(keys, finish)


def _roles(one: Any, computed: Any) -> Roles:
    """The instruments that a stream names, with the unit in which each is asked; a role without one has none."""
    stream = one.source.stream
    heat = "MJ/m**3" if one.unit == activity_values.GAS else "GJ/t"
    named = (
        ("meter", stream.meter_id, ""),
        ("analyser", stream.analyser_id, "%"),
        ("calorimeter", stream.calorimeter_id, heat),
    )
    return {role: _named(key, unit, computed) for role, key, unit in named}


def _named(instrument: Any, unit: str, computed: Any) -> list[Stood]:
    if instrument is None:
        return []
    key = str(instrument)
    held = laboratory.certificates_of([key], computed.known_at)
    return [Stood("", "", laboratory.instrument_facts([key])[key], None, None, held, unit)]


def _source(statement: Statement, one: Any, roles: Roles, told: Contents) -> dict[str, Any]:
    kept = next(s for s in statement.result["sources"] if s["code"] == one.source.code)
    stream = one.source.stream
    name = "energy_relative"
    departed = Raw(one).departures(name, statement) if stream.point else {}
    return {
        "key": key_of(stream),
        "recorded": recorded(told, key_of(stream), STREAM),
        "constants": kept["constants"],
        "factor": _factor(one),
        "ncv_scale": "10" if one.unit == activity_values.GAS else "1",
        "stood": {role: [_standing(s) for s in ones] for role, ones in roles.items()},
        "months": [{"key": key_of(m), "recorded": recorded(told, key_of(m), MONTH)} for m in one.months],
        "departures": {name: departed} if departed else {},
    }


def _factor(one: Any) -> dict[str, Any] | None:
    """The scale of the factor of bought energy, to kg, and its relative standard uncertainty where the norm states one."""
    factor = one.constants.get("emission_factor")
    if factor is None:
        return None
    known = factor.standard_uncertainty is not None and factor.value
    u = repr(float(factor.standard_uncertainty / factor.value)) if known else None
    return {"scale": "1000" if factor.unit.startswith("t/") else "1", "u": u}


def _standing(one: Stood) -> dict[str, Any]:
    """An instrument that a stream names stands there all the time."""
    always = {"instrument": one.instrument.id, "valid_from": None, "valid_to": None}
    return {"recorded": always, "certificates": [use(c, one.unit) for c in one.certificates]}
