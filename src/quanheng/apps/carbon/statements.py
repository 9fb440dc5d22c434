"""The form in which a computed year is kept: plain texts that canonical JSON knows, and what the result used.

Figures are kept with all their digits (`exact`); the columns of a statement hold them to a gram, because a database
keeps fifteen digits safely. Rounding for people happens once, where figures are shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from quanheng.apps.carbon.coverage import COVERED, Part, enlargements
from quanheng.apps.carbon.measured import SiteYear, SourceYear


def text(value: float) -> str | None:
    """A float as the shortest text that gives it back; unknown or infinite is null."""
    return repr(float(value)) if np.isfinite(value) else None


def as_result(computed: SiteYear) -> dict[str, Any]:
    """Everything a statement keeps beside its figures."""
    total = computed.total
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
        "sources": [_source(one) for one in computed.sources],
        "enlargements": {"status": enlargements()["status"], "used": used_enlargements(computed)},
        "known_at": computed.known_at.isoformat(),
        "substituted": "0",
    }


def coverage_shares(computed: SiteYear) -> dict[str, Any]:
    """Tonnes by the worst verdict on any of their inputs; the three add up to the total."""
    sums = {"covered": 0.0, "conditional": 0.0, "not covered": 0.0}
    hours = dict.fromkeys(sums, 0)
    for one in computed.sources:
        known = ~np.isnan(one.rate.mass)
        bare, conditional = (np.zeros(known.size, dtype=bool) for _ in range(2))
        for covered in one.covered.values():
            bare |= covered.bare
            conditional |= covered.conditional
        masks = {"not covered": known & bare, "conditional": known & ~bare & conditional}
        masks["covered"] = known & ~bare & ~conditional
        for verdict, mask in masks.items():
            sums[verdict] += float(one.rate.mass[mask].sum()) / 1000
            hours[verdict] += int(mask.sum())
    return {"tonnes": {key: text(value) for key, value in sums.items()}, "hours": hours}


def used_enlargements(computed: SiteYear) -> list[dict[str, Any]]:
    """Every stretch of readings for which no certificate spoke in full, with its hours."""
    return [
        {"component": part.component, "verdict": part.verdict, "hours": int(part.mask.sum())}
        for one in computed.sources
        for part in one.parts()
        if part.verdict != COVERED
    ]


def _source(one: SourceYear) -> dict[str, Any]:
    known = one.rate.mass[~np.isnan(one.rate.mass)]
    return {
        "code": one.source.code,
        "name": one.source.name,
        "form": one.source.form,
        "basis": one.source.basis,
        "tonnes": text(float(known.sum()) / 1000),
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
    yield ("readings", computed.site.code, str(computed.lake_version))
    seen: set[tuple[str, str, str]] = set()
    for one in computed.sources:
        found = [v.dependency for v in one.constants.values()]
        for part in one.parts():
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
