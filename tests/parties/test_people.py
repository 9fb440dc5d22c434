"""Personal data: who reads them in full, what the others see, and what is left when they are erased."""

from __future__ import annotations

import pytest

from quanheng.apps.parties import actions, masking, queries
from quanheng.apps.parties.models import Person
from quanheng.apps.records import personal
from quanheng.apps.records.action import SYSTEM
from quanheng.apps.records.fields import masked, visible_fields
from quanheng.apps.records.models import LedgerEntry
from quanheng.apps.records.verify import verify
from quanheng.errors import BadInput, Refused

PHONE, MAIL = "13812341234", "he.lixin@example.cn"


@pytest.fixture
def clerk(people) -> Person:
    return actions.change_person(people("e1.clerk"), login="e1.clerk", phone=PHONE, email=MAIL)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("13812341234", "138****1234"),
        ("he.lixin@example.cn", "h***@example.cn"),
        ("110105194912310028", "110*************28"),
        ("1234567", "***"),
        ("", ""),
        ("@example.cn", "***@example.cn"),
    ],
)
def test_the_form_of_masked_data(text, shown) -> None:
    assert masked(text) == shown


@pytest.mark.parametrize(
    ("login", "full"),
    [
        ("e1.clerk", True), ("e1.manager", True), ("e2.manager", False), ("yz.officer", False),
        ("cq.officer", False), ("cq.system", False), ("cq.security", False), ("cq.audit", False),
    ],
)  # fmt: skip
def test_the_person_and_his_manager_read_in_full_on_pages_and_programs_alike(
    clerk, people, login, full
) -> None:
    wanted = {"phone": PHONE if full else "138****1234", "email": MAIL if full else "h***@example.cn"}
    contact = masking.contact(people(login), clerk)
    fields = visible_fields(people(login), clerk)
    for name, value in wanted.items():
        assert (contact[name], fields[name]) == (value, value)


def test_a_deputy_reads_his_own_data_and_not_those_of_his_principal(people) -> None:
    actions.change_person(people("e1.manager"), login="e1.manager", phone=PHONE)
    actions.register_person(people("e1.manager"), login="e1.third", name="第三人", organisation="E1")
    actions.grant_role(people("cq.security"), login="e1.manager", organisation="E1", role="enterprise_clerk")
    from quanheng.apps.parties.policy import today

    lent = actions.appoint_deputy(
        people("e1.manager"), deputy="e1.third", role="enterprise_clerk",
        valid_from=today(), valid_to=today(), reason="出差",
    )  # fmt: skip
    deputy = queries.actor_for(queries.person("e1.third"), on_behalf=lent.pk)
    assert masking.contact(deputy, queries.person("e1.manager"))["phone"] == "138****1234"


def test_everybody_changes_the_own_contact_data_and_nobody_elses(clerk, people) -> None:
    for login in ("e2.manager", "cq.officer", "yz.officer", "cq.security", "hb.system", "visitor"):
        with pytest.raises(Refused):
            actions.change_person(people(login), login="e1.clerk", phone="1")
    with pytest.raises(BadInput, match="nothing to change"):
        actions.change_person(people("e1.clerk"), login="e1.clerk")


def test_personal_data_stand_nowhere_in_the_ledger(clerk) -> None:
    written = str(list(LedgerEntry.objects.values_list("before", "after", "object_name")))
    assert PHONE not in written and MAIL not in written


# ---- erasing -------------------------------------------------------------------------------------------------


@pytest.fixture
def erased(clerk, people) -> Person:
    actions.stop_person(people("cq.security"), login="e1.clerk", reason="离职")
    return actions.erase_person(people("cq.security"), login="e1.clerk", reason="本人要求")


def test_erasing_takes_the_data_and_keeps_name_acts_and_a_ledger_that_verifies(erased, clerk) -> None:
    row = Person.objects.get(pk=clerk.pk)
    assert (row.email, row.phone, row.id_number) == ("", "", "")
    assert (row.login, row.name) == ("e1.clerk", "e1.clerk")
    assert not row.has_usable_password()
    assert LedgerEntry.objects.filter(actor=row.urn, actor_name="e1.clerk").exists()
    findings = verify()
    assert findings.ok, [str(fault) for fault in findings.faults]
    assert personal.key_for(row.pk) is None


def test_erasing_is_for_stopped_accounts_and_happens_once(clerk, people) -> None:
    with pytest.raises(BadInput, match="stop the account first"):
        actions.erase_person(people("cq.security"), login="e1.clerk", reason="本人要求")
    actions.stop_person(people("cq.security"), login="e1.clerk", reason="离职")
    for login in ("e1.manager", "cq.system", "hb.security", "e1.clerk"):
        with pytest.raises((Refused, BadInput)):
            actions.erase_person(
                people(login) if login != "e1.clerk" else clerk, login="e1.clerk", reason="试一试"
            )
    actions.erase_person(people("cq.security"), login="e1.clerk", reason="本人要求")
    with pytest.raises(BadInput):
        actions.erase_person(people("cq.security"), login="e1.clerk", reason="再来")


# ---- memberships ---------------------------------------------------------------------------------------------


def test_a_person_works_once_in_one_organisation_at_a_time(people) -> None:
    with pytest.raises(BadInput):
        actions.join(SYSTEM, login="e1.clerk", organisation="E1")
    actions.end_membership(people("e1.manager"), login="e1.clerk", organisation="E1")
    with pytest.raises(BadInput, match="does not work there"):
        actions.end_membership(people("e1.manager"), login="e1.clerk", organisation="E1")
    actions.join(people("e1.manager"), login="e1.clerk", organisation="E1")
    assert queries.roles_of(people("e1.clerk")) == [], "an old role does not come back with the place"


def test_a_login_name_is_taken_once_and_has_a_form(people) -> None:
    for login in ("e1.clerk", "E1.new", "1x", "a", "new boss", "新人"):
        with pytest.raises(BadInput):
            actions.register_person(SYSTEM, login=login, name="新人", organisation="E1")


def test_a_stopped_person_is_nobody_to_the_platform(people) -> None:
    actions.stop_person(people("cq.security"), login="cq.officer", reason="离职")
    with pytest.raises(BadInput, match="unknown person"):
        queries.person("cq.officer")
    row = Person.objects.get(login="cq.officer")
    assert list(queries.organisations(row)) == []
