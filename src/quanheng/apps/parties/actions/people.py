"""Acts on people: who they are, for whom they work, and how their data are erased."""

from __future__ import annotations

from typing import Annotated, Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from quanheng.apps.parties import policy, queries, rules
from quanheng.apps.parties.actions.words import Email, Login, PersonName, Phone, Reason, UnitRef
from quanheng.apps.parties.models import Membership, Person, RoleGrant
from quanheng.apps.records import actions as records
from quanheng.apps.records import personal
from quanheng.apps.records.action import Act, action
from quanheng.errors import BadInput


@action("parties.person.register", policy=rules.keep_people, title=_("登记人员"))
def register_person(
    act: Act,
    *,
    login: Login,
    name: PersonName,
    organisation: UnitRef,
    title: Annotated[str, Field(max_length=60, title=_("职务"))] = "",
    email: Email = "",
    phone: Phone = "",
    name_en: Annotated[str, Field(max_length=120, title=_("英文姓名"))] = "",
) -> Person:
    """Enter a person of an organisation. The person sets the password with a one-time code."""
    unit = queries.standing(organisation)
    person = Person(login=login, name=name, name_en=name_en, email=email, phone=phone)
    person.set_unusable_password()
    act.create(person)
    act.create(Membership(person=person, organisation=unit, title=title, valid_from=policy.today()))
    return person


@action("parties.person.change", policy=rules.change_person, title=_("变更人员信息"))
def change_person(
    act: Act,
    *,
    login: Login,
    name_en: Annotated[str | None, Field(max_length=120, title=_("英文姓名"))] = None,
    email: Annotated[str | None, Field(max_length=120, title=_("电子邮箱"))] = None,
    phone: Annotated[str | None, Field(max_length=20, title=_("联系电话"))] = None,
) -> Person:
    """Change contact data; what is not given stays as it is."""
    person = rules.person_named(login)
    given = {"name_en": name_en, "email": email, "phone": phone}
    values = {key: value for key, value in given.items() if value is not None}
    if not values:
        raise BadInput("nothing to change", field="login", found=login)
    act.update(person, **values)
    return person


@action("parties.person.stop", policy=rules.stop_person, title=_("停用账号"))
def stop_person(act: Act, *, login: Login, reason: Reason) -> Person:
    """Stop an account: it cannot sign in, and all its roles end."""
    person = rules.person_named(login)
    if not person.is_active:
        raise BadInput("is stopped already", field="login", found=login)
    act.update(person, is_active=False)
    act.extra["reason"] = reason
    _end_grants(act, RoleGrant.objects.filter(person=person))
    return person


def _end_grants(act: Act, rows: Any) -> None:
    """End what has not ended yet, also what was given for a time; it no longer counts today."""
    for grant in rows.filter(Q(valid_to=None) | Q(valid_to__gte=policy.today())):
        act.update(grant, valid_to=policy.last_day())


@action("parties.person.resume", policy=rules.resume_person, title=_("恢复账号"))
def resume_person(act: Act, *, login: Login, reason: Reason) -> Person:
    """Let a stopped person sign in again. Roles that ended with the stop are given anew where they are wanted."""
    person = rules.person_named(login)
    if person.is_active:
        raise BadInput("can sign in already", field="login", found=login)
    if personal.key_for(person.pk) is None:
        raise BadInput("was erased", field="login", found=login, remedy="register a new account")
    if not person.memberships.filter(
        policy.in_force(policy.today()), organisation__state__in=policy.OPEN_STATES
    ).exists():
        raise BadInput("works for no confirmed organisation", field="login", found=login)
    act.update(person, is_active=True)
    act.extra["reason"] = reason
    return person


@action("parties.person.erase", policy=rules.secure_person, title=_("删除个人信息"), irreversible=True)
def erase_person(act: Act, *, login: Login, reason: Reason) -> Person:
    """Blank a stopped person's personal data and destroy the key that ties the ledger to them.

    Name and acts stay: who did an official act remains on record.
    """
    person = rules.person_named(login)
    if person.is_active:
        raise BadInput("can still sign in", field="login", found=login, remedy="stop the account first")
    person.set_unusable_password()
    act.update(person, email="", phone="", id_number="", password=person.password)
    act.extra["reason"] = reason
    for membership in Membership.objects.filter(policy.in_force(policy.today()), person=person):
        act.update(membership, valid_to=policy.last_day())
    records.destroy_key(act.actor, subject=person.pk)
    return person


@action("parties.membership.begin", policy=rules.join, title=_("登记任职"))
def join(
    act: Act,
    *,
    login: Login,
    organisation: UnitRef,
    title: Annotated[str, Field(max_length=60, title=_("职务"))] = "",
) -> Membership:
    """A person who has an account begins to work for one more organisation."""
    row = Membership(
        person=rules.person_named(login),
        organisation=queries.standing(organisation),
        title=title,
        valid_from=policy.today(),
    )
    return act.create(row)


@action("parties.membership.end", policy=rules.leave, title=_("登记离职"))
def end_membership(act: Act, *, login: Login, organisation: UnitRef) -> Membership:
    """A person leaves an organisation; the roles in it end at once."""
    person, unit = rules.person_named(login), policy.named(organisation)
    row = Membership.objects.filter(policy.in_force(policy.today()), person=person, organisation=unit).first()
    if row is None:
        raise BadInput("does not work there", field="login", found=login)
    act.update(row, valid_to=policy.last_day())
    _end_grants(act, RoleGrant.objects.filter(person=person, organisation=unit))
    return row
