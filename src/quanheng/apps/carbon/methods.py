"""The methods by which an emission is computed, each under its key; statements and restatements ask here.

A method is a pure reading of what is stored: from a site, a year, a pin of the readings and a moment up to which
things were known it computes one result. What it finds is the same whoever asks and however often.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from quanheng.apps.monitoring import queries as monitoring
from quanheng.errors import BadInput
from quanheng.science.series.total import Total

MethodKey = Literal["cems"]  # the words of `--method` and of the form; each has its entry in METHODS


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
    ("certificate", id): the effect of a revocation is so computed before anything is written.
    """

    only: frozenset[str] | None = None
    fallen: frozenset[tuple[str, str]] = frozenset()


AS_STORED = Given()
Compute = Callable[[Any, int, monitoring.Pin, dt.datetime, Given], Computed]


@dataclass(frozen=True, slots=True)
class Method:
    """A method: its key, and how it computes `(site, year, pin, known_at, given)`."""

    key: str
    compute: Compute


METHODS: dict[str, Method] = {}


def method(key: str) -> Callable[[Compute], Compute]:
    """Register a function as the computation of a method."""

    def keep(compute: Compute) -> Compute:
        if key in METHODS:
            raise RuntimeError(f"two methods are called {key}")
        METHODS[key] = Method(key, compute)
        return compute

    return keep


def method_named(key: str) -> Method:
    """A method by its key."""
    if key not in METHODS:
        raise BadInput("unknown method", field="method", found=key, expected=" or ".join(sorted(METHODS)))
    return METHODS[key]
