"""Two authorities with their districts, centres, enterprises and people; all names are made up.

Chongqing has a bureau, two district bureaus, a centre and two enterprises; Hubei has a bureau and an enterprise.
"""

from __future__ import annotations

from typing import Any

from quanheng.apps.parties import actions, queries
from quanheng.apps.parties.policy import VISITOR
from quanheng.apps.records.action import SYSTEM

ORGANISATIONS = [  # code, name, kind, division, authority, USCC
    ("OPS", "示例平台运行公司", "operator", "", "", ""),
    ("CQ", "示例市局", "bureau", "500000", "", ""),
    ("YZ", "渝中示例局", "local_bureau", "500103", "CQ", ""),
    ("JL", "九龙坡示例局", "local_bureau", "500107", "CQ", ""),
    ("CEN", "示例计量院", "centre", "500103", "CQ", ""),
    ("E1", "渝中示例厂", "enterprise", "500103", "CQ", ""),
    ("E2", "九龙坡示例厂", "enterprise", "500107", "CQ", ""),
    ("HB", "示例省局", "bureau", "420000", "", ""),
    ("E3", "武汉示例厂", "enterprise", "420100", "HB", ""),
]
PEOPLE = [  # login, organisation, role, territory
    ("ops.system", "OPS", "system_admin", ""),
    ("ops.security", "OPS", "security_admin", ""),
    ("cq.system", "CQ", "system_admin", ""),
    ("cq.security", "CQ", "security_admin", ""),
    ("cq.audit", "CQ", "audit_admin", ""),
    ("cq.officer", "CQ", "bureau_officer", ""),
    ("yz.officer", "YZ", "district_officer", "500103"),
    ("jl.officer", "JL", "district_officer", "500107"),
    ("cen.manager", "CEN", "centre_manager", ""),
    ("cen.technician", "CEN", "technician", ""),
    ("cen.expert", "CEN", "expert", ""),
    ("e1.manager", "E1", "enterprise_manager", ""),
    ("e1.clerk", "E1", "enterprise_clerk", ""),
    ("e2.manager", "E2", "enterprise_manager", ""),
    ("hb.system", "HB", "system_admin", ""),
    ("hb.security", "HB", "security_admin", ""),
    ("hb.officer", "HB", "bureau_officer", ""),
    ("e3.manager", "E3", "enterprise_manager", ""),
]
EVERYBODY = frozenset({login for login, *_ in PEOPLE} | {"visitor"})


def enter() -> None:
    """Register everybody, by the acts."""
    actions.load_divisions(SYSTEM)
    for code, name, kind, division, authority, uscc in ORGANISATIONS:
        actions.register_organisation(
            SYSTEM, code=code, name=name, kind=kind, division=division, authority=authority, uscc=uscc
        )
    for login, organisation, role, territory in PEOPLE:
        actions.register_person(SYSTEM, login=login, name=login, organisation=organisation)
        actions.grant_role(SYSTEM, login=login, organisation=organisation, role=role, territory=territory)


def actor(login: str) -> Any:
    """A person as he would come in now, with nothing remembered."""
    return VISITOR if login == "visitor" else queries.actor_for(queries.person(login))
