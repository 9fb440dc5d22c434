"""The method of continuous measurement as it stands in the registry of methods."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from quanheng.apps.carbon import queries, statements
from quanheng.apps.carbon.measured import SiteYear, measure
from quanheng.apps.carbon.methods import Given, method
from quanheng.apps.monitoring import queries as monitoring


class CemsYear(SiteYear):
    """A measured year that can tell what a statement keeps of it."""

    def as_result(self) -> dict[str, Any]:
        return statements.as_result(self)

    def used(self) -> Iterator[tuple[str, str, str]]:
        return statements.used(self)


@method("cems")
def compute(site: Any, year: int, pin: monitoring.Pin, known_at: dt.datetime, given: Given) -> CemsYear:
    """All measured sources of a site (or those named) over a year."""
    sources = [one for one in queries.sources_of(site) if given.only is None or one.code in given.only]
    found = measure(site, sources, year, pin, known_at, fallen=given.fallen)
    return CemsYear(
        found.site, found.year, found.pin, found.known_at, found.sources, found.series, found.total
    )
