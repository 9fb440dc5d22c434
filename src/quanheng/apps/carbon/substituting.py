"""Missing hours of a measured source put in by the rule that the source names; each such hour stays marked.

The rule acts on the mass of CO2. What was measured in a filled hour of some input says nothing there any more: the
hour stands on the rule and on the uncertainty that the house states for it.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np

from quanheng.apps.carbon.coverage import Covered, Hours, Mask
from quanheng.apps.carbon.stated import stated
from quanheng.norms.substitution import SubstitutionRule, substitution_rules
from quanheng.science.carbon.cems import MassRate
from quanheng.science.series.substitution import Band, Stretch, Substituted, Take, substitute

NAME = "substituted_relative"
GAPS_KEPT = 400


@dataclass(frozen=True, slots=True)
class Filled:
    """What a rule did to a source: the rule, the hours that it filled, and each gap with its reason."""

    rule: SubstitutionRule
    done: Substituted

    @property
    def mask(self) -> Mask:
        return self.done.mask


def filled(one: Any, known_at: dt.datetime) -> Any:
    """A measured source with its missing hours put in by its rule; as it is where it names none.

    Hours that had not come when the figure was made are no gap.
    """
    if one.source.substitution == "none":
        return one
    rule = substitution_rules()[one.source.substitution]
    come = one.hours.starts < int(known_at.timestamp() * 1_000_000)
    done = substitute(one.rate.mass, _periods(rule, one.hours), _bands(rule), operating=come)
    found = dataclasses.replace(one, filled=Filled(rule, done))
    if not done.mask.any():
        return found
    found.rate = _rate(one.rate, done)
    found.covered = {name: _without(covered, done.mask) for name, covered in one.covered.items()}
    label = f"{one.source.code} · 缺测补入（{rule.key}）"
    found.covered[NAME] = stated(label, NAME, "substituted", done.mask, ("substituted",))
    return found


def _periods(rule: SubstitutionRule, hours: Hours) -> np.ndarray[Any, np.dtype[np.int64]]:
    if rule.capture_over == "year":
        return np.zeros(hours.days.size, dtype=np.int64)
    days, at = np.unique(hours.days, return_inverse=True)
    quarters = [(dt.date.fromordinal(day).month - 1) // 3 + 1 for day in days.tolist()]
    return np.asarray(quarters, dtype=np.int64)[at]


def _bands(rule: SubstitutionRule) -> list[Band]:
    found = []
    for band in rule.bands:
        take: Take = band.take  # type: ignore[assignment]  # held to these words when it was read
        percentile = None if band.percentile is None else float(band.percentile)
        found.append(Band(float(band.capture_from), band.gap_up_to, take, band.of_last, percentile))
    return found


def _rate(rate: MassRate, done: Substituted) -> MassRate:
    """A filled hour answers to no instrument, only to the error of the rule."""
    gap = np.isnan(done.values)
    answers = {name: np.where(done.mask, 0.0, values) for name, values in rate.sensitivities.items()}
    answers[NAME] = np.where(gap, np.nan, np.where(done.mask, done.values, 0.0))
    return MassRate(done.values, answers, int(gap.sum()))


def _without(covered: Covered, mask: Mask) -> Covered:
    components = [dataclasses.replace(c, mask=np.asarray(c.mask) & ~mask) for c in covered.components]
    parts = [dataclasses.replace(p, mask=p.mask & ~mask) for p in covered.parts]
    return dataclasses.replace(
        covered,
        components=components,
        parts=[p for p in parts if p.mask.any()],
        conditional=covered.conditional & ~mask,
        bare=covered.bare & ~mask,
    )


# ---- what a statement keeps of it --------------------------------------------------------------------------------


def told(computed: Any) -> dict[str, Any]:
    """Hours and tonnes that were put in, their shares, and by source the rule with each gap.

    ``hours``, ``tonnes``: put in; ``share_of_hours``: of all hours in the total, ``share_of_tonnes``: of the total;
    ``sources``: rule with citation and state of verification, ``capture`` by period, ``left``: hours that stay
    missing, ``gaps``: from, to (excluded), hours of the whole gap, kg/h put in (null: nothing) and of how many hours.
    """
    sources = [_source(one) for one in computed.sources if one.filled is not None]
    hours = sum(one["hours"] for one in sources)
    tonnes = sum(float(one["tonnes"]) for one in sources)
    whole = computed.total.result.value
    return {
        "hours": hours,
        "tonnes": repr(tonnes),
        "share_of_hours": repr(hours / computed.total.readings),
        "share_of_tonnes": repr(tonnes / whole) if whole else None,
        "sources": sources,
    }


def _source(one: Any) -> dict[str, Any]:
    rule, done = one.filled.rule, one.filled.done
    left = [s for s in done.stretches if np.isnan(s.value)]
    return {
        "source": one.source.code,
        "rule": rule.key,
        "title": rule.title,
        "cite": rule.cite,
        "verified": rule.verified,
        "quoted": rule.source,
        "version": rule.version,
        "hours": int(done.mask.sum()),
        "tonnes": repr(float(done.values[done.mask].sum()) / 1000),
        "left": sum(s.last - s.first for s in left),
        "below": rule.below if any(s.band is None for s in left) else "",
        "capture": {str(period): repr(share) for period, share in done.capture.items()},
        "gaps": [_gap(one.hours, s) for s in done.stretches[:GAPS_KEPT]],
    }


def _gap(hours: Hours, stretch: Stretch) -> dict[str, Any]:
    first = int(hours.starts[stretch.first])
    last = int(hours.starts[stretch.last - 1]) + 3_600_000_000
    start, end = (dt.datetime.fromtimestamp(t / 1e6, dt.UTC).isoformat() for t in (first, last))
    return {
        "from": start,
        "to": end,
        "hours": stretch.last - stretch.first,
        "gap": stretch.gap,
        "kg_per_hour": None if np.isnan(stretch.value) else repr(stretch.value),
        "take": stretch.band.take if stretch.band else None,
        "of_hours": stretch.looked_at,
    }
