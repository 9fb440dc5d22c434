"""Who may: helpers that every app's policy asks, the kinds of actor, and the visibility of parties themselves."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils import timezone

from quanheng.apps.parties.models import Division, Membership, Organisation, RoleGrant, Succession
from quanheng.apps.records.action import System
from quanheng.errors import ALLOWED, BadInput, Verdict


@dataclass(frozen=True)
class Visitor:
    """Somebody who has not signed in."""

    urn: str = "urn:quanheng:visitor"
    display_name: str = "访客"
    on_behalf_urn: str = ""
    on_behalf_name: str = ""
    person: None = None


VISITOR = Visitor()


def today() -> dt.date:
    return timezone.localdate()


def current(on: dt.date) -> Q:
    """Rows in force on a day."""
    return Q(valid_from__lte=on) & (Q(valid_to=None) | Q(valid_to__gte=on))


def grants(actor: Any) -> list[RoleGrant]:
    """Roles of the person behind an actor, at this moment; one query per actor object."""
    person = getattr(actor, "person", None)
    if person is None:
        return []
    found = getattr(actor, "_grants", None)
    if found is None:
        rows = RoleGrant.objects.filter(current(today()), person=person, organisation__state="active")
        found = list(rows.select_related("organisation", "territory"))
        object.__setattr__(actor, "_grants", found)
    return found


def named(ref: Any) -> Organisation:
    """An organisation by code, USCC, UUID, URN, or itself."""
    if isinstance(ref, Organisation):
        return ref
    text = str(ref).rsplit(":", 1)[-1]
    condition = Q(code=text) | Q(uscc=text)
    if len(text) == 36 and text.count("-") == 4:
        condition |= Q(pk=text)
    found = Organisation.objects.filter(condition).first() if text else None
    if found is None:
        raise BadInput("unknown organisation", field="organisation", found=str(ref))
    return found


def has_role(actor: Any, *roles: str, organisation: Any = None, territory: Any = None, regime: str | None = None) -> Verdict:
    """Whether the actor holds one of these roles, in this organisation where one is named."""
    if isinstance(actor, System):
        return ALLOWED
    held = [g for g in grants(actor) if g.role in roles]
    if organisation is not None:
        unit = named(organisation)
        held = [g for g in held if g.organisation_id == unit.pk]
    return ALLOWED if held else Verdict(False, "你的角色不能办这件事")


def own_organisations(actor: Any) -> list[Any]:
    """Ids of the organisations that the actor's person belongs to."""
    person = getattr(actor, "person", None)
    if person is None:
        return []
    rows = Membership.objects.filter(current(today()), person=person)
    return list(rows.values_list("organisation_id", flat=True))


def reach(actor: Any) -> Any:
    """Ids of the organisations whose matters the actor may see; None for a visitor."""
    if isinstance(actor, System):
        return Organisation.objects.values("pk")
    if getattr(actor, "person", None) is None:
        return None
    condition = Q(pk__in=own_organisations(actor))
    for grant in grants(actor):
        if grant.role == "bureau_officer":
            condition |= Q(authority=grant.organisation) | Q(authority__authority=grant.organisation)
        if grant.role == "district_officer" and grant.territory_id:
            condition |= Q(division__in=territory_ids(grant.territory))
    return Organisation.objects.filter(condition).values("pk")


def territory_ids(division: Division) -> set[Any]:
    """A division, what lies in it, and what it took over."""
    found = {division.pk}
    edge = found
    while edge:
        below = set(Division.objects.filter(parent__in=edge).values_list("pk", flat=True))
        below |= set(Succession.objects.filter(new__in=edge).values_list("old", flat=True))
        edge = below - found
        found |= edge
    return found
