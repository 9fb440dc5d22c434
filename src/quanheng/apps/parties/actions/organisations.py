"""Acts on organisations: registered by an officer, or by themselves and then confirmed."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Literal

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from quanheng.apps.parties import passwords, policy, queries, rules
from quanheng.apps.parties.actions.words import (
    DivisionRef,
    Email,
    Kind,
    Login,
    NewPassword,
    PersonName,
    Phone,
    Reason,
    UnitKind,
    UnitName,
    UnitRef,
    Uscc,
)
from quanheng.apps.parties.events import OrganisationApplied, OrganisationDecided
from quanheng.apps.parties.models import Division, Membership, Organisation, Partnership, Person, RoleGrant
from quanheng.apps.records.action import Act, action
from quanheng.errors import BadInput
from quanheng.law.identity import check_uscc

UUID_LIKE = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


@action("parties.organisation.register", policy=rules.register_organisation, title=_("登记单位"))
def register_organisation(
    act: Act,
    *,
    code: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{1,39}$", title=_("简码"))],
    name: UnitName,
    kind: Kind,
    uscc: Uscc = "",
    division: DivisionRef = "",
    authority: Annotated[str, Field(max_length=120, title=_("主管的市场监管局"))] = "",
    unit_kind: UnitKind = "other",
    name_en: Annotated[str, Field(max_length=200, title=_("英文名称"))] = "",
) -> Organisation:
    """Enter a unit that needs no confirmation, because an officer or administrator knows it."""
    _free(code, uscc)
    above, place = _authority(authority) if authority else None, _place(division)
    _lies_in(place, above)
    return act.create(
        Organisation(
            code=code,
            name=name,
            name_en=name_en,
            kind=kind,
            unit_kind=unit_kind,
            uscc=uscc,
            division=place,
            authority=above,
            registered_on=act.at,
            registered_by=act.actor.display_name,
        )
    )


def _free(code: str, uscc: str) -> None:
    """A unit is found by code, USCC and UUID alike: no code may read as another unit's name of these kinds."""
    foreign = Organisation.objects.filter(uscc=code).exists() or (code != uscc and check_uscc(code).ok)
    if foreign or UUID_LIKE.fullmatch(code):
        raise BadInput("reads as the identifier of another unit", field="code", found=code)


def _place(ref: str) -> Division | None:
    return queries.division(ref) if ref else None


def _lies_in(place: Division | None, above: Organisation | None) -> None:
    """A unit lies in the territory of the authority that it answers to, or two authorities would share it."""
    territory = above.division if above else None
    if place is not None and territory is not None and place.pk not in policy.territory_ids(territory):
        raise BadInput(
            "lies outside the territory of the authority",
            field="division",
            found=place.name,
            expected=f"a division of {territory.name}",
        )


def _authority(ref: str) -> Organisation:
    above = queries.standing(ref, "authority")
    if above.kind != Organisation.Kind.BUREAU:
        raise BadInput("is no market regulation bureau", field="authority", found=above.name)
    return above


@action("parties.organisation.apply", policy=rules.anybody, title=_("单位注册"))
def apply_organisation(
    act: Act,
    *,
    uscc: Annotated[Uscc, Field(min_length=18)],
    name: UnitName,
    kind: Annotated[Literal["enterprise", "institution"], Field(title=_("种类"))] = "enterprise",
    division: Annotated[DivisionRef, Field(min_length=1)],
    authority: Annotated[str, Field(min_length=1, max_length=120, title=_("主管的市场监管局"))],
    address: Annotated[str, Field(max_length=200, title=_("地址"))] = "",
    contact: Annotated[PersonName, Field(title=_("管理员姓名"))],
    login: Login,
    email: Email = "",
    phone: Phone = "",
    password: NewPassword | None = None,
) -> Organisation:
    """A unit registers itself and names its manager. Nothing is open to it before an officer confirms."""
    if Person.objects.filter(login=login).exists():
        raise BadInput("this login name is taken", field="login", found=login)
    above, place = _authority(authority), queries.division(division)
    _lies_in(place, above)
    unit = act.create(
        Organisation(
            code=uscc,
            uscc=uscc,
            name=name,
            kind=kind,
            division=place,
            authority=above,
            address=address,
            state=Organisation.State.PENDING,
            registered_on=act.at,
            registered_by=contact,
        )
    )
    person = Person(login=login, name=contact, email=email, phone=phone, is_active=False)
    if password is None:
        person.set_unusable_password()
    else:
        passwords.strong(password.get_secret_value(), person)
        person.set_password(password.get_secret_value())
    act.create(person)
    act.create(Membership(person=person, organisation=unit, title="管理员", valid_from=_day(act)))
    act.emit(OrganisationApplied(organisation=str(unit.pk), name=name))
    return unit


def _day(act: Act) -> dt.date:
    return policy.today()


