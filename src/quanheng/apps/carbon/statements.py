"""The form in which a computed year is kept: plain texts that canonical JSON knows, and what the result used.

Figures are kept with all their digits (`exact`); the columns of a statement hold them to a gram, because a database
keeps fifteen digits safely. Rounding for people happens once, where figures are shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from quanheng.apps.carbon import pictures, substituting
from quanheng.apps.carbon.coverage import COVERED, Part, enlargements
from quanheng.apps.carbon.measured import SiteYear
from quanheng.apps.carbon.pictures import text

__all__ = ["as_result", "text", "used"]


def as_result(computed: SiteYear) -> dict[str, Any]:
    """Everything a statement keeps beside its figures."""
    total = computed.total
    rules = enlargements()
    return {
        "exact": {"value": text(total.result.value), "u": text(total.result.u), "U": text(total.result.U)},
        "contributions": [
            {
                "name": c.name,
                "input": c.input,
                "kind": c.kind,
                "u": text(c.u),
                "share": text(c.share),
                "readings": c.readings,
            }
            for c in total.result.contributions
        ],
        "coverage": coverage_shares(computed),
        "months": pictures.months(computed),
        "strips": pictures.strips(computed),
        "sources": [_source(computed, n) for n in range(len(computed.sources))],
        "enlargements": {
            "status": rules["status"],
            "version": rules["version"],
            "used": used_enlargements(computed),
        },
        "without_uncertainty": sorted(total.uncovered),
        "repeatability_not_stated": _silent_on_repeatability(computed),
        "known_at": computed.known_at.isoformat(),
        "lake": {"version": computed.pin.commit, "without": list(computed.pin.without)},
        "substituted": substituting.told(computed),
    }


def coverage_shares(computed: SiteYear) -> dict[str, Any]:
    """Tonnes by the worst verdict on any of their inputs; the three add up to the total."""
    sums = {"covered": 0.0, "conditional": 0.0, "not covered": 0.0}
    hours = dict.fromkeys(sums, 0)
    for one in computed.sources:
        for verdict, mask in pictures.by_worst(one).items():
            sums[verdict] += float(one.rate.mass[mask].sum()) / 1000
            hours[verdict] += int(mask.sum())
    return {"tonnes": {key: text(value) for key, value in sums.items()}, "hours": hours}


def used_enlargements(computed: SiteYear) -> list[dict[str, Any]]:
    """Every stretch of the total for which no certificate spoke in full, with its hours and the reason."""
    return [
        {
            "component": part.component,
            "input": part.input,
            "verdict": part.verdict,
            "reasons": list(part.reasons),
            "hours": int(stretch.sum()),
            "tonnes": text(float(one.rate.mass[stretch].sum()) / 1000),
        }
        for one in computed.sources
        for part in one.parts()
        if part.verdict != COVERED and (stretch := part.mask & ~np.isnan(one.rate.mass)).any()
    ]


def _silent_on_repeatability(computed: SiteYear) -> list[str]:
    """Instruments of which nobody stated a repeatability: it is not in the budget, which is not to say it is zero."""
    parts = [part for one in computed.sources for part in one.parts() if part.stood.installation]
    return sorted({p.stood.instrument.code for p in parts if p.stood.instrument.repeatability is None})


def _source(computed: SiteYear, n: int) -> dict[str, Any]:
    one = computed.sources[n]
    known = one.rate.mass[~np.isnan(one.rate.mass)]
    alone = computed.series.total(pictures.of_source(computed, n)).result if known.size else None
    return {
        "code": one.source.code,
        "name": one.source.name,
        "form": one.source.form,
        "basis": one.source.basis,
        "tonnes": text(float(known.sum()) / 1000),
        "U": text(alone.U) if alone else None,
        "hours": int(known.size),
        "missing": one.rate.missing,
        "constants": {
            name: {
                "id": v.id,
                "value": str(v.value),
                "unit": v.unit,
                "verified": v.verified,
                "source": v.source,
            }
            for name, v in one.constants.items()
        },
    }


def used(computed: SiteYear) -> Iterator[tuple[str, str, str]]:
    """What the result stands on, each once, as (kind, id, version)."""
    yield ("readings", computed.site.code, str(computed.pin.commit))
    yield ("enlargements", "carbon", enlargements()["version"])
    seen: set[tuple[str, str, str]] = set()
    for one in computed.sources:
        found = [v.dependency for v in one.constants.values()]
        if one.filled is not None:
            found.append(one.filled.rule.dependency)
        for part in one.parts():
            if (part.mask & ~np.isnan(one.rate.mass)).any():
                found += _used_by(part)
        for item in found:
            if item not in seen:
                seen.add(item)
                yield item


def _used_by(part: Part) -> list[tuple[str, str, str]]:
    used = []
    if part.stood.installation:
        used.append(("installation", part.stood.installation, part.stood.version))
    if part.certificate is not None:
        used.append(("certificate", part.certificate.id, part.certificate.version))
    return used
