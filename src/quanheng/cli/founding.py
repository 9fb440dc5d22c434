"""Founding an installation: the authority that runs it and three administrators who exclude each other.

It happens once, by the platform itself; everything afterwards is done by people.
"""

from __future__ import annotations

from typing import Any

from quanheng.apps.parties import actions, queries
from quanheng.apps.records.action import SYSTEM
from quanheng.errors import BadInput

ROLES = ("system_admin", "security_admin", "audit_admin")


def found(code: str, name: str, division: str, admins: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    """Register the authority and its administrators; gives their one-time codes."""
    if queries.anybody_registered():
        raise BadInput("this installation was founded already", remedy="sign in as its system administrator")
    actions.load_divisions(SYSTEM)
    actions.register_organisation(SYSTEM, code=code, name=name, kind="bureau", division=division)
    made = []
    for (login, person), role in zip(admins, ROLES, strict=True):
        actions.register_person(SYSTEM, login=login, name=person, organisation=code)
        actions.grant_role(SYSTEM, login=login, organisation=code, role=role)
        issued = actions.issue_code(SYSTEM, login=login, purpose="new_account")
        made.append({"role": role, "login": login, "code": issued})
    return {"authority": code, "administrators": made}
