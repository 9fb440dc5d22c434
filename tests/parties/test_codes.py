"""One-time codes and passwords: a code works once, for its person, for a time, and the last one issued only."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.utils import timezone

from quanheng.apps.parties import actions, queries
from quanheng.apps.parties.policy import VISITOR
from quanheng.apps.records import events
from quanheng.apps.records.models import LedgerEntry, Notification
from quanheng.errors import BadInput, Refused

GOOD = "correct horse battery staple"


@pytest.fixture
def code(people) -> str:
    return actions.issue_code(people("e1.manager"), login="e1.clerk", purpose="new_account")


def use(code: str, login: str = "e1.clerk", password: str = GOOD):
    return actions.set_password(VISITOR, login=login, code=code, password=password)


def test_a_code_sets_a_password_that_then_holds(code) -> None:
    use(code)
    assert queries.person("e1.clerk").check_password(GOOD)


def test_small_letters_and_blanks_around_a_code_do_no_harm(code) -> None:
    use(f"  {code.lower()} ")
    assert queries.person("e1.clerk").check_password(GOOD)


def test_a_code_works_once(code) -> None:
    use(code)
    with pytest.raises(Refused):
        use(code, password="another good long password")
    assert queries.person("e1.clerk").check_password(GOOD)


def test_a_later_code_makes_the_earlier_one_void(code, people) -> None:
    later = actions.issue_code(people("e1.manager"), login="e1.clerk")
    with pytest.raises(Refused):
        use(code)
    use(later)


@pytest.mark.parametrize(
    ("purpose", "after", "holds"),
    [
        ("new_account", dt.timedelta(days=7, minutes=-1), True),
        ("new_account", dt.timedelta(days=7, minutes=1), False),
        ("lost_password", dt.timedelta(hours=2, minutes=-1), True),
        ("lost_password", dt.timedelta(hours=2, minutes=1), False),
    ],
)
def test_a_code_lasts_seven_days_for_a_new_account_and_two_hours_for_a_lost_password(
    people, monkeypatch, purpose, after, holds
) -> None:
    code = actions.issue_code(people("e1.manager"), login="e1.clerk", purpose=purpose)
    moment = timezone.now() + after
    monkeypatch.setattr(timezone, "now", lambda: moment)
    if holds:
        use(code)
    else:
        with pytest.raises(Refused):
            use(code)


def test_wrong_name_wrong_code_and_stopped_account_are_told_in_the_same_words(code, people) -> None:
    told = set()
    for given in ({"login": "e1.manager"}, {"login": "nobody.here"}, {"code": "AAAAA-BBBBB-CCCCC-DDDDD"}):
        with pytest.raises(Refused) as no:
            use(**{"code": code, **given})
        told.add(no.value.line())
    actions.stop_person(people("cq.security"), login="e1.clerk", reason="离职")
    with pytest.raises(Refused) as no:
        use(code)
    assert told | {no.value.line()} == told


@pytest.mark.parametrize(
    "weak",
    ["elevenchars", "314159265358", "e1.clerk2026", "qwerty123456"],
    ids=["eleven characters", "digits only", "like the login name", "among the common ones"],
)
def test_a_weak_password_is_refused_and_the_code_stays_good(code, weak) -> None:
    with pytest.raises(BadInput) as bad:
        use(code, password=weak)
    assert {problem.field for problem in bad.value.problems} == {"password"}
    use(code)


def test_neither_code_nor_password_stands_in_the_ledger_or_in_the_database(code) -> None:
    use(code)
    written = str(list(LedgerEntry.objects.values_list("before", "after", "object_name")))
    assert code not in written and GOOD not in written
    assert queries.digest_of(code) not in written, "the digest of a code is recorded as a commitment only"
    assert code not in str(list(queries.person("e1.clerk").codes.values()))


def test_a_code_is_long_and_made_of_letters_that_nobody_confuses(code) -> None:
    assert re.fullmatch(r"([2-9A-HJKMNP-Z]{5}-){3}[2-9A-HJKMNP-Z]{5}", code)


def test_the_person_is_told_who_issued_a_code(code, people) -> None:
    events.deliver_pending()
    notice = Notification.objects.get(person=queries.person("e1.clerk").pk, kind="parties.code.issued")
    assert "e1.manager" in notice.text and code not in notice.text


def test_a_stopped_account_gets_no_code(people) -> None:
    actions.stop_person(people("cq.security"), login="e1.clerk", reason="离职")
    with pytest.raises(BadInput, match="unknown person"):
        actions.issue_code(people("cq.security"), login="e1.clerk")


# ---- who may issue one for whom -------------------------------------------------------------------------------


def test_a_manager_issues_the_first_code_of_a_technician_but_not_a_later_one(people) -> None:
    """With a later one he could sign in as the technician and check his own papers."""
    first = actions.issue_code(people("cen.manager"), login="cen.technician", purpose="new_account")
    use(first, login="cen.technician")
    with pytest.raises(Refused) as no:
        actions.issue_code(people("cen.manager"), login="cen.technician")
    assert "安全管理员" in no.value.line()
    actions.issue_code(people("cq.security"), login="cen.technician")


@pytest.mark.parametrize(
    ("actor", "login"),
    [
        ("cq.system", "cq.security"), ("cq.system", "e1.clerk"), ("cq.audit", "cq.security"),
        ("cq.officer", "e1.manager"), ("yz.officer", "e1.clerk"), ("e1.clerk", "e1.manager"),
        ("e1.manager", "e2.manager"), ("e1.manager", "cq.officer"), ("hb.security", "cq.officer"),
        ("cq.security", "ops.system"), ("visitor", "e1.clerk"), ("e1.clerk", "e1.clerk"),
    ],
)  # fmt: skip
def test_nobody_else_issues_a_code(people, actor, login) -> None:
    with pytest.raises(Refused):
        actions.issue_code(people(actor), login=login)


def test_a_password_is_taken_as_it_was_typed_with_blanks_at_its_ends(code) -> None:
    use(code, password="  weigh me twice 2026 ")
    person = queries.person("e1.clerk")
    assert person.check_password("  weigh me twice 2026 ")
    assert not person.check_password("weigh me twice 2026")


def test_a_password_that_is_too_long_is_not_repeated_in_the_message(code) -> None:
    with pytest.raises(BadInput) as refused:
        use(code, password="weigh-me-twice" * 20)
    assert "weigh" not in str(refused.value)
