"""Acts around signing in: one-time codes, passwords, and that somebody came, went or was turned away."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Annotated, Literal

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from quanheng.apps.parties import passwords, queries, rules
from quanheng.apps.parties.actions.words import Login, NewPassword
from quanheng.apps.parties.events import CodeIssued
from quanheng.apps.parties.models import OneTimeCode, Person
from quanheng.apps.records.action import Act, action, system_only
from quanheng.errors import Refused

VALID_FOR = {"new_account": dt.timedelta(days=7), "lost_password": dt.timedelta(hours=2)}
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # nothing that is read for something else


@action("parties.code.issue", policy=rules.issue_code, title=_("签发一次性口令"), api=False)
def issue_code(
    act: Act,
    *,
    login: Login,
    purpose: Annotated[Literal["new_account", "lost_password"], Field(title=_("用途"))] = "lost_password",
) -> str:
    """Give a person a code to set a password with. It is shown once; only its digest is kept."""
    code = "-".join("".join(secrets.choice(ALPHABET) for _ in range(5)) for _ in range(4))
    person = queries.person(login)
    for earlier in OneTimeCode.objects.filter(person=person, used_at=None, valid_until__gt=act.at):
        act.update(earlier, valid_until=act.at)
    row = OneTimeCode(
        person=person,
        purpose=purpose,
        digest=queries.digest_of(code),
        valid_until=act.at + VALID_FOR[purpose],
        issued_by=act.actor.display_name,
    )
    act.about(act.create(row))
    act.emit(CodeIssued(person=str(person.pk), by=act.actor.display_name))
    return code


@action("parties.password.set", policy=rules.anybody, title=_("设置密码"), api=False)
def set_password(
    act: Act,
    *,
    login: Login,
    code: Annotated[str, Field(min_length=10, max_length=60, title=_("一次性口令"))],
    password: NewPassword,
) -> Person:
    """Set a password with a one-time code. The answer does not tell whether name or code was wrong."""
    digest = queries.digest_of(code.strip().upper())
    row = (
        OneTimeCode.objects.select_for_update()
        .filter(digest=digest, used_at=None, valid_until__gt=act.at)
        .first()
    )
    if row is None or row.person.login != login or not row.person.is_active:
        raise Refused("登录名或一次性口令不对，或者口令已过期、已用过", instead="请管理员重新签发")
    person = row.person
    passwords.strong(password.get_secret_value(), person)
    person.set_password(password.get_secret_value())
    act.update(person, password=person.password, must_change_password=False)
    act.update(row, used_at=act.at)
    return person


@action("parties.password.change", policy=rules.own_session, title=_("修改密码"), api=False)
def change_password(act: Act, *, login: Login, password: NewPassword) -> Person:
    """Change one's own password; the door has asked for the old one, or for the link that was sent."""
    person = rules.person_named(login)
    passwords.strong(password.get_secret_value(), person)
    person.set_password(password.get_secret_value())
    act.update(person, password=person.password, must_change_password=False)
    return person


@action("parties.session.start", policy=rules.own_session, title=_("登录"), api=False)
def start_session(act: Act, *, login: Annotated[str, Field(max_length=40)]) -> None:
    """Somebody signed in."""
    act.extra["login"] = login


@action("parties.session.end", policy=rules.own_session, title=_("退出"), api=False)
def end_session(act: Act, *, login: Annotated[str, Field(max_length=40)]) -> None:
    """Somebody signed out."""
    act.extra["login"] = login


@action("parties.session.refuse", policy=system_only, title=_("登录失败"), api=False)
def refuse_session(act: Act, *, login: Annotated[str, Field(max_length=40)]) -> None:
    """Somebody was turned away at the door."""
    act.extra["login"] = login
