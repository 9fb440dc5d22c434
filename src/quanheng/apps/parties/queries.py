"""The only reader of parties for other apps and for pages."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from quanheng.apps.parties import policy, roles, rules
from quanheng.apps.parties.models import (
    ApiKey,
    Deputy,
    Division,
    Expert,
    Membership,
    Organisation,
    Partnership,
    Person,
    Qualification,
    RoleGrant,
    Succession,
)
from quanheng.apps.parties.policy import Deputised, KeyHolder, in_force, territory_ids, today
from quanheng.apps.records.storable import misfit
from quanheng.errors import BadInput, Refused

__all__ = ["territory_ids"]


def organisation(ref: Any, field: str = "organisation") -> Organisation:
    """An organisation by code, USCC, UUID or URN."""
    return policy.named(ref, field)


def standing(ref: Any, field: str = "organisation") -> Organisation:
    """An organisation that is confirmed and not closed: only with such a one can something new begin."""
    unit = policy.named(ref, field)
    if unit.state not in policy.OPEN_STATES:
        raise BadInput("is not in force", field=field, found=f"{ref} ({unit.get_state_display()})")
    return unit


def organisations(actor: Any) -> QuerySet[Organisation]:
    """Organisations that this actor may see."""
    return Organisation.objects.for_user(actor).select_related("division", "authority")


def public_organisations() -> QuerySet[Organisation]:
    """Confirmed organisations; whoever shows them to the public shows their public fields only."""
    return Organisation.objects.filter(state=Organisation.State.ACTIVE).select_related("division")


def anybody_registered() -> bool:
    """Whether this installation has a person yet."""
    return Person.objects.exists()


def people(actor: Any) -> QuerySet[Person]:
    """People that this actor may see."""
    return Person.objects.for_user(actor)


def person(login: str) -> Person:
    """A person by login name, who may sign in."""
    found = Person.objects.filter(login=login, is_active=True).first()
    if found is None:
        raise BadInput(
            "unknown person", field="person", found=login, expected="the login name of an active account"
        )
    return found


def by_id(pk: str) -> Person | None:
    """A person by identifier, active or not."""
    return Person.objects.filter(pk=pk).first()


def memberships(actor: Any) -> QuerySet[Membership]:
    """Who works where, as far as this actor may see it."""
    return Membership.objects.for_user(actor).select_related("person", "organisation")


def role_grants(actor: Any) -> QuerySet[RoleGrant]:
    """Who holds which role, as far as this actor may see it."""
    return RoleGrant.objects.for_user(actor).select_related("person", "organisation", "territory")


def partnerships(actor: Any) -> QuerySet[Partnership]:
    """Partners of organisations that this actor may see."""
    return Partnership.objects.for_user(actor).select_related("organisation", "partner")


def experts(actor: Any) -> QuerySet[Expert]:
    """The expert pool, as far as this actor may see it."""
    return Expert.objects.for_user(actor).select_related("person", "authority")


def qualifications(actor: Any) -> QuerySet[Qualification]:
    """Qualifications of people in organisations that this actor may see."""
    return Qualification.objects.for_user(actor).select_related("person", "owner")


def keys(actor: Any) -> QuerySet[ApiKey]:
    """Keys of programs that this actor may see."""
    return ApiKey.objects.for_user(actor).select_related("owner", "person")


def deputies(actor: Any) -> QuerySet[Deputy]:
    """Who stands in for whom, as far as this actor may see it."""
    return Deputy.objects.for_user(actor).select_related("principal", "deputy")


def roles_of(actor: Any) -> list[str]:
    """The names of the roles behind an actor, without repetition, in the order of the book of roles."""
    held = {g.role for g in policy.grants(actor)}
    return [name for name in roles.book().roles if name in held]


def own_units(actor: Any) -> list[Organisation]:
    """The organisations that the actor works for."""
    return list(Organisation.objects.filter(pk__in=policy.places(actor)).order_by("name"))


def holds_already(new: RoleGrant) -> bool:
    """Whether the person has the same role in the same place, for as long as it may last."""
    same = {name: getattr(new, name) for name in ("person", "organisation", "role", "regime", "territory")}
    return RoleGrant.objects.filter(in_force(today()), **same).exists()


def needs_second_factor(who: Person) -> bool:
    """Whether one of the person's roles, own or lent, asks for a second factor."""
    lent = Deputy.objects.filter(in_force(today()), deputy=who).values_list("role", flat=True)
    held = {g.role for g in policy.grants(who)} | set(lent)
    return any(roles.named(name).staff for name in held)


