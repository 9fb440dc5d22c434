"""The method of continuous measurement as it stands in the registry of methods."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterator
from typing import Any

import numpy as np

from quanheng.apps.carbon import queries, statements
from quanheng.apps.carbon.coverage import Array, Mask
from quanheng.apps.carbon.measured import SiteYear, SourceYear, measure
from quanheng.apps.carbon.methods import Given, Touched, method
from quanheng.apps.monitoring import queries as monitoring


class CemsYear(SiteYear):
    """A measured year that can tell what a statement keeps of it; it is told once, whoever asks."""

    @functools.cached_property
    def _result(self) -> dict[str, Any]:
        return statements.as_result(self)

    def as_result(self) -> dict[str, Any]:
        return self._result

    def used(self) -> Iterator[tuple[str, str, str]]:
        return statements.used(self)


def between(old: CemsYear, new: CemsYear) -> Touched:
    """What of an earlier result stands on something else in a later one, reading by reading.

    A reading is touched if its value, its correction or what covers it is another one; if a constant changed, every
    reading is. Readings that no total counts, because their hour is incomplete in both results, are left out.
    """
    later = {one.source.code: one for one in new.sources}
    readings: dict[str, Mask] = {}  # by point: a reading that serves two sources is one reading
    tonnes = 0.0
    days: set[int] = set()
    touched = np.zeros(old.sources[0].hours.starts.size, dtype=bool)
    for one in old.sources:
        inputs = _touched_inputs(one, later[one.source.code])
        here = np.logical_or.reduce(list(inputs.values()))
        # an hour that a rule put in has no reading, but may have another mass
        here |= _other(one.rate.mass, later[one.source.code].rate.mass)
        for name, mask in inputs.items():
            point = one.source.points[name]
            readings[point] = readings[point] | mask if point in readings else mask
        tonnes += float(np.nansum(one.rate.mass[here])) / 1000
        touched |= here
        days |= set(one.hours.days[here].tolist())
    count = sum(int(mask.sum()) for mask in readings.values())
    return Touched(count, int(touched.sum()), tonnes, tuple(_runs(sorted(days))))


def _touched_inputs(old: SourceYear, new: SourceYear) -> dict[str, Mask]:
    counted = ~(np.isnan(old.rate.mass) & np.isnan(new.rate.mass))
    if {n: v.value for n, v in old.constants.items()} != {n: v.value for n, v in new.constants.items()}:
        return {name: counted & ~np.isnan(x) for name, x in new.indications.items()}
    found = {}
    for name in old.indications:
        other = _other(old.indications[name], new.indications[name])
        other |= _other(old.corrected[name], new.corrected[name])
        for key in {key for key in (*old.covered, *new.covered) if key == name or name == "mass"}:
            other |= _covers(old, key) != _covers(new, key)
        found[name] = other & counted
    return found


def _other(a: Array, b: Array) -> Mask:
    """Where two series are not the same, bit by bit; unknown in both is the same."""
    differ: Mask = (a != b) & ~(np.isnan(a) & np.isnan(b))
    return differ


def _covers(one: SourceYear, key: str) -> np.ndarray[Any, np.dtype[np.object_]]:
    """What covers each reading of an input, by name: instrument, certificate, verdict and reasons."""
    named = np.full(one.hours.starts.size, "", dtype=object)
    for part in one.covered[key].parts if key in one.covered else ():
        certificate = part.certificate.id if part.certificate else ""
        named[part.mask] = "|".join((part.stood.instrument.id, certificate, part.verdict, *part.reasons))
    return named


def _runs(days: list[int]) -> Iterator[tuple[dt.date, dt.date]]:
    """Days one after the other as runs."""
    if not days:
        return
    start = before = days[0]
    for day in days[1:]:
        if day != before + 1:
            yield dt.date.fromordinal(start), dt.date.fromordinal(before)
            start = day
        before = day
    yield dt.date.fromordinal(start), dt.date.fromordinal(before)


@method("cems", differing=between)
def compute(site: Any, year: int, pin: monitoring.Pin, known_at: dt.datetime, given: Given) -> CemsYear:
    """All measured sources of a site (or those named) over a year."""
    sources = [one for one in queries.sources_of(site) if given.only is None or one.code in given.only]
    found = measure(site, sources, year, pin, known_at, given)
    return CemsYear(
        found.site, found.year, found.pin, found.known_at, found.sources, found.series, found.total
    )
