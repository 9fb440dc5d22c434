"""One tonne in Chromium: a technician enters a certificate, a clerk states the emission on it and walks it back, a
signatory revokes the certificate, the enterprise confirms what is restated, the officer sees both editions, and a
visitor holds the papers against the public pages. Every step of a person goes through a page.

The plant stands beforehand: one stack on the wet basis, four instruments, two days of hourly readings.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from tests.browser.conftest import PHONE, WIDE
from tests.carbon import world as stack
from tests.web_pages import world as made
from tests.worlds import forget

from quanheng.apps.carbon.papers import paper as papers
from quanheng.apps.parties import actions as parties
from quanheng.apps.parties import queries
from quanheng.apps.records import events
from quanheng.errors import BadInput

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
REASON = "复核发现标准器超差"
HOURS = 48
FIGURE = r"[\d\u00a0.,]+ ± [\d\u00a0.,]+"
SHELL = (".qh-top", ".qh-side")


@pytest.fixture
def stage(world, window_of, axe, live_server, settings, tmp_path) -> Iterator[Stage]:
    """The plant before the story begins, and whoever takes part in it."""
    settings.LAKE_FOLDER = tmp_path / "lake"
    settings.FILE_STORE = (tmp_path / "files").as_uri()
    settings.PUBLIC_ADDRESS = live_server.url
    forget()
    try:
        papers.fonts()
    except BadInput:
        pytest.skip("the fonts are not installed: make setup")
    parties.register_person(parties.SYSTEM, login="lihe", name="李核", organisation="CQIM")
    parties.grant_role(parties.SYSTEM, login="lihe", organisation="CQIM", role="signatory")
    made.set_password("lihe")
    equip()
    yield Stage(window_of, axe, tmp_path, [])
    forget()


def equip() -> None:
    """Four points with their instruments, certificates for all but the flow meter, and the source."""
    clerk, technician = (queries.actor_for(queries.person(login)) for login in ("sunli", "wangfang"))
    stack.plant({"clerk": clerk})
    stack.wet_stack({"clerk": clerk})
    for number, held, unit, points, span in (
        ("C-AN", "AN", "%", [("5", "0", "0.2"), ("15", "0", "0.2")], ("5", "15")),
        ("C-TT", "TT", "degC", [("0", "0", "0.2"), ("200", "0", "0.2")], ("0", "200")),
        ("C-PT", "PT", "kPa", [("90", "0", "0.04"), ("110", "0", "0.04")], ("90", "110")),
    ):
        stack.certificate(technician, number, held, unit, points, span, issuer="CQIM")
    events.deliver_pending()


@dataclass
class Stage:
    """Windows of the people by login, and the faults that were seen on their pages."""

    window_of: Callable
    axe: Callable
    folder: Path
    faults: list[str]

    def look(self, window: Any, name: str) -> None:
        """Hold the page that is open against axe, and against sideways scrolling, at both widths."""
        for size in (PHONE, WIDE):
            window.set_viewport_size(size)
            self.faults += [f"{name} {size['width']}: {fault}" for fault in self.axe(window)]
            if window.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
                self.faults.append(f"{name} {size['width']}: scrolls sideways")

    def look_at_print(self, window: Any, name: str) -> None:
        """On paper the shell is away and the head of a printed page is there."""
        window.emulate_media(media="print")
        self.faults += [f"{name}: prints {part}" for part in SHELL if window.locator(part).first.is_visible()]
        if not window.locator(".qh-print-head").is_visible():
            self.faults.append(f"{name}: prints without a head")
        with pikepdf.open(io.BytesIO(window.pdf(format="A4"))) as paper:
            if not paper.pages:
                self.faults.append(f"{name}: prints nothing")
        window.emulate_media(media="screen")


def readings(folder: Path) -> Path:
    """Two days of hourly readings; the concentration of one hour is no number."""
    first = dt.datetime(2025, 3, 1, tzinfo=dt.UTC)
    lines = ["time,C [%],Q [m3/h],T [degC],P [kPa]"]
    for n in range(HOURS):
        concentration = "x" if n == 30 else f"{10 + n % 5 / 10:.1f}"
        at = first + dt.timedelta(hours=n)
        lines.append(f"{at:%Y-%m-%d %H:%M},{concentration},{1500 + 10 * n},120,100")
    path = folder / "march.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def arrive(window: Any, place: str) -> None:
    """Wait for what shows that the next page is open; says what is there instead."""
    try:
        window.wait_for_selector(place, timeout=15_000)
    except Exception as error:
        raise AssertionError(f"{place} is not on {window.url}: {text_of(window)[:800]}") from error


def text_of(window: Any) -> str:
    return " ".join(window.locator("main").inner_text().split())


# ---- the chapters ------------------------------------------------------------------------------------------------


def technician_enters_a_certificate(stage: Stage) -> None:
    window = stage.window_of("wangfang")
    window.get_by_role("link", name="证书", exact=True).first.click()
    window.get_by_role("link", name="录入证书").click()
    for label, value in (
        ("出具单位", "CQIM"), ("证书编号", "C-FL"), ("器具所属单位", "PLANT"), ("器具编号", "FL"),
        ("签发日期", "2024-01-01"), ("生效日期", "2024-01-01"), ("有效期至", "2026-12-31"), ("计量单位", "m3/h"),
        ("范围下限", "500"), ("范围上限", "2500"), ("校准点（示值误差）", "500 0 40 2\n2500 0 40"),
    ):  # fmt: skip
        window.get_by_label(label).fill(value)
    window.get_by_label("种类").select_option("calibration")
    window.get_by_label("误差的表示").select_option("absolute")
    stage.look(window, "form of a certificate")
    window.get_by_role("button", name="录入证书").click()
    arrive(window, ".qh-flash:has-text('已办：录入证书，C-FL')")
    window.get_by_role("link", name="C-FL").click()
    arrive(window, "h1:has-text('C-FL')")
    assert "证书有效" in text_of(window) and "出具单位录入" in text_of(window)


def clerk_imports_readings(stage: Stage, window: Any) -> None:
    window.get_by_role("link", name="导入读数：S1").click()
    window.get_by_label("读数文件").set_input_files(readings(stage.folder))
    window.get_by_role("button", name="导入读数").click()
    arrive(window, "h2:has-text('未收的行')")
    row = window.locator("table:has(caption:has-text('未收的行')) tbody tr")
    assert row.count() == 1
    assert [part in row.inner_text() for part in ("32", "C [%]", "x")] == [True] * 3
    assert f"收下 {(HOURS - 1) * 4} 个读数，1 行未收" in text_of(window)
    stage.look(window, "report of an import")


def clerk_states_the_emission(stage: Stage, window: Any) -> str:
    """The number of the statement."""
    window.get_by_role("link", name="工作台").click()
    window.get_by_role("link", name="核算排放量：S1").click()
    window.get_by_label("年度").fill("2025")
    window.get_by_label("方法").select_option("cems")
    window.get_by_role("button", name="核算排放量").click()
    arrive(window, "h1:has-text('核算结果')")
    told = text_of(window)
    assert re.search(FIGURE, told) and "8 760 小时中，47 小时" in told.replace("\u00a0", " ")
    stage.look(window, "statement")
    stage.look_at_print(window, "statement")
    return re.search(r"编号 (\S+)", told).group(1)


def clerk_walks_the_chain(stage: Stage, window: Any, number: str) -> None:
    window.get_by_role("link", name="查来龙去脉").click()
    window.locator(".qh-tabs a", has_text="烟气流量").click()
    told = text_of(window)
    assert number in told and re.search(r"march\.csv 第 \d+ 行", told) and "校验一致" in told
    assert "C-FL" in told and "两条线在这里相接" in told
    stage.look(window, "chain")
    stage.look_at_print(window, "chain")
    window.locator("[aria-labelledby=river-readings] li", has_text="原始行").get_by_role("link").click()
    arrive(window, "h2:has-text('未收的行')")
    window.go_back()
    window.locator("[aria-labelledby=river-trust] li", has_text="C-FL").get_by_role("link").click()
    arrive(window, "h1:has-text('C-FL')")
    assert number in text_of(window)


def signatory_revokes(stage: Stage, window: Any, number: str) -> str:
    """The address of the public page of the certificate."""
    window.get_by_role("link", name="证书", exact=True).first.click()
    window.get_by_role("link", name="C-FL").first.click()
    window.get_by_role("link", name="撤销证书").click()
    foretold = window.locator("form.qh-msg-bad ul").inner_text()
    assert "47 小时" in foretold and "要告知 南山热电有限公司：1 项" in foretold
    assert number not in foretold and "±" not in foretold and not re.search(r"\d\s*(t|吨)\b", foretold)
    stage.look(window, "revocation")
    window.get_by_label("原因").fill(REASON)
    window.get_by_role("button", name="撤销证书").click()
    assert "后四位不同" in text_of(window)
    window.get_by_label("请输入上面名称的后 4 位").fill("C-FL")
    window.get_by_role("button", name="撤销证书").click()
    arrive(window, "h2:has-text('证书已撤销')")
    assert REASON in text_of(window)
    stage.look(window, "certificate")
    stage.look_at_print(window, "certificate")
    return window.get_by_role("link", name="打开核验页").get_attribute("href")


def signatory_is_told_whom_to_tell(stage: Stage, window: Any, number: str) -> None:
    window.goto("/")
    window.get_by_role("link", name=re.compile("^要告知的单位")).first.click()
    told = text_of(window)
    assert "南山热电有限公司" in told and "47" in told and number not in told and "±" not in told
    stage.look(window, "whom to tell")


def manager_confirms_the_restatement(stage: Stage, window: Any, number: str) -> str:
    """The number of the restatement."""
    window.goto("/")
    window.locator("section[aria-labelledby=list]").get_by_role("link", name=re.compile("确认重述")).click()
    arrive(window, "h1:has-text('重述')")
    told = text_of(window)
    figures = re.findall(FIGURE, told)
    assert number in told and REASON in told and len(set(figures[:2])) == 2
    stage.look(window, "restatement")
    stage.look_at_print(window, "restatement")
    newer = re.search(r"编号 (\S+)", told).group(1)
    window.get_by_role("link", name="确认重述").click()
    window.get_by_role("button", name="确认重述").click()
    arrive(window, ".qh-flash")
    assert "已办：确认重述" in window.locator(".qh-flash").inner_text()
    return newer


def officer_sees_both_editions(stage: Stage, number: str, newer: str) -> Any:
    window = stage.window_of("chenjing")
    window.get_by_role("link", name="核算结果", exact=True).first.click()
    assert number in text_of(window) and newer in text_of(window)
    window.get_by_role("link", name=number).click()
    arrive(window, "h1:has-text('核算结果')")
    told = text_of(window)
    assert "这一版已被替换" in told and newer in told and "第 1 版" in told and "第 2 版" in told
    window.get_by_role("region", name="这一版的地位").get_by_role("link", name=newer).click()
    arrive(window, "h1:has-text('重述')")
    told = text_of(window)
    assert number in told and newer in told and len(set(re.findall(FIGURE, told)[:2])) == 2
    assert window.get_by_role("link", name="不采纳重述").count() == 0
    return window


def manager_takes_paper_and_pack(stage: Stage, window: Any, newer: str) -> str:
    """Leaves `paper.pdf` and `pack.zip` in the folder of the test; gives the address of the paper's public page."""
    window.get_by_role("link", name="核算结果", exact=True).first.click()
    window.get_by_role("link", name=newer).click()
    window.get_by_role("link", name="发布签名文件").click()
    window.get_by_role("button", name=re.compile("^发布")).click()
    arrive(window, f"a:has-text('{newer}.pdf')")
    stage.look(window, "published statement")
    with window.expect_download() as taken:
        window.get_by_role("link", name=f"{newer}.pdf").first.click()
    taken.value.save_as(stage.folder / "paper.pdf")
    with window.expect_download() as taken:
        window.get_by_role("button", name="取证据包").click()
    taken.value.save_as(stage.folder / "pack.zip")
    return window.get_by_role("link", name="核验页").get_attribute("href")


