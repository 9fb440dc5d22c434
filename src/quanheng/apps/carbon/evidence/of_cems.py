"""What a statement by continuous measurement stands on, gathered for its evidence pack: plain facts, nothing computed."""

from __future__ import annotations

from typing import Any

from quanheng.apps.carbon.chain.chain import recompute
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
)
from quanheng.apps.carbon.measured import SiteYear, SourceYear, stood_at
from quanheng.apps.carbon.models import Statement
from quanheng.apps.monitoring import queries as monitoring
from quanheng.apps.records.classify import key_of
from quanheng.evidence.canonical import canonical_json

SOURCE = "code name form basis points molar_mass molar_volume substitution"


def gather(statement: Statement) -> Gathered:
    """Sources, points, installations, instruments, certificates and readings of a statement."""
    computed = recompute(statement)
    points = {
        code: point
        for code, point in monitoring.points_of(statement.site).items()
        if code in _codes(computed)
    }
    stood = stood_at({str(p.pk): p.unit for p in points.values()}, computed.known_at)
    readings = Readings(statement, points)
    every = [one for ones in stood.values() for one in ones]
    keys = [
        *(key_of(one.source) for one in computed.sources),
        *(key_of(point) for point in points.values()),
        *keys_of(every),
        *(f"monitoring.batch:{batch.pk}" for batch in readings.batches),
    ]

    def finish(contents: Contents) -> Members:
        return {
            "computation.json": canonical_json(_computation(statement, computed, points, stood, contents)),
            "certificates.json": canonical_json(certificates(every, contents)),
            "instruments.json": canonical_json(instruments(every, contents)),
            **readings.members(),
        }

    return Gathered(keys, finish)


def _codes(computed: SiteYear) -> set[str]:
    return {one.source.points[name] for one in computed.sources for name in one.indications}


def _computation(
    statement: Statement,
    computed: SiteYear,
    points: dict[str, Any],
    stood: dict[str, list[Stood]],
    told: Contents,
) -> dict[str, Any]:
    return {
        **frame(statement, computed),
        "sources": [_source(statement, one, told) for one in computed.sources],
        "points": told_points(points, stood, told),
    }


def _source(statement: Statement, one: SourceYear, told: Contents) -> dict[str, Any]:
    kept = next(s for s in statement.result["sources"] if s["code"] == one.source.code)
    raw = Raw(one)
    return {
        "key": key_of(one.source),
        "recorded": recorded(told, key_of(one.source), SOURCE),
        "constants": kept["constants"],
        "rule": _rule(one),
        "departures": {name: found for name in one.indications if (found := raw.departures(name, statement))},
    }


def _rule(one: SourceYear) -> dict[str, Any] | None:
    """The rule by which missing hours were put in, as data."""
    if one.filled is None:
        return None
    rule = one.filled.rule
    bands = [
        {
            "capture_from": str(band.capture_from),
            "gap_up_to": band.gap_up_to,
            "take": band.take,
            "of_last": band.of_last,
            "percentile": None if band.percentile is None else str(band.percentile),
        }
        for band in rule.bands
    ]
    cited = {"key": rule.key, "cite": rule.cite, "verified": rule.verified, "version": rule.version}
    return {**cited, "capture_over": rule.capture_over, "bands": bands}
