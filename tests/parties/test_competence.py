"""The expert pool of an authority and the qualifications of a house's people, in first form."""

from __future__ import annotations

import datetime as dt

import pytest

from quanheng.apps.parties import actions, queries
from quanheng.apps.records.action import SYSTEM
from quanheng.errors import BadInput, Refused

EXPERT = {"login": "cen.expert", "fields": ["流量"], "employer": "示例计量院"}
PAPER = {"kind": "verifier", "item": "压力 1204", "issued_on": dt.date(2024, 5, 8)}


def test_an_authority_keeps_its_own_pool_and_sees_no_other(people) -> None:
    actions.enrol_expert(people("cq.officer"), authority="CQ", **EXPERT)
    actions.enrol_expert(people("hb.officer"), authority="HB", **EXPERT)
    for login, seen in (
        ("cq.officer", {"CQ"}),
        ("hb.officer", {"HB"}),
        ("cen.expert", {"CQ", "HB"}),
        ("yz.officer", set()),
    ):
        assert {e.authority.code for e in queries.experts(people(login))} == seen, login
    with pytest.raises(Refused):
        actions.release_expert(people("cq.officer"), authority="HB", login="cen.expert")


def test_a_person_is_in_a_pool_once_and_may_come_back(people) -> None:
    officer = people("cq.officer")
    actions.enrol_expert(officer, authority="CQ", **EXPERT)
    with pytest.raises(BadInput):
        actions.enrol_expert(officer, authority="CQ", **EXPERT)
    actions.release_expert(officer, authority="CQ", login="cen.expert")
    with pytest.raises(BadInput, match="not in this pool"):
        actions.release_expert(officer, authority="CQ", login="cen.expert")
    actions.enrol_expert(officer, authority="CQ", **EXPERT)


def test_a_manager_records_what_his_own_people_are_qualified_for(people) -> None:
    actions.record_qualification(people("cen.manager"), organisation="CEN", login="cen.technician", **PAPER)
    assert queries.qualifications(people("cq.officer")).get().item == "压力 1204"
    assert not queries.qualifications(people("e1.manager")).exists()
    for login in ("e1.manager", "cen.technician", "cq.officer"):
        with pytest.raises(Refused):
            actions.record_qualification(people(login), organisation="CEN", login="cen.technician", **PAPER)
    with pytest.raises(BadInput, match="does not work"):
        actions.record_qualification(people("cen.manager"), organisation="CEN", login="e1.clerk", **PAPER)


def test_a_qualification_does_not_end_before_it_begins(people) -> None:
    with pytest.raises(BadInput, match="valid_to"):
        actions.record_qualification(
            SYSTEM, organisation="CEN", login="cen.technician", **{**PAPER, "valid_to": dt.date(2024, 5, 7)}
        )


def test_a_partner_is_named_by_the_manager_and_is_another_unit(people) -> None:
    given = {"purpose": "合作建设", "valid_from": dt.date(2026, 1, 5)}
    actions.name_partner(people("cen.manager"), organisation="CEN", partner="E1", **given)
    assert queries.partnerships(people("yz.officer")).count() == 1
    assert not queries.partnerships(people("e2.manager")).exists()
    with pytest.raises(BadInput, match="itself"):
        actions.name_partner(people("cen.manager"), organisation="CEN", partner="CEN", **given)
    with pytest.raises(BadInput, match="beginning"):
        actions.name_partner(
            people("cen.manager"), organisation="CEN", partner="E1", **given, valid_to=dt.date(2026, 1, 4)
        )
