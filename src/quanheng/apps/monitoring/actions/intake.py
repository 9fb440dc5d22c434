"""Readings on their way into the lake: from a file, or one by hand. Durable first, recorded after, announced last."""

from __future__ import annotations

import csv
import datetime as dt
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pydantic import AwareDatetime, Field

from quanheng.apps.monitoring import policy, queries
from quanheng.apps.monitoring.actions.words import PointCode, SiteCode
from quanheng.apps.monitoring.events import ReadingsArrived
from quanheng.apps.monitoring.models import Batch, Point, Site
from quanheng.apps.monitoring.reading_files import Parsed, PointFacts, load_mapping, printable, read_file
from quanheng.apps.monitoring.reading_formats import FileMapping, PointColumn, TimeColumns
from quanheng.apps.records.action import Act, action
from quanheng.apps.records.files import store
from quanheng.apps.records.uploads import Upload
from quanheng.errors import BadInput, Problem
from quanheng.lake import Reading, Receipt

HAND_COLUMNS = ("time", "value", "unit", "reason", "entered_at")


def _take_in(actor: Any, given: Any) -> tuple[Parsed, Receipt, str]:
    """Read the file and make its good rows durable in the lake; recorded only afterwards, with its ledger entry.

    When the machine stops between the two, the same file brought again finds its rows and is recorded then.
    """
    place = policy.site_named(given.site)
    sha256 = given.file.sha256()
    key = f"{place.code}:{sha256}" + (f":{given.mapping.sha256()}" if given.mapping else "")
    _refuse_twice(key, given.file.name)
    if not given.mapping:
        _refuse_other_sites_file(place, sha256, given.file.name)
    parsed = _parsed(place, given)
    for kept in filter(None, (given.file, given.mapping)):
        store().put(kept.path)
    return parsed, _lay(place, key, parsed, sha256), sha256


def _lay(place: Site, key: str, parsed: Parsed, sha256: str) -> Receipt:
    """Into the lake; durable when this returns."""
    rows = [Reading(**row, source=sha256) for row in parsed.rows]
    return queries.lake().append(key, rows, site=place.code, received_at=timezone.now())


def _refuse_twice(key: str, name: str) -> None:
    known = Batch.objects.filter(batch_key=key).first()
    if known is not None:
        raise BadInput(
            "was taken in already, nothing was added",
            file=name,
            found=f"batch {known.seq}, {known.rows} readings",
        )


def _refuse_other_sites_file(place: Site, sha256: str, name: str) -> None:
    """The same bytes brought for another site of the same owner; whose files others have is nobody's business here."""
    known = (
        Batch.objects.filter(file=sha256, owner=place.owner)
        .exclude(site=place)
        .select_related("site")
        .first()
    )
    if known is not None:
        raise BadInput(
            "belongs to another site", file=name, field="site", found=known.site.code, expected=place.code
        )


def _facts(points: dict[str, Point]) -> dict[str, PointFacts]:
    return {
        code: PointFacts(str(point.pk), code, point.quantity, point.unit, point.interval)
        for code, point in points.items()
    }