def anybody_verifies_offline(folder: Path, verifier: Path) -> None:
    """The program of the product on an empty data folder, and the single file with nothing but Python."""
    env = {**os.environ, "QUANHENG_HOME": str(folder / "nothing")}
    quanheng = str(Path(sys.executable).with_name("quanheng"))
    pack, paper = str(folder / "pack.zip"), str(folder / "paper.pdf")
    for command in (
        [quanheng, "verify", pack],
        [quanheng, "verify", paper, "--pack", pack],
        [sys.executable, "-I", "-S", str(verifier), pack],
    ):
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, (command, done.stdout, done.stderr)
    told = subprocess.run([quanheng, "verify", pack, "--json"], env=env, capture_output=True, text=True)
    assert json.loads(told.stdout)["faults"] == []


def visitor_asks(stage: Stage, certificate: str, paper: str) -> None:
    window = stage.window_of()
    window.goto(certificate)
    arrive(window, "h1:has-text('证书已撤销')")
    assert "不要再使用" in text_of(window)
    stage.look(window, "public page of a certificate")
    window.goto(paper)
    arrive(window, "h1:has-text('现行')")
    content = (stage.folder / "paper.pdf").read_bytes()
    altered = bytearray(content)
    altered[len(content) // 2] ^= 1
    for body, verdict in ((content, "unchanged"), (bytes(altered), "altered")):
        window.get_by_label("收到的 PDF 文件").set_input_files(
            {"name": "paper.pdf", "mimeType": "application/pdf", "buffer": body}
        )
        window.get_by_role("button", name="核对", exact=True).click()
        arrive(window, f"[data-verdict={verdict}]")
        stage.look(window, f"public page of a paper, {verdict}")
    window.goto("/")
    with window.expect_download() as taken:
        window.evaluate("location.href = '/carbon/verifier.py'")
    taken.value.save_as(stage.folder / "verifier.py")


def english_answers_everywhere(window: Any, addresses: list[str]) -> list[str]:
    """Pages that fail after the switch, or that stay Chinese."""
    window.goto("/")
    window.get_by_role("link", name="English").first.click()
    faults = []
    for address in addresses:
        answer = window.goto(address)
        if answer.status != 200 or window.evaluate("document.documentElement.lang") != "en":
            faults.append(f"{address}: {answer.status}")
    return faults


# ---- the story ---------------------------------------------------------------------------------------------------


def test_one_tonne_is_stated_walked_back_restated_and_verified(stage):
    technician_enters_a_certificate(stage)
    clerk = stage.window_of("sunli")
    clerk_imports_readings(stage, clerk)
    events.deliver_pending()
    number = clerk_states_the_emission(stage, clerk)
    statement = clerk.url
    clerk_walks_the_chain(stage, clerk, number)
    certificate_page = clerk.url
    signatory = stage.window_of("lihe")
    certificate = signatory_revokes(stage, signatory, number)
    events.deliver_pending()
    signatory_is_told_whom_to_tell(stage, signatory, number)
    manager = stage.window_of("qianduo")
    newer = manager_confirms_the_restatement(stage, manager, number)
    events.deliver_pending()
    restated = manager.url
    officer = officer_sees_both_editions(stage, number, newer)
    paper = manager_takes_paper_and_pack(stage, manager, newer)
    visitor_asks(stage, certificate, paper)
    anybody_verifies_offline(stage.folder, stage.folder / "verifier.py")
    compared = "/carbon/compare/?site=S1&year=2025"
    manager.goto(compared)
    stage.look(manager, "comparison")
    stage.look_at_print(manager, "comparison")
    english = [
        statement,
        f"{statement}chain/",
        certificate_page,
        restated,
        manager.url,
        "/carbon/restatements/",
    ]
    stage.faults += english_answers_everywhere(clerk, english)
    stage.faults += english_answers_everywhere(officer, [statement, restated, "/carbon/restatements/"])
    stage.faults += english_answers_everywhere(stage.window_of(), [certificate, paper])
    assert not stage.faults, "\n".join(stage.faults)
