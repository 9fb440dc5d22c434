"""What programs may read of parties: organisations, people, divisions."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from quanheng.apps.parties import queries
from quanheng.apps.parties.models import Division, Organisation, Person
from quanheng.apps.records.reads import Noun, readable


def _divisions(actor: Any) -> QuerySet[Division]:
    """All divisions, also those of the past: a paper of that time names them."""
    return Division.objects.for_user(actor)


readable(
    Noun(
        "parties",
        "organisations",
        "organisation",
        "organisations",
        Organisation,
        queries.organisations,
        key="code",
        filters=("code", "uscc", "kind", "state"),
    )
)
readable(Noun("parties", "people", "person", "people", Person, queries.people, filters=("login",)))
readable(
    Noun(
        "parties",
        "divisions",
        "division",
        "divisions",
        Division,
        _divisions,
        filters=("code", "name", "level"),
        public=True,
    )
)