def _parsed(place: Site, given: Any) -> Parsed:
    facts = _facts(queries.points_of(place))
    mapping = load_mapping(given.mapping.path) if given.mapping else None
    parsed = read_file(
        given.file.path,
        given.file.name,
        facts,
        place.time_zone,
        mapping,
        not_after=timezone.now(),
        site=place.code,
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
    return _record(act, place, parsed, receipt, sha256, printable(file.name)[:200])


def _record(act: Act, place: Site, parsed: Parsed, receipt: Receipt, sha256: str, name: str) -> Batch:
    """List a batch whose readings are durable, and announce it."""
    made = act.create(
        Batch(
            owner=place.owner,
            site=place,
            seq=receipt.seq,
            batch_key=receipt.batch_key,
            file=sha256,
            name=name,
            rows=receipt.rows,
            refused=parsed.refused_rows,
            first=receipt.first_ts,
            last=receipt.last_ts,
            root=receipt.root,
            received_at=act.at,
            problems=[problem.as_dict() for problem in parsed.problems],
        )
    )
    act.emit(
        ReadingsArrived(
            site=str(place.pk),
            site_code=place.code,
            batch=str(made.pk),
            commit=receipt.seq,
            points=tuple(sorted({row["point"] for row in parsed.rows})),
            first=receipt.first_ts,
            last=receipt.last_ts,
        )
    )
    return made


# ---- one reading by hand ---------------------------------------------------------------------------------------


def _by_hand(actor: Any, given: Any) -> tuple[Parsed, Receipt, str]:
    """One reading as a file of one row, so that it walks the way of all others: parsed, kept as received, durable."""
    place = policy.site_named(given.site)
    point = queries.point_named(place, given.point)
    with _written(given) as path:
        parsed = _hand_parsed(place, point, given, path)
        _refuse_unexplained(point, given, parsed.rows[0])
        sha256, _size = store().put(path)
    return parsed, _lay(place, f"{place.code}:{sha256}", parsed, sha256), sha256


@contextmanager
def _written(given: Any) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "reading.csv"
        with path.open("w", encoding="utf-8", newline="") as stream:
            table = csv.writer(stream)
            table.writerow(HAND_COLUMNS)
            told = (given.time.isoformat(), given.value, given.unit, given.reason, timezone.now().isoformat())
            table.writerow(told)
        yield path


def _hand_parsed(place: Site, point: Point, given: Any, path: Path) -> Parsed:
    mapping = FileMapping(
        time=TimeColumns(columns=["time"]), points={point.code: PointColumn(column="value", unit=given.unit)}
    )
    facts = _facts({point.code: point})
    try:
        parsed = read_file(path, "", facts, place.time_zone, mapping, not_after=timezone.now())
    except BadInput as error:
        raise BadInput(_of_form(problem, point.code) for problem in error.problems) from None
    if not parsed.rows:
        raise BadInput([_of_form(p, point.code) for p in parsed.problems] or "no reading", field="value")
    return parsed


def _of_form(problem: Problem, code: str) -> Problem:
    """The parser's problem in the words of the form: no file, no row, and the unit's own field."""
    return replace(problem, row=None, file="", field="unit" if problem.field == code else problem.field)


def _refuse_unexplained(point: Point, given: Any, row: dict[str, Any]) -> None:
    """The same reading again adds nothing; another one in its place is a correction, and says why."""
    at: dt.datetime = row["ts"]
    stands = queries.readings([str(point.pk)], at, at + dt.timedelta(microseconds=1)).to_pylist()
    if stands and stands[0]["value"] == row["value"]:
        raise BadInput("stands there already, nothing was added", field="value", found=stands[0]["text"])
    if stands and len(given.reason) < 2:
        raise BadInput(
            "another reading stands there",
            field="reason",
            found=f"{stands[0]['text']} (commit {stands[0]['seq']})",
            remedy="say why it is corrected",
        )


@action("monitoring.reading.enter", policy=policy.keep_site, title=_("登记或更正一个读数"), prepare=_by_hand)
def enter_reading(
    act: Act,
    *,
    site: SiteCode,
    point: PointCode,
    time: Annotated[AwareDatetime, Field(title=_("间隔的起点"))],
    value: Annotated[str, Field(min_length=1, max_length=40, title=_("读数"))],
    unit: Annotated[str, Field(min_length=1, max_length=40, title=_("计量单位"))],
    reason: Annotated[str, Field(max_length=300, title=_("更正的原因（已有读数时必填）"))] = "",
) -> Batch:
    """Enter one reading by hand. Where one stands already, this is a correction: both stay readable."""
    parsed, receipt, sha256 = act.prepared
    place = policy.site_named(site)
    act.files.add(sha256)
    if reason:
        act.extra["reason"] = reason
    return _record(act, place, parsed, receipt, sha256, f"{site}/{point} {time.isoformat()}")
