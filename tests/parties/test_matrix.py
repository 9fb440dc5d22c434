"""Who may do each act of this app, by role and by place, written by hand; whoever is not named is refused.

The table is read as: this act, with these words, is open to these people of `cast.py` and to nobody else.
"""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone
from tests.parties.cast import EVERYBODY

from quanheng.apps.parties.models import ApiKey, Deputy, RoleGrant
from quanheng.apps.parties.queries import person
from quanheng.apps.records.action import REGISTRY, SYSTEM, read_input
from quanheng.errors import BadInput

TODAY = timezone.localdate()
LATER = (TODAY + dt.timedelta(days=30)).isoformat()
UNIT = {"code": "NEW", "name": "新示例厂", "kind": "enterprise"}
PERSON = {"login": "new.person", "name": "新人"}
WHY = {"reason": "试一试"}
DIVISION = {"name": "某新区", "level": "county", "source": "示例"}
EXPERT = {"login": "cen.technician", "fields": ["压力"], "employer": "示例计量院"}
QUALIFIED = {"kind": "verifier", "item": "压力 1204", "issued_on": "2026-01-05"}
KEY = {"name": "示例程序", "scopes": ["monitoring.batch:write"], "valid_to": LATER}
PARTNER = {"partner": "CEN", "purpose": "示例合作", "valid_from": "2026-01-05"}
PASSWORD = {"login": "e1.clerk", "code": "AAAAA-AAAAA-AAAAA", "password": "a long enough password"}
APPLY = {
    "uscc": "91350100M000100Y43", "name": "新示例厂", "division": "500103", "authority": "CQ",
    "contact": "新人", "login": "new.person", "password": "a long enough password",
}  # fmt: skip
ALL = "everybody"

# act | words | open to
MATRIX: list[tuple[str, dict, str]] = [
    # a unit is entered by the administrators of its authority and by its officers; a bureau by the operator
    ("parties.organisation.register", {**UNIT, "authority": "CQ"}, "ops.system cq.system cq.officer"),
    ("parties.organisation.register", {**UNIT, "authority": "HB"}, "ops.system hb.system hb.officer"),
    ("parties.organisation.register", {**UNIT, "kind": "local_bureau", "authority": "CQ"}, "ops.system cq.system"),
    ("parties.organisation.register", {**UNIT, "kind": "bureau"}, "ops.system"),
    ("parties.organisation.register", {**UNIT, "kind": "operator"}, ""),
    ("parties.organisation.register", UNIT, "ops.system"),
    ("parties.organisation.apply", APPLY, ALL),
    # the district of the place or the authority decides; nobody decides on himself
    ("parties.organisation.confirm", {"organisation": "E1"}, "cq.officer yz.officer"),
    ("parties.organisation.confirm", {"organisation": "E2"}, "cq.officer jl.officer"),
    ("parties.organisation.confirm", {"organisation": "E3"}, "hb.officer"),
    ("parties.organisation.reject", {"organisation": "E1", **WHY}, "cq.officer yz.officer"),
    ("parties.organisation.reject", {"organisation": "E3", **WHY}, "hb.officer"),
    ("parties.organisation.change", {"organisation": "E1", "address": "某路 1 号"}, "e1.manager cq.officer yz.officer"),
    ("parties.organisation.change", {"organisation": "E1", "name": "改名厂"}, "cq.officer yz.officer"),
    ("parties.organisation.change", {"organisation": "E1", "division": "500107"}, "cq.officer"),
    ("parties.organisation.change", {"organisation": "CEN", "name": "改名院"}, "cq.officer"),
    ("parties.organisation.close", {"organisation": "E1", **WHY}, "cq.officer"),
    ("parties.organisation.close", {"organisation": "E3", **WHY}, "hb.officer"),
    ("parties.organisation.close", {"organisation": "CQ", **WHY}, ""),
    ("parties.partnership.name", {"organisation": "E1", **PARTNER}, "e1.manager"),
    # people are kept by the system administrators of their authority and by their own manager
    ("parties.person.register", {**PERSON, "organisation": "E1"}, "ops.system cq.system e1.manager"),
    ("parties.person.register", {**PERSON, "organisation": "CEN"}, "ops.system cq.system cen.manager"),
    ("parties.person.register", {**PERSON, "organisation": "CQ"}, "ops.system cq.system"),
    ("parties.person.register", {**PERSON, "organisation": "E3"}, "ops.system hb.system e3.manager"),
    ("parties.person.change", {"login": "e1.clerk", "phone": "1"}, "ops.system cq.system e1.manager e1.clerk"),
    ("parties.person.change", {"login": "hb.officer", "phone": "1"}, "ops.system hb.system hb.officer"),
    ("parties.person.stop", {"login": "e1.clerk", **WHY}, "ops.security cq.security e1.manager"),
    ("parties.person.stop", {"login": "cq.officer", **WHY}, "ops.security cq.security"),
    ("parties.person.stop", {"login": "cq.security", **WHY}, "ops.security"),
    ("parties.person.resume", {"login": "e1.clerk", **WHY}, "ops.security cq.security"),
    ("parties.person.erase", {"login": "e1.clerk", **WHY}, "ops.security cq.security"),
    ("parties.membership.begin", {"login": "e1.clerk", "organisation": "CEN"}, "ops.system cq.system"),
    ("parties.membership.begin", {"login": "e1.clerk", "organisation": "E3"}, "ops.system"),
    ("parties.membership.end", {"login": "e1.clerk", "organisation": "E1"}, "ops.system cq.system e1.manager"),
    # roles are given by the security administrators, working roles also by the manager; never to oneself
    ("parties.role.grant", {"login": "e1.clerk", "organisation": "E1", "role": "enterprise_manager"}, "ops.security cq.security"),
    ("parties.role.grant", {"login": "e1.manager", "organisation": "E1", "role": "enterprise_clerk"}, "ops.security cq.security"),
    ("parties.role.grant", {"login": "cen.expert", "organisation": "CEN", "role": "checker"}, "ops.security cq.security cen.manager"),
    ("parties.role.grant", {"login": "e3.manager", "organisation": "E3", "role": "enterprise_clerk"}, "ops.security hb.security"),
    ("parties.role.withdraw", {"grant": "e1.clerk", **WHY}, "ops.security cq.security e1.manager"),
    ("parties.role.withdraw", {"grant": "e1.manager", **WHY}, "ops.security cq.security"),
    ("parties.role.withdraw", {"grant": "hb.officer", **WHY}, "ops.security hb.security"),
    ("parties.deputy.appoint", {"deputy": "e1.clerk", "role": "enterprise_manager", "valid_from": TODAY.isoformat(), "valid_to": LATER, **WHY}, "e1.manager"),
    ("parties.deputy.end", {"deputy": "the only one"}, "ops.security cq.security e1.manager e1.clerk"),
    # keys and codes
    ("parties.key.issue", {"organisation": "E1", "login": "e1.clerk", **KEY}, "ops.security cq.security e1.manager"),
    ("parties.key.revoke", {"key": "the only one", **WHY}, "ops.security cq.security e1.manager e1.clerk"),
    ("parties.code.issue", {"login": "e1.clerk"}, "ops.security cq.security e1.manager"),
    ("parties.code.issue", {"login": "cq.officer"}, "ops.security cq.security"),
    ("parties.code.issue", {"login": "e3.manager"}, "ops.security hb.security"),
    ("parties.password.set", PASSWORD, ALL),
    ("parties.password.change", {"login": "e1.clerk", "password": "weigh-me-twice-2026"}, "e1.clerk"),
    ("parties.session.start", {"login": "e1.clerk"}, "e1.clerk"),
    ("parties.session.end", {"login": "e1.clerk"}, "e1.clerk"),
    ("parties.session.refuse", {"login": "e1.clerk"}, ""),
    # experts are the authority's own, qualifications the centre's own
    ("parties.expert.enrol", {"authority": "CQ", **EXPERT}, "cq.officer"),
    ("parties.expert.release", {"authority": "HB", "login": "cen.expert"}, "hb.officer"),
    ("parties.qualification.record", {"organisation": "CEN", "login": "cen.technician", **QUALIFIED}, "cen.manager"),
    # divisions are common to all
    ("parties.division.load", {}, ""),
    ("parties.division.register", DIVISION, "ops.system"),
    ("parties.division.succeed", {"old": "500103", "new": "500107", "on": "2026-01-05", "source": "示例"}, "ops.system"),
]  # fmt: skip


