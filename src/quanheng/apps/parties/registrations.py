"""What this app gives to the registries: to-do items and search results."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Q

from quanheng.apps.parties import queries
from quanheng.apps.records.registries import Hit, Todo, searches, todos


@todos.register("parties.registrations")
def registrations(actor: Any) -> Iterator[Todo]:
    """Registrations that wait for this officer."""
    for unit in queries.pending_for(actor):
        yield Todo(
            number=unit.uscc or unit.code,
            title="确认企业注册",
            url=f"/parties/organisations/{unit.pk}/",
            unit=unit.name,
            stage=str(unit.get_state_display()),
            act="确认",
            kind="parties.organisation",
        )


@searches.register("parties.organisations")
def found_organisations(actor: Any, text: str) -> Iterator[Hit]:
    """Organisations by name, code or USCC."""
    wanted = Q(name__icontains=text) | Q(code__iexact=text) | Q(uscc__iexact=text)
    for unit in queries.organisations(actor).filter(wanted)[:20]:
        yield Hit("单位", unit.name, f"/parties/organisations/{unit.pk}/", unit.uscc)


@searches.register("parties.people")
def found_people(actor: Any, text: str) -> Iterator[Hit]:
    """People by name or login name."""
    for person in queries.people(actor).filter(Q(name__icontains=text) | Q(login__iexact=text))[:20]:
        yield Hit("人员", person.name, f"/parties/people/{person.pk}/", person.login)
