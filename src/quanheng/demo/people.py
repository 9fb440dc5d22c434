"""The people and organisations of the demonstration; all names and codes are made up.

The platform itself only founds the authority and its administrators. Everybody else comes in as in real life:
registered by an administrator, given a role by another, or self-registered and confirmed by an officer.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

from django.utils import timezone

from quanheng.apps.parties import actions as parties
from quanheng.apps.parties import queries
from quanheng.apps.parties.policy import VISITOR
from quanheng.apps.records.action import SYSTEM
from quanheng.law.identity import uscc_check_character

BUREAU, DISTRICT, CENTRE, DEPARTMENT = "CQSCJG", "YZSCJG", "CQIM", "CQSTHJ"
ADMINISTRATORS = (
    ("system", "sysadmin", "周平", "system_admin"),
    ("security", "secadmin", "吴敏", "security_admin"),
    ("audit", "auditor", "郑岩", "audit_admin"),
)
ORGANISATIONS = (
    (DISTRICT, "示例市渝中区市场监督管理局", "local_bureau", "500103"),
    (CENTRE, "示例计量质量检测研究院", "centre", "500103"),
    (DEPARTMENT, "示例市生态环境局", "department", "500103"),
)
# part, login, name, organisation, role, territory
STAFF = (
    ("officer", "chenjing", "陈静", BUREAU, "bureau_officer", ""),
    ("district", "zhaolei", "赵磊", DISTRICT, "district_officer", "500103"),
    ("manager", "sunhong", "孙虹", CENTRE, "centre_manager", ""),
    ("technician", "liming", "李明", CENTRE, "technician", ""),
    ("checker", "wangfang", "王芳", CENTRE, "checker", ""),
    ("signatory", "liuqiang", "刘强", CENTRE, "signatory", ""),
    ("expert", "majun", "马骏", CENTRE, "expert", ""),
    ("department", "huangying", "黄颖", DEPARTMENT, "department_user", ""),
)
CLERK = ("clerk", "helixin", "何立新", "enterprise_clerk")


def uscc(serial: int, division: str = "500103") -> str:
    """A well-formed unified social credit code that no unit bears (organisation code of an unused block)."""
    first = f"91{division}MA9{serial:06d}"
    return first + uscc_check_character(first)


def enter(say: Callable[[str], None]) -> dict[str, Any]:
    """Bring everybody in; gives the people by their part."""
    cast = _found()
    _staff(cast)
    _plant(cast)
    _waiting(cast)
    say(
        f"people: {len(cast)}, organisations: {len(ORGANISATIONS) + 2}, one registration waits for confirmation"
    )
    return cast


def _found() -> dict[str, Any]:
    parties.load_divisions(SYSTEM)
    parties.register_organisation(
        SYSTEM, code=BUREAU, name="示例市市场监督管理局", kind="bureau", division="500000"
    )
    cast = {}
    for part, login, name, role in ADMINISTRATORS:
        parties.register_person(SYSTEM, login=login, name=name, organisation=BUREAU)
        parties.grant_role(SYSTEM, login=login, organisation=BUREAU, role=role)
        cast[part] = queries.person(login)
    return cast


def _staff(cast: dict[str, Any]) -> None:
    for code, name, kind, division in ORGANISATIONS:
        parties.register_organisation(
            cast["system"], code=code, name=name, kind=kind, division=division, authority=BUREAU
        )
    for part, login, name, unit, role, territory in STAFF:
        parties.register_person(cast["system"], login=login, name=name, organisation=unit)
        parties.grant_role(cast["security"], login=login, organisation=unit, role=role, territory=territory)
        cast[part] = queries.person(login)
    parties.enrol_expert(
        cast["officer"], authority=BUREAU, login="majun", fields=["流量", "碳计量"],
        employer="示例计量质量检测研究院", title="正高级工程师",
    )  # fmt: skip
    parties.record_qualification(
        cast["manager"], organisation=CENTRE, login="liming", kind="verifier", item="流量 1204",
        issued_on=dt.date(2023, 5, 8), valid_to=timezone.localdate() + dt.timedelta(days=400), number="示例-0117",
    )  # fmt: skip


def _plant(cast: dict[str, Any]) -> None:
    """The plant registers itself, the district officer confirms, its manager brings in the clerk."""
    code = uscc(100001)
    parties.apply_organisation(
        VISITOR, uscc=code, name="渝江热电有限公司", division="500103", authority=BUREAU,
        address="渝中区示例路 1 号", contact="唐薇", login="tangwei",
    )  # fmt: skip
    parties.confirm_organisation(cast["district"], organisation=code)
    cast["enterprise"] = queries.person("tangwei")
    part, login, name, role = CLERK
    parties.register_person(cast["enterprise"], login=login, name=name, organisation=code)
    parties.grant_role(cast["enterprise"], login=login, organisation=code, role=role)
    cast[part] = queries.person(login)


def _waiting(cast: dict[str, Any]) -> None:
    parties.apply_organisation(
        VISITOR, uscc=uscc(100002), name="渝川水泥有限公司", division="500103", authority=BUREAU,
        address="渝中区示例路 2 号", contact="罗刚", login="luogang",
    )  # fmt: skip


def plant_code() -> str:
    """The code by which the plant is known: its unified social credit code."""
    return uscc(100001)


def how_to_sign_in(cast: dict[str, Any]) -> Iterator[str]:
    """For each person a one-time code to set a password with; they hold in this demonstration only."""
    yield "sign in (`make serve`, 登录 → 忘记密码 with the one-time code; staff enrol a second factor):"
    for person in cast.values():
        code = parties.issue_code(SYSTEM, login=person.login, purpose="new_account")
        held = "、".join(queries.role_titles()[name] for name in queries.roles_of(person))
        yield f"  {person.login:<10} {code}  {person.name}  {held}"
