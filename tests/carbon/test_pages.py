"""The pages of readings, certificates and statements: what they show, to whom, and that a broken step is shown broken."""

from __future__ import annotations

import lxml.html
import pytest
from django.test import Client
from tests.carbon import world
from tests.carbon.test_statement import FL, ROWS, certified

from quanheng.apps.carbon import actions as carbon
from quanheng.apps.carbon.models import Source
from quanheng.apps.carbon.papers import paper
from quanheng.apps.laboratory import actions as laboratory
from quanheng.apps.laboratory.models import Certificate, Instrument
from quanheng.apps.monitoring.models import Batch, Site
from quanheng.apps.parties import queries as parties

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def statement(plant, tmp_path):
    certified(plant, but="FL")
    world.certificate(
        plant["clerk"], "C-FL", "FL", "m3/h", [("500", "0", "40"), ("1600", "0", "40")], ("500", "1600")
    )
    world.wet_stack(plant)
    world.readings(plant["clerk"], tmp_path, [*ROWS, "2025-03-01 03:00,x,1000,0,101.325"])
    return carbon.state(plant["clerk"], site="S1", year=2025)


def browser(login: str) -> Client:
    client = Client()
    client.force_login(parties.person(login), backend=BACKEND)
    return client


def text_of(response) -> str:
    return " ".join(lxml.html.document_fromstring(response.content.decode()).text_content().split())


def addresses(statement) -> list[str]:
    return [
        f"/laboratory/instruments/{Instrument.objects.get(code='FL').pk}/",
        f"/laboratory/certificates/{Certificate.objects.get(number='C-FL').pk}/",
        f"/monitoring/sites/{Site.objects.get().pk}/",
        f"/monitoring/batches/{Batch.objects.get().pk}/",
        f"/carbon/sources/{Source.objects.get().pk}/",
        f"/carbon/statements/{statement.pk}/",
        f"/carbon/statements/{statement.pk}/chain/",
    ]


LISTS = [
    "/laboratory/instruments/", "/laboratory/certificates/", "/monitoring/sites/", "/monitoring/points/",
    "/monitoring/batches/", "/carbon/statements/", "/carbon/sources/",
]  # fmt: skip


def test_a_reading_without_certificate_is_told_by_the_word_of_its_quantity(plant, tmp_path) -> None:
    certified(plant, but="FL")
    world.wet_stack(plant)
    world.readings(plant["clerk"], tmp_path, ROWS)
    made = carbon.state(plant["clerk"], site="S1", year=2025)
    shown = text_of(browser("clerk").get(f"/carbon/statements/{made.pk}/"))
    assert "无证书（烟气流量）" in shown
    assert "（flow）" not in shown
    rows = [*paper._enlargements(made.result), *paper._contributions(made.result)]
    assert any("无证书（烟气流量）" in row[0] for row in rows)
    assert not any("（flow）" in row[0] for row in rows)


def test_statement_shows_what_the_rules_of_quality_say_of_its_readings(statement) -> None:
    page = lxml.html.document_fromstring(
        browser("clerk").get(f"/carbon/statements/{statement.pk}/").content.decode()
    )
    (card,) = page.xpath("//section[.//h2='读数的质量标记']")
    rows = [" ".join(row.text_content().split()) for row in card.xpath(".//tbody/tr")]
    gaps = [row for row in rows if "缺测" in row]
    assert len({row.split()[0] for row in gaps}) == 4, "each of the four points lacks most of the year"
    before = 59 * 24  # hours of January and February 2025
    assert any(f"{before:,}".replace(",", " ") in row.replace("\u00a0", " ") for row in gaps)
    assert "不改变数值" in card.text_content()
    (link, *_) = card.xpath(".//tbody//a/@href")
    assert browser("clerk").get(link).status_code == 200


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_owner_sees_every_list_and_object(statement, language) -> None:
    client = browser("clerk")
    client.cookies["django_language"] = language
    for address in [*LISTS, *addresses(statement)]:
        assert client.get(address).status_code == 200, address
    for address in LISTS:
        assert client.get(address + "?q=x&state=valid&year=2025&bad=yes&export=xlsx").status_code == 200, (
            address
        )


def test_neighbour_finds_nothing_and_a_visitor_is_asked_to_sign_in(statement) -> None:
    client = browser("neighbour")
    for address in addresses(statement):
        assert client.get(address).status_code == 404, address
        assert Client().get(address).status_code == 302, address
    for address in LISTS:
        shown = text_of(client.get(address))
        assert not any(secret in shown for secret in ("S1", "C-FL", "FL", statement.number, "r.csv")), address


