"""What would fall, told before it falls: nothing is written, and what is told is what would then be proposed.

Who issued what falls learns how many readings and statements stand on it and whom to tell; the owner learns his
figures; a regulator of the owner both. Somebody else learns nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from quanheng.apps.carbon import queries
from quanheng.apps.carbon.methods import Computed, Touched
from quanheng.apps.carbon.models import Statement
from quanheng.apps.carbon.restatement.recomputing import anew, differs, touched_between
from quanheng.apps.laboratory import registries as laboratory
from quanheng.apps.parties import policy as parties
from quanheng.apps.parties import queries as organisations
from quanheng.apps.records import queries as records
from quanheng.errors import BadInput


@dataclass(frozen=True, slots=True)
class Restated:
    """One current statement, what it would be, and what of it is touched; `why_not`: no figure comes out then."""

    statement: Statement
    computed: Computed | None
    touched: Touched | None
    why_not: str = ""


def touched_by(kind: str, key: str) -> list[Restated]:
    """Every current statement whose figures would be other ones if (kind, id) fell now."""
    urns = records.results_that_used([(kind, key)]).get("statement", [])
    found = (_restated(statement, [(kind, key)]) for statement in queries.current_of(urns))
    return [one for one in found if one is not None]


def _restated(statement: Statement, fallen: Iterable[tuple[str, str]]) -> Restated | None:
    try:
        computed = anew(statement, fallen)
    except BadInput as error:
        return Restated(statement, None, None, error.problems[0].line())
    if not differs(statement, computed):
        return None
    return Restated(statement, computed, touched_between(statement, computed))


def effect_of(actor: Any, kind: str, key: str, *, issuer: Any = None) -> dict[str, Any]:
    """What would fall with (kind, id), as far as the actor may know it. issuer: the organisation that issued it.

    readings, hours: counted over the statements that the actor may know of; tonnes: of the stated figures in these
    hours; statements: each with owner, old and proposed value and U; tell: the organisations to tell, with the number
    of their statements. A count that a method cannot give is left out, not zero.
    """
    every = touched_by(kind, key)
    mine = issuer is not None and _within_reach(actor, issuer)
    known = queries.statements(actor).filter(pk__in=[one.statement.pk for one in every])
    seen = set(known.values_list("pk", flat=True))
    shown = [one for one in every if one.statement.pk in seen]
    counted = every if mine else shown
    answer: dict[str, Any] = {**_counts(counted), "tell": _tell(counted)}
    if shown:
        answer["statements"] = [_figures(one) for one in shown]
    if shown and len(shown) == len(counted) and all(one.touched for one in shown):
        answer["tonnes"] = text_of(sum(one.touched.tonnes for one in shown if one.touched))
    return answer


def _within_reach(actor: Any, issuer: str) -> bool:
    """The issuer's own people, and the officers over the issuer."""
    reach = parties.reach(actor)
    return reach is not None and reach.filter(pk=organisations.organisation(issuer).pk).exists()


def _counts(found: list[Restated]) -> dict[str, Any]:
    if not all(one.touched for one in found):
        return {}
    return {
        "readings": sum(one.touched.readings for one in found if one.touched),
        "hours": sum(one.touched.hours for one in found if one.touched),
    }


def _tell(found: list[Restated]) -> list[dict[str, Any]]:
    holders: dict[str, dict[str, Any]] = {}
    for one in found:
        owner = one.statement.owner
        line = holders.setdefault(owner.code, {"organisation": owner.code, "name": owner.name, "count": 0})
        line["count"] += 1
    return [holders[code] for code in sorted(holders)]


def _figures(one: Restated) -> dict[str, Any]:
    row = one.statement
    old = {"value": row.result["exact"]["value"], "U": row.result["exact"]["U"]}
    proposed = None
    if one.computed is not None:
        result = one.computed.total.result
        proposed = {"value": text_of(result.value), "U": text_of(result.U)}
    figures = {
        "number": row.number,
        "owner": row.owner.code,
        "year": row.year,
        "old": old,
        "proposed": proposed,
    }
    if one.touched:
        figures |= one.touched.as_dict()
    return figures | ({"why_not": one.why_not} if one.why_not else {})


def text_of(value: float) -> str:
    """The shortest text that gives the float back."""
    return repr(float(value))


@laboratory.effects.register("carbon.statements")
def fallen_with_certificate(actor: Any, certificate: Any, kind: str) -> dict[str, Any]:
    """For the laboratory's question what falls with a certificate."""
    return effect_of(actor, "certificate", certificate.id, issuer=certificate.name.partition("/")[0])
