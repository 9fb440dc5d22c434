"""An installation that has no operator yet."""

from __future__ import annotations

from tests.parties import cast

from quanheng.apps.parties import actions, queries
from quanheng.apps.records.action import SYSTEM


def codes(actor) -> set[str]:
    return {unit.code for unit in queries.organisations(actor)}


def test_the_first_authority_runs_a_platform_without_an_operator(db) -> None:
    actions.load_divisions(SYSTEM)
    for code in ("AAA", "BBB"):
        actions.register_organisation(SYSTEM, code=code, name=f"{code} 局", kind="bureau")
        actions.register_person(SYSTEM, login=f"admin.{code.lower()}", name="管理员", organisation=code)
        actions.grant_role(SYSTEM, login=f"admin.{code.lower()}", organisation=code, role="system_admin")
    assert codes(cast.actor("admin.aaa")) == {"AAA", "BBB"}
    assert codes(cast.actor("admin.bbb")) == {"BBB"}
