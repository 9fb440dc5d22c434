"""A unit registers itself, an officer decides, and only then somebody may sign in."""

from __future__ import annotations

import pytest

from quanheng.apps.parties import actions, policy, queries
from quanheng.apps.parties.models import Person
from quanheng.apps.parties.policy import VISITOR
from quanheng.apps.records import events
from quanheng.apps.records.action import SYSTEM
from quanheng.apps.records.models import LedgerEntry, Notification
from quanheng.apps.records.registries import todo_list
from quanheng.errors import BadInput, Refused

USCC = "91350100M000100Y43"  # the printed example of GB 32100-2015
WIDE = "９１３５０１００Ｍ０００１００Ｙ４３"
GOOD = "correct horse battery staple"
FORM = {
    "uscc": USCC, "name": "渝中新厂", "division": "500103", "authority": "CQ", "contact": "新人", "login": "new.boss",
}  # fmt: skip


def apply(**given):
    return actions.apply_organisation(VISITOR, **{**FORM, **given})


def test_a_registration_is_a_matter_of_the_officers_in_charge_and_of_nobody_else(people) -> None:
    unit = apply()
    waiting = {
        login
        for login in (
            "cq.officer",
            "yz.officer",
            "jl.officer",
            "hb.officer",
            "cq.system",
            "e1.manager",
            "cen.expert",
        )
        if any(todo.number == USCC for todo in todo_list(people(login)))
    }
    assert waiting == {"cq.officer", "yz.officer"}
    assert {officer.login for officer in queries.officers_of(unit)} == waiting
    events.deliver_pending()
    told = set(
        Notification.objects.filter(kind="parties.organisation.applied").values_list("person", flat=True)
    )
    assert told == {queries.person(login).pk for login in waiting}


def test_before_the_confirmation_nobody_of_the_unit_may_anything(people) -> None:
    unit = apply(password=GOOD)
    boss = Person.objects.get(login="new.boss")
    assert not boss.is_active
    assert policy.grants(boss) == [] and policy.own_organisations(boss) == []
    assert unit not in queries.public_organisations()
    with pytest.raises(BadInput):
        queries.person("new.boss")
    with pytest.raises(Refused):
        actions.confirm_organisation(boss, organisation=USCC)


def test_after_the_confirmation_the_manager_signs_in_with_the_password_he_chose_and_has_his_role(
    people,
) -> None:
    apply(password=GOOD)
    actions.confirm_organisation(people("yz.officer"), organisation=USCC)
    boss = queries.person("new.boss")
    assert boss.check_password(GOOD)
    assert queries.roles_of(boss) == ["enterprise_manager"]
    assert {unit.uscc for unit in queries.own_units(boss)} == {USCC}
    actions.register_person(boss, login="new.clerk", name="填报员", organisation=USCC)
    assert todo_list(people("yz.officer")) == []


def test_a_weak_password_is_told_at_its_field_and_nothing_is_registered(people) -> None:
    with pytest.raises(BadInput) as bad:
        apply(password="short")
    assert {problem.field for problem in bad.value.problems} == {"password"}
    assert not Person.objects.filter(login="new.boss").exists()


def test_without_a_password_the_first_one_is_set_with_a_code(people) -> None:
    apply()
    actions.confirm_organisation(people("cq.officer"), organisation=USCC)
    code = actions.issue_code(people("cq.security"), login="new.boss", purpose="new_account")
    actions.set_password(VISITOR, login="new.boss", code=code, password=GOOD)
    assert queries.person("new.boss").check_password(GOOD)


def test_after_a_rejection_the_same_unit_and_the_same_person_register_again(people) -> None:
    first = apply()
    actions.reject_organisation(people("yz.officer"), organisation=USCC, reason="材料不全")
    second = apply()
    assert second.pk != first.pk
    assert policy.named(USCC).pk == second.pk, "the code now means the new registration"
    actions.confirm_organisation(people("yz.officer"), organisation=USCC)
    assert queries.roles_of(queries.person("new.boss")) == ["enterprise_manager"]
    first.refresh_from_db()
    assert (first.state, first.reason) == ("rejected", "材料不全")
    assert (
        not Person.objects.exclude(login="new.boss")
        .filter(login__startswith="new.boss", is_active=True)
        .exists()
    )


