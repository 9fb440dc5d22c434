"""Separation of duties: the pairs are written here by hand; every other pair may be held together."""

from __future__ import annotations

import datetime as dt
from itertools import combinations

import pytest
from django.utils import timezone

from quanheng.apps.parties import actions, policy, queries, roles
from quanheng.apps.parties.policy import Deputised
from quanheng.apps.records.action import SYSTEM
from quanheng.errors import Refused

EXCLUDE_EACH_OTHER = {
    frozenset(pair)
    for pair in [
        ("system_admin", "security_admin"),
        ("system_admin", "audit_admin"),
        ("security_admin", "audit_admin"),
        ("system_admin", "bureau_officer"),
        ("security_admin", "bureau_officer"),
        ("audit_admin", "bureau_officer"),
    ]
}
TODAY = timezone.localdate()


@pytest.mark.parametrize(("one", "other"), list(combinations(roles.book().roles, 2)))
def test_two_roles_exclude_each_other_both_ways_or_not_at_all(one, other) -> None:
    apart = frozenset((one, other)) in EXCLUDE_EACH_OTHER
    for held, new in ((one, other), (other, one)):
        verdict = roles.together({held}, new)
        assert verdict.ok is not apart
        assert bool(verdict.cite) is apart


@pytest.mark.parametrize("role", ["system_admin", "security_admin", "audit_admin"])
def test_an_officer_is_given_no_administrators_role_not_even_by_the_platform_itself(people, role) -> None:
    with pytest.raises(Refused, match="GB/T 22239"):
        actions.grant_role(SYSTEM, login="cq.officer", organisation="CQ", role=role)


def test_roles_in_two_organisations_count_together(people) -> None:
    actions.join(SYSTEM, login="ops.system", organisation="CQ")
    with pytest.raises(Refused):
        actions.grant_role(SYSTEM, login="ops.system", organisation="CQ", role="security_admin")


def test_after_the_one_role_is_withdrawn_the_other_may_be_given(people) -> None:
    grant = queries.role_grants(SYSTEM).get(person__login="cq.audit")
    actions.withdraw_role(people("cq.security"), grant=grant.pk, reason="转岗")
    actions.grant_role(people("cq.security"), login="cq.audit", organisation="CQ", role="bureau_officer")
    assert queries.roles_of(people("cq.audit")) == ["bureau_officer"]


def lend(people, principal: str, deputy: str, role: str, start: dt.date = TODAY):
    end = start + dt.timedelta(days=10)
    return actions.appoint_deputy(
        people(principal), deputy=deputy, role=role, valid_from=start, valid_to=end, reason="出差"
    )


def test_a_role_that_excludes_ones_own_cannot_be_lent(people) -> None:
    with pytest.raises(Refused, match="GB/T 22239"):
        lend(people, "cq.security", "cq.officer", "security_admin")


@pytest.mark.parametrize("start", [TODAY, TODAY + dt.timedelta(days=5)], ids=["now", "later"])
def test_a_lent_role_stands_against_a_new_one_even_before_its_time(people, start) -> None:
    actions.register_person(people("cq.system"), login="cq.helper", name="助手", organisation="CQ")
    lend(people, "cq.audit", "cq.helper", "audit_admin", start)
    with pytest.raises(Refused, match="GB/T 22239"):
        actions.grant_role(people("cq.security"), login="cq.helper", organisation="CQ", role="system_admin")


# ---- acts on one paper ---------------------------------------------------------------------------------------

STEPS = ("verify", "check", "approve")


@pytest.mark.parametrize(("before", "now"), [(a, b) for a in STEPS for b in STEPS])
def test_verify_check_and_approve_of_one_paper_are_done_by_three_people(people, before, now) -> None:
    technician = people("cen.technician")
    verdict = policy.apart(technician, now, {before: [technician.urn]})
    assert verdict.ok is (before == now), "the same step may be done again"
    assert verdict.ok or verdict.cite == "JJF 1069-2012"


def test_another_person_may_do_the_next_step(people) -> None:
    before = {"verify": [people("cen.technician").urn]}
    assert policy.apart(people("cen.manager"), "check", before).ok


def test_a_deputy_checks_neither_his_own_paper_nor_that_of_whom_he_stands_in_for(people) -> None:
    manager, technician = people("cen.manager"), people("cen.technician")
    as_deputy = Deputised(technician, manager, "centre_manager")
    for who in (manager, technician):
        assert not policy.apart(as_deputy, "approve", {"verify": [who.urn]}).ok
    signed_by_both = {"verify": [as_deputy.urn, as_deputy.on_behalf_urn]}
    for who in (manager, technician):
        assert not policy.apart(who, "check", signed_by_both).ok
