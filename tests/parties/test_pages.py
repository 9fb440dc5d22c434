"""The pages of parties, as each role finds them: what is offered, what is absent, what is shown once."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.parties.cast import EVERYBODY

from quanheng.apps.parties import actions, queries, roles
from quanheng.apps.parties.models import OneTimeCode, Person
from quanheng.apps.parties.policy import VISITOR
from quanheng.apps.records import personal
from quanheng.web import sealing

BACKEND = "django.contrib.auth.backends.ModelBackend"
LISTS = ["organisations", "people", "me", "roles", "grants", "experts", "staff", "keys"]
KEY = {"name": "示例程序", "scopes": "monitoring.batch:write", "login": "e1.clerk", "organisation": "E1"}
APPLY = {
    "uscc": "91350100M000100Y43", "name": "等着确认的厂", "division": "500103", "authority": "CQ",
    "contact": "新人", "login": "new.person",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _own_folders(settings, tmp_path):
    settings.KEYS_FOLDER = tmp_path / "keys"
    settings.CHECKPOINTS_FOLDER = tmp_path / "checkpoints"
    yield
    personal._master.cache_clear()
    sealing._box.cache_clear()


@pytest.fixture
def browser(people):
    """`browser("e1.clerk")` is signed in, with a second factor where one is needed."""

    def signed_in(login: str) -> Client:
        from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

        person = people(login)
        if queries.needs_second_factor(person) and not person.authenticator_set.exists():
            TOTP.activate(person, generate_totp_secret())
        client = Client()
        client.force_login(person, backend=BACKEND)
        return client

    return signed_in


def text(answer) -> str:
    return re.sub(r"<[^>]+>", " ", answer.content.decode())


def unit_url(code: str) -> str:
    return reverse("parties:organisation", args=[queries.organisation(code).pk])


def person_url(login: str, page: str = "person") -> str:
    return reverse(f"parties:{page}", args=[queries.person(login).pk])


@pytest.mark.parametrize("login", sorted(EVERYBODY - {"visitor"}))
def test_every_list_opens_for_every_role(browser, login) -> None:
    client = browser(login)
    answers = {name: client.get(reverse(f"parties:{name}")).status_code for name in LISTS}
    assert answers == dict.fromkeys(LISTS, 200)


@pytest.mark.parametrize("name", LISTS)
def test_a_visitor_is_sent_to_the_sign_in(people, name) -> None:
    answer = Client().get(reverse(f"parties:{name}"))
    assert (answer.status_code, answer.url.split("?")[0]) == (302, reverse("account_login"))


def test_SYS_04_the_page_of_a_unit_of_another_district_does_not_exist_for_a_local_bureau(browser) -> None:
    client = browser("jl.officer")
    assert client.get(unit_url("E2")).status_code == 200
    assert client.get(unit_url("E1")).status_code == 404
    assert client.get(unit_url("CEN")).status_code == 404
    assert "渝中示例厂" not in text(client.get(reverse("parties:organisations")))


def test_SYS_04_a_local_bureau_sees_its_centre_and_cannot_decide_on_it(browser) -> None:
    client = browser("yz.officer")
    page = client.get(unit_url("CEN"))
    assert page.status_code == 200
    assert "parties.organisation.close" not in page.content.decode()
    asked = {"organisation": "CEN", "name": "改名院"}
    refused = client.post(reverse("do", args=["parties.organisation.change"]), asked)
    assert refused.status_code == 403
    assert queries.organisation("CEN").name == "示例计量院"


def test_two_authorities_do_not_find_each_other(browser) -> None:
    page = text(browser("hb.officer").get(reverse("parties:organisations")))
    assert "武汉示例厂" in page
    assert not any(name in page for name in ("渝中示例厂", "九龙坡示例厂", "示例计量院"))
    assert browser("cq.system").get(person_url("e3.manager")).status_code == 404


def test_an_export_holds_what_the_list_shows(browser) -> None:
    from io import BytesIO

    from openpyxl import load_workbook

    answer = browser("hb.officer").get(reverse("parties:organisations"), {"export": "xlsx", "q": "武汉"})
    rows = list(load_workbook(BytesIO(answer.content)).active.iter_rows(values_only=True))
    assert [row[0] for row in rows] == ["名称", "武汉示例厂"]


def test_a_waiting_unit_is_confirmed_from_its_page(browser) -> None:
    actions.apply_organisation(VISITOR, **APPLY)
    url = unit_url(APPLY["uscc"])
    client = browser("yz.officer")
    page = client.get(url)
    assert "350100" in text(page)  # the code was given in another division than 渝中区
    verb = reverse("do", args=["parties.organisation.confirm"])
    assert verb in page.content.decode()
    client.post(verb, {"organisation": APPLY["uscc"], "next": url})
    assert queries.organisation(APPLY["uscc"]).state == "active"
    assert "确认注册" in text(client.get(url))


def test_a_unit_of_the_place_of_its_code_has_no_remark(people) -> None:
    from quanheng.apps.parties import remarks
    from quanheng.law.identity import uscc_check_character

    def unit(division_in_code: str, place: str):
        first = f"91{division_in_code}MA9100001"
        found = queries.organisation("E1")
        found.uscc, found.division = first + uscc_check_character(first), queries.division(place)
        return [remark for remark in remarks.on_code(found) if "行政区划" in remark]

    assert unit("500103", "渝中区") == []
    assert unit("500000", "渝中区") == []
    assert unit("500105", "两江新区") == []  # a code keeps the division that was merged
    assert len(unit("500103", "九龙坡区")) == 1


def test_contact_data_are_whole_for_the_person_and_covered_for_others(browser) -> None:
    actions.change_person(queries.person("e1.clerk"), login="e1.clerk", phone="13812345678")
    url = person_url("e1.clerk")
    assert "13812345678" in text(browser("e1.clerk").get(url))
    for login in ("cq.officer", "yz.officer", "cq.security"):
        page = text(browser(login).get(url))
        assert "13812345678" not in page
        assert "678" not in page.split("联系电话")[-1][:12]


def test_a_one_time_code_is_shown_once_and_sets_a_password(browser) -> None:
    client, url = browser("e1.manager"), person_url("e1.clerk", "code")
    page = client.post(url, {"purpose": "lost_password"})
    code = re.search(r"[2-9A-Z]{5}(-[2-9A-Z]{5}){3}", text(page))[0]
    assert "no-store" in page["Cache-Control"]
    assert code not in text(client.get(url))
    assert code not in str(list(OneTimeCode.objects.values()))
    actions.set_password(VISITOR, login="e1.clerk", code=code, password="weigh-me-twice-2026")
    assert Person.objects.get(login="e1.clerk").check_password("weigh-me-twice-2026")


def test_who_may_not_issue_a_code_is_refused_by_the_act_and_offered_no_button(browser) -> None:
    client = browser("cq.officer")
    assert "code/" not in client.get(person_url("e1.clerk")).content.decode()
    assert client.post(person_url("e1.clerk", "code"), {"purpose": "lost_password"}).status_code == 403
    assert not OneTimeCode.objects.exists()


def test_a_key_is_shown_once_and_opens_the_door_of_programs(browser) -> None:
    client = browser("e1.manager")
    until = timezone.localdate() + dt.timedelta(days=30)
    page = client.post(reverse("parties:new_key"), {**KEY, "valid_to": until.isoformat()})
    secret = re.search(r"qh_[0-9a-f]+_[\w-]+", text(page))[0]
    assert queries.key_holder(secret).person.login == "e1.clerk"
    listed = text(client.get(reverse("parties:keys")))
    assert "示例程序" in listed
    assert secret not in listed


def test_a_key_with_a_bad_date_is_told_at_its_field(browser) -> None:
    page = browser("e1.manager").post(reverse("parties:new_key"), {**KEY, "valid_to": "2001-01-01"})
    assert page.status_code == 422
    assert "2001-01-01" in text(page)


def test_a_clerk_may_not_open_the_page_for_new_keys(browser) -> None:
    assert browser("e1.clerk").get(reverse("parties:new_key")).status_code == 403


def test_the_book_of_roles_names_every_role_and_the_norm_of_every_separation(browser) -> None:
    page = text(browser("e1.clerk").get(reverse("parties:roles")))
    assert all(role.name in page for role in roles.book().roles.values())
    assert all(rule.cite in page for rule in roles.book().separation)


@pytest.mark.parametrize("name", ["organisations", "people", "experts", "staff", "grants"])
def test_a_list_keeps_its_query_budget(browser, django_assert_max_num_queries, name) -> None:
    client = browser("cq.officer")
    client.get(reverse(f"parties:{name}"))
    with django_assert_max_num_queries(12):
        client.get(reverse(f"parties:{name}"))
