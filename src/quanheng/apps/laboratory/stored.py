"""Whether a record of a file stands here already: with the same values it is known, with others it is refused by field."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from quanheng.apps.laboratory import queries
from quanheng.apps.laboratory.actions.certificates import enter_certificate
from quanheng.apps.laboratory.actions.instruments import record_check, record_placement, register_instrument
from quanheng.apps.laboratory.models import Certificate, Check, Instrument, Placement
from quanheng.apps.laboratory.tables_of_results import as_errors, check_points
from quanheng.apps.records.action import read_input
from quanheng.errors import BadInput

ACTS: dict[str, Callable[..., Any]] = {
    "instruments": register_instrument,
    "certificates": enter_certificate,
    "placements": record_placement,
    "checks": record_check,
}
Values = dict[str, Any]


def has(actor: Any, kind: str, values: Values) -> bool:
    """True if the record stands here with these values; BadInput if it stands here with others."""
    given = read_input(ACTS[kind].spec, values)
    found = _FOUND[kind](actor, given)
    if found is None:
        return False
    wanted, present = found
    for name, value in wanted.items():
        if present[name] != value:
            raise _other(name, value, present[name])
    return True


def _other(name: str, value: Any, present: Any) -> BadInput:
    """The first line that differs, where both are lists of the same length."""
    if isinstance(value, list) and isinstance(present, list) and len(value) == len(present):
        n = next(n for n, pair in enumerate(zip(value, present, strict=True)) if pair[0] != pair[1])
        name, value, present = f"{name}.{n}", value[n], present[n]
    return BadInput(
        "stands here already with another value",
        field=name,
        found=str(value)[:80],
        expected=str(present)[:80],
        remedy="nothing entered is rewritten",
    )


def _taken(names: str, row: Any, given: Any) -> tuple[Values, Values]:
    return (
        {name: getattr(given, name) for name in names.split()},
        {name: getattr(row, name) for name in names.split()},
    )


def _instrument(actor: Any, given: Any) -> tuple[Values, Values] | None:
    row = _held(actor, given.owner, given.code)
    names = "name maker model serial quantity unit repeatability repeatability_basis"
    return None if row is None else _taken(names, row, given)


def _held(actor: Any, owner: str, code: str) -> Instrument | None:
    unit = queries.parties.organisation(owner)
    return queries.instruments(actor).filter(owner=unit, code=code).first()


def _certificate(actor: Any, given: Any) -> tuple[Values, Values] | None:
    issuer = queries.parties.organisation(given.issuer)
    row: Certificate | None = queries.certificates(actor).filter(owner=issuer, number=given.number).first()
    if row is None:
        return None
    names = "kind issued_on valid_from valid_until unit basis range_low range_high environment"
    wanted, present = _taken(names, row, given)
    gives, lines = as_errors(given.points or [], given.corrections or [])
    wanted |= {
        "instrument": given.instrument,
        "points": [line.model_dump() for line in lines],
        "gives": gives,
    }
    wanted |= {"traced_to": _standards(given.traced_to, "certificate")}
    present |= {"instrument": row.instrument.code, "points": row.points, "gives": row.gives}
    present |= {"traced_to": _standards(row.uses_standards.all(), "traced_by")}
    return wanted, present


def _standards(listed: Any, by: str) -> list[tuple[Any, ...]]:
    return [(one.name, getattr(one, by), one.valid_until, one.level) for one in listed or []]


def _placement(actor: Any, given: Any) -> tuple[Values, Values] | None:
    held = _held(actor, given.owner, given.instrument)
    row: Placement | None = (
        queries.placements(actor)
        .filter(instrument=held, place=given.place, valid_from=given.valid_from)
        .first()
    )
    return None if held is None or row is None else _taken("role valid_until", row, given)


def _check(actor: Any, given: Any) -> tuple[Values, Values] | None:
    held = _held(actor, given.owner, given.instrument)
    row: Check | None = queries.checks(actor).filter(instrument=held, number=given.number).first()
    if held is None or row is None:
        return None
    wanted, present = _taken("procedure done_on clock result unit span", row, given)
    wanted |= {
        "readings": check_points(given.readings),
        "traced_to": _standards(given.traced_to, "certificate"),
    }
    present |= {"readings": row.points, "traced_to": _standards(row.uses_standards.all(), "traced_by")}
    return wanted, present


_FOUND: dict[str, Callable[[Any, Any], tuple[Values, Values] | None]] = {
    "instruments": _instrument,
    "certificates": _certificate,
    "placements": _placement,
    "checks": _check,
}
