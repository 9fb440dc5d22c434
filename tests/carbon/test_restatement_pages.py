"""Pages of restatements, role by role: the owner decides, the regulator sees, the issuer gets counts, others nothing."""

from __future__ import annotations

import pytest
from django.test import Client
from tests.carbon import world
from tests.carbon.test_pages import BACKEND, text_of
from tests.carbon.test_restating import proposed, revoke
from tests.carbon.test_statement import ROWS, certified

from quanheng.apps.carbon import actions as carbon
from quanheng.apps.parties import queries as parties
from quanheng.apps.records import events
from quanheng.apps.records.registries import todo_list


@pytest.fixture
def statement(plant, tmp_path):
    certified(plant)
    world.wet_stack(plant)
    world.readings(plant["clerk"], tmp_path, ROWS)
    events.deliver_pending()
    return carbon.state(plant["clerk"], site="S1", year=2025)


@pytest.fixture
def row(statement, plant):
    revoke(plant)
    return proposed()


def browser(login: str) -> Client:
    """Signed in; whose role asks for a second factor has one."""
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    person = parties.person(login)
    if parties.needs_second_factor(person) and not person.authenticator_set.exists():
        TOTP.activate(person, generate_totp_secret())
    client = Client()
    client.force_login(person, backend=BACKEND)
    return client


def page(login: str, row) -> str:
    response = browser(login).get(f"/carbon/restatements/{row.pk}/")
    return (
        text_of(response).replace("\u00a0", " ") if response.status_code == 200 else str(response.status_code)
    )


def test_owner_sees_both_figures_cause_touched_hours_and_months_and_may_decide(row, statement) -> None:
    shown = page("clerk", row)
    # kg, U = 2u: before, analyser 8.84, flow 0.30·20·density = 11.8, drawn 5.62; after, flow 10 % of 903 = 90.3
    for words in (
        statement.number, row.number, "0.903 ± 0.032 t", "0.90 ± 0.18 t", "LAB/C-FL 被撤销：标准器超差",
        "3 个读数，3 小时", "3 月", "确认重述", "不采纳重述",
    ):  # fmt: skip
        assert words in shown, words


def test_page_draws_the_touched_days_and_links_the_certificate(row) -> None:
    html = browser("clerk").get(f"/carbon/restatements/{row.pk}/").content.decode()
    assert f"/laboratory/certificates/{row.causes[0]['id']}/" in html
    assert 'x="16.16%"' in html  # 1 March is day 60 of 365: 59/365


def test_regulator_sees_and_does_not_decide_and_others_find_nothing(row) -> None:
    shown = page("officer", row)
    assert row.number in shown and "不采纳重述" not in shown
    for login in ("neighbour", "technician", "signatory", "stranger"):
        assert page(login, row) == "404", login
        assert row.number not in text_of(browser(login).get("/carbon/restatements/")), login
    assert Client().get(f"/carbon/restatements/{row.pk}/").status_code == 302


def test_issuer_sees_whom_to_tell_with_counts_and_no_tonnes(row) -> None:
    shown = text_of(browser("signatory").get("/carbon/fallen/"))
    assert "C-FL" in shown and "示例热电厂" in shown
    assert row.number not in shown and "0.90" not in shown
    for login in ("stranger", "neighbour"):
        assert "C-FL" not in text_of(browser(login).get("/carbon/fallen/")), login


def test_each_finds_his_matter_among_what_waits(row, plant) -> None:
    waits = {login: [(t.number, t.title) for t in todo_list(plant[login])] for login in plant}
    assert any(number == row.number and "确认重述" in title for number, title in waits["clerk"])
    assert any(number == row.number and "等企业确认" in title for number, title in waits["officer"])
    assert any(number == "C-FL" and "示例热电厂" in title for number, title in waits["signatory"])
    for login in ("neighbour", "stranger"):
        assert not [n for n, _ in waits[login] if n in (row.number, "C-FL")]


def test_old_page_says_that_it_is_under_restatement_then_replaced_and_links(row, statement, plant) -> None:
    client = browser("clerk")
    html = client.get(f"/carbon/statements/{statement.pk}/").content.decode()
    assert "有一项重述等待确认" in html and f"/carbon/restatements/{row.pk}/" in html
    carbon.confirm(plant["clerk"], statement=row.number)
    html = client.get(f"/carbon/statements/{statement.pk}/").content.decode()
    assert "这一版已被替换" in html and row.number in html
    assert "这一版是一项重述" in text_of(client.get(f"/carbon/statements/{row.pk}/"))


def test_declined_one_says_why_and_offers_no_act(row, plant) -> None:
    carbon.decline(plant["clerk"], statement=row.number, reason="证书已由另一家机构复核")
    shown = page("officer", row)
    assert "证书已由另一家机构复核" in shown and "未采纳" in shown
    assert "/do/carbon.restatement.confirm/" not in browser("clerk").get(
        f"/carbon/restatements/{row.pk}/"
    ).content.decode()  # fmt: skip


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_lists_open_for_everybody(row, language) -> None:
    for login in ("clerk", "officer", "signatory", "neighbour"):
        client = browser(login)
        client.cookies["django_language"] = language
        for address in ("/carbon/restatements/", "/carbon/fallen/", "/carbon/restatements/?export=xlsx"):
            assert client.get(address).status_code == 200, (login, address)


def test_forms_of_both_acts_open_for_the_owner_only(row) -> None:
    for verb in ("carbon.restatement.confirm", "carbon.restatement.decline"):
        assert browser("clerk").get(f"/do/{verb}/?statement={row.number}").status_code == 200
        assert browser("officer").get(f"/do/{verb}/?statement={row.number}").status_code == 403
        assert browser("neighbour").get(f"/do/{verb}/?statement={row.number}").status_code == 403
    assert browser("clerk").get("/do/carbon.restatement.propose/").status_code == 404
