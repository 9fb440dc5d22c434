"""What a statement of activity data keeps beside its figures, and what it stands on besides certificates and norms."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from quanheng.apps.carbon.activity.periods import key_of, version_of
from quanheng.apps.carbon.pictures import text


def as_result(computed: Any) -> dict[str, Any]:
    """Months with what they were made of, missing months, and what nobody stated.

    ``activity``: one entry per stream and month; ``how``: measured carbon, measured heating value, default or factor.
    """
    silent = {
        part.stood.instrument.code
        for one in computed.sources
        for part in one.parts()
        if part.stood.instrument.id and part.stood.instrument.repeatability is None
    }
    return {
        "activity": [entry for one in computed.sources for entry in _months(computed, one)],
        "repeatability_not_stated": sorted(silent),
        "sampling_not_stated": sorted(
            one.source.code
            for one in computed.sources
            if one.source.form == "fuel" and one.source.stream.sampling is None
        ),
    }


def _months(computed: Any, one: Any) -> Iterator[dict[str, Any]]:
    rows = {m.month: m for m in one.months}
    for month in range(1, 13):
        here = one.hours_of(month)
        known = here & ~np.isnan(one.rate.mass)
        yield {
            "stream": one.source.code,
            "month": month,
            "amount": text(float(np.nansum(one.amount[here]))) if known.any() else None,
            "unit": rows[month].unit if month in rows else one.unit,
            "how": one.how.get(month, "factor" if known.any() else None),
            "carbon": _mean(one.indications.get("content"), known),
            "oxidation": _mean(one.indications.get("oxidation"), known),
            "tonnes": text(float(one.rate.mass[known].sum()) / 1000) if known.any() else None,
            "hours": int(known.sum()),
            "record": str(rows[month].pk) if month in rows else None,
            "report": rows[month].report if month in rows else "",
        }


def _mean(values: Any, known: Any) -> str | None:
    """The value of the hours of a month; they are equal unless a correction changes within it."""
    return text(float(values[known].mean())) if values is not None and known.any() else None


def used(computed: Any) -> Iterator[tuple[str, str, str]]:
    """Streams and months, by names that hold over all their versions, and in the version that was used."""
    site = computed.site.code
    for one in computed.sources:
        stream = one.source.stream
        yield "activity_stream", f"{site}/{stream.code}", stream.known_from.isoformat()
        for m in one.months:
            yield "activity_month", key_of(site, m), version_of(m)
