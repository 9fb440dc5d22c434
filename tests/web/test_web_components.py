"""Each cotton component, rendered: what it says, which roles and attributes it has."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django import forms
from django.utils import translation
from tests.web.web_dom import find_all

from quanheng.errors import Problem
from quanheng.web import gallery_samples as samples

S = "\u00a0"


def words(element) -> str:
    return " ".join(element.text_content().split())


def one(element, path: str):
    found = find_all(element, path)
    assert len(found) == 1, f"{path}: {len(found)}"
    return found[0]


def test_page_head_has_one_h1_crumbs_facts_and_acts(render, component):
    head = component(
        "page-head",
        title="办件",
        crumbs=[{"title": "中心", "url": "/c/"}],
        facts=[{"label": "编号", "value": "7"}],
    )
    assert words(one(head, "h1")) == "办件"
    assert one(head, "nav a").get("href") == "/c/"
    assert words(one(head, ".qh-meta span")) == "编号 7"
    assert not find_all(head, ".qh-acts")
    html = render(
        '{% cotton page-head title="x" %}{% cotton:slot acts %}<a>办</a>{% endcotton:slot %}{% endcotton %}'
    )
    assert '<div class="qh-acts"><a>办</a></div>' in html


@pytest.mark.parametrize("kind", ["ok", "warn", "bad", "info", "mute", "prov"])
def test_status_is_shape_word_and_colour(component, kind):
    chip = one(component("status", "覆盖", kind=kind), "span")
    assert chip.get("class") == f"qh-st qh-st-{kind}" and words(chip) == "覆盖"


def test_status_leaves_no_space_behind_it(render):
    assert (
        render("前{% cotton status %}中{% endcotton %}后") == '前<span class="qh-st qh-st-mute">中</span>后'
    )


def test_steps_mark_the_present_one(component):
    steps = component(
        "steps",
        steps=[
            {"title": "甲", "note": "10月1日", "state": "done"},
            {"title": "乙", "state": "now"},
            {"title": "丙"},
        ],
    )
    now = one(steps, "li[aria-current=step]")
    assert words(now) == "乙" and now.get("class") == "now"
    assert "（已完成）" in words(one(steps, "li.done"))
    assert one(steps, "ol").get("aria-label") == "办理环节"


def test_timeline_shows_date_act_article_quote_and_person(component):
    line = component(
        "timeline",
        entries=[
            {"act": "申请", "todo": True, "who": "单位"},
            {"date": dt.date(2026, 9, 18), "act": "指导", "quote": "偏慢", "who": "高远", "cite": "第十三条"},
            {"date": dt.date(2025, 3, 12), "act": "起算", "key": True},
        ],
    )
    assert one(line, "time[datetime='2026-09-18']").text == "2026年9月18日"
    assert words(one(line, "q")) == "偏慢"
    assert one(line, "li.todo b").text == "申请" and one(line, "li.key b").text == "起算"
    assert "第十三条" in words(line)


def test_attachment_shows_the_first_twelve_digits_of_its_hash(component):
    row = component(
        "attachment",
        ext="pdf",
        name="通知",
        url="/f/1/",
        date=dt.date(2025, 2, 26),
        size=412000,
        digest=samples.DIGEST,
        kind="ok",
        state="已签章",
    )
    assert one(row, ".ext").text == "PDF" and one(row, "a").get("href") == "/f/1/"
    assert one(row, ".qh-mono").text == f"9f3c{S}71ae{S}04d2"
    assert one(row, ".qh-mono").get("title") == samples.DIGEST
    assert f"412{S}kB" in row.text_content() and words(one(row, ".qh-st-ok")) == "已签章"


def test_opinion_has_a_label_phrases_and_an_article_where_one_is_needed(component):
    box = component("opinion", action="/o/", phrases=["已阅"], articles=[("9", "第九条")], error="请写明理由")
    assert one(box, "form").get("method") == "post"
    assert one(box, "label[for=opinion]").text == "承办意见"
    assert one(box, "button[data-phrase=已阅]").get("type") == "button"
    assert "hidden" in one(box, ".qh-phrases").attrib
    assert one(box, "select option[value='9']").text == "第九条"
    assert one(box, "textarea").get("aria-describedby") == one(box, ".msg").get("id")


def test_deadline_puts_the_date_first_and_explains_itself(component):
    term = {
        "due": dt.date(2026, 12, 11),
        "left": 15,
        "steps": ["当日不计。", {"text": "2 年。", "cite": "第十四条"}],
    }
    box = component("deadline", label="最晚", term=term)
    assert words(one(box, ".qh-clock")) == "2026年12月11日周五"
    assert words(one(box, ".qh-due")) == "剩 15 个工作日"
    assert [words(li) for li in find_all(box, "details li")] == ["当日不计。", "2 年。第十四条"]


def test_a_provisional_deadline_gives_its_range(component):
    term = samples._terms()["provisional"]
    box = component("deadline", label="复查", term=term)
    assert words(one(box, ".qh-st-prov")) == "暂定，约 35 个工作日"
    assert "最早 2027年1月6日，最晚 2027年1月11日" in words(box)


def test_deadline_in_english(component):
    with translation.override("en"):
        box = component("deadline", label="Latest", term={"due": dt.date(2026, 12, 11), "left": 15})
    assert words(one(box, ".qh-clock")) == "11 December 2026Friday"
    assert words(one(box, ".qh-due")) == "15 working days left"


def test_due_without_a_term_is_a_dash(component):
    assert words(component("due", term=None)) == "—"


def test_a_citation_opens_title_gist_and_loaded_sentence(component):
    chip = component(
        "cite",
        of={
            "article": "第十七条",
            "title": "《办法》",
            "number": "1号",
            "gist": "含当日",
            "sentence": "原文",
        },
    )
    details = one(chip, "details")
    assert details.get("name") == "cite" and one(details, "summary").text == "第十七条"
    assert one(details, "b").text == "《办法》1号　第十七条"
    assert one(details, "blockquote").text == "原文" and "要点：含当日" in words(details)


def test_an_article_alone_is_not_a_button_without_content(component):
    assert not find_all(component("cite", of="第九条"), "details")


def test_a_refusal_says_why_by_which_article_and_what_instead(render):
    html = render(
        '{% cotton refusal title="不能受理" :reasons="r" met="自评" id="no" %}{% cotton:slot instead %}<a href="/x/">延期</a>{% endcotton:slot %}{% endcotton %}',
        {"r": samples.everything()["reasons"]},
    )
    import lxml.html

    box = lxml.html.fragment_fromstring(html, create_parent="div")
    assert one(box, "section").get("aria-labelledby") == "no" and one(box, "h2#no").text == "不能受理"
    assert len(find_all(box, "ol > li details.qh-cite")) == 2
    assert "已满足：自评。可以先办：延期" in words(box)


def test_figures_are_a_list_of_terms_and_red_only_where_asked(component):
    strip = component(
        "figures",
        figures=[
            {"label": "超期", "value": 1, "kind": "bad"},
            {"label": "全部", "value": 12, "unit": "t CO2"},
        ],
    )
    assert [dt_.text for dt_ in find_all(strip, "dl dt")] == ["超期", "全部"]
    assert one(strip, "dd.qh-red").text == "1" and one(strip, "small sub").text == "2"


def test_the_ruler_tells_its_finding_in_a_sentence(component):
    drawn = component(
        "ruler",
        days=samples.working_days(),
        marks=[{"due": samples.TODAY, "title": "初审"}],
        today=samples.TODAY,
    )
    svg = one(drawn, "svg[role=img]")
    assert svg.get("aria-label") == "到期事项：今天 1 项"
    assert one(svg, "circle title").text == "初审"


def test_key_explains_marks(component):
    key = component("key-item", "今天", mark="dotbad")
    assert one(key, "circle").get("class") == "dotbad" and words(key) == "今天"


def test_empty_says_what_comes_next(component):
    box = component("empty", title="没有待办", text="下一个到期日是 11月25日。", url="/c/", link="看全部办件")
    assert words(one(box, "b")) == "没有待办" and one(box, "a").get("href") == "/c/"


class Form(forms.Form):
    phone = forms.CharField(label="联系电话", help_text="只用于答复")
    view = forms.ChoiceField(
        label="意见", widget=forms.RadioSelect, choices=[("a", "甲"), ("b", "乙")], required=False
    )
    agreed = forms.BooleanField(label="属实")
    kind = forms.ChoiceField(label="类别", choices=[("x", "某")], required=False)


def test_the_error_summary_links_to_the_fields(component):
    box = component("error-summary", form=Form({}))
    assert one(box, "h2").text == "还有 2 处要改"
    assert [a.get("href") for a in find_all(box, "li a")] == ["#id_phone", "#id_agreed"]
    assert one(box, "div[role=alert]") is not None


def test_a_form_without_errors_has_no_summary(component):
    assert not find_all(component("error-summary", form=Form()), "[role=alert]")


def test_a_field_has_label_help_and_error_above_the_widget(component):
    box = component("field", field=Form({"phone": ""})["phone"])
    field = one(box, ".qh-field.err")
    assert [e.tag for e in field] == ["label", "span", "span", "input"]
    described = one(field, "input").get("aria-describedby").split()
    assert described and all(find_all(field, f"#{name}") for name in described)
    assert (
        one(field, "input").get("class") == "form-control"
        and one(field, "input").get("aria-invalid") == "true"
    )


def test_a_group_of_choices_is_a_fieldset(component):
    group = one(component("field", field=Form()["view"]), "fieldset")
    assert one(group, "legend").text == "意见（选填）"
    assert len(find_all(group, "label input[type=radio]")) == 2


def test_a_form_keeps_its_input_and_has_one_button(component):
    box = component("form", form=Form({"phone": "139"}), button="提交", upload=True)
    assert one(box, "#id_phone").get("value") == "139"
    assert one(box, "form").get("enctype") == "multipart/form-data"
    assert one(box, "button[type=submit]").text == "提交"
    assert one(box, "select").get("class") == "form-select"


def test_an_import_names_each_bad_row(component):
    box = component(
        "import-report",
        taken=58,
        refused=1,
        problems=[Problem("不是日期。", "检定日期", 14, found="2026-13-02", remedy="请写成 2026-12-02。")],
        url="/r/",
    )
    assert one(box, "h2").text == "有 1 行没有导入，其余 58 行已导入"
    assert words(one(box, "li")) == "第 14 行“检定日期”：2026-13-02 不是日期。 请写成 2026-12-02。"


def test_a_running_job_can_be_stopped_and_asks_again(component):
    box = component(
        "progress", word="正在核算", step=3, of=5, percent=56, detail="合成", cancel="/stop/", poll="/job/"
    )
    assert words(one(box, "[role=status]")) == "正在核算，第 3 步，共 5 步：合成"
    assert one(box, "progress").get("value") == "56"
    assert one(box, "form").get("action") == "/stop/" and one(box, ".qh-job").get("hx-get") == "/job/"


def test_a_finished_job_asks_no_more(component):
    box = component("progress", word="核算", state="done", cancel="/stop/", poll="/job/")
    assert (
        not find_all(box, "form") and not find_all(box, "[hx-get]") and words(one(box, ".qh-st-ok")) == "完成"
    )


def test_an_irreversible_act_wants_a_reason_and_four_digits(component):
    box = component(
        "irreversible",
        title="撤销证书 JL-1",
        consequences=["通知 2 人"],
        button="撤销这张证书",
        back="/c/",
        errors={"confirm": "后四位不对"},
        action="/revoke/",
    )
    assert "required" in one(box, "textarea[name=reason]").attrib
    assert one(box, "input[name=confirm]").get("maxlength") == "4"
    assert one(box, ".msg").text == "后四位不对"
    assert (
        one(box, "button.btn-danger-final").text == "撤销这张证书" and one(box, "a.btn").get("href") == "/c/"
    )


def test_a_band_tells_value_and_uncertainty(component):
    box = component("band", value=Decimal("10"), expanded=Decimal("1"), unit="V", label="电压")
    assert one(box, "svg").get("aria-label") == "电压 10.0 V，U 1.0"
    assert one(box, "rect.band").get("x") == "26.00%"


def test_contributions_are_bars_with_their_figure(component):
    box = component("contributions", rows=samples._contributions())
    assert [words(td) for td in find_all(box, "tbody .num")] == [
        "58.0%",
        "27.0%",
        "7.0%",
        "5.0%",
        "3.0%",
        "< 0.1%",
    ]
    assert find_all(box, "rect")[0].get("width") == "100.00%"


def test_coverage_tells_three_shares_per_point(component):
    box = component(
        "coverage", rows=samples._coverage(), start=dt.date(2025, 1, 1), end=dt.date(2025, 12, 31)
    )
    assert (
        find_all(box, "svg[role=img]")[0].get("aria-label")
        == "皮带秤 BC-01：覆盖 81.6%，附条件 16.2%，未覆盖 2.2%"
    )
    assert [r.get("class") for r in find_all(box, "tbody tr:first-child rect")] == [
        "cov",
        "none",
        "cov",
        "cond",
    ]
    assert one(box, ".qh-scroll").get("tabindex") == "0"


def test_a_broken_step_stays_in_its_place(component):
    box = component(
        "chain",
        readings=samples._readings(),
        trust=samples._trust(),
        met=False,
        words="未覆盖",
        lines=["超出量程"],
    )
    broken = one(box, "li.broken")
    assert "断在这里" in words(broken) and "超出批准的能力范围" in words(broken)
    assert len(find_all(box, ".qh-chain > li")) == 8 and len(find_all(box, "li.end")) == 2
    assert words(one(box, "p.qh-sr")) == "两条线相接：未覆盖"


def test_tabs_carry_their_counts_even_nought(component):
    box = component(
        "tabs",
        tabs=[{"title": "待办", "url": "/a/", "count": 0, "current": True}, {"title": "已办", "url": "/b/"}],
    )
    assert words(one(box, "a[aria-current=page]")) == "待办0"
    assert len(find_all(box, ".n")) == 1


def test_a_card_has_head_note_and_body(component):
    box = component("card", "<p>x</p>", title="材料", note="2 件")
    assert one(box, "h2").text == "材料" and one(box, ".qh-body p").text == "x"


def test_facts_are_pairs(component):
    box = component("facts", facts=[{"label": "证书号", "value": "JL-1"}])
    assert (one(box, "dt").text, one(box, "dd").text) == ("证书号", "JL-1")


def test_a_qr_code_is_an_image_with_a_name(component):
    box = component("qrcode", text="https://example.org/v/1", label="核验", caption="扫码")
    svg = one(box, "svg[role=img]")
    assert one(svg, "title").text == "核验" and "style" not in svg.attrib


def test_the_filter_is_a_get_form_and_the_export_keeps_the_query(render):
    class Filter(forms.Form):
        q = forms.CharField(label="查找", required=False)

    html = render(
        "{% cotton filter :form=f :export='True' %}{% endcotton %}",
        {"f": Filter({"q": "泵"})},
        "/cases/?q=%E6%B3%B5&tab=done&page=3",
    )
    import lxml.html

    box = lxml.html.fragment_fromstring(html, create_parent="div")
    assert one(box, "form").get("method") == "get"
    assert one(box, "input[type=hidden][name=tab]").get("value") == "done"
    link = one(box, "a.btn").get("href")
    assert "export=xlsx" in link and "tab=done" in link and "page" not in link
    assert one(box, "label").get("for") == one(box, "input[name=q]").get("id")


def test_text_of_users_is_escaped_everywhere(component):
    evil = "<script>alert(1)</script>"
    boxes = [
        component("page-head", title=evil, facts=[{"label": evil, "value": evil}]),
        component("timeline", entries=[{"act": evil, "quote": evil, "who": evil, "date": evil}]),
        component("attachment", ext=evil, name=evil, digest=evil, state=evil),
        component("cite", of={"article": evil, "title": evil, "gist": evil, "sentence": evil}),
        component("refusal", title=evil, reasons=[evil, evil], met=evil),
        component(
            "river",
            title=evil,
            nodes=[{"kind": evil, "value": evil, "note": evil, "broken": True, "reason": evil}],
        ),
        component("figures", figures=[{"label": evil, "value": evil, "unit": evil, "sub": evil}]),
        component("qrcode", text="x", label=evil),
    ]
    assert not any(find_all(box, "script") for box in boxes)
