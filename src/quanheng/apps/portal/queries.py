"""What everybody may read. Each query names what makes a row public; nothing else leaves through this app."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from quanheng.apps.parties import queries as parties

PUBLIC_FIELDS = ("pk", "code", "name", "name_en", "uscc", "kind", "division__name", "state")


def organisations(actor: Any = None) -> QuerySet[Any]:
    """Confirmed organisations with the fields that are public by their classification, and no others."""
    return parties.public_organisations()
