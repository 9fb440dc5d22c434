"""Debian's Chromium, a live server, and people who sign in as people do."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from django.core.cache import cache
from tests.web_pages import world as made

from quanheng.apps.records import personal
from quanheng.web import assets, catalogs, sealing

# The driver keeps an event loop in this thread; the fixtures talk to the database from it all the same.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture(scope="session")
def chromium() -> Iterator:
    driver = pytest.importorskip("playwright.sync_api")
    if not Path(CHROMIUM).exists() or assets.missing():
        pytest.skip("needs Chromium and the front-end files")
    catalogs.compile_catalogue()
    with driver.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def world(transactional_db, settings, tmp_path):
    settings.KEYS_FOLDER = tmp_path / "keys"
    settings.CHECKPOINTS_FOLDER = tmp_path / "checkpoints"
    cache.clear()
    yield made.build()
    personal._master.cache_clear()
    sealing._box.cache_clear()


@contextmanager
def a_window(chromium, address: str) -> Iterator:
    """A fresh window at the public home; what the console complains of fails the test."""
    context = chromium.new_context(viewport=WIDE, base_url=address, locale="zh-CN")
    window = context.new_page()
    complaints: list[str] = []
    window.on(
        "console",
        lambda m: complaints.append(m.text) if m.type == "error" and "status of 4" not in m.text else None,
    )
    window.on("pageerror", lambda error: complaints.append(str(error)))
    window.goto("/")
    yield window
    context.close()
    assert complaints == []


@pytest.fixture
def page(chromium, world, live_server) -> Iterator:
    """The one window of a test with one person."""
    with a_window(chromium, live_server.url) as window:
        yield window


@pytest.fixture
def window_of(chromium, world, live_server) -> Iterator[Callable]:
    """A window of its own for each person, signed in through the pages; without a name, a visitor's."""
    with ExitStack() as opened:

        def _window_of(login: str = ""):
            window = opened.enter_context(a_window(chromium, live_server.url))
            if login:
                enter(window, world[login], login)
            return window

        yield _window_of


def enter(page, person, login: str) -> None:
    """Sign in through the pages, with password and the six digits where they are asked for."""
    secret = made.enrol(person) if not login.startswith(("sunli", "wuhe", "qianduo")) else ""
    page.goto("/accounts/login/")
    page.get_by_label("登录名").fill(login)
    page.get_by_label("密码").fill(made.PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    if secret:
        page.get_by_label("6 位口令，或一个备用码").fill(made.code_for(secret))
        page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_selector("h1:has-text('工作台')")


@pytest.fixture
def sign_in(page, world) -> Callable[[str], None]:
    """Sign in, in the one window of the test."""
    return lambda login: enter(page, world[login], login)


@pytest.fixture(scope="session")
def axe() -> Callable:
    """Serious and critical faults of the page that is open, as `rule: target` lines."""
    source = (assets.node_modules() / "axe-core" / "axe.min.js").read_text()

    def _axe(window) -> list[str]:
        window.evaluate(source)
        found = json.loads(
            window.evaluate("axe.run({resultTypes: ['violations']}).then(r => JSON.stringify(r.violations))")
        )
        return [
            f"{v['id']}: {n['target']}"
            for v in found
            if v["impact"] in ("serious", "critical")
            for n in v["nodes"]
        ]

    return _axe
