"""Lists: same rows in page and file, no query string that breaks them, a bounded number of queries."""

from __future__ import annotations

import datetime as dt
import io

import lxml.html
import openpyxl
import pytest
from django.utils import timezone

from quanheng.apps.parties import actions
from quanheng.apps.records import pages
from quanheng.apps.records.registries import Todo, todos

ORGANISATIONS = "/public/organisations/"


def tree(response):
    return lxml.html.document_fromstring(response.content.decode())


def screen(response) -> list[list[str]]:
    """What a reader sees of the table: head and rows, without hidden words and without the column of buttons."""
    document = tree(response)
    for hidden in document.xpath("//thead//*[@aria-hidden]|//td//div[@class='pop']"):
        hidden.drop_tree()
    head = document.xpath("//main//table/thead/tr/th")
    shown = [n for n, cell in enumerate(head) if not cell.xpath(".//span[@class='qh-sr']")]
    rows = [
        row.xpath("./th|./td") for row in document.xpath("//main//table/tbody/tr[not(@class='qh-norows')]")
    ]
    return [[" ".join(row[n].text_content().split()) for n in shown] for row in [head, *rows]]


def file(response) -> list[list[str]]:
    sheet = openpyxl.load_workbook(io.BytesIO(response.content)).active
    return [[" ".join((cell or "").split()) for cell in row] for row in sheet.iter_rows(values_only=True)]


@pytest.fixture
def matters():
    """Matters in 待办 that a test puts there."""
    waiting: list[Todo] = []
    todos.sources["test"] = lambda actor: waiting
    yield waiting
    del todos.sources["test"]


def matter(n: int, due: dt.date | None, stage: str = "初审") -> Todo:
    return Todo(
        f"CQI-2026-{n:03}",
        f"事项{n}",
        "/",
        unit="某中心",
        stage=stage,
        due=due,
        cite="第十八条",
        cite_title="某办法",
    )


def test_the_file_holds_exactly_the_rows_and_columns_of_the_screen(signed_in, client):
    signed_in("chenjing")
    assert file(client.get(ORGANISATIONS + "?export=xlsx")) == screen(client.get(ORGANISATIONS))


def test_the_file_holds_all_pages_of_the_filtered_rows_in_their_order(world, client):
    for n in range(7):
        actions.register_organisation(actions.SYSTEM, code=f"U{n}", name=f"试验单位{n}", kind="enterprise")
    query = "?q=试验单位&sort=-name&per_page=3"
    pages_of_it = [screen(client.get(f"{ORGANISATIONS}{query}&page={n}")) for n in (1, 2, 3)]
    joined = [pages_of_it[0][0], *(row for page in pages_of_it for row in page[1:])]
    assert file(client.get(f"{ORGANISATIONS}{query}&export=xlsx&page=2"))[1:] == joined[1:]
    assert len(joined) == 8 and joined[1][0] == "试验单位6"


def test_the_work_list_and_its_file_are_equal(signed_in, matters):
    today = timezone.localdate()
    matters += [
        matter(1, today),
        matter(2, today - dt.timedelta(20)),
        matter(3, None),
        matter(4, today + dt.timedelta(400)),
    ]
    client = signed_in("chenjing")
    assert file(client.get("/?export=xlsx")) == screen(client.get("/"))


def test_a_text_that_looks_like_a_formula_stays_a_text(world, client):
    actions.register_organisation(actions.SYSTEM, code="EVIL", name="=1+1", kind="enterprise")
    sheet = openpyxl.load_workbook(io.BytesIO(client.get(ORGANISATIONS + "?q==1&export=xlsx").content)).active
    assert (sheet["A2"].value, sheet["A2"].data_type) == ("=1+1", "s")


def test_a_list_too_long_for_a_file_says_so(world, client, monkeypatch):
    monkeypatch.setattr(pages, "LARGEST_EXPORT", 2)
    response = client.get(ORGANISATIONS + "?export=xlsx")
    assert response.status_code == 403 and "一次最多导出 2 行" in response.content.decode()


@pytest.mark.parametrize(
    "query",
    ["page=0", "page=-1", "page=x", "page=99999999999999999999", "page=２", "page=", "per_page=0", "per_page=-5",
     "per_page=1000000", "sort=password", "sort=--name", "sort=", "sort=name__x", "kind=nothing", "q=%00", "export=csv"],
)  # fmt: skip
def test_no_query_string_breaks_a_list(world, client, query):
    assert client.get(f"{ORGANISATIONS}?{query}").status_code == 200


