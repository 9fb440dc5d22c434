"""One mechanism for whatever falls: what used it is found by one query and handed to the app that makes such results.

Three registrations meet here. An app that makes results registers a *restater* for their kind. Whoever knows an
event by which something falls says how to read its *cause*. Results name what they used through `Act.uses`. So a
revoked certificate, a corrected date, late readings and a corrected factor take the same way, and results of later
apps (scores, grades, indicators) join it with one function. This file computes nothing and writes nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from quanheng.apps.records import queries
from quanheng.apps.records.classify import plain
from quanheng.apps.records.events import subscribe


@dataclass(frozen=True, slots=True)
class Cause:
    """What fell: which version of what, in words, and when.

    version: how it stands now. first, last: bounds of the time that it concerns (last excluded; None: open).
    also: other (kind, id) under which results may have used it, for example the installation that no longer holds.
    """

    kind: str
    id: str
    version: str
    words: str
    at: dt.datetime
    first: dt.datetime | None = None
    last: dt.datetime | None = None
    also: tuple[tuple[str, str], ...] = ()

    @property
    def key(self) -> tuple[str, str, str]:
        return self.kind, self.id, self.version

    def as_dict(self) -> dict[str, Any]:
        """As a restated result keeps it."""
        kept: dict[str, Any] = plain(asdict(self))
        return kept

    def concerns(self, start: dt.datetime, end: dt.datetime) -> bool:
        """Whether a period from start to end (excluded) is touched at all."""
        return (self.first is None or self.first < end) and (self.last is None or self.last > start)


Restate = Callable[[Cause, list[str]], list[str]]
RESTATERS: dict[str, Restate] = {}


def restater(result_kind: str) -> Callable[[Restate], Restate]:
    """Register who answers for results of a kind: gets the cause and their URNs, gives the URNs that it proposed.

    It is called outside of a transaction and perhaps twice for one cause, and must then propose once.
    """

    def keep(function: Restate) -> Restate:
        if result_kind in RESTATERS:
            raise RuntimeError(f"two apps restate {result_kind}")
        RESTATERS[result_kind] = function
        return function

    return keep


def fell(cause: Cause) -> dict[str, list[str]]:
    """Find every result that used what fell and have it restated; gives what was proposed, by kind of result."""
    used = ((cause.kind, cause.id), *cause.also)
    found = queries.results_that_used(used)
    return {kind: RESTATERS[kind](cause, urns) for kind, urns in found.items() if kind in RESTATERS}


def falls_with(event_kind: str, name: str, read: Callable[[Any], Cause | None]) -> None:
    """Say how an event tells that something fell (None: nothing did). Restating runs after its commit, by itself."""

    def restate(happened: Any) -> None:
        cause = read(happened)
        if cause is not None:
            fell(cause)

    subscribe(event_kind, name, alone=True)(restate)
