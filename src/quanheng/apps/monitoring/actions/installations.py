"""Which instrument stood at which point and when: begun, ended and corrected. What was known before stays readable."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from pydantic import AwareDatetime, Field

from quanheng.apps.laboratory import queries as laboratory
from quanheng.apps.monitoring import policy, queries
from quanheng.apps.monitoring.actions.words import InstrumentCode, PointCode, SiteCode
from quanheng.apps.monitoring.events import InstallationBegun, InstallationCorrected
from quanheng.apps.monitoring.models import Installation, Point, Site
from quanheng.apps.records.action import Act, action
from quanheng.errors import BadInput


@action("monitoring.installation.begin", policy=policy.keep_site, title=_("登记安装"))
def install(
    act: Act,
    *,
    site: SiteCode,
    point: PointCode,
    instrument: InstrumentCode,
    valid_from: Annotated[AwareDatetime, Field(title=_("安装时间"))],
    valid_to: Annotated[AwareDatetime | None, Field(title=_("拆除时间"))] = None,
    acts_on: Annotated[str, Field(max_length=40, title=_("作用于"))] = "",
) -> Installation:
    """State that an instrument stood at a point. Two instruments may share a point only if they act on different inputs."""
    place = policy.site_named(site)
    where = queries.point_named(place, point)
    held = laboratory.instrument_named(place.owner.code, instrument)
    _refuse_other_quantity(where, held, acts_on)
    _refuse_backwards(valid_from, valid_to)
    _refuse_overlap(where, acts_on, valid_from, valid_to)
    made = act.create(
        Installation(
            owner=place.owner,
            point=where,
            instrument=held,
            acts_on=acts_on,
            valid_from=valid_from,
            valid_to=valid_to,
            known_from=act.at,
        )
    )
    act.emit(InstallationBegun(**_names(place, made), first=valid_from, last=valid_to))
    return made


@action("monitoring.installation.end", policy=policy.keep_site, title=_("登记拆除"))
def end_installation(
    act: Act,
    *,
    site: SiteCode,
    point: PointCode,
    instrument: InstrumentCode,
    valid_to: Annotated[AwareDatetime, Field(title=_("拆除时间"))],
) -> Installation:
    """State when an instrument was taken away. What was known before stays readable, and so does what stood on it."""
    place = policy.site_named(site)
    where = queries.point_named(place, point)
    before = Installation.objects.filter(
        point=where, instrument__code=instrument, valid_to=None, known_to=None
    ).first()
    if before is None:
        raise BadInput("does not stand at this point now", field="instrument", found=instrument)
    _refuse_backwards(before.valid_from, valid_to)
    return _replace(act, place, before, before.valid_from, valid_to, "ended", "")


@action("monitoring.installation.correct", policy=policy.keep_site, title=_("更正安装时间"))
def correct_installation(
    act: Act,
    *,
    site: SiteCode,
    point: PointCode,
    instrument: InstrumentCode,
    known_start: Annotated[AwareDatetime, Field(title=_("原登记的安装时间"))],
    valid_from: Annotated[AwareDatetime, Field(title=_("正确的安装时间"))],
    reason: Annotated[str, Field(min_length=4, max_length=300, title=_("原因"))],
    valid_to: Annotated[AwareDatetime | None, Field(title=_("正确的拆除时间（仍在用时空着）"))] = None,
) -> Installation:
    """State the right dates of an installation. The old ones stay readable as what was known until now."""
    place = policy.site_named(site)
    where = queries.point_named(place, point)
    before = _known(where, instrument, known_start)
    if (before.valid_from, before.valid_to) == (valid_from, valid_to):
        raise BadInput(
            "is what is known already, nothing was corrected", field="valid_from", found=str(valid_from)
        )
    _refuse_backwards(valid_from, valid_to)
    _refuse_overlap(where, before.acts_on, valid_from, valid_to, besides=before)
    act.extra["reason"] = reason
    return _replace(act, place, before, valid_from, valid_to, "corrected", reason)


def _known(point: Point, instrument: str, start: dt.datetime) -> Installation:
    """The installation as it is known now, by its start as it was entered; forms show it without its seconds."""
    known = Installation.objects.filter(point=point, instrument__code=instrument, known_to=None)
    minute = start.replace(second=0, microsecond=0)
    within = models.Q(valid_from__gte=minute, valid_from__lt=minute + dt.timedelta(minutes=1))
    wanted = within if start == minute else models.Q(valid_from=start)
    found = known.select_for_update().filter(wanted).order_by("valid_from").first()
    if found is None:
        starts = ", ".join(str(row.valid_from) for row in known) or "no installation of it at this point"
        raise BadInput(
            "no such installation", field="known_start", found=f"{instrument} {start}", expected=starts
        )
    return found


def _replace(
    act: Act,
    place: Site,
    before: Installation,
    valid_from: dt.datetime,
    valid_to: dt.datetime | None,
    why: str,
    reason: str,
) -> Installation:
    """End what was known with this act and enter what is known from it on."""
    first, last = _differing((before.valid_from, before.valid_to), (valid_from, valid_to))
    act.update(before, known_to=act.at)
    made = act.create(
        Installation(
            owner=place.owner,
            point=before.point,
            instrument=before.instrument,
            acts_on=before.acts_on,
            valid_from=valid_from,
            valid_to=valid_to,
            known_from=act.at,
        )
    )
    act.emit(
        InstallationCorrected(
            **_names(place, made),
            replaced=str(before.pk),
            first=first,
            last=last,
            known_from=act.at,
            why=why,
            reason=reason,
        )
    )
    return made


def _names(place: Site, made: Installation) -> dict[str, str]:
    return {
        "site": str(place.pk),
        "site_code": place.code,
        "point": str(made.point_id),
        "instrument": str(made.instrument_id),
        "installation": str(made.pk),
    }


Span = tuple[dt.datetime, dt.datetime | None]


def _differing(old: Span, new: Span) -> tuple[dt.datetime, dt.datetime | None]:
    """The shortest span that holds every moment which lies in one of two spans and not in the other."""
    forever = dt.datetime.max.replace(tzinfo=dt.UTC)
    ends = old[1] or forever, new[1] or forever
    if old[0] == new[0]:
        first, last = min(ends), max(ends)
    elif ends[0] == ends[1]:
        first, last = min(old[0], new[0]), max(old[0], new[0])
    else:
        first, last = min(old[0], new[0]), max(ends)
    return first, None if last == forever else last


def _refuse_backwards(start: dt.datetime, end: dt.datetime | None) -> None:
    if end is not None and end <= start:
        raise BadInput("ends before it begins", field="valid_to", found=str(end), expected=f"after {start}")


def _refuse_other_quantity(point: Point, instrument: Any, acts_on: str) -> None:
    """An instrument stands where its quantity is read, or where it says on which input of the value it acts."""
    expected = acts_on or point.quantity
    if instrument.quantity != expected:
        raise BadInput(
            "measures another quantity", field="instrument", found=instrument.quantity, expected=expected
        )


def _refuse_overlap(
    point: Point,
    acts_on: str,
    start: dt.datetime,
    end: dt.datetime | None,
    besides: Installation | None = None,
) -> None:
    others = Installation.objects.filter(point=point, acts_on=acts_on, known_to=None)
    others = others.exclude(pk=besides.pk) if besides else others
    others = others.filter(models.Q(valid_to=None) | models.Q(valid_to__gt=start))
    if end is not None:
        others = others.filter(valid_from__lt=end)
    other = others.select_related("instrument").first()
    if other is not None:
        raise BadInput(
            "another instrument stood at this point at that time",
            field="valid_from",
            found=other.instrument.code,
            remedy="end its installation first",
        )
