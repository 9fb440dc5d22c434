"""The files of an object as its page shows them, and the ways to add one. It reads; adding is an act."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from django.urls import reverse

from quanheng.apps.records import queries
from quanheng.apps.records.classify import urn_of
from quanheng.apps.records.registries import PLACES, place_of


def papers_of(actor: Any, thing: Any) -> dict[str, Any] | None:
    """Rows of files, newest first, and the address for adding one; None for things that take no files."""
    if not hasattr(thing, "_meta") or f"{thing._meta.app_label}:{thing._meta.model_name}" not in PLACES:
        return None
    urn = urn_of(thing)
    rows = [_row(one) for one in queries.attachments(actor, urn)]
    add = f"{reverse('do', args=['records.attachment.add'])}?object={urn}"
    return {"rows": rows, "add": add if place_of(actor, urn).verdict.ok else ""}


def _row(one: Any) -> dict[str, Any]:
    return {
        "name": one.name,
        "ext": PurePath(one.name).suffix.removeprefix(".")[:5],
        "url": reverse("records:attachment", args=[one.pk]),
        "kind": one.kind,
        "brought_by": one.owner.name,
        "at": one.brought_at,
        "size": one.file.size,
        "digest": one.file.sha256,
        "replaced": hasattr(one, "newer"),
        "declared": one.declared,
    }
