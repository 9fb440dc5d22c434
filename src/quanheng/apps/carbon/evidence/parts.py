"""What the gatherers of evidence share: the form in which a method hands over its part, and how times are written."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Members = dict[str, bytes]


@dataclass(frozen=True, slots=True)
class Gathered:
    """What a method adds: tables as plain JSON, files, and the rows on which the figures stand (keys of the ledger).

    finish(contents): tables that need what the ledger recorded of those rows.
    """

    keys: list[str]
    finish: Callable[[dict[str, dict[str, Any]]], Members]


def offsets(zone: str, starts: list[dt.datetime]) -> list[list[Any]]:
    """From when on a site was how many seconds ahead of UTC, over these hours: no table of time zones is needed then."""
    place, found = zoneinfo.ZoneInfo(zone), list[list[Any]]()
    for start in starts:
        ahead = start.astimezone(place).utcoffset()
        seconds = int(ahead.total_seconds()) if ahead else 0
        if not found or found[-1][1] != seconds:
            found.append([moment(start), seconds])
    return found


def moment(when: dt.datetime) -> str:
    """A time in UTC as the members of a pack write it."""
    text = when.astimezone(dt.UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    return text.replace(".000000Z", "Z")
