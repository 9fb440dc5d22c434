"""Who may: kinds of actor, the questions that every app's policy asks, and the rules of this app's own acts.

A verdict against somebody tells the reason in a sentence, and the article where there is one.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.utils import timezone

from quanheng.apps.parties import roles
from quanheng.apps.parties.models import (
    Deputy,
    Division,
    Membership,
    Organisation,
    Person,
    RoleGrant,
    Succession,
)
from quanheng.apps.records.action import System
from quanheng.apps.records.storable import misfit
from quanheng.errors import ALLOWED, BadInput, Verdict

REGULATORS = ("bureau_officer", "district_officer")
MANAGERS = ("enterprise_manager", "centre_manager")
ADMINISTRATORS = ("system_admin", "security_admin", "audit_admin")
OPEN_STATES = (Organisation.State.ACTIVE,)
# Kinds that no district supervises, wherever their offices lie.
AUTHORITIES: tuple[str, ...] = (
    Organisation.Kind.BUREAU,
    Organisation.Kind.LOCAL_BUREAU,
    Organisation.Kind.OPERATOR,
)
EVERYTHING = Q(pk__isnull=False)


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


def last_day() -> dt.date:
    """The last day of what ends now: it no longer counts today."""
    return today() - dt.timedelta(days=1)


def in_force(on: dt.date) -> Q:
    """Rows in force on a day."""
    return Q(valid_from__lte=on) & (Q(valid_to=None) | Q(valid_to__gte=on))


def himself(actor: Any) -> Person | None:
    """The person who acts by his own hand and in his own name; None for a deputy, a program, a visitor."""
    return actor if isinstance(actor, Person) and actor.is_active else None


def people_behind(actor: Any) -> list[Person]:
    """Every natural person who stands behind an act: with a deputy the one who acts, and the one he acts for."""
    found = [getattr(actor, "deputy", None), getattr(actor, "person", None)]
    return [person for person in found if person is not None]


def grants(actor: Any) -> list[RoleGrant]:
    """The roles behind an actor at this moment; one query for each actor object."""
    behind = people_behind(actor)
    if not behind or not all(person.is_active for person in behind):
        return []
    found: list[RoleGrant] | None = getattr(actor, "_grants", None)
    if found is None:
        found = list(_read_grants(actor, actor.person))
        actor._grants = found
    return found


def _read_grants(actor: Any, person: Person) -> Any:
    """A role counts only while its holder works there; a lent one only where the deputy works too."""
    rows = RoleGrant.objects.filter(in_force(today()), person=person, organisation__state__in=OPEN_STATES)
    for one in people_behind(actor):
        rows = rows.filter(organisation__in=workplaces(one))
    if isinstance(actor, Deputised):
        rows = rows.filter(role=actor.role)
    if isinstance(actor, KeyHolder):
        rows = rows.filter(organisation=actor.organisation)
    return rows.select_related("organisation", "territory")


def workplaces(person: Person) -> Any:
    """Ids of the organisations for which a person works today, whatever their state."""
    return Membership.objects.filter(in_force(today()), person=person).values("organisation")


def named(ref: Any, field: str = "organisation") -> Organisation:
    """An organisation by URN, UUID, code or USCC, in this order; an organisation is given back as it is.

    A rejected registration keeps its USCC; it is found by that only where no other unit bears it.
    """
    if isinstance(ref, Organisation):
        return ref
    text = str(ref).rsplit(":", 1)[-1]
    rows = [] if not text or misfit(text) else list(Organisation.objects.filter(_called(text)))
    if not rows:
        raise BadInput(
            "unknown organisation", field=field, found=str(ref), expected="a code, a USCC or a URN"
        )
    rejected = Organisation.State.REJECTED
    return min(rows, key=lambda r: (str(r.pk) != text, r.code != text, r.state == rejected, str(r.pk)))


def _called(text: str) -> Q:
    condition = Q(code=text) | Q(uscc=text)
    return condition | Q(pk=text) if _is_uuid(text) else condition


def spoken_name(unit: Organisation) -> str:
    """The name in a refusal: that of a unit which is not public yet is told to nobody."""
    return unit.name if unit.state == Organisation.State.ACTIVE else "这个单位"


def _is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return len(text) == 36


def refused(reason: str, instead: str = "") -> Verdict:
    """A refusal by right, with the norm that asks for it."""
    return Verdict(False, reason, roles.book().access.cite, instead)


def has_role(
    actor: Any, *wanted: str, organisation: Any = None, territory: Any = None, regime: str | None = None
) -> Verdict:
    """Whether the actor holds one of these roles, in this organisation, territory and regime where they are named."""
    if isinstance(actor, System):
        return ALLOWED
    held = [g for g in grants(actor) if g.role in wanted]
    names = "、".join(roles.named(name).name for name in wanted)
    if not held:
        return refused(f"这件事由{names}办理")
    if organisation is not None:
        unit = named(organisation)
        held = [g for g in held if g.organisation_id == unit.pk]
        if not held:
            return refused(f"你在{spoken_name(unit)}不担任{names}，不能替它办理")
    if regime is not None:
        held = [g for g in held if g.regime in ("", regime)]
    if territory is not None:
        held = [g for g in held if g.territory_id is None or territory.pk in territory_of(g)]
    return ALLOWED if held else refused("不在你的辖区或者管理办法范围内")


def regulates(actor: Any, organisation: Any) -> Verdict:
    """Whether the actor is an officer of the authority over an organisation, or of the district where it lies."""
    if isinstance(actor, System):
        return ALLOWED
    unit = named(organisation)
    if any(watches(grant, unit) for grant in grants(actor)):
        return ALLOWED
    return refused(f"{spoken_name(unit)}不归你的单位管理，或者不在你的辖区内")


def watches(grant: RoleGrant, unit: Organisation) -> bool:
    """Whether a role is that of an officer over this unit."""
    if grant.role == "bureau_officer":
        return unit.authority_id == grant.organisation_id
    if grant.role != "district_officer" or grant.territory_id is None or unit.kind in AUTHORITIES:
        return False
    return unit.division_id in territory_of(grant)


def regulated(actor: Any) -> Q:
    """The organisations over which the actor is an officer; the same rule as `watches`, for many at once."""
    condition = Q(pk__in=[])
    for grant in grants(actor):
        if grant.role == "bureau_officer":
            condition |= Q(authority=grant.organisation_id)
        elif grant.role == "district_officer" and grant.territory_id:
            condition |= Q(division__in=territory_of(grant)) & ~Q(kind__in=AUTHORITIES)
    return condition


def own_organisations(actor: Any) -> list[Any]:
    """Ids of the organisations whose matters are the actor's own work: where he holds a role that lets him see them.

    An expert and the administrators work for an organisation without seeing its matters.
    """
    return list({grant.organisation_id for grant in grants(actor) if not roles.named(grant.role).apart})


def places(actor: Any) -> list[Any]:
    """Ids of the organisations for which the actor works, in whatever role; a deputy and a key only where they count.

    One query for each actor object, as with the roles.
    """
    person = himself(actor)
    if person is None:
        return [actor.organisation.pk] if isinstance(actor, KeyHolder) else _of_grants(actor)
    found: list[Any] | None = getattr(person, "_places", None)
    if found is None:
        found = list(workplaces(person).values_list("organisation", flat=True))
        person._places = found
    return found


def _of_grants(actor: Any) -> list[Any]:
    return list({grant.organisation_id for grant in grants(actor)})


def reach(actor: Any) -> Any:
    """Ids of the organisations whose matters the actor may see; None for a visitor.

    The actor's own; for an officer of an authority those under it; for an officer of a district those that lie in it.
    """
    if isinstance(actor, System):
        return Organisation.objects.values("pk")
    if getattr(actor, "person", None) is None:
        return None
    return Organisation.objects.filter(Q(pk__in=own_organisations(actor)) | regulated(actor)).values("pk")


def people_of(actor: Any) -> Iterable[Any]:
    """Ids of the people whose personal data an actor sees in full: his own, and of those whom he manages."""
    managed = [grant.organisation_id for grant in grants(actor) if grant.role in MANAGERS]
    if managed:
        working = Membership.objects.filter(in_force(today()), organisation__in=managed)
        yield from working.values_list("person", flat=True)
    own = himself(actor) or getattr(actor, "deputy", None) or getattr(actor, "person", None)
    if own is not None:
        yield own.pk


# ---- administrators ------------------------------------------------------------------------------------------


def administered(actor: Any, *wanted: str) -> Q | None:
    """The organisations that the actor keeps in one of these administrator roles; None if there are none.

    An administrator of an authority keeps that authority and what is under it; one who works for whoever runs
    the platform keeps all.
    """
    if isinstance(actor, System):
        return EVERYTHING
    held = [grant for grant in grants(actor) if grant.role in wanted]
    if not held:
        return None
    if any(runs_platform(grant.organisation) for grant in held):
        return EVERYTHING
    homes = [grant.organisation_id for grant in held]
    return Q(pk__in=homes) | Q(authority__in=homes)


def administers(actor: Any, role: str, unit: Organisation | None = None) -> Verdict:
    """Whether the actor keeps an organisation in an administrator's role; without one, the platform itself."""
    verdict = has_role(actor, role)
    if not verdict.ok or isinstance(actor, System):
        return verdict
    homes = [grant.organisation for grant in grants(actor) if grant.role == role]
    if any(runs_platform(home) for home in homes):
        return ALLOWED
    if unit is not None and {unit.pk, unit.authority_id} & {home.pk for home in homes}:
        return ALLOWED
    name = roles.named(role).name
    if unit is None:
        return refused(f"只有平台运行单位的{name}可以办理")
    return refused(f"{spoken_name(unit)}不归你这个{name}管")