def standing_in(who: Person) -> QuerySet[Deputy]:
    """For whom a person may act today."""
    return Deputy.objects.filter(in_force(today()), deputy=who, principal__is_active=True).select_related(
        "principal"
    )


def actor_for(who: Person, on_behalf: Any = None) -> Any:
    """The person as an actor; with `on_behalf` (a deputy's id) as the deputy of another."""
    if not on_behalf:
        return who
    found = standing_in(who).filter(pk=on_behalf).first()
    if found is None:
        raise Refused("这项代理不存在，或者不在代理期内")
    return Deputised(who, found.principal, found.role)


def key_holder(secret: str) -> KeyHolder | None:
    """The program behind a key, `qh_PREFIX_SECRET`; None where the key is unknown, ended or revoked."""
    parts = secret.split("_", 2)
    if len(parts) != 3 or parts[0] != "qh":
        return None
    row = ApiKey.objects.filter(prefix=parts[1], revoked_at=None, valid_to__gte=today())
    found = row.select_related("owner", "person").first()
    if found is None or not hmac.compare_digest(found.digest, digest_of(secret)):
        return None
    works_there = Membership.objects.filter(in_force(today()), person=found.person, organisation=found.owner)
    if (
        not found.person.is_active
        or found.owner.state != Organisation.State.ACTIVE
        or not works_there.exists()
    ):
        return None
    return KeyHolder(str(found.pk), found.name, found.person, found.owner, frozenset(found.scopes))


def digest_of(secret: str) -> str:
    """What is stored of a key or a one-time code; both are long and random, so one hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def divisions(on: dt.date | None = None) -> QuerySet[Division]:
    """Divisions that exist on a day (today)."""
    day = on or today()
    since = Q(valid_from=None) | Q(valid_from__lte=day)
    return Division.objects.filter(since & (Q(valid_to=None) | Q(valid_to__gt=day))).select_related("parent")


def division(ref: str, on: dt.date | None = None) -> Division:
    """A division by code or name, preferring one that exists on the day."""
    condition = Q(code=ref) | Q(name=ref)
    rows = list(Division.objects.filter(condition)) if ref and not misfit(ref) else []
    living = [d for d in rows if d in set(divisions(on).filter(condition))]
    if len(living or rows) != 1:
        problem = "unknown division" if not rows else "several divisions have this name"
        raise BadInput(problem, field="division", found=ref, expected="a division code, for example 500103")
    return (living or rows)[0]


def successors(of: Division) -> list[Division]:
    """What a division became."""
    return [s.new for s in Succession.objects.filter(old=of).select_related("new")]


def officers_of(unit: Organisation) -> list[Person]:
    """The officers who may decide on an organisation, the district's and the authority's."""
    rows = RoleGrant.objects.filter(in_force(today()), role__in=policy.REGULATORS, person__is_active=True)
    rows = rows.filter(organisation__state__in=policy.OPEN_STATES)
    found = rows.select_related("person", "organisation", "territory")
    return list({g.person_id: g.person for g in found if policy.watches(g, unit)}.values())


def holders_of(unit: Organisation, *roles_held: str) -> list[Person]:
    """The people who hold one of these roles in an organisation today."""
    rows = RoleGrant.objects.filter(in_force(today()), role__in=roles_held, organisation=unit)
    rows = rows.filter(person__is_active=True).select_related("person").order_by("person__login")
    return list({g.person_id: g.person for g in rows}.values())


def pending_for(actor: Any) -> QuerySet[Organisation]:
    """Registrations that wait for this officer's decision."""
    rows = Organisation.objects.filter(policy.regulated(actor), state=Organisation.State.PENDING)
    return rows.select_related("division", "authority")


def role_titles() -> dict[str, str]:
    """The names of all roles."""
    return {name: role.name for name, role in roles.book().roles.items()}


def person_named(login: str) -> Person:
    """A person by login name, active or not."""
    return rules.person_named(login)


def now() -> dt.datetime:
    """The moment at which codes are judged."""
    return timezone.now()
