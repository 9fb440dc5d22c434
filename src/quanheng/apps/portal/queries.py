"""What everybody may read. Each query names what makes a row public; nothing else leaves through this app."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from quanheng.apps.parties import queries as parties


def organisations(actor: Any = None) -> QuerySet[Any]:
    """Confirmed organisations; the table shows those of their fields that are classified as public."""
    return parties.public_organisations()