def _pending(ref: str) -> Organisation:
    unit = policy.named(ref)
    if unit.state != Organisation.State.PENDING:
        raise BadInput(
            "does not wait for confirmation", field="organisation", found=str(unit.get_state_display())
        )
    return unit


@action("parties.organisation.confirm", policy=rules.decide_on_organisation, title=_("确认注册"))
def confirm_organisation(
    act: Act, *, organisation: UnitRef, reason: Annotated[str, Field(max_length=300, title=_("意见"))] = ""
) -> Organisation:
    """Confirm a unit that registered itself: its manager may sign in from now on."""
    unit = _pending(organisation)
    act.update(unit, state=Organisation.State.ACTIVE, reason=reason)
    for membership in unit.members.filter(valid_to=None).select_related("person"):
        if membership.person.memberships.exclude(organisation=unit).exists():
            continue  # somebody who has an account already; his roles are given by an act of their own
        act.update(membership.person, is_active=True)
        act.create(
            RoleGrant(
                person=membership.person,
                organisation=unit,
                role="enterprise_manager",
                valid_from=_day(act),
                granted_by=act.actor.urn,
            )
        )
    act.emit(OrganisationDecided(organisation=str(unit.pk), name=unit.name, confirmed=True, reason=reason))
    return unit


@action("parties.organisation.reject", policy=rules.decide_on_organisation, title=_("不予确认"))
def reject_organisation(act: Act, *, organisation: UnitRef, reason: Reason) -> Organisation:
    """Refuse a registration with its reason. Code and login names become free: the unit may register again."""
    unit = _pending(organisation)
    mark = str(unit.pk)[-6:]
    act.update(unit, state=Organisation.State.REJECTED, reason=reason, code=f"{unit.code[:33]}-{mark}")
    for membership in unit.members.filter(valid_to=None).select_related("person"):
        act.update(membership, valid_to=policy.last_day())
        if not membership.person.memberships.exclude(organisation=unit).exists():
            act.update(membership.person, login=f"{membership.person.login[:33]}-{mark}")
    act.emit(OrganisationDecided(organisation=str(unit.pk), name=unit.name, confirmed=False, reason=reason))
    return unit


@action("parties.organisation.change", policy=rules.change_organisation, title=_("变更单位信息"))
def change_organisation(
    act: Act,
    *,
    organisation: UnitRef,
    name: UnitName | None = None,
    name_en: Annotated[str | None, Field(max_length=200, title=_("英文名称"))] = None,
    address: Annotated[str | None, Field(max_length=200, title=_("地址"))] = None,
    division: Annotated[str | None, Field(max_length=80, title=_("所在地"))] = None,
) -> Organisation:
    """Change what is known of a unit; what is not given stays as it is."""
    unit = queries.standing(organisation)
    given = {"name": name, "name_en": name_en, "address": address}
    values: dict[str, object] = {key: value for key, value in given.items() if value is not None}
    if division:
        values["division"] = place = queries.division(division)
        _lies_in(place, unit.authority)
    if not values:
        raise BadInput("nothing to change", field="organisation", found=unit.name)
    act.update(unit, **values)
    return unit


@action("parties.organisation.close", policy=rules.close_organisation, title=_("注销单位"), irreversible=True)
def close_organisation(act: Act, *, organisation: UnitRef, reason: Reason) -> Organisation:
    """Close a unit: its people keep their accounts and lose their rights in it."""
    unit = policy.named(organisation)
    if unit.state == Organisation.State.CLOSED:
        raise BadInput("is closed already", field="organisation", found=unit.name)
    if unit.state != Organisation.State.ACTIVE:
        raise BadInput("is not in force", field="organisation", found=str(unit.get_state_display()))
    act.update(unit, state=Organisation.State.CLOSED, reason=reason)
    return unit


@action("parties.partnership.name", policy=rules.keep_partners, title=_("登记合作单位"))
def name_partner(
    act: Act,
    *,
    organisation: UnitRef,
    partner: Annotated[str, Field(min_length=1, max_length=120, title=_("合作单位"))],
    purpose: Annotated[str, Field(min_length=2, max_length=120, title=_("事项"))],
    valid_from: Annotated[dt.date, Field(title=_("起始"))],
    valid_to: Annotated[dt.date | None, Field(title=_("终止"))] = None,
) -> Partnership:
    """Name a partner of an organisation for a purpose."""
    unit, other = queries.standing(organisation), queries.standing(partner, "partner")
    if unit.pk == other.pk:
        raise BadInput("is the organisation itself", field="partner", found=other.name)
    if valid_to is not None and valid_to < valid_from:
        raise BadInput("lies before the beginning", field="valid_to", found=str(valid_to))
    row = Partnership(
        organisation=unit, partner=other, purpose=purpose, valid_from=valid_from, valid_to=valid_to
    )
    return act.create(row)