def runs_platform(unit: Organisation) -> bool:
    """Whether an organisation runs the installation: its operator, or the first authority where it has none."""
    if unit.kind == Organisation.Kind.OPERATOR:
        return True
    standing = Organisation.objects.filter(state__in=OPEN_STATES)
    if unit.kind != Organisation.Kind.BUREAU or standing.filter(kind=Organisation.Kind.OPERATOR).exists():
        return False
    first = standing.filter(kind=Organisation.Kind.BUREAU).order_by("registered_on", "pk").first()
    return first is not None and first.pk == unit.pk


def territory_of(grant: RoleGrant) -> set[Any]:
    """The divisions in which a role counts; read once for each grant object."""
    found: set[Any] | None = getattr(grant, "_territory", None)
    if found is None:
        found = territory_ids(grant.territory)
        grant._territory = found
    return found


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


def own_roles(person: Person) -> set[str]:
    """The roles that a person holds anywhere or will hold, without those that are lent to him."""
    return set(RoleGrant.objects.filter(_not_over(), person=person).values_list("role", flat=True))


def held_by(person: Person, lenders_aside: Iterable[Person] = ()) -> set[str]:
    """The roles that a person holds anywhere or will hold, with those that are lent to him by others than these."""
    lent = Deputy.objects.filter(_not_over(), deputy=person).exclude(principal__in=list(lenders_aside))
    return own_roles(person) | set(lent.values_list("role", flat=True))


def _not_over() -> Q:
    return Q(valid_to=None) | Q(valid_to__gte=today())


def apart(actor: Any, act: str, earlier: Mapping[str, Iterable[str]]) -> Verdict:
    """Whether the people behind an actor may do an act on a paper on which others were done before.

    `earlier`: the URNs of all the people behind each earlier act, as the ledger names them (actor and on behalf).
    """
    mine = {person.urn for person in people_behind(actor)}
    return roles.on_one_paper((done for done, people in earlier.items() if mine & set(people)), act)
