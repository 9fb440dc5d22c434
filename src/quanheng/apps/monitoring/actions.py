"""The only writer of sites, points, installations and readings."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pydantic import AwareDatetime, Field

from quanheng.apps.laboratory import queries as laboratory
from quanheng.apps.monitoring import policy, queries
from quanheng.apps.monitoring.models import Batch, Installation, Point, Site
from quanheng.apps.monitoring.reading_files import Parsed, PointFacts, load_mapping, printable, read_file
from quanheng.apps.parties import queries as parties
from quanheng.apps.records.action import Act, action
from quanheng.apps.records.files import store
from quanheng.apps.records.uploads import Upload
from quanheng.errors import BadInput
from quanheng.lake import Reading

Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$")]
Name = Annotated[str, Field(min_length=1, max_length=120, title=_("名称"))]
SiteCode = Annotated[Code, Field(title=_("场所编号"))]
PointCode = Annotated[Code, Field(title=_("测点编号"))]


@action("monitoring.site.register", policy=policy.register_site, title=_("登记场所"))
def register_site(
    act: Act,
    *,
    owner: Annotated[str, Field(title=_("所属单位"))],
    code: SiteCode,
    name: Name,
    time_zone: Annotated[str, Field(max_length=40, title=_("时区"))] = "Asia/Shanghai",
) -> Site:
    """Enter a site of an organisation."""
    organisation = parties.organisation(owner)
    return act.create(
        Site(owner=organisation, code=code, name=name, time_zone=time_zone, division=organisation.division)
    )


@action("monitoring.point.register", policy=policy.keep_site, title=_("登记测点"))
def register_point(
    act: Act,
    *,
    site: SiteCode,
    code: PointCode,
    name: Name,
    quantity: Annotated[str, Field(max_length=40, title=_("被测量"))],
    interval: Annotated[int, Field(ge=1, le=86400, title=_("间隔（秒）"))] = 3600,
) -> Point:
    """Enter a measuring point of a site."""
    place = policy.site_named(site)
    return act.create(
        Point(owner=place.owner, site=place, code=code, name=name, quantity=quantity, interval=interval)
    )


@action("monitoring.installation.begin", policy=policy.keep_site, title=_("登记安装"))
def install(
    act: Act,
    *,
    site: SiteCode,
    point: PointCode,
    instrument: Annotated[str, Field(max_length=40, title=_("器具编号"))],
    valid_from: Annotated[AwareDatetime, Field(title=_("安装时间"))],
    valid_to: Annotated[AwareDatetime | None, Field(title=_("拆除时间"))] = None,
    acts_on: Annotated[str, Field(max_length=40, title=_("作用于"))] = "",
) -> Installation:
    """State that an instrument stood at a point. Two instruments may share a point only if they act on different inputs."""
    place = policy.site_named(site)
    where = queries.point_named(place, point)
    held = laboratory.instrument_named(place.owner.code, instrument)
    _refuse_other_quantity(where, held, acts_on)
    if valid_to is not None and valid_to <= valid_from:
        raise BadInput(
            "ends before it begins", field="valid_to", found=str(valid_to), expected=f"after {valid_from}"
        )
    _refuse_overlap(where, acts_on, valid_from, valid_to)
    return act.create(
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


@action("monitoring.installation.end", policy=policy.keep_site, title=_("登记拆除"))
def end_installation(
    act: Act,
    *,
    site: SiteCode,
    point: PointCode,
    instrument: Annotated[str, Field(max_length=40, title=_("器具编号"))],
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
    if valid_to <= before.valid_from:
        expected = f"after {before.valid_from}"
        raise BadInput("ends before it begins", field="valid_to", found=str(valid_to), expected=expected)
    act.update(before, known_to=act.at)
    return act.create(
        Installation(
            owner=place.owner,
            point=where,
            instrument=before.instrument,
            acts_on=before.acts_on,
            valid_from=before.valid_from,
            valid_to=valid_to,
            known_from=act.at,
        )
    )


def _refuse_other_quantity(point: Point, instrument: Any, acts_on: str) -> None:
    """An instrument stands where its quantity is read, or where it says on which input of the value it acts."""
    expected = acts_on or point.quantity
    if instrument.quantity != expected:
        raise BadInput(
            "measures another quantity", field="instrument", found=instrument.quantity, expected=expected
        )


def _refuse_overlap(point: Point, acts_on: str, start: dt.datetime, end: dt.datetime | None) -> None:
    others = Installation.objects.filter(point=point, acts_on=acts_on, known_to=None)
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


def _take_in(actor: Any, given: Any) -> tuple[Parsed, Any, str]:
    """Read the file and make its good rows durable in the lake; recorded only afterwards, with its ledger entry.

    When the machine stops between the two, the same file brought again finds its rows and is recorded then.
    """
    place = policy.site_named(given.site)
    sha256 = given.file.sha256()
    key = f"{place.code}:{sha256}" + (f":{given.mapping.sha256()}" if given.mapping else "")
    _refuse_twice(key, given.file.name)
    parsed = _parsed(place, given)
    for kept in filter(None, (given.file, given.mapping)):
        store().put(kept.path)
    rows = [Reading(**row, source=sha256) for row in parsed.rows]
    receipt = queries.lake().append(key, rows, site=place.code, received_at=timezone.now())
    return parsed, receipt, sha256


def _refuse_twice(key: str, name: str) -> None:
    known = Batch.objects.filter(batch_key=key).first()
    if known is not None:
        raise BadInput(
            "was taken in already, nothing was added",
            file=name,
            found=f"batch {known.seq}, {known.rows} readings",
        )


def _parsed(place: Site, given: Any) -> Parsed:
    facts = {
        code: PointFacts(str(point.pk), code, point.quantity, point.unit, point.interval)
        for code, point in queries.points_of(place).items()
    }
    mapping = load_mapping(given.mapping.path) if given.mapping else None
    parsed = read_file(
        given.file.path, given.file.name, facts, place.time_zone, mapping, not_after=timezone.now()
    )
    if not parsed.rows:
        raise BadInput(parsed.problems or "no reading in this file", file=given.file.name)
    return parsed


@action("monitoring.batch.take_in", policy=policy.keep_site, title=_("导入读数"), prepare=_take_in)
def take_in(
    act: Act,
    *,
    site: SiteCode,
    file: Annotated[Upload, Field(title=_("读数文件"))],
    mapping: Annotated[Upload | None, Field(title=_("格式对照文件"))] = None,
) -> Batch:
    """Take the readings of a file into the lake. Good rows are kept, bad ones are listed with their reason."""
    parsed, receipt, sha256 = act.prepared
    place = policy.site_named(site)
    act.files.update({sha256} | ({mapping.sha256()} if mapping else set()))
    return act.create(
        Batch(
            owner=place.owner,
            site=place,
            seq=receipt.seq,
            batch_key=receipt.batch_key,
            file=sha256,
            name=printable(file.name)[:200],
            rows=receipt.rows,
            refused=parsed.refused_rows,
            first=receipt.first_ts,
            last=receipt.last_ts,
            root=receipt.root,
            received_at=act.at,
            problems=[problem.as_dict() for problem in parsed.problems],
        )
    )
