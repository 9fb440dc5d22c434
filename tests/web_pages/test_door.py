"""The door: sign-in, second factor, lock-out, time-outs, lost password, registration, deputies."""

from __future__ import annotations

import datetime as dt
import time

import lxml.html
import pytest
from django.test import Client
from tests.web_pages import world as made

from quanheng.apps.parties import actions
from quanheng.apps.parties.models import Organisation, Person
from quanheng.apps.records.models import LedgerEntry

LOGIN = "/accounts/login/"
LOST = "/accounts/password/lost/"


def text(response) -> str:
    return " ".join(lxml.html.document_fromstring(response.content.decode()).text_content().split())


def sign_in(client: Client, login: str, password: str = made.PASSWORD, **more):
    return client.post(LOGIN, {"login": login, "password": password, **more})


# ---- sign-in and second factor ------------------------------------------------------------------------------------


def test_an_enterprise_clerk_signs_in_with_name_and_password(world, client):
    assert sign_in(client, "sunli").headers["Location"] == "/"
    assert client.get("/").status_code == 200
    assert LedgerEntry.objects.latest("seq").verb == "parties.session.start"


def test_staff_without_a_second_factor_are_led_to_enrolment_and_see_nothing_else(world, client):
    sign_in(client, "chenjing")
    for address in (
        "/",
        "/done/",
        "/search/?q=a",
        "/deputies/",
        "/do/parties.organisation.register/",
        "/parties/",
    ):
        response = client.get(address)
        assert (response.status_code, response.headers["Location"]) == (
            302,
            "/accounts/2fa/totp/activate/",
        ), address


