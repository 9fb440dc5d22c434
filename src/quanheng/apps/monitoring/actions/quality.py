"""A judgement of readings is stored with the rules and the pin that it rests on; no reading is changed by it."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from quanheng.apps.monitoring import policy, queries
from quanheng.apps.monitoring.actions.words import SiteCode
from quanheng.apps.monitoring.models import QualityReport, Site
from quanheng.apps.monitoring.quality import Flag
from quanheng.apps.monitoring.queries import Pin
from quanheng.apps.monitoring.scoring import Judged, Share, score, together
from quanheng.apps.monitoring.words import ratio_text
from quanheng.apps.records.action import Act, action
from quanheng.apps.records.classify import plain
from quanheng.errors import BadInput

MOST_FLAGS = 500  # kept with a report; all of them follow from rules and pin at any time
LONGEST = dt.timedelta(days=366)


@dataclass(frozen=True, slots=True)
class _Judgement:
    start: dt.datetime
    end: dt.datetime
    pin: Pin
    known_at: dt.datetime
    points: list[Judged]
    flags: list[Flag]
    refused: int


def _judge(actor: Any, given: Any) -> _Judgement:
    place = policy.site_named(given.site)
    now = timezone.now()
    start, end = _period(place, given.first_day, given.last_day, now)
    pin = queries.pin_now()
    points, flags = queries.judged(place, start, end, pin, now)
    listed = [flag for one in points for flag in flags[one.point]]
    return _Judgement(start, end, pin, now, points, listed, queries.refused_rows(place, start, end, pin))


def _period(site: Site, first: dt.date, last: dt.date, now: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
    """Civil days of the site as moments; what lies in the future is not judged."""
    zone = zoneinfo.ZoneInfo(site.time_zone)
    start = dt.datetime.combine(first, dt.time(), zone).astimezone(dt.UTC)
    end = dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), zone).astimezone(dt.UTC)
    if not dt.timedelta(0) < end - start <= LONGEST:
        raise BadInput(
            "is not within a year after the first day",
            field="last_day",
            found=str(last),
            expected=f"{first} or later",
        )
    if start >= now:
        raise BadInput("lies in the future", field="first_day", found=str(first))
    return start, min(end, now)


@action("monitoring.quality.judge", policy=policy.judge_site, title=_("评价数据质量"), prepare=_judge)
def judge_quality(
    act: Act,
    *,
    site: SiteCode,
    first_day: Annotated[dt.date, Field(title=_("首日"))],
    last_day: Annotated[dt.date, Field(title=_("末日"))],
) -> QualityReport:
    """Hold the readings of a site over a period against the rules in force, and keep what was found."""
    found: _Judgement = act.prepared
    place, rules = policy.site_named(site), queries.rules()
    shares = together(found.points)
    report = act.create(
        QualityReport(
            owner=place.owner,
            site=place,
            start=found.start,
            end=found.end,
            commit=found.pin.commit,
            without=list(found.pin.without),
            known_at=found.known_at,
            rules=rules.id,
            rules_version=rules.version,
            rules_digest=rules.digest,
            score=score(shares, rules.file.weights),
            shares=_stored(shares),
            points=[{"point": p.point, "code": p.code, "shares": _stored(p.shares)} for p in found.points],
            flags=[_stored_flag(flag) for flag in found.flags[:MOST_FLAGS]],
            flag_count=len(found.flags),
            refused=found.refused,
            judged_at=act.at,
        )
    )
    used = ("quality", str(report.pk))
    act.uses(*used, "readings", str(place.pk), str(found.pin.commit))
    act.uses(*used, "quality_rules", rules.id, rules.version)
    return report


def _stored(shares: Iterable[Share]) -> list[dict[str, Any]]:
    return [
        {
            "rule": s.rule,
            "good": s.good,
            "judged": s.judged,
            "first": plain(s.first_bad),
            "last": plain(s.last_bad),
        }
        for s in shares
    ]


def _stored_flag(flag: Flag) -> dict[str, Any]:
    told = {
        "point": flag.point, "test": flag.test, "first": plain(flag.first), "last": plain(flag.last),
        "count": flag.count,
    }  # fmt: skip
    if flag.partner:
        told |= {
            "partner": flag.partner,
            "partner_code": flag.partner_code,
            "ratio": ratio_text(flag.ratio or 0.0),
        }
    return told
