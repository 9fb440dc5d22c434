"""Shell, tables, error pages and the gallery: landmarks, strict content policy, both languages."""

from __future__ import annotations

import re

import lxml.html
import pytest
from django.http import Http404
from django.template.loader import render_to_string
from django.utils import translation

from quanheng.errors import Problem, Verdict
from quanheng.web import gallery

ERROR_PAGES = ["400.html", "403.html", "404.html", "413.html", "500.html"]


def tree(html: str):
    return lxml.html.document_fromstring(html)


@pytest.fixture
def page(ask, settings):
    """The gallery: the one page on which every component stands."""
    settings.DEMO = True

    def _page(path: str = "/web/gallery/"):
        return tree(gallery.gallery(ask(path)).content.decode())

    return _page


def assert_strict(document) -> None:
    """No style attributes, no inline scripts, no handlers: what the content security policy forbids."""
    assert not document.xpath("//*[@style]")
    assert not document.xpath("//style")
    assert not [s for s in document.xpath("//script") if not s.get("src")]
    assert not document.xpath("//@*[starts-with(name(), 'on')]")
    assert not document.xpath("//*[starts-with(@href, 'javascript:')]")


def test_the_gallery_keeps_the_strict_content_policy(page):
    assert_strict(page())


def test_every_page_has_one_h1_a_skip_link_and_named_landmarks(page):
    document = page()
    assert len(document.xpath("//h1")) == 1
    assert document.xpath("//a[@class='qh-skip']/@href") == ["#main"] and document.xpath("//main[@id='main']")
    assert all(nav.get("aria-label") for nav in document.xpath("//nav"))


def test_no_identifier_stands_twice(page):
    identifiers = page().xpath("//@id")
    assert sorted(identifiers) == sorted(set(identifiers))


def test_every_drawing_has_a_sentence_or_is_hidden(page):
    for svg in page().xpath("//*[local-name()='svg']"):
        named = svg.get("aria-label") or svg.xpath("./*[local-name()='title']")
        assert svg.get("aria-hidden") == "true" or (svg.get("role") == "img" and named), lxml.html.tostring(
            svg
        )[:200]


def test_the_menu_marks_the_present_page_and_shows_counts(page):
    current = page().xpath("//nav[@class='qh-side']//a[@aria-current='page']")
    assert [a.text_content() for a in current] == ["工作台12"]


def test_text_size_and_language_reach_the_html_element(ask, settings):
    settings.DEMO = True
    request = ask("/web/gallery/")
    request.COOKIES["qh_text"] = "huge"
    with translation.override("en"):
        document = tree(gallery.gallery(request).content.decode())
    html = document.getroottree().getroot()
    assert (html.get("lang"), html.get("data-text")) == ("en", "huge")
    assert document.xpath("//button[text()='Sign out'] | //a[text()='中文']")


def test_the_gallery_is_not_served_in_a_real_installation(ask, settings):
    settings.DEMO = settings.DEBUG = False
    with pytest.raises(Http404):
        gallery.gallery(ask("/web/gallery/"))


# ---- the case table ----------------------------------------------------------------------------------------


def test_the_sorted_head_says_so_in_words_and_arrow(page):
    (head,) = page("/web/gallery/?sort=due").xpath("//th[@aria-sort]")
    assert head.get("aria-sort") == "ascending" and head.text_content() == "到期日 ↑"
    (head,) = page("/web/gallery/?sort=-due").xpath("//th[@aria-sort]")
    assert head.get("aria-sort") == "descending" and head.text_content() == "到期日 ↓"


def test_a_row_is_late_by_class_and_its_cells_know_their_labels(page):
    table = page().xpath("//table[contains(@class, 'qh-todo')]")[0]
    assert len(table.xpath(".//tr[contains(@class, 'late')]")) == 1
    first = table.xpath(".//tbody/tr[1]/td[@data-k]")
    assert [td.get("data-l") for td in first][:3] == ["编号", "单位", "环节"]
    assert table.xpath(".//tbody/tr[1]/th[@scope='row']")
    assert table.xpath("./caption")[0].text == "待办，按到期日排列"


def test_pages_are_counted_and_linked_with_the_query_kept(page):
    document = page("/web/gallery/?sort=due&q=x")
    below = document.xpath("//div[@class='qh-below']")[0]
    assert "共 6 项" in below.text_content() and "第 1 至 4 项" in below.text_content()
    link = below.xpath(".//a[@rel='next']/@href")[0]
    assert "page=2" in link and "sort=due" in link and "q=x" in link


# ---- error pages -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ERROR_PAGES)
def test_error_pages_stand_alone_and_keep_the_policy(name, ask):
    document = tree(render_to_string(name, {}, ask()))
    assert_strict(document)
    assert len(document.xpath("//h1")) == 1 and document.xpath("//main//a[@href]")


def test_the_failure_page_needs_no_context_at_all():
    assert "什么" in render_to_string("400.html") and "没有做成" in render_to_string("500.html")
    assert "{%" not in render_to_string("500.html")


def test_a_refusal_page_gives_reason_article_and_way_out(ask):
    verdict = Verdict(False, "不是承办人。", "第九条", "请李明办理。")
    words = tree(render_to_string("403.html", {"verdict": verdict}, ask())).text_content()
    assert "不是承办人。" in words and "第九条" in words and "可以先办：请李明办理。" in words


def test_a_bad_request_page_lists_the_problems(ask):
    html = render_to_string("400.html", {"problems": [Problem("缺少年度", remedy="请选择年度。")]}, ask())
    assert "缺少年度 请选择年度。" in re.sub(r"\s+", " ", tree(html).text_content())


def test_results_of_an_act_are_announced(ask):
    from django.contrib import messages

    request = ask()
    messages.success(request, "已提交，初审最晚 12月22日。")
    document = tree(render_to_string("public.html", {"page_title": "x"}, request))
    (status,) = document.xpath("//div[@role='status']")
    assert status.text_content().strip() == "已提交，初审最晚 12月22日。" and status.xpath(
        "./p[contains(@class, 'qh-msg-ok')]"
    )


def test_the_style_sheets_and_scripts_that_pages_name_are_known(ask):
    from quanheng.web import assets

    document = tree(render_to_string("plain.html", {}, ask()))
    names = {re.sub(r".*/", "", a) for a in document.xpath("//link[@rel='stylesheet']/@href | //script/@src")}
    assert names == {"tabler.min.css", "tokens.css", "components.css", "htmx.min.js", "shell.js"}
    assert {"tabler.min.css", "htmx.min.js"} <= set(assets.FILES)
