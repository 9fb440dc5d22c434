"""The only reader of the ledger for other apps and for pages."""

from __future__ import annotations

from quanheng.apps.records.models import LedgerEntry


def first_entry(key: str) -> LedgerEntry | None:
    """The entry that made an object, by its key in the ledger (`app.model:id`)."""
    urn = "urn:quanheng:" + key.replace(".", ":", 1)
    return LedgerEntry.objects.filter(object=urn).order_by("seq").first()
