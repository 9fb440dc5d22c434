"""What programs may read of the ledger: the entries of one object that they may see, with its fields by classification."""

from __future__ import annotations

from typing import Annotated, Any

import pydantic
from django.db import models
from django.db.models import Q
from pydantic import Field

from quanheng.apps.records.classify import COMMITTED, key_of, plain, urn_of
from quanheng.apps.records.fields import readable
from quanheng.apps.records.models import LedgerEntry, LedgerRow
from quanheng.apps.records.reads import Part


class Entries(pydantic.BaseModel):
    """Which entries: at most `limit`, those after the one with number `after`."""

    model_config = pydantic.ConfigDict(extra="forbid")
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    after: Annotated[int, Field(ge=0, le=2**53 - 1)] = 0


def _entries(actor: Any, row: models.Model, asked: Entries) -> dict[str, Any]:
    key = key_of(row)
    in_bulk = LedgerRow.objects.filter(key=key).values("entry")
    rows = LedgerEntry.objects.filter(Q(object=urn_of(row)) | Q(pk__in=in_bulk), seq__gt=asked.after)
    found = list(rows.order_by("seq")[: asked.limit + 1])
    more = len(found) > asked.limit
    items = [_entry(entry, row, key) for entry in found[: asked.limit]]
    return {"items": items, "next": str(items[-1]["seq"]) if more else None}


def _entry(entry: LedgerEntry, row: models.Model, key: str) -> dict[str, Any]:
    before, after = entry.before.get(key), entry.after.get(key)
    if entry.bulk:
        one = LedgerRow.objects.filter(entry=entry, key=key).first()
        before, after = (one.before, one.after) if one else (None, None)
    return {
        "seq": entry.seq,
        "at": plain(entry.at),
        "by": entry.actor_name,
        "on_behalf": entry.on_behalf_name,
        "verb": entry.verb,
        "before": _shown(row, before),
        "after": _shown(row, after),
        "cite": entry.cite,
        "prev": entry.prev,
        "digest": entry.digest,
    }


def _shown(row: models.Model, content: dict[str, Any] | None) -> dict[str, Any] | None:
    """The recorded content without what nobody sees and without commitments, which say nothing to a reader."""
    if content is None:
        return None
    names = {field.name for field, level in readable(type(row)) if level not in COMMITTED}
    return {name: value for name, value in content.items() if name in names}


HISTORY = Part("ledger", "Ledger entries of an object", _entries, Entries)
