"""The only writer of parties."""

from __future__ import annotations

from typing import Annotated, Any

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from quanheng.apps.parties import policy
from quanheng.apps.parties.models import Membership, Organisation, Person, RoleGrant
from quanheng.apps.records.action import SYSTEM, Act, action, system_only
from quanheng.errors import ALLOWED, Verdict

__all__ = ["SYSTEM"]


def anybody(actor: Any, given: Any) -> Verdict:
    return ALLOWED


def keeper(actor: Any, given: Any) -> Verdict:
    return policy.has_role(actor, "system_admin")


@action("parties.organisation.register", policy=keeper, title=_("登记单位"))
def register_organisation(
    act: Act,
    *,
    code: Annotated[str, Field(max_length=40, title=_("简码"))],
    name: Annotated[str, Field(max_length=120, title=_("名称"))],
    kind: Annotated[str, Field(max_length=16, title=_("种类"))],
    uscc: Annotated[str, Field(max_length=18, title=_("统一社会信用代码"))] = "",
    authority: Annotated[str, Field(max_length=40, title=_("主管局"))] = "",
) -> Organisation:
    above = policy.named(authority) if authority else None
    return act.create(Organisation(code=code, name=name, kind=kind, uscc=uscc, authority=above))


@action("parties.person.register", policy=keeper, title=_("登记人员"))
def register_person(
    act: Act,
    *,
    login: Annotated[str, Field(max_length=40, title=_("登录名"))],
    name: Annotated[str, Field(max_length=60, title=_("姓名"))],
    organisation: Annotated[str, Field(max_length=40, title=_("单位"))],
) -> Person:
    made = Person(login=login, name=name)
    made.set_unusable_password()
    act.create(made)
    act.create(Membership(person=made, organisation=policy.named(organisation), valid_from=act.at.date()))
    return made


@action("parties.role.grant", policy=keeper, title=_("授予角色"))
def grant_role(
    act: Act,
    *,
    login: Annotated[str, Field(max_length=40, title=_("登录名"))],
    organisation: Annotated[str, Field(max_length=40, title=_("单位"))],
    role: Annotated[str, Field(max_length=40, title=_("角色"))],
) -> RoleGrant:
    who = Person.objects.get(login=login)
    return act.create(
        RoleGrant(
            person=who,
            organisation=policy.named(organisation),
            role=role,
            valid_from=act.at.date(),
            granted_by=act.actor.urn,
        )
    )


@action("parties.session.start", policy=anybody, title=_("登录"), api=False)
def start_session(act: Act, *, login: str) -> None:
    act.extra["login"] = login


@action("parties.session.end", policy=anybody, title=_("退出"), api=False)
def end_session(act: Act, *, login: str) -> None:
    act.extra["login"] = login


@action("parties.session.refuse", policy=system_only, title=_("登录失败"), api=False)
def refuse_session(act: Act, *, login: str) -> None:
    act.extra["login"] = login
