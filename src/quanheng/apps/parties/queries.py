"""The only reader of parties for other apps and for pages."""

from __future__ import annotations

from typing import Any

from quanheng.apps.parties.models import Organisation, Person
from quanheng.apps.parties.policy import grants, named
from quanheng.errors import BadInput


def organisation(ref: Any) -> Organisation:
    """An organisation by code, USCC, UUID or URN."""
    return named(ref)


def person(login: str) -> Person:
    """A person by login name."""
    found = Person.objects.filter(login=login, is_active=True).first()
    if found is None:
        raise BadInput("unknown person", field="person", found=login, expected="the login name of an active account")
    return found


def actor_for(who: Person, on_behalf: Any = None) -> Any:
    """The actor that a person is."""
    return who


def needs_second_factor(who: Person) -> bool:
    """Whether one of the person's roles asks for a second factor."""
    return any(g.role not in ("enterprise_manager", "enterprise_clerk") for g in grants(who))
