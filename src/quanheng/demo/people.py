"""The people and organisations of the demonstration; all names are made up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from quanheng.apps.parties import actions as parties
from quanheng.apps.parties import queries
from quanheng.apps.records.action import SYSTEM

BUREAU, CENTRE, PLANT = "CQSCJG", "CQIM", "YJRD"
ORGANISATIONS = (
    (BUREAU, "示例市市场监管局", "bureau", ""),
    (CENTRE, "示例计量质量检测研究院", "centre", BUREAU),
    (PLANT, "渝江热电有限公司", "enterprise", BUREAU),
)
PEOPLE = (
    ("officer", "chenjing", "陈静", BUREAU, "bureau_officer"),
    ("technician", "liming", "李明", CENTRE, "technician"),
    ("clerk", "helixin", "何立新", PLANT, "enterprise_clerk"),
)


def enter(say: Callable[[str], None]) -> dict[str, Any]:
    """Register everybody; gives the people by their part."""
    for code, name, kind, above in ORGANISATIONS:
        parties.register_organisation(SYSTEM, code=code, name=name, kind=kind, authority=above)
    cast = {}
    for part, login, name, unit, role in PEOPLE:
        parties.register_person(SYSTEM, login=login, name=name, organisation=unit)
        parties.grant_role(SYSTEM, login=login, organisation=unit, role=role)
        cast[part] = queries.actor_for(queries.person(login))
    say(f"people: {', '.join(f'{name} ({role})' for _, _, name, _, role in PEOPLE)}")
    return cast


def how_to_sign_in(cast: dict[str, Any]) -> Iterator[str]:
    """What to do next."""
    yield "next: make serve"
