"""Who may: kinds of actor, the questions that every app's policy asks, and the rules of this app's own acts.

A verdict against somebody tells the reason in a sentence, and the article where there is one.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.utils import timezone

from quanheng.apps.parties import roles
from quanheng.apps.parties.models import Division, Membership, Organisation, Person, RoleGrant, Succession
from quanheng.apps.records.action import System
from quanheng.errors import ALLOWED, BadInput, Verdict

REGULATORS = ("bureau_officer", "district_officer")
MANAGERS = ("enterprise_manager", "centre_manager")
OPEN_STATES = (Organisation.State.ACTIVE,)


@dataclass(frozen=True)
class Visitor:
    """Somebody who has not signed in."""

    urn: str = "urn:quanheng:visitor"
    display_name: str = "访客"
    on_behalf_urn: str = ""
    on_behalf_name: str = ""
    person: None = None


VISITOR = Visitor()


@dataclass
class Deputised:
    """A person who acts for another: he has the rights of one role of the other, and each act names both."""

    deputy: Person
    person: Person
    role: str
    _grants: list[RoleGrant] | None = field(default=None, repr=False)

    @property
    def urn(self) -> str:
        return self.deputy.urn

    @property
    def display_name(self) -> str:
        return self.deputy.name

    @property
    def on_behalf_urn(self) -> str:
        return self.person.urn

    @property
    def on_behalf_name(self) -> str:
        return self.person.name


@dataclass
class KeyHolder:
    """A program with a key. It may at most what the person who answers for the key may."""

    key: str
    name: str
    person: Person
    organisation: Any
    scopes: frozenset[str]
    on_behalf_urn: str = ""
    on_behalf_name: str = ""
    _grants: list[RoleGrant] | None = field(default=None, repr=False)

    @property
    def urn(self) -> str:
        return f"urn:quanheng:parties:apikey:{self.key}"

    @property
    def display_name(self) -> str:
        return f"{self.name}（{self.person.name}）"


def today() -> dt.date:
    """The day on which rights are judged."""
    return timezone.localdate()


def in_force(on: dt.date) -> Q:
    """Rows in force on a day."""
    return Q(valid_from__lte=on) & (Q(valid_to=None) | Q(valid_to__gte=on))


def grants(actor: Any) -> list[RoleGrant]:
    """The roles behind an actor at this moment; one query for each actor object."""
    person = getattr(actor, "person", None)
    if person is None or not person.is_active:
        return []
    found: list[RoleGrant] | None = getattr(actor, "_grants", None)
    if found is None:
        found = _read_grants(actor, person)
        actor._grants = found
    return found


def _read_grants(actor: Any, person: Person) -> list[RoleGrant]:
    rows = RoleGrant.objects.filter(in_force(today()), person=person, organisation__state__in=OPEN_STATES)
    rows = rows.select_related("organisation", "territory")
    if isinstance(actor, Deputised):
        rows = rows.filter(role=actor.role)
    if isinstance(actor, KeyHolder):
        rows = rows.filter(organisation=actor.organisation)
    return list(rows)


def named(ref: Any, field: str = "organisation") -> Organisation:
    """An organisation by code, USCC, UUID or URN; an organisation is given back as it is."""
    if isinstance(ref, Organisation):
        return ref
    text = str(ref).rsplit(":", 1)[-1]
    condition = Q(code=text) | Q(uscc=text)
    if _is_uuid(text):
        condition |= Q(pk=text)
    found = Organisation.objects.filter(condition).first() if text else None
    if found is None:
        raise BadInput(
            "unknown organisation", field=field, found=str(ref), expected="a code, a USCC or a URN"
        )
    return found


def _is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return len(text) == 36


def has_role(
    actor: Any, *wanted: str, organisation: Any = None, territory: Any = None, regime: str | None = None
) -> Verdict:
    """Whether the actor holds one of these roles, in this organisation, territory and regime where they are named."""
    if isinstance(actor, System):
        return ALLOWED
    held = [g for g in grants(actor) if g.role in wanted]
    if not held:
        names = "、".join(roles.named(name).name for name in wanted)
        return Verdict(False, f"这件事由{names}办理")
    if organisation is not None:
        unit = named(organisation)
        held = [g for g in held if g.organisation_id == unit.pk]
        if not held:
            return Verdict(False, f"你不是{unit.name}的人员，不能替它办理")
    if regime is not None:
        held = [g for g in held if g.regime in ("", regime)]
    if territory is not None:
        held = [g for g in held if g.territory_id is None or territory.pk in territory_ids(g.territory)]
    return ALLOWED if held else Verdict(False, "不在你的辖区或者管理办法范围内")


def regulates(actor: Any, organisation: Any) -> Verdict:
    """Whether the actor is an officer of the authority over an organisation, or of the district where it lies."""
    if isinstance(actor, System):
        return ALLOWED
    unit = named(organisation)
    for grant in grants(actor):
        if grant.role == "bureau_officer" and unit.authority_id == grant.organisation_id:
            return ALLOWED
        if _in_district(grant, unit):
            return ALLOWED
    return Verdict(False, f"{unit.name}不归你的单位管理，或者不在你的辖区内")


def _in_district(grant: RoleGrant, unit: Organisation) -> bool:
    if grant.role != "district_officer" or grant.territory_id is None or unit.division_id is None:
        return False
    return unit.division_id in territory_ids(grant.territory)


def own_organisations(actor: Any) -> list[Any]:
    """Ids of the organisations that the actor's person works for; a key speaks for one."""
    person = getattr(actor, "person", None)
    if person is None or not person.is_active:
        return []
    if isinstance(actor, KeyHolder):
        return [actor.organisation.pk]
    rows = Membership.objects.filter(in_force(today()), person=person, organisation__state__in=OPEN_STATES)
    return list(rows.values_list("organisation_id", flat=True))


def reach(actor: Any) -> Any:
    """Ids of the organisations whose matters the actor may see; None for a visitor.

    The actor's own; for an officer of an authority those under it; for an officer of a district those that lie in it.
    """
    if isinstance(actor, System):
        return Organisation.objects.values("pk")
    if getattr(actor, "person", None) is None:
        return None
    condition = Q(pk__in=own_organisations(actor))
    for grant in grants(actor):
        if grant.role == "bureau_officer":
            condition |= Q(authority=grant.organisation_id)
        elif grant.role == "district_officer" and grant.territory_id:
            condition |= Q(division__in=territory_ids(grant.territory))
    return Organisation.objects.filter(condition).values("pk")


def territory_ids(division: Division) -> set[Any]:
    """A division, all that lies in it, and all that it took over."""
    found: set[Any] = {division.pk}
    edge = found
    while edge:
        below = set(Division.objects.filter(parent__in=edge).values_list("pk", flat=True))
        below |= set(Succession.objects.filter(new__in=edge).values_list("old", flat=True))
        edge = below - found
        found |= edge
    return found


def held_by(person: Person, besides: Iterable[Any] = ()) -> set[str]:
    """The roles that a person holds anywhere today."""
    rows = RoleGrant.objects.filter(in_force(today()), person=person).exclude(pk__in=list(besides))
    return set(rows.values_list("role", flat=True))
