"""Months as activity data know them: their name over all versions, their version, and their bounds in time."""

from __future__ import annotations

import datetime as dt
import zoneinfo

from quanheng.apps.carbon.activity.models import ActivityMonth


def key_of(site: str, month: ActivityMonth) -> str:
    """The name of a month over all its versions, as dependencies know it."""
    return f"{site}/{month.stream.code}/{month.year}-{month.month:02d}"


def version_of(month: ActivityMonth) -> str:
    """The version of a month: since when it is known."""
    return month.known_from.isoformat()


def month_of(zone: str, year: int, month: int) -> tuple[dt.datetime, dt.datetime]:
    """A civil month of a site, as two moments in UTC, the last excluded."""
    tz = zoneinfo.ZoneInfo(zone)
    last = (year + 1, 1) if month == 12 else (year, month + 1)
    start, end = (dt.datetime(y, m, 1, tzinfo=tz).astimezone(dt.UTC) for y, m in ((year, month), last))
    return start, end
