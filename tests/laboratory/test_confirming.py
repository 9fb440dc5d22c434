"""The issuer stands for what a holder entered from paper: who may, once, and never whoever entered it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone
from tests.carbon import world
from tests.laboratory.test_pages import browser, text_of

from quanheng.apps.laboratory import actions, queries
from quanheng.apps.laboratory.models import Certificate
from quanheng.apps.parties import actions as parties_acts
from quanheng.apps.parties import queries as parties
from quanheng.apps.records.action import REGISTRY, SYSTEM, read_input
from quanheng.apps.records.models import LedgerEntry
from quanheng.apps.records.registries import todo_list
from quanheng.errors import BadInput, Refused

TABLE = [("5", "0.1", "0.2"), ("15", "0.1", "0.2")]
# role of a person of the issuer | may he confirm what the holder entered
ISSUER_ROLES = {
    "technician": True,
    "checker": True,
    "signatory": True,
    "centre_manager": True,
    "expert": False,
}


def enter(actor, number: str = "N-1", issuer: str = "LAB"):
    return world.certificate(
        actor, number, "AN", "%", TABLE, ("5", "15"), ("2024-01-01", None), issuer=issuer
    )


@pytest.fixture
def entered(cast):
    """A certificate of LAB that the clerk of the plant entered from paper."""
    world.instrument(cast["clerk"], "AN", "co2_concentration", "%")
    enter(cast["clerk"])
    return cast


def allowed(actor, certificate: str = "LAB/N-1") -> bool:
    spec = REGISTRY["laboratory.certificate.confirm"]
    return spec.policy(actor, read_input(spec, {"certificate": certificate})).ok


def colleague(login: str, role: str, unit: str = "LAB"):
    parties_acts.register_person(SYSTEM, login=login, name=login, organisation=unit)
    parties_acts.grant_role(SYSTEM, login=login, organisation=unit, role=role)
    return parties.actor_for(parties.person(login))


def test_only_the_issuer_confirms_and_nobody_else_of_the_cast(entered) -> None:
    assert {login for login, actor in entered.items() if allowed(actor)} == {"technician", "signatory"}


@pytest.mark.parametrize("role", sorted(ISSUER_ROLES))
def test_role_matrix_of_the_issuers_people(entered, role) -> None:
    assert allowed(colleague("somebody", role)) is ISSUER_ROLES[role]


def test_confirmation_says_who_and_when_and_is_in_the_ledger(entered) -> None:
    before = dt.datetime.now(dt.UTC)
    made = actions.confirm_certificate(entered["technician"], certificate="LAB/N-1")
    made.refresh_from_db()
    assert (made.entered_by, made.confirmed_by) == ("confirmed", entered["technician"].urn)
    assert before <= made.confirmed_at <= dt.datetime.now(dt.UTC)
    entry = LedgerEntry.objects.get(verb="laboratory.certificate.confirm")
    assert (entry.actor, entry.object_name) == (entered["technician"].urn, "N-1")
    (change,) = entry.after.values()
    assert change["entered_by"] == "confirmed"


def test_earlier_moment_still_knows_it_as_unconfirmed(entered) -> None:
    row = Certificate.objects.get()
    before = dt.datetime.now(dt.UTC)
    actions.confirm_certificate(entered["technician"], certificate="LAB/N-1")
    known = [
        queries.certificates_of([str(row.instrument_id)], when)[0].entered_by
        for when in (before, dt.datetime.now(dt.UTC))
    ]
    assert known == ["holder", "confirmed"]


def test_who_entered_it_does_not_confirm_it_even_when_he_works_for_the_issuer_now(entered) -> None:
    parties_acts.join(SYSTEM, login="clerk", organisation="LAB")
    parties_acts.grant_role(SYSTEM, login="clerk", organisation="LAB", role="technician")
    both = parties.actor_for(parties.person("clerk"))
    with pytest.raises(Refused, match="不能自己确认"):
        actions.confirm_certificate(both, certificate="LAB/N-1")
    assert Certificate.objects.get().unconfirmed
    assert not [one for one in todo_list(both) if one.number == "N-1"]


def test_who_answers_for_the_program_that_entered_it_does_not_confirm_it(entered) -> None:
    key = parties_acts.issue_key(
        SYSTEM, organisation="PLANT", login="clerk", name="程序", scopes=["laboratory.certificate:write"],
        valid_to=timezone.localdate() + dt.timedelta(30),
    )  # fmt: skip
    enter(parties.key_holder(key.secret), "BY-KEY")
    parties_acts.join(SYSTEM, login="clerk", organisation="LAB")
    parties_acts.grant_role(SYSTEM, login="clerk", organisation="LAB", role="technician")
    assert not allowed(parties.actor_for(parties.person("clerk")), "LAB/BY-KEY")
    assert allowed(entered["signatory"], "LAB/BY-KEY")


def test_neither_what_the_issuer_entered_nor_what_it_confirmed_or_revoked_is_confirmed(entered) -> None:
    enter(entered["technician"], "N-2")
    actions.confirm_certificate(entered["technician"], certificate="LAB/N-1")
    enter(entered["clerk"], "N-3")
    actions.revoke_certificate(entered["signatory"], certificate="LAB/N-3", reason="不是本院出具")
    for number, told in (("N-1", "no confirmation"), ("N-2", "no confirmation"), ("N-3", "not in force")):
        with pytest.raises(BadInput, match=told):
            actions.confirm_certificate(entered["signatory"], certificate=f"LAB/{number}")


def test_confirmed_certificate_may_replace_an_older_one(entered) -> None:
    enter(entered["technician"], "OLD")
    given = {"certificate": "LAB/OLD", "by": "LAB/N-1", "reason": "换发新证书"}
    with pytest.raises(BadInput, match="neither entered nor confirmed"):
        actions.replace_certificate(entered["signatory"], **given)
    actions.confirm_certificate(entered["technician"], certificate="LAB/N-1")
    assert actions.replace_certificate(entered["signatory"], **given).state == "replaced"


def test_issuer_finds_it_waiting_and_the_page_offers_it_until_it_is_done(entered) -> None:
    address = f"/laboratory/certificates/{Certificate.objects.get().pk}/"
    waits = {login for login, actor in entered.items() if "N-1" in [t.number for t in todo_list(actor)]}
    assert waits == {"technician", "signatory"}
    offered = {login for login in ("technician", "clerk", "officer") if _offers(login, address)}
    assert offered == {"technician"}
    actions.confirm_certificate(entered["technician"], certificate="LAB/N-1")
    assert not _offers("signatory", address) and not todo_list(entered["signatory"])
    shown = text_of(browser("clerk").get(address)).replace(" ", "")
    assert "出具单位确认示例计量院technician" in shown
    assert "出具单位已确认" in shown and "出具单位未确认" not in shown


def _offers(login: str, address: str) -> bool:
    return "/do/laboratory.certificate.confirm/" in browser(login).get(address).content.decode()


def test_page_says_where_the_issuer_does_not_work_here(entered) -> None:
    parties_acts.register_organisation(SYSTEM, code="FAR", name="外地计量院", kind="centre", authority="BUR")
    far = enter(entered["clerk"], "F-1", "FAR")
    pages = {row.number: f"/laboratory/certificates/{row.pk}/" for row in Certificate.objects.all()}
    assert far.unconfirmed and set(pages) == {"N-1", "F-1"}
    told = {number for number, url in pages.items() if "没有使用本平台" in text_of(browser("clerk").get(url))}
    assert told == {"F-1"}
