"""Nobody sees or touches what lies outside his district, his authority or his organisation, by whatever name he calls it."""

from __future__ import annotations

import pytest
from tests.parties import cast

from quanheng.apps.parties import actions, policy, queries, registrations
from quanheng.apps.parties.policy import VISITOR
from quanheng.apps.records.action import SYSTEM
from quanheng.apps.records.models import LedgerEntry
from quanheng.errors import BadInput, Refused

USCC = "91350100M000100Y43"  # the printed example of GB 32100-2015
CHONGQING = {"CQ", "YZ", "JL", "CEN", "E1", "E2"}


def codes(actor) -> set[str]:
    return {unit.code for unit in queries.organisations(actor)}


def logins(actor) -> set[str]:
    return {person.login for person in queries.people(actor)}


@pytest.fixture
def applied(people):
    """A unit in 渝中 that waits for confirmation."""
    return actions.apply_organisation(
        VISITOR,
        uscc=USCC,
        name="渝中新厂",
        division="500103",
        authority="CQ",
        contact="新人",
        login="new.boss",
    )


def every_name(unit) -> list[str]:
    return [unit.code, unit.uscc, str(unit.pk), f"urn:quanheng:parties:organisation:{unit.pk}"]


def test_SYS_04_a_district_officer_sees_no_unit_and_no_person_of_another_district(people) -> None:
    assert codes(people("yz.officer")) == {"YZ", "CEN", "E1"}
    assert codes(people("jl.officer")) == {"JL", "E2"}
    assert logins(people("jl.officer")) == {"jl.officer", "e2.manager"}
    units = {m.organisation.code for m in queries.memberships(people("jl.officer"))}
    assert units == {"JL", "E2"} == {g.organisation.code for g in queries.role_grants(people("jl.officer"))}


def test_SYS_04_a_district_officer_cannot_act_on_a_unit_of_another_district_by_any_of_its_names(
    applied, people
) -> None:
    officer = people("jl.officer")
    for name in every_name(applied):
        for act in (actions.confirm_organisation, actions.reject_organisation):
            with pytest.raises(Refused):
                act(officer, organisation=name, reason="不是我的区")
        with pytest.raises(Refused):
            actions.change_organisation(officer, organisation=name, address="某路 1 号")
    assert list(queries.pending_for(officer)) == []
    assert [unit.pk for unit in queries.pending_for(people("yz.officer"))] == [applied.pk]


def test_SYS_04_a_refused_attempt_leaves_its_trace_and_does_not_tell_the_name_of_a_unit_not_yet_public(
    applied, people
) -> None:
    with pytest.raises(Refused) as no:
        actions.confirm_organisation(people("jl.officer"), organisation=str(applied.pk))
    assert "渝中新厂" not in no.value.line()
    entry = LedgerEntry.objects.order_by("-seq").first()
    assert (entry.verb, entry.actor) == ("records.act.refused", people("jl.officer").urn)


def test_SYS_04_a_district_officer_cannot_do_what_only_the_bureau_may(people) -> None:
    officer = people("yz.officer")
    attempts = [
        lambda: actions.close_organisation(officer, organisation="E1", reason="不再经营"),
        lambda: actions.register_organisation(
            officer, code="NEW", name="新厂", kind="enterprise", authority="CQ"
        ),
        lambda: actions.change_organisation(officer, organisation="E1", division="500107"),
        lambda: actions.enrol_expert(
            officer, authority="CQ", login="cen.expert", fields=["流量"], employer="某院"
        ),
        lambda: actions.grant_role(officer, login="e1.clerk", organisation="E1", role="enterprise_manager"),
    ]
    for attempt in attempts:
        with pytest.raises(Refused):
            attempt()


def test_two_authorities_side_by_side_do_not_see_each_other(people) -> None:
    for login in ("cq.officer", "cq.system", "cq.security"):
        assert codes(people(login)) == CHONGQING, login
        assert not {"hb.officer", "e3.manager"} & logins(people(login)), login
    for login in ("hb.officer", "hb.system", "hb.security"):
        assert codes(people(login)) == {"HB", "E3"}, login
        assert logins(people(login)) == {"hb.system", "hb.security", "hb.officer", "e3.manager"}, login


def test_two_enterprises_see_neither_each_other_nor_their_authority(people) -> None:
    assert codes(people("e1.manager")) == codes(people("e1.clerk")) == {"E1"}
    assert logins(people("e2.manager")) == {"e2.manager"}


def test_the_search_finds_only_what_the_lists_show(people) -> None:
    def found(login: str) -> set[str]:
        return {hit.title for hit in registrations.found_organisations(people(login), "示例")}

    assert found("hb.officer") == {"示例省局", "武汉示例厂"}
    assert found("e1.clerk") == {"渝中示例厂"}
    assert list(registrations.found_organisations(VISITOR, "示例")) == []
    assert list(registrations.found_people(people("e2.manager"), "e1.clerk")) == []


def test_whoever_runs_the_platform_keeps_all_and_the_others_their_own(people) -> None:
    assert codes(people("ops.system")) == {code for code, *_ in cast.ORGANISATIONS}
    assert policy.reach(people("ops.system")).count() == 0, "administrators keep accounts, not matters"


def test_an_expert_sees_nothing_of_the_matters_of_the_house_that_employs_him(people) -> None:
    assert policy.reach(people("cen.expert")).count() == 0
    assert codes(people("cen.expert")) == {"CEN"}
    assert logins(people("cen.expert")) == {"cen.expert"}


def test_a_visitor_sees_nothing_but_divisions(people) -> None:
    for query in (queries.organisations, queries.people, queries.memberships, queries.role_grants, queries.keys,
                  queries.deputies, queries.experts, queries.qualifications, queries.partnerships):  # fmt: skip
        assert list(query(VISITOR)) == [], query.__name__
    assert queries.divisions().exists()


def test_a_district_does_not_supervise_the_bureaus_whose_offices_lie_in_it(people) -> None:
    actions.register_organisation(SYSTEM, code="OFFICE", name="驻渝中局", kind="bureau", division="500103")
    assert "OFFICE" not in codes(people("yz.officer"))
    assert not policy.regulates(people("yz.officer"), "OFFICE").ok


def test_a_unit_cannot_be_put_where_another_authority_governs(people) -> None:
    with pytest.raises(BadInput, match="division"):
        actions.register_organisation(
            people("hb.officer"),
            code="SPY",
            name="派出厂",
            kind="enterprise",
            division="500103",
            authority="HB",
        )
    with pytest.raises(BadInput, match="division"):
        actions.apply_organisation(
            VISITOR,
            uscc=USCC,
            name="错地厂",
            division="500103",
            authority="HB",
            contact="新人",
            login="new.boss",
        )


def test_a_code_may_not_read_as_the_name_of_another_unit(people) -> None:
    unit = policy.named("E1")
    for code in (str(unit.pk), USCC):
        with pytest.raises(BadInput, match="identifier of another unit"):
            actions.register_organisation(
                people("hb.officer"), code=code, name="冒名厂", kind="enterprise", authority="HB"
            )
    assert policy.named(str(unit.pk)).pk == unit.pk


@pytest.mark.parametrize("ref", ["", "nobody", "\0", "urn:quanheng:parties:organisation:", "0" * 36])
def test_an_unknown_name_is_named_and_breaks_nothing(people, ref) -> None:
    with pytest.raises(BadInput, match="unknown organisation"):
        policy.named(ref)
