"""Ways to another's rights that must stay shut: each test is an attempt that somebody might make."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from quanheng.apps.parties import actions, policy, queries
from quanheng.apps.parties.policy import VISITOR
from quanheng.apps.records.action import SYSTEM
from quanheng.errors import BadInput, Refused

TODAY = timezone.localdate()
USCC = "91350100M000100Y43"


@pytest.mark.parametrize("victim", ["cq.officer", "cq.security", "e2.manager", "cen.technician"])
def test_a_manager_cannot_take_somebody_into_his_house_to_take_over_the_account(people, victim) -> None:
    with pytest.raises(Refused):
        actions.join(people("e1.manager"), login=victim, organisation="E1")


def test_a_second_job_gives_the_second_house_no_power_over_the_account(people) -> None:
    actions.join(people("cq.system"), login="cen.technician", organisation="E1")
    for attempt in (
        lambda: actions.issue_code(people("e1.manager"), login="cen.technician"),
        lambda: actions.stop_person(people("e1.manager"), login="cen.technician", reason="报复"),
        lambda: actions.change_person(people("e1.manager"), login="cen.technician", email="thief@example.cn"),
    ):
        with pytest.raises(Refused):
            attempt()


def test_who_left_everywhere_is_kept_by_where_he_was_and_by_nobody_else(people) -> None:
    actions.end_membership(people("e1.manager"), login="e1.clerk", organisation="E1")
    with pytest.raises(Refused):
        actions.join(people("e2.manager"), login="e1.clerk", organisation="E2")
    with pytest.raises(Refused):
        actions.issue_code(people("e2.manager"), login="e1.clerk")
    actions.join(people("e1.manager"), login="e1.clerk", organisation="E1")


def test_a_system_administrator_cannot_reach_the_security_role(people) -> None:
    system = people("cq.system")
    for attempt in (
        lambda: actions.grant_role(system, login="cq.system", organisation="CQ", role="security_admin"),
        lambda: actions.grant_role(system, login="cq.audit", organisation="CQ", role="security_admin"),
        lambda: actions.change_person(system, login="cq.security", email="thief@example.cn"),
        lambda: actions.issue_code(system, login="cq.security"),
        lambda: actions.end_membership(system, login="cq.security", organisation="CQ"),
        lambda: actions.stop_person(system, login="cq.security", reason="夺权"),
    ):
        with pytest.raises(Refused):
            attempt()


def test_a_manager_gives_only_working_roles_in_his_own_house_and_never_to_himself(people) -> None:
    manager = people("e1.manager")
    for given in (
        {"login": "e1.clerk", "organisation": "E1", "role": "enterprise_manager"},
        {"login": "e1.manager", "organisation": "E1", "role": "enterprise_clerk"},
        {"login": "e2.manager", "organisation": "E2", "role": "enterprise_clerk"},
        {"login": "e1.clerk", "organisation": "CQ", "role": "bureau_officer"},
        {"login": "e1.clerk", "organisation": "CQ", "role": "security_admin"},
    ):
        with pytest.raises(Refused):
            actions.grant_role(manager, **given)


def test_a_role_is_given_only_to_members_and_only_where_its_kind_belongs(people) -> None:
    with pytest.raises(Refused, match="不是"):
        actions.grant_role(SYSTEM, login="e2.manager", organisation="E1", role="enterprise_clerk")
    with pytest.raises(Refused, match="不设"):
        actions.grant_role(SYSTEM, login="e1.clerk", organisation="E1", role="security_admin")
    with pytest.raises(Refused, match="辖区"):
        actions.register_person(SYSTEM, login="yz.second", name="第二人", organisation="YZ")
        actions.grant_role(SYSTEM, login="yz.second", organisation="YZ", role="district_officer")


def test_a_security_administrator_of_one_authority_gives_no_role_in_another(people) -> None:
    with pytest.raises(Refused):
        actions.grant_role(
            people("cq.security"), login="e3.manager", organisation="E3", role="enterprise_clerk"
        )


def test_the_last_security_administrator_cannot_be_withdrawn(people) -> None:
    grant = queries.role_grants(SYSTEM).get(person__login="cq.security")
    with pytest.raises(Refused, match="最后一名"):
        actions.withdraw_role(people("cq.security"), grant=grant.pk, reason="试一试")
    actions.register_person(people("cq.system"), login="cq.second", name="接替人", organisation="CQ")
    actions.grant_role(people("cq.security"), login="cq.second", organisation="CQ", role="security_admin")
    actions.withdraw_role(people("cq.second"), grant=grant.pk, reason="接替")


def test_nobody_stops_or_resumes_himself_or_undoes_what_security_stopped(people) -> None:
    for login in ("e1.manager", "cq.security"):
        with pytest.raises(Refused):
            actions.stop_person(people(login), login=login, reason="试一试")
    actions.stop_person(people("cq.security"), login="e1.clerk", reason="滥用")
    with pytest.raises(Refused):
        actions.resume_person(people("e1.manager"), login="e1.clerk", reason="没事了")


def test_resuming_does_not_let_in_who_was_never_confirmed_or_was_erased(people) -> None:
    actions.apply_organisation(
        VISITOR,
        uscc=USCC,
        name="渝中新厂",
        division="500103",
        authority="CQ",
        contact="新人",
        login="new.boss",
    )
    with pytest.raises(BadInput, match="no confirmed organisation"):
        actions.resume_person(SYSTEM, login="new.boss", reason="试一试")
    actions.stop_person(SYSTEM, login="e1.clerk", reason="离职")
    actions.erase_person(SYSTEM, login="e1.clerk", reason="本人要求")
    with pytest.raises(BadInput, match="erased"):
        actions.resume_person(SYSTEM, login="e1.clerk", reason="试一试")


def test_resuming_brings_back_the_account_but_no_role(people) -> None:
    actions.stop_person(people("cq.security"), login="e1.clerk", reason="休假")
    actions.resume_person(people("cq.security"), login="e1.clerk", reason="回来")
    assert queries.roles_of(people("e1.clerk")) == []


def test_a_manager_cannot_rename_his_unit_into_an_authority_or_move_it_out_of_the_district(people) -> None:
    for change in ({"name": "示例市市场监督管理局"}, {"division": "500107"}):
        with pytest.raises(Refused):
            actions.change_organisation(people("e1.manager"), organisation="E1", **change)
    actions.change_organisation(people("e1.manager"), organisation="E1", address="新路 1 号")


def test_an_officer_cannot_make_an_authority_of_his_own(people) -> None:
    for kind in ("bureau", "local_bureau", "operator"):
        with pytest.raises(Refused):
            actions.register_organisation(
                people("cq.officer"), code="OWN", name="自设局", kind=kind, authority="CQ"
            )
    with pytest.raises(Refused):
        actions.register_organisation(people("cq.officer"), code="OWN", name="自设厂", kind="enterprise")


@pytest.mark.parametrize("state", ["closed", "pending"])
def test_nothing_new_begins_in_a_unit_that_is_closed_or_not_confirmed(people, state) -> None:
    code = "E1"
    if state == "closed":
        actions.close_organisation(people("cq.officer"), organisation="E1", reason="不再经营")
    else:
        code = actions.apply_organisation(
            VISITOR,
            uscc=USCC,
            name="渝中新厂",
            division="500103",
            authority="CQ",
            contact="新人",
            login="new.boss",
        ).code
    for attempt in (
        lambda: actions.register_person(SYSTEM, login="new.person", name="新人", organisation=code),
        lambda: actions.join(SYSTEM, login="e2.manager", organisation=code),
        lambda: actions.name_partner(
            SYSTEM, organisation="E2", partner=code, purpose="合作", valid_from=TODAY
        ),
    ):
        with pytest.raises(BadInput, match="not in force"):
            attempt()


def test_closing_a_unit_takes_all_rights_in_it_at_once(people) -> None:
    actions.close_organisation(people("cq.officer"), organisation="E1", reason="不再经营")
    assert policy.grants(people("e1.manager")) == []
    with pytest.raises(Refused):
        actions.register_person(people("e1.manager"), login="new.person", name="新人", organisation="E1")


# ---- rights end at once --------------------------------------------------------------------------------------


def test_a_withdrawn_role_no_longer_counts_the_same_day(people) -> None:
    grant = queries.role_grants(SYSTEM).get(person__login="yz.officer")
    actions.withdraw_role(people("cq.security"), grant=grant.pk, reason="转岗")
    assert queries.roles_of(people("yz.officer")) == []
    assert not policy.regulates(people("yz.officer"), "E1").ok
    with pytest.raises(BadInput, match="ended already"):
        actions.withdraw_role(people("cq.security"), grant=grant.pk, reason="转岗")


def test_leaving_ends_also_a_role_that_was_given_for_a_time(people) -> None:
    actions.register_person(people("e1.manager"), login="e1.guest", name="临时工", organisation="E1")
    actions.grant_role(
        people("e1.manager"), login="e1.guest", organisation="E1", role="enterprise_clerk",
        valid_to=TODAY + dt.timedelta(days=90),
    )  # fmt: skip
    actions.end_membership(people("e1.manager"), login="e1.guest", organisation="E1")
    guest = people("e1.guest")
    assert queries.roles_of(guest) == [] and {u.code for u in queries.organisations(guest)} == set()


@pytest.mark.parametrize(("day", "counts"), [(0, True), (30, True), (31, False)])
def test_a_role_given_until_a_day_counts_on_that_day_and_not_after(people, monkeypatch, day, counts) -> None:
    actions.register_person(people("e1.manager"), login="e1.guest", name="临时工", organisation="E1")
    actions.grant_role(
        people("e1.manager"), login="e1.guest", organisation="E1", role="enterprise_clerk",
        valid_to=TODAY + dt.timedelta(days=30),
    )  # fmt: skip
    monkeypatch.setattr(timezone, "localdate", lambda *_: TODAY + dt.timedelta(days=day))
    assert bool(queries.roles_of(people("e1.guest"))) is counts


def test_a_role_is_not_given_for_the_past(people) -> None:
    with pytest.raises(BadInput, match="past"):
        actions.grant_role(
            people("cq.security"), login="e1.manager", organisation="E1", role="enterprise_clerk",
            valid_to=TODAY - dt.timedelta(days=1),
        )  # fmt: skip


def test_sessions_are_told_of_oneself_only(people) -> None:
    with pytest.raises(Refused):
        actions.start_session(people("e1.clerk"), login="e1.manager")
    with pytest.raises(Refused):
        actions.refuse_session(people("e1.clerk"), login="e1.manager")
    actions.start_session(people("e1.clerk"), login="e1.clerk")
