"""The methods by which an emission is computed, each under its key; statements and restatements ask here.

A method is a pure reading of what is stored: from a site, a year, a pin of the readings and a moment up to which
things were known it computes one result. What it finds is the same whoever asks and however often.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from quanheng.apps.monitoring import queries as monitoring
from quanheng.errors import BadInput
from quanheng.science.series.total import Total

MethodKey = Literal[
    "cems", "fuel", "electricity"
]  # the words of `--method` and of the form; each has its entry in METHODS


class Computed(Protocol):
    """The emission of a site in a year as a method computed it."""

    @property
    def site(self) -> Any: ...
    @property
    def year(self) -> int: ...
    @property
    def pin(self) -> monitoring.Pin: ...
    @property
    def known_at(self) -> dt.datetime: ...
    @property
    def hours(self) -> int:
        """Hours of the year, counted for each source."""

    @property
    def total(self) -> Total: ...
    def as_result(self) -> dict[str, Any]:
        """Everything a statement keeps beside its figures; `exact` and `sources` (with `code`) at least."""

    def used(self) -> Iterator[tuple[str, str, str]]:
        """What the result stands on, each once, as (kind, id, version)."""


@dataclass(frozen=True, slots=True)
class Given:
    """What a computation is told besides what is stored.

    only: codes of the sources that take part (None: all that the site has), so that a source which was registered
    later does not enter an earlier figure; fallen: (kind, id) of what is supposed to have fallen, for example
    ("certificate", id): the effect of a revocation is so computed before anything is written; constants: values of
    norms by their id as an earlier figure used them, where another one may be in force now.
    """

    only: frozenset[str] | None = None
    fallen: frozenset[tuple[str, str]] = frozenset()
    constants: Mapping[str, str] = field(default_factory=dict)


AS_STORED = Given()


@dataclass(frozen=True, slots=True)
class Touched:
    """How much of an earlier figure stands on something else now.

    readings: of all inputs; hours: of the year, in which any input is touched; tonnes: of the earlier figure in
    these hours; days: runs of days of the site that have such an hour, as (first, last), both included.
    """

    readings: int
    hours: int
    tonnes: float
    days: tuple[tuple[dt.date, dt.date], ...]

    def as_dict(self) -> dict[str, Any]:
        days = [[first.isoformat(), last.isoformat()] for first, last in self.days]
        return {"readings": self.readings, "hours": self.hours, "tonnes": repr(self.tonnes), "days": days}


Compute = Callable[[Any, int, monitoring.Pin, dt.datetime, Given], Computed]
Differing = Callable[[Any, Any], Touched]


@dataclass(frozen=True, slots=True)
class Method:
    """A method: its key, how it computes `(site, year, pin, known_at, given)`, and how it compares an earlier result with a later one."""

    key: str
    compute: Compute
    differing: Differing | None = None


METHODS: dict[str, Method] = {}


def method(key: str, differing: Differing | None = None) -> Callable[[Compute], Compute]:
    """Register a function as the computation of a method, and one that tells what differs between two results."""

    def keep(compute: Compute) -> Compute:
        if key in METHODS:
            raise RuntimeError(f"two methods are called {key}")
        METHODS[key] = Method(key, compute, differing)
        return compute

    return keep


def method_named(key: str) -> Method:
    """A method by its key."""
    if key not in METHODS:
        raise BadInput("unknown method", field="method", found=key, expected=" or ".join(sorted(METHODS)))
    return METHODS[key]
