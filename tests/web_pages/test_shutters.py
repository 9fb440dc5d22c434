"""What the shell of every answer keeps shut: headers, cookies, forged forms, sessions that must end. Not who may do what."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

import lxml.html
import pytest
from django.conf import global_settings
from django.test import Client
from django.utils.module_loading import import_string
from tests.web_pages import world as made
from tests.web_pages.test_door import LOGIN, lost, sign_in

from quanheng.apps.parties import actions
from quanheng.apps.records.models import LedgerEntry
from quanheng.web import settings as product

OPEN_PAGES = (
    "/",
    LOGIN,
    "/accounts/register/",
    "/accounts/password/lost/",
    "/public/organisations/",
    "/api/v1/",
    "/nothing/",
)


def directives(response) -> dict[str, str]:
    """Names and sources of a content security policy."""
    pairs = [
        part.split(maxsplit=1) for part in response["Content-Security-Policy"].split(";") if part.strip()
    ]
    return dict(pairs)


# ---- headers -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", OPEN_PAGES)
def test_every_answer_carries_the_strict_headers(world, client, address):
    answer = client.get(address)
    policy = directives(answer)
    assert {policy[name] for name in ("default-src", "base-uri", "frame-ancestors")} == {"'none'"}
    assert {policy[name] for name in ("script-src", "style-src", "form-action", "connect-src")} == {"'self'"}
    assert (answer["X-Content-Type-Options"], answer["X-Frame-Options"]) == ("nosniff", "DENY")
    assert answer["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("address", OPEN_PAGES)
def test_no_answer_is_open_to_another_origin(world, client, address):
    answer = client.get(address, headers={"origin": "https://elsewhere.example"})
    assert not [name for name in answer.headers if name.lower().startswith("access-control")]


def test_pages_of_a_signed_in_person_are_kept_by_no_cache(signed_in):
    client = signed_in("sunli")
    assert [client.get(address)["Cache-Control"] for address in ("/", "/done/", "/notices/")] == [
        "no-store"
    ] * 3


@pytest.mark.parametrize(
    "address", ["/.git/config", "/static/", "/static/../settings.py", "/static/vendor/", "/var/", "/media/"]
)
def test_neither_folders_nor_sources_are_served(world, client, address):
    assert client.get(address).status_code == 404


# ---- cookies -------------------------------------------------------------------------------------------------------


def test_cookies_are_out_of_reach_of_scripts_and_of_other_sites(world, client):
    client.get(LOGIN)
    sign_in(client, "sunli")
    for name in ("sessionid", "csrftoken"):
        assert (client.cookies[name]["httponly"], client.cookies[name]["samesite"]) == (True, "Lax"), name


def settings_of(tmp_path, **environment: str) -> dict:
    """Settings as a process of its own reads them from its environment."""
    names = ["SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_HSTS_SECONDS", "DEBUG"]
    program = f"import json; from quanheng.web import settings as s; print(json.dumps({{n: getattr(s, n) for n in {names}}}))"
    bare = {k: v for k, v in os.environ.items() if not k.startswith("QUANHENG_")}
    told = subprocess.run(
        [sys.executable, "-c", program], env={**bare, "QUANHENG_HOME": str(tmp_path), **environment},
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    return json.loads(told.stdout)


def test_behind_tls_cookies_are_secure_and_browsers_are_told_to_stay_with_it_for_a_year(tmp_path):
    told = settings_of(tmp_path, QUANHENG_TLS="1")
    assert told["SESSION_COOKIE_SECURE"] and told["CSRF_COOKIE_SECURE"]
    assert told["SECURE_HSTS_SECONDS"] == 365 * 24 * 3600


def test_nothing_is_debugged_unless_asked_for(tmp_path):
    assert settings_of(tmp_path)["DEBUG"] is False


# ---- forged requests -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address", [LOGIN, "/accounts/logout/", "/accounts/register/", "/accounts/password/change/", "/deputies/",
                "/do/monitoring.site.register/", "/notices/"],
)  # fmt: skip
def test_a_form_without_its_token_is_refused(world, address):
    client = Client(enforce_csrf_checks=True)
    client.force_login(world["sunli"], backend="django.contrib.auth.backends.ModelBackend")
    before = LedgerEntry.objects.count()
    assert client.post(address, {"owner": "PLANT", "code": "S1", "name": "一号机组"}).status_code == 403
    assert LedgerEntry.objects.count() == before


def test_looking_changes_nothing(signed_in):
    client = signed_in("sunli")
    before = LedgerEntry.objects.count()
    for address in (
        "/accounts/logout/",
        "/do/monitoring.site.register/?owner=PLANT&code=S1&name=x",
        "/deputies/?deputy=1",
    ):
        assert client.get(address).status_code < 500
    assert LedgerEntry.objects.count() == before and client.get("/done/").status_code == 200


# ---- sessions ------------------------------------------------------------------------------------------------------


def test_a_session_gets_a_new_name_at_sign_in(world, client):
    session = client.session
    session["kept"] = 1
    session.save()
    known_to_another = session.session_key
    sign_in(client, "sunli")
    assert client.session.session_key != known_to_another and len(client.session.session_key) >= 32


def test_a_session_that_was_ended_does_not_come_back(signed_in):
    client = signed_in("sunli")
    client.get("/")
    name = client.cookies["sessionid"].value
    client.post("/accounts/logout/")
    client.cookies["sessionid"] = name
    assert client.get("/done/").status_code == 302


def test_stopping_an_account_ends_its_sessions(signed_in, world):
    client = signed_in("sunli")
    assert client.get("/done/").status_code == 200
    actions.stop_person(actions.SYSTEM, login="sunli", reason="离职")
    assert client.get("/done/").status_code == 302


def test_a_changed_password_ends_the_other_sessions(world):
    one, other = Client(), Client()
    for client in (one, other):
        sign_in(client, "sunli")
    new = "quite-another-weight-9"
    one.post("/accounts/password/change/", {"oldpassword": made.PASSWORD, "password1": new, "password2": new})
    assert other.get("/done/").status_code == 302


def test_a_code_of_an_administrator_does_not_go_round_the_second_factor(world, client):
    made.enrol(world["chenjing"])
    code = actions.issue_code(actions.SYSTEM, login="chenjing")
    assert lost(client, "chenjing", code).status_code == 302
    assert (
        sign_in(client, "chenjing", "a-new-heavy-weight-7").headers["Location"]
        == "/accounts/2fa/authenticate/"
    )


def test_a_second_factor_is_changed_only_by_who_signed_in_lately(world, client, settings):
    sign_in(client, "sunli")
    session = client.session
    key = "account_authentication_methods"
    session[key] = [
        {**way, "at": time.time() - settings.ACCOUNT_REAUTHENTICATION_TIMEOUT - 5} for way in session[key]
    ]
    session.save()
    assert (
        client.get("/accounts/2fa/totp/activate/").headers["Location"].startswith("/accounts/reauthenticate/")
    )


# ---- passwords -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("password", ["长" * 64, "x7" * 64, "all lower case and no sign"])
def test_a_long_password_of_any_signs_counts_to_its_last_one(world, password):
    code = actions.issue_code(actions.SYSTEM, login="sunli")
    assert lost(Client(), "sunli", code, password).status_code == 302
    assert sign_in(Client(), "sunli", password).status_code == 302
    assert sign_in(Client(), "sunli", password[:-1]).status_code == 200


def test_fields_of_passwords_are_covered_and_open_to_password_managers(world, client):
    for address in (LOGIN, "/accounts/password/lost/", "/accounts/register/"):
        page = lxml.html.document_fromstring(client.get(address).content.decode())
        fields = page.xpath("//input[contains(@name, 'password') or @name='again']")
        assert fields
        for field in fields:
            assert (field.get("type"), field.get("onpaste")) == ("password", None)
            assert field.get("autocomplete") in ("current-password", "new-password")


def test_passwords_are_stored_under_a_slow_function():
    """The tests themselves use a fast one; the product leaves Django's own choice alone."""
    assert not hasattr(product, "PASSWORD_HASHERS")
    first = import_string(global_settings.PASSWORD_HASHERS[0])
    assert (first.algorithm, first.iterations >= 600_000) == ("pbkdf2_sha256", True)
