"""Acts that give and take rights: roles, deputies and keys of programs."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from quanheng.apps.parties import policy, queries, roles, rules
from quanheng.apps.parties.actions.words import Login, Reason, UnitRef
from quanheng.apps.parties.models import ApiKey, Deputy, RoleGrant
from quanheng.apps.records.action import Act, action
from quanheng.errors import BadInput

RoleName = Annotated[str, Field(max_length=40, title=_("角色"))]
Scope = Annotated[str, Field(pattern=r"^[a-z]+\.[a-z_]+:(read|write)$", max_length=80)]
Until = Annotated[dt.date, Field(title=_("到期日"))]


@action("parties.role.grant", policy=rules.grant_role, guard=rules.separation, title=_("授予角色"))
def grant_role(
    act: Act,
    *,
    login: Login,
    organisation: UnitRef,
    role: RoleName,
    territory: Annotated[str, Field(max_length=80, title=_("辖区（行政区划）"))] = "",
    regime: Annotated[str, Field(max_length=12, title=_("管理办法"))] = "",
    valid_to: Annotated[dt.date | None, Field(title=_("终止"))] = None,
) -> RoleGrant:
    """Give a member of an organisation a role, within a territory or a regime where the role has one."""
    if valid_to is not None and valid_to < policy.today():
        raise BadInput("lies in the past", field="valid_to", found=str(valid_to))
    held = RoleGrant(
        person=queries.person(login),
        organisation=queries.standing(organisation),
        role=role,
        regime=regime,
        territory=queries.division(territory) if territory else None,
        valid_from=policy.today(),
        valid_to=valid_to,
        granted_by=act.actor.urn,
    )
    if queries.holds_already(held):
        raise BadInput("is held already", field="role", found=role)
    return act.create(held)


@action("parties.role.withdraw", policy=rules.withdraw_role, guard=rules.not_the_last, title=_("收回角色"))
def withdraw_role(
    act: Act, *, grant: Annotated[UUID, Field(title=_("授权记录"))], reason: Reason
) -> RoleGrant:
    """End a role at once."""
    row = RoleGrant.objects.get(pk=grant)
    if row.valid_to is not None and row.valid_to <= policy.last_day():
        raise BadInput("has ended already", field="grant", found=str(row.valid_to))
    act.extra["reason"] = reason
    act.update(row, valid_to=policy.last_day())
    return row


@action("parties.deputy.appoint", policy=rules.appoint_deputy, title=_("委托代理"))
def appoint_deputy(
    act: Act,
    *,
    deputy: Annotated[Login, Field(title=_("代理人的登录名"))],
    role: RoleName,
    valid_from: Annotated[dt.date, Field(title=_("起始"))],
    valid_to: Until,
    reason: Reason,
) -> Deputy:
    """Let a colleague act in one of one's own roles for a limited time."""
    longest = roles.book().deputy_days
    if valid_from < policy.today():
        raise BadInput("lies in the past", field="valid_from", found=str(valid_from))
    if not valid_from <= valid_to <= valid_from + dt.timedelta(days=longest):
        raise BadInput(
            "is out of bounds", field="valid_to", found=str(valid_to), expected=f"at most {longest} days"
        )
    principal = act.actor.person
    stand_in = rules.person_named(deputy, "deputy")
    if stand_in.pk == principal.pk:
        raise BadInput("is the person himself", field="deputy", found=deputy)
    return act.create(
        Deputy(
            principal=principal,
            deputy=stand_in,
            role=role,
            valid_from=valid_from,
            valid_to=valid_to,
            reason=reason,
        )
    )


@action("parties.deputy.end", policy=rules.end_deputy, title=_("结束代理"))
def end_deputy(act: Act, *, deputy: Annotated[UUID, Field(title=_("代理记录"))]) -> Deputy:
    """End a deputy's time at once."""
    row = Deputy.objects.get(pk=deputy)
    if row.valid_to <= policy.last_day():
        raise BadInput("has ended already", field="deputy", found=str(row.valid_to))
    act.update(row, valid_to=policy.last_day())
    return row


@dataclass(frozen=True)
class IssuedKey:
    """A new key: the row that is kept, and the secret that is shown this once."""

    row: ApiKey
    secret: str


@action("parties.key.issue", policy=rules.issue_key, title=_("签发接口密钥"), api=False)
def issue_key(
    act: Act,
    *,
    organisation: UnitRef,
    login: Annotated[Login, Field(title=_("责任人的登录名"))],
    name: Annotated[str, Field(min_length=2, max_length=80, title=_("用途"))],
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=100, title=_("范围"))],
    valid_to: Until,
) -> IssuedKey:
    """Give a program a key. The secret is shown once and never stored."""
    unit, person = queries.standing(organisation), queries.person(login)
    if not unit.members.filter(policy.in_force(policy.today()), person=person).exists():
        raise BadInput("does not work for this organisation", field="login", found=login)
    if valid_to <= policy.today() or valid_to > policy.today() + dt.timedelta(days=366):
        raise BadInput(
            "is out of bounds", field="valid_to", found=str(valid_to), expected="within a year from today"
        )
    prefix = secrets.token_hex(5)
    secret = f"qh_{prefix}_{secrets.token_urlsafe(32)}"
    row = ApiKey(
        owner=unit, person=person, name=name, prefix=prefix, digest=queries.digest_of(secret),
        scopes=sorted(set(scopes)), valid_to=valid_to,
    )  # fmt: skip
    return IssuedKey(act.create(row), secret)


@action("parties.key.revoke", policy=rules.revoke_key, title=_("停用接口密钥"))
def revoke_key(
    act: Act, *, key: Annotated[str, Field(max_length=12, title=_("密钥前缀"))], reason: Reason
) -> ApiKey:
    """Stop a key at once."""
    row = ApiKey.objects.get(prefix=key)
    if row.revoked_at is not None:
        raise BadInput("is revoked already", field="key", found=key)
    act.extra["reason"] = reason
    act.update(row, revoked_at=act.at)
    return row