def test_only_declared_columns_order_a_list(world, client):
    assert screen(client.get(ORGANISATIONS + "?sort=authority__name")) == screen(client.get(ORGANISATIONS))


def test_a_page_is_never_larger_than_its_bound(world, client):
    for n in range(110):
        actions.register_organisation(actions.SYSTEM, code=f"U{n}", name=f"单位{n:03}", kind="enterprise")
    assert len(screen(client.get(ORGANISATIONS + "?per_page=5000"))) == pages.LARGEST_PAGE + 1


def test_filters_stay_in_the_links_to_other_pages(world, client):
    for n in range(4):
        actions.register_organisation(actions.SYSTEM, code=f"U{n}", name=f"单位{n}", kind="enterprise")
    links = tree(client.get(ORGANISATIONS + "?q=单位&per_page=2")).xpath("//a[@rel='next']/@href")
    assert "q=" in links[0] and "page=2" in links[0] and "per_page=2" in links[0]


def test_a_list_page_asks_at_most_twelve_queries(signed_in, django_assert_max_num_queries):
    client = signed_in("chenjing")
    client.get("/")
    for address in ("/", "/done/", "/started/", "/notices/"):
        with django_assert_max_num_queries(12):
            assert client.get(address).status_code == 200


def test_the_number_of_queries_does_not_grow_with_the_rows(world, client, django_assert_max_num_queries):
    for n in range(30):
        actions.register_organisation(actions.SYSTEM, code=f"U{n}", name=f"单位{n}", kind="enterprise")
    with django_assert_max_num_queries(4):
        client.get(ORGANISATIONS)


def test_a_unit_that_waits_for_confirmation_is_not_public(world, client):
    name = "尚未确认的单位"
    unit = actions.register_organisation(actions.SYSTEM, code="WAIT", name=name, kind="enterprise")
    type(unit).objects.filter(pk=unit.pk).update(state="pending")
    assert name not in client.get(ORGANISATIONS + f"?q={name}").content.decode().replace(
        f'value="{name}"', ""
    )


# ---- 待办 ------------------------------------------------------------------------------------------------------


def test_what_is_late_stands_first_and_carries_a_red_edge(signed_in, matters):
    today = timezone.localdate()
    matters += [matter(1, today + dt.timedelta(30)), matter(2, today - dt.timedelta(20))]
    rows = tree(signed_in("chenjing").get("/")).xpath("//main//table[contains(@class,'qh-todo')]/tbody/tr")
    assert (
        "事项2" in rows[0].text_content()
        and "late" in rows[0].get("class")
        and "late" not in rows[1].get("class")
    )


def test_the_strip_counts_what_is_late_due_today_and_soon(signed_in, matters, monkeypatch):
    monday = dt.date(2026, 11, 23)
    monkeypatch.setattr(timezone, "localdate", lambda *args: monday)
    days = {
        "late": dt.date(2026, 11, 20),
        "today": monday,
        "soon": dt.date(2026, 11, 26),
        "later": dt.date(2026, 11, 27),
    }
    matters += [matter(n, day) for n, day in enumerate(days.values())]
    figures = [dd.text_content() for dd in tree(signed_in("chenjing").get("/")).xpath("//main//dl[1]//dd")][
        :4
    ]
    assert figures == ["1", "1", "1", "4"]


def test_the_work_list_is_filtered_by_stage_term_and_words(signed_in, matters):
    today = timezone.localdate()
    matters += [
        matter(1, today - dt.timedelta(20), "初审"),
        matter(2, today + dt.timedelta(30), "公示"),
        matter(3, None),
    ]
    client = signed_in("chenjing")
    shown = {
        query: len(screen(client.get("/?" + query))) - 1
        for query in ("stage=公示", "reach=late", "reach=none", "q=003")
    }
    assert shown == {"stage=公示": 1, "reach=late": 1, "reach=none": 1, "q=003": 1}


def test_a_term_in_a_year_without_a_calendar_is_called_provisional(signed_in, matters):
    matters.append(matter(1, timezone.localdate() + dt.timedelta(800)))
    assert "暂定" in signed_in("chenjing").get("/").content.decode()
