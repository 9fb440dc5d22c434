"""A deputy has one role of another, where both work, for a time, and hands it on to nobody."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from quanheng.apps.parties import actions, policy, queries
from quanheng.apps.parties.policy import VISITOR
from quanheng.apps.records.action import SYSTEM
from quanheng.apps.records.models import LedgerEntry
from quanheng.errors import BadInput, Refused

TODAY = timezone.localdate()


def lend(actor, deputy: str, role: str, start: int = 0, end: int = 10):
    return actions.appoint_deputy(
        actor,
        deputy=deputy,
        role=role,
        valid_from=TODAY + dt.timedelta(days=start),
        valid_to=TODAY + dt.timedelta(days=end),
        reason="出差",
    )


@pytest.fixture
def lent(people):
    """The clerk stands in for the manager of E1."""
    return lend(people("e1.manager"), "e1.clerk", "enterprise_manager")


def as_deputy(row):
    return queries.actor_for(queries.person(row.deputy.login), on_behalf=row.pk)


def test_an_act_of_a_deputy_names_both(lent, people) -> None:
    actions.change_organisation(as_deputy(lent), organisation="E1", address="某路 1 号")
    entry = LedgerEntry.objects.order_by("-seq").first()
    assert (entry.actor, entry.actor_name) == (people("e1.clerk").urn, "e1.clerk")
    assert (entry.on_behalf, entry.on_behalf_name) == (people("e1.manager").urn, "e1.manager")


def test_in_his_own_name_a_deputy_has_only_his_own_roles(lent, people) -> None:
    with pytest.raises(Refused):
        actions.change_organisation(people("e1.clerk"), organisation="E1", address="某路 1 号")


def test_only_the_lent_role_is_lent(people) -> None:
    actions.grant_role(people("cq.security"), login="e1.manager", organisation="E1", role="enterprise_clerk")
    deputy = as_deputy(lend(people("e1.manager"), "e1.clerk", "enterprise_clerk"))
    assert queries.roles_of(deputy) == ["enterprise_clerk"]
    with pytest.raises(Refused):
        actions.change_organisation(deputy, organisation="E1", address="某路 1 号")


def test_a_role_held_in_two_organisations_is_lent_only_where_the_deputy_works(people) -> None:
    actions.join(SYSTEM, login="e1.manager", organisation="E2")
    actions.grant_role(SYSTEM, login="e1.manager", organisation="E2", role="enterprise_manager")
    deputy = as_deputy(lend(people("e1.manager"), "e1.clerk", "enterprise_manager"))
    assert [unit.code for unit in queries.own_units(deputy)] == ["E1"]
    assert {unit.code for unit in queries.organisations(deputy)} == {"E1"}
    with pytest.raises(Refused):
        actions.register_person(deputy, login="new.person", name="新人", organisation="E2")


@pytest.mark.parametrize(("day", "counts"), [(-1, False), (0, True), (10, True), (11, False)])
def test_a_deputy_counts_from_the_first_to_the_last_day(lent, monkeypatch, day, counts) -> None:
    monkeypatch.setattr(timezone, "localdate", lambda *_: TODAY + dt.timedelta(days=day))
    assert queries.standing_in(lent.deputy).exists() is counts
    if not counts:
        with pytest.raises(Refused):
            as_deputy(lent)


def test_a_deputy_appoints_no_deputy_and_a_program_neither(lent, people) -> None:
    actions.register_person(people("e1.manager"), login="e1.third", name="第三人", organisation="E1")
    with pytest.raises(Refused, match="本人"):
        lend(as_deputy(lent), "e1.third", "enterprise_manager")
    with pytest.raises(Refused):
        lend(people("e1.clerk"), "e1.third", "enterprise_manager")
    issued = actions.issue_key(
        people("e1.manager"), organisation="E1", login="e1.manager", name="程序", scopes=["parties.deputy:write"],
        valid_to=TODAY + dt.timedelta(days=30),
    )  # fmt: skip
    for actor in (queries.key_holder(issued.secret), SYSTEM, VISITOR):
        with pytest.raises(Refused, match="本人"):
            lend(actor, "e1.third", "enterprise_manager")


def test_a_deputy_neither_ends_nor_changes_what_is_the_principals_own(lent, people) -> None:
    deputy = as_deputy(lent)
    actions.register_person(people("e1.manager"), login="e1.third", name="第三人", organisation="E1")
    other = lend(people("e1.manager"), "e1.third", "enterprise_manager")
    for attempt in (
        lambda: actions.end_deputy(deputy, deputy=other.pk),
        lambda: actions.change_person(deputy, login="e1.manager", phone="1"),
        lambda: actions.change_person(deputy, login="e1.manager", email="thief@example.cn"),
        lambda: actions.stop_person(deputy, login="e1.manager", reason="夺权"),
        lambda: actions.issue_code(deputy, login="e1.manager"),
        lambda: actions.grant_role(deputy, login="e1.clerk", organisation="E1", role="enterprise_clerk"),
        lambda: actions.grant_role(deputy, login="e1.manager", organisation="E1", role="enterprise_clerk"),
    ):
        with pytest.raises(Refused):
            attempt()
    assert list(queries.deputies(deputy)) == []


def test_nobody_lends_to_himself_to_a_stranger_for_ever_or_for_the_past(people) -> None:
    manager = people("e1.manager")
    with pytest.raises(Refused):
        lend(manager, "e2.manager", "enterprise_manager")
    with pytest.raises(Refused, match="没有"):
        lend(people("e1.clerk"), "e1.manager", "enterprise_manager")
    for days in ({"end": 181}, {"start": -1}, {"start": 5, "end": 4}):
        with pytest.raises(BadInput):
            lend(manager, "e1.clerk", "enterprise_manager", **days)
    with pytest.raises(BadInput, match="himself"):
        lend(manager, "e1.manager", "enterprise_manager")


@pytest.mark.parametrize(
    "happens", ["role withdrawn", "principal stopped", "deputy left", "deputy stopped", "ended"]
)
def test_a_lent_role_ends_with_whatever_it_rests_on(lent, people, happens) -> None:
    if happens == "role withdrawn":
        grant = queries.role_grants(SYSTEM).get(person__login="e1.manager")
        actions.withdraw_role(SYSTEM, grant=grant.pk, reason="转岗")
    elif happens == "principal stopped":
        actions.stop_person(SYSTEM, login="e1.manager", reason="离职")
    elif happens == "deputy left":
        actions.end_membership(SYSTEM, login="e1.clerk", organisation="E1")
    elif happens == "deputy stopped":
        actions.stop_person(SYSTEM, login="e1.clerk", reason="离职")
    else:
        actions.end_deputy(people("e1.clerk"), deputy=lent.pk)
    lent.refresh_from_db()
    try:
        actor = as_deputy(lent)
    except (Refused, BadInput):
        return
    assert policy.grants(actor) == []


def test_the_second_factor_is_asked_for_a_lent_role_of_staff(people) -> None:
    actions.register_person(people("cen.manager"), login="cen.helper", name="助手", organisation="CEN")
    assert not queries.needs_second_factor(queries.person("cen.helper"))
    lend(people("cen.manager"), "cen.helper", "centre_manager")
    assert queries.needs_second_factor(queries.person("cen.helper"))