def test_recovery_codes_alone_are_no_second_factor(world, client):
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

    RecoveryCodes.activate(world["chenjing"])
    client.force_login(world["chenjing"], backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/").headers["Location"] == "/accounts/2fa/totp/activate/"


def test_enrolment_through_the_page_opens_the_workbench_and_gives_recovery_codes(world, client):
    sign_in(client, "chenjing")
    page = client.get("/accounts/2fa/totp/activate/")
    secret = (
        lxml.html.document_fromstring(page.content.decode()).get_element_by_id("authenticator_secret").text
    )
    response = client.post(
        "/accounts/2fa/totp/activate/", {"code": made.code_for(secret.strip())}, follow=True
    )
    assert response.redirect_chain[-1][0] == "/accounts/2fa/recovery-codes/"
    assert client.get("/").status_code == 200


def test_a_wrong_code_does_not_enrol(world, client):
    sign_in(client, "chenjing")
    client.get("/accounts/2fa/totp/activate/")
    assert "口令不对" in text(client.post("/accounts/2fa/totp/activate/", {"code": "000000"}))
    assert not world["chenjing"].authenticator_set.exists()


def test_who_has_a_second_factor_is_not_in_before_it_is_given(world, client):
    secret = made.enrol(world["chenjing"])
    assert sign_in(client, "chenjing").headers["Location"] == "/accounts/2fa/authenticate/"
    assert client.get("/done/").headers["Location"].startswith(LOGIN)
    client.post("/accounts/2fa/authenticate/", {"code": made.code_for(secret)})
    assert client.get("/done/").status_code == 200


def test_the_secret_of_a_second_factor_is_sealed_in_the_database(world):
    secret = made.enrol(world["chenjing"])
    assert secret not in str(world["chenjing"].authenticator_set.get().data)


def test_a_second_factor_taken_away_shuts_the_workbench_again(signed_in, world):
    client = signed_in("chenjing")
    assert client.get("/").status_code == 200
    world["chenjing"].authenticator_set.all().delete()
    session = client.session
    session["factor_checked"] = [str(world["chenjing"].pk), int(time.time()) - 301]
    session.save()
    assert client.get("/").headers["Location"] == "/accounts/2fa/totp/activate/"


# ---- wrong passwords ------------------------------------------------------------------------------------------------


def test_a_wrong_password_and_an_unknown_name_are_answered_alike(world):
    answers = []
    for login in ("chenjing", "nobody"):
        response = sign_in(Client(), login, "wrong-password-1")
        answers.append((response.status_code, text(response).replace(login, "")))
    assert answers[0] == answers[1] and "登录名或密码不对" in answers[0][1]


def test_the_fifth_wrong_password_locks_the_name_and_the_page_says_for_how_long(world, client):
    for _n in range(4):
        assert sign_in(client, "chenjing", "wrong-password-1").status_code == 200
    response = sign_in(client, "chenjing", "wrong-password-1")
    assert response.status_code == 429 and "15 分钟后可以再试" in text(response)
    assert sign_in(client, "chenjing").status_code == 429
    assert LedgerEntry.objects.filter(verb="parties.session.refuse").count() >= 5


def test_a_lock_on_one_name_leaves_the_others_free(world, client):
    for _n in range(5):
        sign_in(client, "chenjing", "wrong-password-1")
    assert sign_in(client, "sunli").status_code == 302


# ---- time-outs ---------------------------------------------------------------------------------------------------


def aged(client: Client, **values) -> None:
    session = client.session
    for name, seconds in values.items():
        session[name] = int(time.time()) - seconds
    session.save()


def test_an_idle_session_ends_and_says_so_and_leads_back(signed_in, settings):
    client = signed_in("sunli")
    client.get("/")
    aged(client, seen=settings.SESSION_IDLE_SECONDS + 5)
    response = client.get("/done/?q=a")
    assert response.headers["Location"] == "/accounts/login/?idle=1&next=%2Fdone%2F%3Fq%3Da"
    assert "30 分钟没有操作" in text(client.get(response.headers["Location"]))


def test_a_busy_session_ends_after_its_longest_time(signed_in, settings):
    client = signed_in("sunli")
    client.get("/")
    aged(client, seen=1, since=settings.SESSION_COOKIE_AGE + 5)
    assert client.get("/").headers["Location"].startswith("/accounts/login/?ended=1")


def test_signing_out_is_recorded_and_shuts_the_door(signed_in):
    client = signed_in("sunli")
    client.get("/")
    client.post("/accounts/logout/")
    assert LedgerEntry.objects.latest("seq").verb == "parties.session.end"
    assert client.get("/done/").status_code == 302


# ---- passwords ---------------------------------------------------------------------------------------------------


def lost(client, login, code, password="a-new-heavy-weight-7"):
    return client.post(LOST, {"login": login, "code": code, "password": password, "again": password})


def test_a_lost_password_is_set_with_a_one_time_code_that_works_once(world, client):
    code = actions.issue_code(world["chuan"], login="sunli")
    assert lost(client, "sunli", code.lower()).headers["Location"] == LOGIN
    assert sign_in(client, "sunli", "a-new-heavy-weight-7").status_code == 302
    assert lost(Client(), "sunli", code).status_code == 422


def test_the_lost_password_page_does_not_tell_whether_a_name_exists(world):
    code = actions.issue_code(world["chuan"], login="sunli")
    answers = {
        text(lost(Client(), login, used)).replace(login, "").replace(used, "")
        for login, used in (
            ("sunli", "AAAAA-BBBBB"),
            ("nobody", "AAAAA-BBBBB"),
            ("wuhe", code),
            ("???", "AAAAA-BBBBB"),
        )
    }
    assert len(answers) == 1


def test_a_weak_password_is_refused_at_its_field_and_the_code_stays_good(world, client):
    code = actions.issue_code(world["chuan"], login="sunli")
    assert lost(client, "sunli", code, "123456789012").status_code == 422
    assert lost(client, "sunli", code).status_code == 302


def test_a_changed_password_is_an_act_in_the_ledger(world, client):
    sign_in(client, "sunli")
    new = "quite-another-weight-9"
    values = {"oldpassword": made.PASSWORD, "password1": new, "password2": new}
    assert client.post("/accounts/password/change/", values).status_code == 302
    assert LedgerEntry.objects.latest("seq").verb == "parties.password.change"
    assert sign_in(Client(), "sunli", new).status_code == 302


def test_the_wrong_old_password_changes_nothing(world, client):
    sign_in(client, "sunli")
    values = {
        "oldpassword": "wrong",
        "password1": "quite-another-weight-9",
        "password2": "quite-another-weight-9",
    }
    assert "现在的密码不对" in text(client.post("/accounts/password/change/", values))
    assert world["sunli"].check_password(made.PASSWORD)


# ---- registration ------------------------------------------------------------------------------------------------


def application(**values):
    return {
        "uscc": "91500000MA5U0000XX", "name": "东山铝业有限公司", "kind": "enterprise", "division": "990101",
        "authority": "SCJ", "contact": "何重", "login": "hezhong", "password": "heavier-than-air-3",
        "again": "heavier-than-air-3", **values,
    }  # fmt: skip


def uscc() -> str:
    """A code that GB 32100-2015 5 accepts: weights 3^(i-1) mod 31 over the first 17 characters."""
    alphabet, stem = "0123456789ABCDEFGHJKLMNPQRTUWXY", "91990101MA5U00001"
    total = sum(alphabet.index(c) * pow(3, i, 31) for i, c in enumerate(stem))
    return stem + alphabet[(31 - total % 31) % 31]


def test_an_enterprise_registers_itself_and_is_told_what_comes_next(world, client):
    response = client.post("/accounts/register/", application(uscc=uscc()), follow=True)
    assert response.status_code == 200 and "等待确认" in text(response) and "渡口区" in text(response)
    assert Organisation.objects.get(uscc=uscc()).state == "pending"


def test_who_registered_may_sign_in_only_after_confirmation(world, client):
    client.post("/accounts/register/", application(uscc=uscc()))
    assert sign_in(client, "hezhong", "heavier-than-air-3").status_code == 200
    actions.confirm_organisation(world["liqu"], organisation=uscc())
    assert sign_in(client, "hezhong", "heavier-than-air-3").status_code == 302
    assert "东山铝业有限公司" in text(client.get("/"))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"uscc": "91500000MA5U0000X"}, "uscc"), ({"uscc": "91990101MA5U000010"}, "uscc"), ({"name": ""}, "name"),
     ({"login": "HE"}, "login"), ({"login": "chenjing"}, "login"), ({"again": "other"}, "again"),
     ({"password": "short", "again": "short"}, "password"), ({"kind": "bureau"}, "kind")],
)  # fmt: skip
def test_a_wrong_registration_is_told_at_its_field_and_stores_nothing(world, client, wrong, field):
    before = Person.objects.count()
    response = client.post("/accounts/register/", {**application(uscc=uscc()), **wrong})
    links = lxml.html.document_fromstring(response.content.decode()).xpath("//div[@role='alert']//a/@href")
    assert response.status_code == 422 and f"#id_{field}" in links
    assert Person.objects.count() == before and not Organisation.objects.filter(state="pending").exists()


