"""Keys of programs: shown once, narrower than their person, and dead with whatever they rest on."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from quanheng.apps.parties import actions, queries
from quanheng.apps.parties.models import ApiKey
from quanheng.apps.records.action import SYSTEM
from quanheng.apps.records.models import LedgerEntry
from quanheng.errors import BadInput, Refused

TODAY = timezone.localdate()


def issue(actor, login: str, organisation: str = "E1", days: int = 30, scopes=("parties.person:write",)):
    return actions.issue_key(
        actor, organisation=organisation, login=login, name="上传程序", scopes=list(scopes),
        valid_to=TODAY + dt.timedelta(days=days),
    )  # fmt: skip


@pytest.fixture
def issued(people):
    return issue(people("e1.manager"), "e1.manager")


def test_a_key_opens_as_the_program_of_its_person_with_its_scopes(issued, people) -> None:
    holder = queries.key_holder(issued.secret)
    assert holder.scopes == {"parties.person:write"}
    assert holder.person == queries.person("e1.manager")
    assert holder.urn.startswith("urn:quanheng:parties:apikey:")
    assert "上传程序" in holder.display_name and "e1.manager" in holder.display_name


def test_the_secret_is_stored_nowhere(issued) -> None:
    assert issued.secret not in str(list(ApiKey.objects.values()))
    assert issued.secret not in str(list(LedgerEntry.objects.values_list("before", "after")))


@pytest.mark.parametrize("broken", ["", "qh", "qh_x", "qh__", "{0}x", "x{0}", "qh_{1}_wrong", "QH{0}"])
def test_a_wrong_secret_opens_nothing(issued, broken) -> None:
    assert queries.key_holder(broken.format(issued.secret, issued.row.prefix)) is None


def test_a_key_narrows_to_one_organisation(people) -> None:
    actions.join(SYSTEM, login="e1.manager", organisation="E2")
    actions.grant_role(SYSTEM, login="e1.manager", organisation="E2", role="enterprise_manager")
    holder = queries.key_holder(issue(people("e1.manager"), "e1.manager").secret)
    assert {unit.code for unit in queries.organisations(holder)} == {"E1"}
    with pytest.raises(Refused):
        actions.register_person(holder, login="new.person", name="新人", organisation="E2")


def test_a_program_is_not_the_person_himself(issued, people) -> None:
    holder = queries.key_holder(issued.secret)
    for attempt in (
        lambda: actions.change_person(holder, login="e1.manager", email="thief@example.cn"),
        lambda: actions.grant_role(holder, login="e1.manager", organisation="E1", role="enterprise_clerk"),
        lambda: actions.stop_person(holder, login="e1.manager", reason="试一试"),
    ):
        with pytest.raises(Refused):
            attempt()


@pytest.mark.parametrize(
    "happens", ["revoked", "expired", "person stopped", "person left", "unit closed", "role withdrawn"]
)
def test_a_key_ends_with_whatever_it_rests_on(issued, people, monkeypatch, happens) -> None:
    if happens == "revoked":
        actions.revoke_key(people("e1.manager"), key=issued.row.prefix, reason="丢失")
    elif happens == "expired":
        monkeypatch.setattr(timezone, "localdate", lambda *_: TODAY + dt.timedelta(days=31))
    elif happens == "person stopped":
        actions.stop_person(people("cq.security"), login="e1.manager", reason="离职")
    elif happens == "person left":
        actions.end_membership(people("cq.system"), login="e1.manager", organisation="E1")
    elif happens == "unit closed":
        actions.close_organisation(people("cq.officer"), organisation="E1", reason="不再经营")
    else:
        grant = queries.role_grants(SYSTEM).get(person__login="e1.manager")
        actions.withdraw_role(SYSTEM, grant=grant.pk, reason="转岗")
    holder = queries.key_holder(issued.secret)
    assert holder is None or not queries.roles_of(holder)
    assert holder is None or [u.code for u in queries.people(holder).exclude(login="e1.manager")] == []


def test_a_key_still_opens_on_its_last_day(issued, monkeypatch) -> None:
    monkeypatch.setattr(timezone, "localdate", lambda *_: TODAY + dt.timedelta(days=30))
    assert queries.key_holder(issued.secret) is not None


def test_a_key_lasts_a_year_at_most_and_begins_with_tomorrow(people) -> None:
    for days in (-1, 0, 367):
        with pytest.raises(BadInput, match="valid_to"):
            issue(people("e1.manager"), "e1.manager", days=days)


@pytest.mark.parametrize(
    "scope", ["", "*", "everything", "parties.person", "parties.person:own", "a" * 90 + ".b:read"]
)
def test_a_scope_is_a_noun_with_read_or_write(people, scope) -> None:
    with pytest.raises(BadInput, match="scopes"):
        issue(people("e1.manager"), "e1.manager", scopes=[scope])


def test_a_key_is_revoked_once_and_by_those_concerned(issued, people) -> None:
    for login in ("e2.manager", "cq.officer", "hb.security", "e1.clerk"):
        with pytest.raises(Refused):
            actions.revoke_key(people(login), key=issued.row.prefix, reason="试一试")
    actions.revoke_key(people("cq.security"), key=issued.row.prefix, reason="丢失")
    with pytest.raises(BadInput, match="revoked already"):
        actions.revoke_key(people("cq.security"), key=issued.row.prefix, reason="丢失")


def test_whoever_issues_a_key_sees_its_secret_so_it_carries_no_duties_that_exclude_his(people) -> None:
    with pytest.raises(Refused, match="GB/T 22239"):
        issue(people("cq.security"), "cq.officer", "CQ")
    with pytest.raises(Refused, match="职责"):
        issue(people("cen.manager"), "cen.technician", "CEN")
    issue(people("e1.manager"), "e1.clerk")


def test_a_key_is_in_the_name_of_somebody_who_works_there(people) -> None:
    with pytest.raises((BadInput, Refused)):
        issue(people("cq.security"), "e2.manager", "E1")


def test_keys_are_seen_by_those_concerned(issued, people) -> None:
    seen = {login for login in ("e1.manager", "e1.clerk", "e2.manager", "cq.officer", "cq.security", "cq.system",
                                "hb.security", "ops.security") if queries.keys(people(login)).exists()}  # fmt: skip
    assert seen == {"e1.manager", "cq.security", "ops.security"}
