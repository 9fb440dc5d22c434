"""What the pictures of a statement show: its months and the coverage of each input through the year.

They are computed once with the statement and kept in it, so that a picture cannot differ from the figure.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np

from quanheng.apps.carbon.coverage import CONDITIONAL, COVERED, NOT_COVERED, Mask, Part
from quanheng.apps.carbon.measured import SiteYear, SourceYear

RANK = {COVERED: 1, CONDITIONAL: 2, NOT_COVERED: 3}
WORD = {rank: verdict for verdict, rank in RANK.items()}


def text(value: float) -> str | None:
    """A float as the shortest text that gives it back; unknown or infinite is null."""
    return repr(float(value)) if np.isfinite(value) else None


def ranks(one: SourceYear, parts: list[Part]) -> np.ndarray[Any, np.dtype[np.int8]]:
    """The worst verdict of these parts at each hour with a mass; 0 where there is none."""
    worst = np.zeros(one.rate.mass.size, dtype=np.int8)
    for part in parts:
        worst[part.mask] = np.maximum(worst[part.mask], RANK[part.verdict])
    return np.where(np.isnan(one.rate.mass), 0, worst).astype(np.int8)


def by_worst(one: SourceYear) -> dict[str, Mask]:
    """The hours of a source by the worst verdict on any of its inputs."""
    worst = ranks(one, one.parts())
    return {verdict: worst == rank for verdict, rank in RANK.items()}


def of_source(computed: SiteYear, n: int) -> Mask:
    """The readings of one source within the series of all."""
    return np.repeat(np.arange(len(computed.sources)) == n, computed.sources[0].hours.starts.size)


def months(computed: SiteYear) -> list[dict[str, Any]]:
    """Each month of the site's year: tonnes with U, hours with and without a mass, and the worst verdict."""
    one = computed.sources[0].hours
    number = np.asarray([dt.date.fromordinal(day).month for day in one.days.tolist()])
    every = np.tile(number, len(computed.sources))
    worst = np.concatenate([ranks(source, source.parts()) for source in computed.sources])
    return [_month(computed, int(n), every == n, worst) for n in np.unique(number)]


def _month(computed: SiteYear, number: int, keep: Mask, worst: np.ndarray[Any, Any]) -> dict[str, Any]:
    known = keep & ~np.isnan(computed.series.mass)
    result = computed.series.total(keep).result if known.any() else None
    return {
        "month": number,
        "tonnes": text(result.value) if result else None,
        "U": text(result.U) if result else None,
        "hours": int(known.sum()),
        "missing": int((keep & ~known).sum()),
        "verdict": WORD[int(worst[known].max())] if result else None,
    }


def strips(computed: SiteYear) -> list[dict[str, Any]]:
    """One strip for each input of each source: by days, with its shares of the tonnes."""
    return [_strip(one, name) for one in computed.sources for name in one.covered]


def _strip(one: SourceYear, name: str) -> dict[str, Any]:
    parts = [part for part in one.parts() if part.input == name]
    worst = ranks(one, parts)
    mass = np.where(np.isnan(one.rate.mass), 0.0, one.rate.mass)
    whole = float(mass.sum())
    return {
        "source": one.source.code,
        "input": name,
        "point": one.source.points.get(name) or one.source.points.get("mass", ""),
        "instruments": sorted({p.stood.instrument.code for p in parts if p.stood.installation}),
        "certificates": sorted({p.certificate.name for p in parts if p.certificate}),
        "shares": {
            verdict: text(float(mass[worst == rank].sum()) / whole) if whole else None
            for verdict, rank in RANK.items()
        },
        "segments": _segments(one.hours.days, worst),
    }


def _segments(days: np.ndarray[Any, Any], worst: np.ndarray[Any, Any]) -> list[dict[str, str]]:
    """Runs of days of one verdict; a day takes the worst of its hours, and a day without a mass has none."""
    found: list[dict[str, str]] = []
    for day in np.unique(days).tolist():
        rank = int(worst[days == day].max())
        date = dt.date.fromordinal(day)
        before = (date - dt.timedelta(days=1)).isoformat()
        if rank and found and found[-1]["to"] == before and found[-1]["state"] == WORD[rank]:
            found[-1]["to"] = date.isoformat()
        elif rank:
            found.append({"from": date.isoformat(), "to": date.isoformat(), "state": WORD[rank]})
    return found