def test_a_code_that_is_registered_already_is_refused(world, client):
    client.post("/accounts/register/", application(uscc=uscc()))
    response = Client().post("/accounts/register/", application(uscc=uscc(), login="another"))
    assert response.status_code == 422 and "已经登记过" in text(response)


# ---- deputies ------------------------------------------------------------------------------------------------------


@pytest.fixture
def deputy(world):
    """Wang Fang, technician, stands in for Zhou Fang, manager of the centre."""
    today = dt.date.today()  # noqa: DTZ011  the fixture's own day
    return actions.appoint_deputy(
        world["zhoufang"], deputy="wangfang", role="centre_manager", valid_from=today,
        valid_to=today + dt.timedelta(7), reason="出差",
    )  # fmt: skip


def test_a_deputy_switches_and_the_top_bar_says_so_on_every_page(signed_in, deputy):
    client = signed_in("wangfang")
    client.post("/deputies/", {"deputy": str(deputy.pk)})
    for address in ("/", "/done/", "/deputies/"):
        assert "正在代 周方 办理" in text(client.get(address))


def test_an_act_of_a_deputy_names_both(signed_in, deputy):
    client = signed_in("wangfang")
    client.post("/deputies/", {"deputy": str(deputy.pk)})
    client.post("/do/parties.person.register/", {"login": "newcomer", "name": "新人", "organisation": "CQIM"})
    entry = LedgerEntry.objects.latest("seq")
    assert (entry.verb, entry.actor_name, entry.on_behalf_name) == ("parties.person.register", "王芳", "周方")


def test_nobody_switches_to_an_appointment_that_is_not_his(signed_in, deputy):
    client = signed_in("sunli")
    client.post("/deputies/", {"deputy": str(deputy.pk)})
    assert "on_behalf" not in client.session


def test_a_deputy_whose_time_is_over_is_himself_again(signed_in, deputy, world):
    client = signed_in("wangfang")
    client.post("/deputies/", {"deputy": str(deputy.pk)})
    actions.end_deputy(world["zhoufang"], deputy=deputy.pk)
    page = client.get("/")
    assert page.status_code == 200 and "正在代" not in text(page) and "代理" in text(page)


def test_back_to_oneself(signed_in, deputy):
    client = signed_in("wangfang")
    client.post("/deputies/", {"deputy": str(deputy.pk)})
    client.post("/deputies/", {"deputy": ""})
    assert "正在代" not in text(client.get("/"))
