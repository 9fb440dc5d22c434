"""Readings on their way into the lake: from a file, or one by hand. Durable first, recorded after, announced last."""

from __future__ import annotations

from typing import Annotated, Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from quanheng.apps.monitoring import policy, queries
from quanheng.apps.monitoring.actions.words import SiteCode
from quanheng.apps.monitoring.events import ReadingsArrived
from quanheng.apps.monitoring.models import Batch, Site
from quanheng.apps.monitoring.reading_files import Parsed, PointFacts, load_mapping, printable, read_file
from quanheng.apps.records.action import Act, action
from quanheng.apps.records.files import store
from quanheng.apps.records.uploads import Upload
from quanheng.errors import BadInput
from quanheng.lake import Reading, Receipt


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
