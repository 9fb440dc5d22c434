"""Every role's home: it opens, says whose it is, and no link on it or behind it leads nowhere."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

import lxml.html
import pytest
from tests.web_pages import world as made

from quanheng.apps.parties import actions
from quanheng.apps.records.registries import MenuEntry, menu

MOST_PAGES = 150
LEFT_OUT = ("/accounts/logout/", "/static/")


def tree(response):
    return lxml.html.document_fromstring(response.content.decode())


def links(response, address: str) -> set[str]:
    found = (urljoin(address, href) for href in tree(response).xpath("//a/@href") if not href.startswith("#"))
    return {link for link in found if link.startswith("/") and not link.startswith(LEFT_OUT)}


def crawl(client, start: str = "/") -> dict[str, int]:
    """The status of every page that can be reached by links; each page once, whatever its query string."""
    waiting, seen, answers = [start], set(), {}
    while waiting and len(answers) < MOST_PAGES:
        address = waiting.pop(0)
        path = urlsplit(address).path
        if path in seen:
            continue
        seen.add(path)
        response = client.get(address, follow=True)
        answers[address] = response.status_code
        if response.headers.get("Content-Type", "").startswith("text/html"):
            waiting += sorted(links(response, response.request["PATH_INFO"]))
    return answers


@pytest.mark.parametrize("login", [person[0] for person in made.PEOPLE])
def test_no_link_that_a_role_can_follow_is_refused_dead_or_broken(signed_in, login):
    answers = crawl(signed_in(login))
    assert {address: status for address, status in answers.items() if status != 200} == {}
    assert len(answers) > 5


def test_no_link_of_a_visitor_is_dead(world, client):
    answers = crawl(client)
    assert {a: s for a, s in answers.items() if s != 200} == {} and "/accounts/login/" in answers


@pytest.mark.parametrize(("login", "name", "unit", "role"), made.PEOPLE)
def test_the_home_of_each_role_names_the_person_and_the_organisation(signed_in, login, name, unit, role):
    document = tree(signed_in(login).get("/"))
    organisation = next(u[1] for u in made.UNITS if u[0] == unit)
    assert document.xpath("//h1")[0].text_content() == "工作台"
    assert organisation in document.xpath("//span[@class='qh-org']")[0].text_content()
    assert name in document.xpath("//details[@class='qh-user']/summary")[0].text_content()


def doings(client) -> set[str]:
    return {a.text_content() for a in tree(client.get("/")).xpath("//ul[@class='qh-doings']//a")}


@pytest.mark.parametrize(
    ("login", "has", "has_not"),
    [
        ("zhoufang", "登记人员", "登记行政区划"),
        ("wangfang", "登记器具", "登记人员"),
        ("sunli", "登记场所", "登记人员"),
        ("qianduo", "登记人员", "专家入库"),
        ("fengxi", "登记单位", "登记器具"),
        ("chenjing", "登记单位", "登记场所"),
    ],
)
def test_the_home_offers_what_the_role_may_do_and_nothing_else(signed_in, login, has, has_not):
    offered = doings(signed_in(login))
    assert has in offered and has_not not in offered


def test_an_act_offered_at_home_can_be_done_with_the_own_organisation_filled_in(signed_in):
    client = signed_in("sunli")
    address = next(
        a.get("href")
        for a in tree(client.get("/")).xpath("//ul[@class='qh-doings']//a")
        if a.text == "登记场所"
    )
    response = client.get(address)
    assert response.status_code == 200 and tree(response).xpath("//input[@name='owner']/@value") == ["PLANT"]


def test_a_menu_entry_whose_page_does_not_exist_is_left_out(signed_in):
    entry = MenuEntry("数据", "没有的页", "nowhere:at_all", 1, lambda actor: True)
    menu.append(entry)
    try:
        assert "没有的页" not in signed_in("chenjing").get("/").content.decode()
    finally:
        menu.remove(entry)


def test_a_menu_entry_is_shown_only_to_whom_it_concerns(signed_in):
    entry = MenuEntry("数据", "只给陈静", "done", 1, lambda actor: actor.display_name == "陈静")
    menu.append(entry)
    try:
        shown = {
            login: "只给陈静" in signed_in(login).get("/").content.decode() for login in ("chenjing", "sunli")
        }
        assert shown == {"chenjing": True, "sunli": False}
    finally:
        menu.remove(entry)


def test_an_enterprise_does_not_find_what_another_did(signed_in, world):
    actions.register_site(world["wuhe"], owner="MILL", code="N1", name="纸机") if hasattr(
        actions, "register_site"
    ) else None
    client = signed_in("sunli")
    for address in ("/done/", "/started/", "/search/?q=北河", "/notices/"):
        body = client.get(address).content.decode().replace('value="北河"', "").replace("<b>北河</b>", "")
        assert "北河纸业" not in body, address


def test_the_acts_of_a_person_stand_under_done_and_what_he_began_under_started(signed_in):
    client = signed_in("fengxi")
    client.post(
        "/do/parties.organisation.register/",
        {"code": "NEW", "name": "新单位", "kind": "enterprise", "unit_kind": "other"},
    )
    client.post("/do/parties.organisation.change/", {"organisation": "NEW", "address": "某路 1 号"})
    assert (
        "新单位" in client.get("/done/").content.decode()
        and "新单位" in client.get("/started/").content.decode()
    )
    assert "新单位" not in signed_in("sunli").get("/done/").content.decode()


def test_the_home_is_english_after_the_switch(signed_in):
    client = signed_in("sunli")
    client.get("/?lang=en")
    document = tree(client.get("/"))
    assert document.get("lang") == "en" and document.xpath("//h1")[0].text_content() == "Workbench"


@pytest.mark.parametrize("address", ["/nowhere/", "/do/", "/parties/nowhere/"])
def test_an_address_that_leads_nowhere_says_so_in_the_look_of_the_house(signed_in, address):
    response = signed_in("sunli").get(address)
    assert response.status_code == 404 and "这里没有东西" in response.content.decode()


def test_healthz_answers_without_a_person(client, db):
    assert client.get("/healthz").content == b"ok"
