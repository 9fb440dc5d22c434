"""Which rows of this app an actor may see; everything that is not granted here is not seen."""

from __future__ import annotations

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
from quanheng.apps.parties.policy import grants, in_force, own_organisations, reach, today
from quanheng.apps.records.action import System
from quanheng.apps.records.base import visible

EVERYTHING = Q(pk__isnull=False)


def administers(actor: Any, *roles: str) -> bool:
    """Whether the actor holds one of these administrator roles, or is the platform itself."""
    return isinstance(actor, System) or any(g.role in roles for g in grants(actor))


@visible(Organisation)
def organisations(actor: Any) -> Q | None:
    """Own and regulated ones; the system and security administrators see all."""
    if administers(actor, "system_admin", "security_admin"):
        return EVERYTHING
    seen = reach(actor)
    return None if seen is None else Q(pk__in=seen)


@visible(Person)
def people(actor: Any) -> Q | None:
    """Oneself, the people of the own and of the regulated organisations; the administrators see accounts."""
    if administers(actor, "system_admin", "security_admin"):
        return EVERYTHING
    seen, person = reach(actor), getattr(actor, "person", None)
    if seen is None or person is None:
        return None
    working = Membership.objects.filter(in_force(today()), organisation__in=seen).values("person")
    return Q(pk=person.pk) | Q(pk__in=working)


def _by_organisation(actor: Any) -> Q | None:
    if administers(actor, "system_admin", "security_admin"):
        return EVERYTHING
    seen = reach(actor)
    return None if seen is None else Q(organisation__in=seen)


def _by_owner(actor: Any) -> Q | None:
    seen = reach(actor)
    return None if seen is None else Q(owner__in=seen)


for _model in (Membership, RoleGrant, Partnership):
    visible(_model)(_by_organisation)
visible(Qualification)(_by_owner)


@visible(ApiKey)
def keys(actor: Any) -> Q | None:
    """Keys of the own organisations; the security administrator sees all."""
    if administers(actor, "security_admin"):
        return EVERYTHING
    own = own_organisations(actor)
    return Q(owner__in=own) if own else None


@visible(Deputy)
def deputies(actor: Any) -> Q | None:
    """Those that one appointed or is; the security administrator sees all."""
    if administers(actor, "security_admin"):
        return EVERYTHING
    person = getattr(actor, "person", None)
    return None if person is None else Q(principal=person) | Q(deputy=person)


@visible(OneTimeCode)
def codes(actor: Any) -> Q | None:
    """That a code was issued is for the security administrator."""
    return EVERYTHING if administers(actor, "security_admin") else None


@visible(Expert)
def experts(actor: Any) -> Q | None:
    """The officers of the authority that keeps the pool, and the expert himself."""
    person = getattr(actor, "person", None)
    if person is None:
        return EVERYTHING if isinstance(actor, System) else None
    officers = [g.organisation_id for g in grants(actor) if g.role == "bureau_officer"]
    return Q(authority__in=officers) | Q(person=person)


def _public(actor: Any) -> Q | None:
    return EVERYTHING


_PUBLIC: tuple[type[models.Model], ...] = (Division, Succession)
for _model in _PUBLIC:
    visible(_model)(_public)
