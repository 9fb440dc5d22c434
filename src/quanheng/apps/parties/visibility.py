"""Which rows of this app an actor may see; everything that is not granted here is not seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import models
from django.db.models import Q

from quanheng.apps.parties.models import (
    ApiKey,
    Deputy,
    Division,
    Expert,
    Membership,
    OneTimeCode,
    Organisation,
    Partnership,
    Person,
    Qualification,
    RoleGrant,
    Succession,
)
from quanheng.apps.parties.policy import (
    EVERYTHING,
    MANAGERS,
    administered,
    grants,
    himself,
    in_force,
    people_behind,
    places,
    reach,
    today,
)
from quanheng.apps.records.action import System
from quanheng.apps.records.base import visible

NOTHING = Q(pk__in=[])


@visible(Organisation)
def organisations(actor: Any) -> Q | None:
    """Own and regulated ones, and where one works; administrators see those that they keep."""
    seen = reach(actor)
    if seen is None:
        return None
    over = administered(actor, "system_admin", "security_admin") or NOTHING
    return Q(pk__in=seen) | Q(pk__in=places(actor)) | over


@visible(Person)
def people(actor: Any) -> Q | None:
    """Oneself, the people of own and regulated organisations; administrators see the accounts they keep."""
    seen = reach(actor)
    if seen is None:
        return None
    working = Membership.objects.filter(in_force(today()), organisation__in=seen).values("person")
    found = Q(pk__in=working) | Q(pk__in=[one.pk for one in people_behind(actor)])
    over = over_units(actor, "system_admin", "security_admin")
    if over is None:
        return found
    return found | Q(pk__in=Membership.objects.filter(organisation__in=over).values("person"))


def over_units(actor: Any, *roles: str) -> Any:
    """Ids of the organisations that an administrator is over; None if he is none of these."""
    condition = administered(actor, *roles)
    return None if condition is None else Organisation.objects.filter(condition).values("pk")


def _of_units(path: str, *administrators: str, own: Sequence[str] = ()) -> Any:
    """A rule for rows of an organisation: who deals with it, administrators who keep it, and whom the row is about."""

    def rule(actor: Any) -> Q | None:
        seen = reach(actor)
        if seen is None:
            return None
        over = over_units(actor, *administrators) if administrators else None
        found = Q(**{f"{path}__in": seen}) | _own(actor, *own)
        return found if over is None else found | Q(**{f"{path}__in": over})

    return rule


def _own(actor: Any, *paths: str) -> Q:
    """What concerns the person himself; a deputy or a program has nothing of its own."""
    person, found = himself(actor), NOTHING
    for path in paths if person is not None else ():
        found |= Q(**{path: person})
    return found


visible(Membership)(_of_units("organisation", "system_admin", "security_admin", own=["person"]))
visible(RoleGrant)(_of_units("organisation", "system_admin", "security_admin", own=["person"]))
visible(Partnership)(_of_units("organisation"))
visible(Qualification)(_of_units("owner", own=["person"]))


@visible(ApiKey)
def keys(actor: Any) -> Q | None:
    """Keys for which one answers, those of the organisations that one manages, those that one keeps secure."""
    managed = [g.organisation_id for g in grants(actor) if g.role in MANAGERS]
    found = Q(owner__in=managed) | _own(actor, "person")
    over = over_units(actor, "security_admin")
    return found if over is None else found | Q(owner__in=over)


@visible(Deputy)
def deputies(actor: Any) -> Q | None:
    """Those that one appointed or is; the security administrator sees those of the accounts he keeps."""
    found, over = _own(actor, "principal", "deputy"), _accounts(actor)
    return found if over is None else found | Q(principal__in=over)


def _accounts(actor: Any) -> Any:
    """Ids of the people whose accounts a security administrator is over."""
    over = over_units(actor, "security_admin")
    return None if over is None else Membership.objects.filter(organisation__in=over).values("person")


@visible(OneTimeCode)
def codes(actor: Any) -> Q | None:
    """That a code was issued is for the security administrator."""
    over = _accounts(actor)
    return None if over is None else Q(person__in=over)


@visible(Expert)
def experts(actor: Any) -> Q | None:
    """The officers of the authority that keeps the pool, and the expert himself."""
    if isinstance(actor, System):
        return EVERYTHING
    officers = [g.organisation_id for g in grants(actor) if g.role == "bureau_officer"]
    return Q(authority__in=officers) | _own(actor, "person")


def _public(actor: Any) -> Q | None:
    return EVERYTHING


_PUBLIC: tuple[type[models.Model], ...] = (Division, Succession)
for _model in _PUBLIC:
    visible(_model)(_public)