def words(verb: str, given: dict) -> dict:
    """The words of a row, with the ids that only the database knows."""
    found = dict(given)
    if verb == "parties.role.withdraw":
        found["grant"] = RoleGrant.objects.get(person__login=given["grant"]).pk
    if verb == "parties.deputy.end":
        found["deputy"] = Deputy.objects.get().pk
    if verb == "parties.key.revoke":
        found["key"] = ApiKey.objects.get().prefix
    return found


@pytest.fixture
def entered(people):
    """The cast, with one deputy and one key."""
    from quanheng.apps.parties import actions

    actions.appoint_deputy(
        people("e1.manager"), deputy="e1.clerk", role="enterprise_manager",
        valid_from=TODAY, valid_to=TODAY + dt.timedelta(days=30), reason="出差",
    )  # fmt: skip
    actions.issue_key(people("e1.manager"), organisation="E1", login="e1.clerk", **KEY)
    return people


def allowed(verb: str, given: dict, people) -> set[str]:
    """To whom the policy of an act says yes."""
    spec = REGISTRY[verb]
    values = read_input(spec, words(verb, given))
    return {login for login in EVERYBODY if _says_yes(spec, people(login), values)}


def _says_yes(spec, actor, values) -> bool:
    try:
        return spec.policy(actor, values).ok
    except BadInput:
        return False


def test_SYS_04_each_act_is_open_to_those_named_here_and_to_nobody_else(entered) -> None:
    wrong = {}
    for verb, given, named in MATRIX:
        expected = set(EVERYBODY) if named == ALL else set(named.split())
        found = allowed(verb, given, entered)
        if found != expected:
            wrong[f"{verb} {given}"] = {"too many": found - expected, "too few": expected - found}
    assert wrong == {}


def test_every_act_of_this_app_stands_in_the_table() -> None:
    acts = {verb for verb, spec in REGISTRY.items() if spec.app == "parties"}
    assert acts == {verb for verb, _given, _named in MATRIX}


def test_a_stopped_person_may_do_nothing(people) -> None:
    from quanheng.apps.parties import actions

    officer = person("cq.officer")
    actions.stop_person(SYSTEM, login="cq.officer", reason="离职")
    officer.refresh_from_db()
    given = read_input(REGISTRY["parties.organisation.confirm"], {"organisation": "E1"})
    assert not REGISTRY["parties.organisation.confirm"].policy(officer, given).ok
