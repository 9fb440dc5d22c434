"""The shell in Chromium: sign-in with a second factor, every home without serious faults, keyboard, sizes, print."""

from __future__ import annotations

import io
from urllib.parse import urlsplit

import pikepdf
import pytest
from tests.browser.conftest import PHONE, WIDE
from tests.web_pages import world as made

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
OPEN_PAGES = (
    "/",
    "/accounts/login/",
    "/accounts/register/",
    "/accounts/password/lost/",
    "/public/organisations/",
    "/nowhere/",
)
BEHIND = (
    "/done/",
    "/started/",
    "/notices/",
    "/deputies/",
    "/search/?q=南山",
    "/accounts/2fa/",
    "/accounts/password/change/",
)


def both_widths(page, axe, address: str) -> list[str]:
    faults = []
    for size in (WIDE, PHONE):
        page.set_viewport_size(size)
        page.goto(address)
        faults += [f"{address} {size['width']} {fault}" for fault in axe(page)]
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            faults.append(f"{address} {size['width']} scrolls sideways")
    return faults


def test_a_bureau_officer_signs_in_with_password_and_six_digits(page, sign_in):
    sign_in("chenjing")
    assert page.locator(".qh-user summary").inner_text().startswith("陈静")


def test_an_officer_enrols_a_second_factor_through_the_page(page, world):
    page.goto("/accounts/login/")
    page.get_by_label("登录名").fill("liqu")
    page.get_by_label("密码").fill(made.PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_selector("h1:has-text('开通动态口令')")
    page.get_by_text("扫不了").click()
    secret = page.locator("#authenticator_secret").inner_text().strip()
    page.get_by_label("应用里的 6 位口令").fill(made.code_for(secret))
    page.get_by_role("button", name="开通").click()
    assert page.locator(".qh-codes li").count() == 10
    page.get_by_role("link", name="已存好，进入工作台").click()
    page.wait_for_selector("h1:has-text('工作台')")


def test_public_pages_have_no_serious_fault(page, axe):
    assert [fault for address in OPEN_PAGES for fault in both_widths(page, axe, address)] == []


@pytest.mark.parametrize("login", [person[0] for person in made.PEOPLE])
def test_the_pages_of_each_role_have_no_serious_fault(page, axe, sign_in, login):
    sign_in(login)
    menu = page.eval_on_selector_all(
        ".qh-side a, .qh-doings a", "all => all.map(a => a.getAttribute('href'))"
    )
    addresses = dict.fromkeys(["/", *menu, *BEHIND])
    assert [fault for address in addresses for fault in both_widths(page, axe, address)] == []


def test_a_refusal_and_a_form_with_faults_have_no_serious_fault(page, axe, sign_in):
    sign_in("fengxi")
    page.goto("/do/parties.organisation.register/")
    page.get_by_role("button", name="登记单位").click()
    page.wait_for_selector("[role=alert]")
    assert axe(page) == []
    page.goto("/do/parties.organisation.close/?organisation=PLANT")
    assert axe(page) == []


def test_the_text_sizes_change_the_root_size(page, sign_in):
    sign_in("sunli")
    sizes = []
    for name in ("标准字号", "大字号", "特大字号"):
        page.get_by_role("link", name=name, exact=True).click()
        sizes.append(page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)"))
    assert sizes == [16, 18, 21]
    assert not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


def test_the_english_switch_stays_for_the_person(page, sign_in):
    sign_in("sunli")
    page.get_by_role("link", name="English").first.click()
    page.goto("/done/")
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.get_by_role("link", name="Workbench").first.is_visible()


def test_work_is_reached_by_keyboard_alone(page, sign_in):
    sign_in("sunli")
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "qh-skip"
    page.keyboard.press("Enter")
    reached = set()
    for _step in range(40):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.textContent.trim()"))
    assert "登记场所" in reached
    assert page.evaluate("getComputedStyle(document.activeElement).boxShadow") != "none" or reached


def test_an_act_is_done_without_scripts(chromium, world, live_server):
    context = chromium.new_context(viewport=PHONE, base_url=live_server.url, java_script_enabled=False)
    window = context.new_page()
    window.goto("/accounts/login/")
    window.get_by_label("登录名").fill("sunli")
    window.get_by_label("密码").fill(made.PASSWORD)
    window.get_by_role("button", name="登录", exact=True).click()
    window.goto("/do/monitoring.site.register/?owner=PLANT")
    window.get_by_label("场所编号").fill("S1")
    window.get_by_label("名称").fill("一号机组")
    window.get_by_role("button", name="登记场所").click()
    assert "已办：登记场所" in window.locator(".qh-flash").inner_text()
    context.close()


@pytest.mark.parametrize("address", ["/", "/do/monitoring.site.register/?owner=PLANT"])
def test_a_page_prints_on_one_sheet_without_the_shell(page, sign_in, address):
    sign_in("sunli")
    page.goto(address)
    page.emulate_media(media="print")
    assert not page.locator(".qh-side").is_visible() and page.locator(".qh-print-head").is_visible()
    with pikepdf.open(io.BytesIO(page.pdf(format="A4"))) as paper:
        assert len(paper.pages) == 1


def test_nothing_is_fetched_from_another_host(page, sign_in, live_server):
    asked: set[str] = set()
    page.on("request", lambda request: asked.add(urlsplit(request.url).netloc))
    sign_in("sunli")
    page.goto("/done/")
    assert asked == {urlsplit(live_server.url).netloc}
