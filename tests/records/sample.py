"""Small acts over real nouns, for tests of the core. They are reachable by tests only: no page, no API."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from quanheng.apps.parties.models import Division, Organisation, Person
from quanheng.apps.records.action import SYSTEM, Act, action
from quanheng.apps.records.events import event
from quanheng.errors import ALLOWED, Refused, Verdict


@dataclass(frozen=True)
class Somebody:
    """An actor of tests."""

    urn: str = "urn:quanheng:test:officer"
    display_name: str = "张三"
    on_behalf_urn: str = ""
    on_behalf_name: str = ""


OFFICER = Somebody()
STRANGER = Somebody("urn:quanheng:test:stranger", "李四")


def not_for_strangers(actor, given) -> Verdict:
    return Verdict(False, "外人不得登记", "某办法第一条") if actor == STRANGER else ALLOWED


@event("records.sample.named")
@dataclass(frozen=True)
class Named:
    division: str
    on: dt.date


@action("records.sample.add", policy=not_for_strangers, title="登记区划", api=False)
def add(act: Act, *, name: Annotated[str, Field(max_length=80)], code: str = "") -> Division:
    """One row."""
    row = act.create(Division(name=name, code=code, level="county", valid_from=dt.date(2020, 1, 1)))
    act.emit(Named(division=str(row.pk), on=dt.date(2026, 1, 2)))
    return row


@action("records.sample.rename", policy=not_for_strangers, title="更名", api=False)
def rename(act: Act, *, division: str, name: str) -> Division:
    """One changed row."""
    return act.update(Division.objects.get(pk=division), name=name)


@action("records.sample.add_many", policy=not_for_strangers, title="成批登记", api=False)
def add_many(act: Act, *, names: list[str]) -> list[Division]:
    """One act over many rows."""
    return act.create_many(Division(name=name, level="county") for name in names)


@action("records.sample.drop", policy=not_for_strangers, title="删除", api=False)
def drop(act: Act, *, division: str) -> None:
    """One row taken away."""
    act.remove(Division.objects.get(pk=division))


@action("records.sample.add_renamed", policy=not_for_strangers, title="登记并更名", api=False)
def add_renamed(act: Act, *, name: str, then: str) -> Division:
    """An act that calls another one on its own row."""
    row = act.create(Division(name=name, level="county"))
    rename(act.actor, division=str(row.pk), name=then)
    return row


@action("records.sample.try_renaming", policy=not_for_strangers, title="试更名", api=False)
def try_renaming(act: Act, *, name: str, then: str) -> Division:
    """An act that survives the refusal of the act it calls."""
    row = act.create(Division(name=name, level="county"))
    try:
        rename_and_fail(act.actor, division=str(row.pk), name=then)
    except Refused:
        act.extra["refused"] = True
    return row


@action("records.sample.rename_and_fail", policy=not_for_strangers, title="更名后拒绝", api=False)
def rename_and_fail(act: Act, *, division: str, name: str) -> None:
    """An act that changes a row and is then refused."""
    act.update(Division.objects.get(pk=division), name=name)
    raise Refused("不行", "某办法第二条")


@action("records.sample.hire", policy=not_for_strangers, title="登记人员", api=False)
def hire(act: Act, *, login: str, name: str, email: str = "", phone: str = "") -> Person:
    """A row with personal content."""
    return act.create(Person(login=login, name=name, email=email, phone=phone, password="!"))


@action("records.sample.call_person", policy=not_for_strangers, title="改电话", api=False)
def change_phone(act: Act, *, login: str, phone: str) -> Person:
    """Changed personal content."""
    return act.update(Person.objects.get(login=login), phone=phone)


@action("records.sample.found", policy=not_for_strangers, title="登记单位", api=False)
def found(act: Act, *, code: str, name: str) -> Organisation:
    """An owner for other rows."""
    return act.create(Organisation(code=code, name=name, kind="enterprise"))


@action("records.sample.use", policy=not_for_strangers, title="引用", api=False)
def use(act: Act, *, result: str, used: list[str]) -> None:
    """An act whose result used something."""
    for one in used:
        act.uses("statement", result, "certificate", one, "1")


__all__ = ["OFFICER", "STRANGER", "SYSTEM", "Named", "Somebody"]
