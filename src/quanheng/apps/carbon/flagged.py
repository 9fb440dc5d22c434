"""What the rules of quality say of the readings on which a statement stands, at its own pin. It changes no figure."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import Any

from quanheng.apps.carbon import queries
from quanheng.apps.carbon.models import Statement
from quanheng.apps.monitoring import queries as monitoring

SHOWN = 40
Found = dict[str, list[Any]]


def flagged(statement: Statement) -> dict[str, Any] | None:
    """The flagged stretches of the statement's points over its year, for its page; None where it stands on no point."""
    site = statement.site
    points = monitoring.points_of(site)
    used = [points[code] for code in _codes(statement) if code in points]
    if not used:
        return None
    lake = statement.result["lake"]
    rules = monitoring.rules()
    found = _flags(
        tuple(str(point.pk) for point in used),
        monitoring.year_of(site, statement.year),
        monitoring.Pin(lake["version"], tuple(lake["without"])),
        f"{rules.id} {rules.version}",
    )
    rows = [
        {"point": point, **row}
        for point in used
        for row in monitoring.flag_rows(found[str(point.pk)], point.quantity)
    ]
    rows.sort(key=lambda row: -row["flag"].count)
    return {"rows": rows[:SHOWN], "count": len(rows), "rules": rules}


def _codes(statement: Statement) -> list[str]:
    """The points of the sources that the statement counts, each once."""
    counted = {one["code"] for one in statement.result["sources"]}
    sources = [one for one in queries.sources_of(statement.site) if one.code in counted]
    return list(dict.fromkeys(code for one in sources for code in one.points.values()))


@lru_cache(maxsize=64)
def _flags(
    points: tuple[str, ...], year: tuple[dt.datetime, dt.datetime], pin: monitoring.Pin, rules: str
) -> Found:
    """A pin, a period and rules give the same flags for ever, so they are found once."""
    return monitoring.flags(list(points), *year, pin)
