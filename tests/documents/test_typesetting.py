"""Papers are set from data alone: the same bytes for the same data, PDF/A, and no text of the data is ever obeyed."""

from __future__ import annotations

import datetime as dt
import io

import pikepdf
import pytest

from quanheng.documents.typesetting import render, square_code
from quanheng.errors import BadInput

AT = dt.datetime(2026, 3, 1, 8, tzinfo=dt.UTC)
DATA = {
    "title": "2025 年度二氧化碳排放核算结果", "owner": "示例热电厂", "number": "HS-2025-0001", "urn": "urn:x",
    "facts": [["单位", "示例热电厂"]], "value": "412 860", "expanded": "7 400", "k": "2", "relative": "1.8%",
    "remarks": ["全年 8 760 小时"], "contributions": [["AN", "共同", "60.0%"]],
    "coverage": [["覆盖", "1", "1", "100.0%"]], "coverage_note": "", "enlargements": [],
    "sources": [["K1", "浓度 × 流量", "1 ± 1", "1"]], "certificates": [["LAB/C-1", "AN", "2025"]], "factors": [],
    "fixed": [["标识", "urn:x"]], "code": square_code("https://example.org/verify/s/1"), "check_note": "",
}  # fmt: skip


@pytest.fixture(scope="module")
def fonts():
    from quanheng.web.assets import font_folders

    try:
        return font_folders()
    except BadInput:
        pytest.skip("the fonts are not installed: make setup")


def text_of(paper: bytes) -> str:
    """All metadata and names in clear; the drawn text is in subset fonts and is not looked at here."""
    return str(pikepdf.open(io.BytesIO(paper)).open_metadata())


def test_the_same_data_give_the_same_bytes_and_other_data_others(fonts):
    first = render("statement", DATA, fonts=fonts, at=AT)
    assert first == render("statement", dict(reversed(DATA.items())), fonts=fonts, at=AT)
    assert first != render("statement", {**DATA, "value": "412 861"}, fonts=fonts, at=AT)


def test_a_paper_says_that_it_is_pdf_a_2b_and_embeds_its_fonts(fonts):
    paper = pikepdf.open(io.BytesIO(render("statement", DATA, fonts=fonts, at=AT)))
    meta = paper.open_metadata()
    assert (meta["pdfaid:part"], meta["pdfaid:conformance"]) == ("2", "B")
    assert "/OutputIntents" in paper.Root
    described = [
        o for o in paper.objects if isinstance(o, pikepdf.Dictionary) and o.get("/Type") == "/FontDescriptor"
    ]
    assert described and all({"/FontFile2", "/FontFile3"} & set(one.keys()) for one in described)
    assert all("Noto" in str(one["/FontName"]) for one in described)


def test_text_of_the_data_is_never_read_as_typesetting(fonts):
    nasty = '#panic("obeyed") $x^ #read("/etc/passwd") \\ " ] [ * _'
    render("statement", {**DATA, "owner": nasty, "remarks": [nasty]}, fonts=fonts, at=AT)


@pytest.mark.parametrize("name", ["nothing", "../statement", "common.typ", ""])
def test_another_template_is_refused(fonts, name):
    with pytest.raises(BadInput):
        render(name, DATA, fonts=fonts, at=AT)


def test_a_missing_font_or_a_time_without_zone_is_named(fonts, tmp_path):
    with pytest.raises(BadInput, match="Noto Serif SC"):
        render("statement", DATA, fonts=[tmp_path], at=AT)
    with pytest.raises(BadInput, match="zone"):
        render("statement", DATA, fonts=fonts, at=AT.replace(tzinfo=None))
