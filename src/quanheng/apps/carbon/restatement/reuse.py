"""What was computed of a year and need not be computed again: kept in memory under the content that it came from.

A restatement so computes only what fell anew: a revoked certificate changes the coverage of one input; the readings
of all inputs and the coverage of the others are found here. The key of a series is the batches that it was read from
(number and Merkle root), the key of a coverage all facts that `cover` is given, so a result from here is the result
of a full computation, bit for bit. What lies here cannot be written to. Nothing here outlives the process.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from typing import Any

import numpy as np

from quanheng.apps.carbon.coverage import Array, Covered, Hours, Stood, cover, enlargements
from quanheng.apps.monitoring import queries as monitoring
from quanheng.apps.records.action import SYSTEM

MOST = 48  # entries of each kind; a coverage of a year takes about a megabyte


class Kept:
    """The last results of a pure function by key, shared by all threads of this process."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._found: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], Any]) -> Any:
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
                return self._found[key]
        made = make()  # outside of the lock: two threads may compute the same, and find the same
        with self._lock:
            self._found[key] = made
            while len(self._found) > self._most:
                self._found.popitem(last=False)
        return made

    def clear(self) -> None:
        with self._lock:
            self._found.clear()


_hours, _series, _covers = Kept(16), Kept(), Kept()


def forget() -> None:
    """Keep nothing: the next computation is a full one."""
    for kept in (_hours, _series, _covers):
        kept.clear()


def hours_of(start: dt.datetime, end: dt.datetime, zone: str) -> Hours:
    """`Hours.between`."""

    def make() -> Hours:
        hours = Hours.between(start, end, zone)
        _frozen(hours.starts, hours.days)
        return hours

    found: Hours = _hours.get((start, end, zone), make)
    return found


def series_of(
    site: Any,
    points: Sequence[str],
    start: dt.datetime,
    end: dt.datetime,
    pin: monitoring.Pin,
    read: Callable[[Sequence[str]], dict[str, Array]],
) -> dict[str, Array]:
    """The readings of points over a period at a pin, each laid on its hours; `read` reads those not kept."""
    batches = tuple(
        monitoring.batches(SYSTEM)
        .filter(site=site, seq__lte=pin.commit, first__lt=end, last__gte=start)
        .exclude(seq__in=pin.without)
        .order_by("seq")
        .values_list("seq", "root")
    )
    whole: dict[str, Array] = _series.get((tuple(points), start, end, batches), lambda: _read(points, read))
    return whole


def _read(points: Sequence[str], read: Callable[[Sequence[str]], dict[str, Array]]) -> dict[str, Array]:
    found = read(points)
    _frozen(*found.values())
    return found


def covered(name: str, x: Array, hours: Hours, stood: Sequence[Stood], *, relative: bool = False) -> Covered:
    """`cover`, unless the same was asked before."""
    facts = tuple(
        (one.installation, one.version, one.instrument, one.start, one.end, tuple(one.certificates), one.unit)
        for one in stood
    )
    series = (_digest(x), _digest(hours.starts), _digest(hours.days))
    key = (name, relative, series, facts, repr(enlargements()))

    def make() -> Covered:
        found = cover(name, x, hours, stood, relative=relative)
        _frozen(found.correction, found.conditional, found.bare, *(part.mask for part in found.parts))
        _frozen(*(a for c in found.components for a in (c.u, c.mask) if isinstance(a, np.ndarray)))
        return found

    found: Covered = _covers.get(key, make)
    return found


def _digest(array: np.ndarray[Any, Any]) -> bytes:
    return hashlib.blake2b(np.ascontiguousarray(array).tobytes(), digest_size=20).digest()


def _frozen(*arrays: np.ndarray[Any, Any]) -> None:
    for array in arrays:
        array.setflags(write=False)
