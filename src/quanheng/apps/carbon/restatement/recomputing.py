"""The same figure once more: as it was at its pin, and as it would be now. Whether the two differ is asked bit by bit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from quanheng.apps.carbon.methods import Computed, Given, Touched, method_named
from quanheng.apps.carbon.models import Statement
from quanheng.apps.monitoring import queries as monitoring

FIGURES = ("exact", "coverage", "months")


def codes_of(statement: Statement) -> frozenset[str]:
    """The sources that a statement counts; one that was registered later is not in it and enters no restatement of it."""
    return frozenset(one["code"] for one in statement.result["sources"])


def as_it_was(statement: Statement) -> Computed:
    """A statement from its pin: sources, readings, installations, certificates and constants as they were then."""
    kept = statement.result
    pin = monitoring.Pin(kept["lake"]["version"], tuple(kept["lake"]["without"]))
    constants = {
        value["id"]: value["value"] for one in kept["sources"] for value in one.get("constants", {}).values()
    }
    compute = method_named(statement.method).compute
    known_at = dt.datetime.fromisoformat(kept["known_at"])
    given = Given(only=codes_of(statement), constants=constants)
    return compute(statement.site, statement.year, pin, known_at, given)


def anew(statement: Statement, fallen: Iterable[tuple[str, str]] = ()) -> Computed:
    """What a statement would be now; or if besides all that is known now something else had fallen."""
    compute = method_named(statement.method).compute
    given = Given(only=codes_of(statement), fallen=frozenset(fallen))
    return compute(statement.site, statement.year, monitoring.pin_now(), timezone.now(), given)


def differs(statement: Statement, computed: Computed) -> bool:
    """Whether a computed year has other figures than a statement: total, U, coverage or any month, to the last bit."""
    kept: dict[str, Any] = computed.as_result()
    return any(kept.get(name) != statement.result.get(name) for name in FIGURES)


def touched_between(statement: Statement, computed: Computed) -> Touched | None:
    """The readings, hours and tonnes of a statement that are other ones now; None if its method cannot tell."""
    differing = method_named(statement.method).differing
    return differing(as_it_was(statement), computed) if differing else None