def test_statement_page_tells_figure_missing_hours_and_proposals(statement) -> None:
    shown = text_of(browser("clerk").get(f"/carbon/statements/{statement.pk}/"))
    # kg: analyser 8.836, flow (0.1·20 + 0.12·37.5 + 0.08·20)·density = 15.90, drawn 5.62, t 0.33, p 0.18: u = 19.04
    assert "0.903 ± 0.038 t" in shown.replace("\u00a0", " ")
    for words in (
        "8 757 小时不在合计里",
        "没有当作零",
        "超出证书范围",
        "暂定",
        "摩尔质量",
        "未核对",
        "没有给出重复性的器具",
    ):
        assert words in shown.replace("\u00a0", " "), words


def test_batch_page_lists_each_bad_row_with_field_and_value(statement) -> None:
    shown = text_of(browser("clerk").get(f"/monitoring/batches/{Batch.objects.get().pk}/"))
    for words in ("收下 12 个读数", "1 行未收", "C [%]", "不是数字"):
        assert words in shown, words


def test_certificate_of_the_holder_is_marked_as_unconfirmed_and_names_what_used_it(statement) -> None:
    shown = text_of(
        browser("clerk").get(f"/laboratory/certificates/{Certificate.objects.get(number='C-FL').pk}/")
    )
    assert "出具单位未确认" in shown and statement.number in shown


def test_chain_page_shows_both_rivers_and_a_chosen_hour(statement) -> None:
    address = f"/carbon/statements/{statement.pk}/chain/"
    shown = text_of(browser("clerk").get(address + "?way=1&hour=2025-03-01T01:00"))
    for words in ("r.csv 第 3 行", "校验一致", "C-FL", "附条件", "超出证书范围", "两条线在这里相接"):
        assert words in shown, words
    for wrong, said in (
        ("2025-03-01T03:00", "读数不齐"),
        ("zzz", "不是时间"),
        ("2019-01-01T00:00", "不是本年度"),
    ):
        assert said in text_of(browser("clerk").get(f"{address}?hour={wrong}&way=99&source=nope"))


def test_certificate_revoked_since_breaks_the_chain_in_its_place(statement, plant) -> None:
    laboratory.revoke_certificate(plant["signatory"], certificate="LAB/C-AN", reason="标准器超差")
    page = browser("clerk").get(f"/carbon/statements/{statement.pk}/chain/?way=0")
    broken = lxml.html.document_fromstring(page.content.decode()).xpath("//li[contains(@class, 'broken')]")
    (node,) = broken
    assert "断在这里" in node.text_content() and "标准器超差" in node.text_content()


def test_damaged_lake_is_a_broken_step_and_no_error_page(statement, settings) -> None:
    from quanheng.apps.monitoring import queries as monitoring

    for segment in (p for p in (settings.LAKE_FOLDER / "wal").iterdir() if p.is_file()):
        body = bytearray(segment.read_bytes())
        body[len(body) // 2] ^= 1
        segment.write_bytes(bytes(body))
    monitoring._lake.cache_clear()
    page = browser("clerk").get(f"/carbon/statements/{statement.pk}/chain/")
    assert page.status_code == 200 and "断在这里" in text_of(page)


def test_second_edition_tells_the_difference_and_the_first_is_marked(statement, plant, tmp_path) -> None:
    world.readings(plant["clerk"], tmp_path, ["2025-03-01 01:00,12,2100,0,101.325"], name="correction.csv")
    newer = carbon.state(plant["clerk"], site="S1", year=2025)
    client = browser("clerk")
    assert "比第 1 版" in text_of(client.get(f"/carbon/statements/{newer.pk}/"))
    assert "已被替换" in text_of(client.get(f"/carbon/statements/{statement.pk}/"))


def test_pages_ask_the_database_a_bounded_number_of_times(
    statement, plant, django_assert_max_num_queries
) -> None:
    for n in range(20):
        world.certificate(plant["technician"], f"X-{n}", "FL", "m3/h", FL, ("500", "2500"))
    client = browser("clerk")
    client.get(LISTS[0])
    for address in LISTS:
        with django_assert_max_num_queries(16):
            client.get(address)


def test_search_finds_number_certificate_and_file_for_their_owner_alone(statement) -> None:
    for word, found in (
        (statement.number, statement.number),
        ("C-FL", "C-FL"),
        ("r.csv", "r.csv"),
        ("一号厂", "S1"),
    ):
        assert found in text_of(browser("clerk").get("/search/", {"q": word})).replace(f"“{word}”", "")
        neighbour = lxml.html.document_fromstring(
            browser("neighbour").get("/search/", {"q": word}).content.decode()
        )
        assert not neighbour.xpath(
            "//main//a[contains(@href, '/carbon/') or contains(@href, '/laboratory/')]"
        )