def test_a_decision_is_made_once(people) -> None:
    apply()
    actions.confirm_organisation(people("yz.officer"), organisation=USCC)
    for act in (actions.confirm_organisation, actions.reject_organisation):
        with pytest.raises(BadInput, match="does not wait"):
            act(people("cq.officer"), organisation=USCC, reason="再来")


def test_a_rejection_needs_a_reason(people) -> None:
    apply()
    with pytest.raises(BadInput, match="reason"):
        actions.reject_organisation(people("yz.officer"), organisation=USCC, reason="")


@pytest.mark.parametrize("typed", [WIDE, USCC.lower(), "9135 0100 M000 100Y 43", "91350100-M000100Y4-3"])
def test_a_code_typed_wide_small_or_with_blanks_is_the_same_code(people, typed) -> None:
    assert apply(uscc=typed).uscc == USCC
    with pytest.raises(BadInput, match="已经登记过|uscc|code"):
        apply(login="other.boss")


@pytest.mark.parametrize(
    "wrong", ["91350100M000100Y44", "91350100M000100Y4", "91350100M000100YO3", "", "123456789012345670"]
)
def test_a_code_with_a_wrong_check_digit_length_or_letter_is_refused_at_its_field(people, wrong) -> None:
    with pytest.raises(BadInput) as bad:
        apply(uscc=wrong)
    assert bad.value.problems[0].field == "uscc"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"login": "e1.clerk"}, "login"), ({"login": "New.Boss"}, "login"), ({"authority": "YZ"}, "authority"),
        ({"authority": "E1"}, "authority"), ({"division": "999999"}, "division"), ({"kind": "bureau"}, "kind"),
        ({"email": "no address"}, "email"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_registration_is_named_and_nothing_of_it_stays(people, given, field) -> None:
    with pytest.raises(BadInput) as bad:
        apply(**given)
    assert bad.value.problems[0].field == field
    assert not queries.organisations(SYSTEM).filter(uscc=USCC).exists()


# ---- nobody decides on himself -------------------------------------------------------------------------------


@pytest.mark.parametrize("contact", ["phone", "email"])
def test_an_officer_does_not_confirm_a_unit_that_can_be_reached_where_he_can(people, contact) -> None:
    own = {"phone": "13812345678", "email": "Officer@example.cn"}[contact]
    actions.change_person(people("yz.officer"), login="yz.officer", **{contact: own})
    apply(**{contact: own.lower()})
    with pytest.raises(Refused, match="自己"):
        actions.confirm_organisation(people("yz.officer"), organisation=USCC)
    actions.confirm_organisation(people("cq.officer"), organisation=USCC)


def test_an_officer_does_not_confirm_through_a_deputy_either(people) -> None:
    actions.register_person(SYSTEM, login="yz.second", name="第二人", organisation="YZ")
    actions.change_person(people("yz.officer"), login="yz.officer", phone="13812345678")
    day = policy.today()
    lent = actions.appoint_deputy(
        people("yz.officer"),
        deputy="yz.second",
        role="district_officer",
        valid_from=day,
        valid_to=day,
        reason="出差",
    )
    apply(phone="13812345678")
    deputy = queries.actor_for(queries.person("yz.second"), on_behalf=lent.pk)
    with pytest.raises(Refused, match="自己"):
        actions.confirm_organisation(deputy, organisation=USCC)


def test_the_decision_stands_in_the_ledger_with_who_and_why(people) -> None:
    unit = apply()
    actions.reject_organisation(people("yz.officer"), organisation=USCC, reason="材料不全")
    entry = LedgerEntry.objects.get(verb="parties.organisation.reject")
    assert (entry.actor_name, entry.object_name) == ("yz.officer", "渝中新厂")
    assert entry.object.endswith(str(unit.pk)) and "材料不全" in str(entry.after)
