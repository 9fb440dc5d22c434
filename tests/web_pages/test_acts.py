"""The page of any act: its form, what it refuses and how, and what it says afterwards."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated, Literal

import lxml.html
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pydantic import AwareDatetime, BaseModel, Field
from tests.web_pages import world as made

from quanheng.apps.parties import queries as parties
from quanheng.apps.parties.models import Organisation
from quanheng.apps.records.action import REGISTRY, action
from quanheng.apps.records.models import LedgerEntry
from quanheng.apps.records.uploads import Upload
from quanheng.errors import ALLOWED, Verdict
from quanheng.web.act_forms import ActForm

REGISTER = "/do/parties.organisation.register/"


def tree(response):
    return lxml.html.document_fromstring(response.content.decode())


def text(response) -> str:
    return " ".join(tree(response).text_content().split())


@pytest.fixture
def acts():
    """Acts of one test; they leave the registry with it."""
    before = set(REGISTRY)
    yield
    for verb in set(REGISTRY) - before:
        del REGISTRY[verb]


def unit(**values):
    return {"code": "NEW", "name": "新单位", "kind": "enterprise", "unit_kind": "other", **values}


# ---- every act -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("login", [person[0] for person in made.PEOPLE])
def test_the_form_of_every_act_can_be_opened_by_every_role_without_a_fault(signed_in, login):
    client = signed_in(login)
    for verb, spec in REGISTRY.items():
        assert client.get(f"/do/{verb}/").status_code in ((200, 403) if spec.api else (404,)), verb


def test_an_empty_form_of_every_act_names_what_is_missing_or_refuses(signed_in):
    client = signed_in("fengxi")
    for verb, spec in REGISTRY.items():
        if spec.api:
            assert client.post(f"/do/{verb}/", {}).status_code in (422, 403, 302), verb


def test_a_visitor_is_led_to_the_sign_in(world, client):
    response = client.get(REGISTER)
    assert response.status_code == 302 and response.headers["Location"].startswith("/accounts/login/?next=")


@pytest.mark.parametrize("verb", ["no.such.act", "parties.session.start", "parties.code.issue"])
def test_an_act_that_is_unknown_or_closed_to_pages_has_no_page(signed_in, verb):
    assert signed_in("chuan").get(f"/do/{verb}/").status_code == 404


# ---- doing ---------------------------------------------------------------------------------------------------


def test_an_act_done_on_its_page_says_what_was_done_and_its_place_in_the_ledger(signed_in):
    response = signed_in("fengxi").post(REGISTER + "?next=/done/", unit(next="/done/"), follow=True)
    entry = LedgerEntry.objects.get(verb="parties.organisation.register", object_name="新单位")
    assert f"已办：登记单位，新单位。台账第 {entry.seq} 条。" in text(response)
    assert response.redirect_chain == [("/done/", 302)] and entry.actor_name == "冯希"


@pytest.mark.parametrize(
    "address", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"]
)
def test_no_act_leads_to_a_foreign_address(signed_in, address):
    response = signed_in("fengxi").post(REGISTER, unit(next=address))
    assert response.status_code == 302 and "elsewhere" not in response.headers["Location"]
    assert not response.headers["Location"].startswith("javascript")


def test_a_wrong_field_is_named_with_a_link_and_what_was_typed_is_kept(signed_in):
    response = signed_in("fengxi").post(REGISTER, unit(name="", uscc="123"))
    document = tree(response)
    assert response.status_code == 422 and not Organisation.objects.filter(code="NEW").exists()
    assert {"#id_name", "#id_uscc"} <= set(document.xpath("//div[@role='alert']//a/@href"))
    assert document.xpath("//input[@name='code']/@value") == ["NEW"]
    assert document.xpath("//input[@name='name']/@aria-invalid") == ["true"]


def test_values_known_before_stand_in_the_form(signed_in):
    document = tree(signed_in("fengxi").get(REGISTER + "?name=某单位&kind=centre&password=x"))
    assert document.xpath("//input[@name='name']/@value") == ["某单位"]
    assert document.xpath("//select[@name='kind']/option[@selected]/@value") == ["centre"]


def test_choices_are_told_in_words(signed_in):
    options = tree(signed_in("fengxi").get(REGISTER)).xpath("//select[@name='kind']/option/text()")
    assert "计量中心、计量技术机构" in options


# ---- refusing ------------------------------------------------------------------------------------------------


def test_a_refused_act_answers_403_with_the_reason_and_keeps_what_was_typed(signed_in):
    response = signed_in("wuhe").post(REGISTER, unit(authority="SCJ"))
    assert response.status_code == 403 and not Organisation.objects.filter(code="NEW").exists()
    assert "现在不能办：登记单位" in text(response)
    assert tree(response).xpath("//input[@name='code']/@value") == ["NEW"]


def test_a_refusal_by_separation_of_duties_names_its_article(signed_in):
    values = {"login": "fengxi", "organisation": "OPS", "role": "audit_admin"}
    response = signed_in("chuan").post("/do/parties.role.grant/", values)
    assert response.status_code == 403 and "GB/T 22239-2019" in text(response)


def test_an_act_that_cannot_be_done_now_shows_its_button_disabled_with_the_reason(signed_in, acts):
    def refuse(actor, given) -> Verdict:
        return Verdict(False, "今天不办", "某办法第九条", "明天再来")

    @action("parties.test.never", policy=lambda a, g: ALLOWED, guard=refuse, title="办不了的事")
    def never(act, *, name: str) -> None:
        raise AssertionError

    response = signed_in("chenjing").get("/do/parties.test.never/")
    button = tree(response).xpath("//main//button[@aria-disabled='true']")[0]
    assert response.status_code == 200 and button.get("aria-describedby") == "refusal"
    assert all(words in text(response) for words in ("今天不办", "某办法第九条", "明天再来"))


def test_a_person_without_the_right_finds_the_reason_before_filling_anything_in(signed_in, acts):
    @action("parties.test.chiefs", policy=lambda a, g: Verdict(False, "只有局长可以"), title="局长的事")
    def chiefs(act, *, name: str) -> None:
        raise AssertionError

    response = signed_in("chenjing").get("/do/parties.test.chiefs/")
    assert response.status_code == 403 and "只有局长可以" in text(response)


# ---- irreversible ----------------------------------------------------------------------------------------------


CLOSE = "/do/parties.organisation.close/"


def test_an_irreversible_act_first_asks_what_it_concerns(signed_in):
    document = tree(signed_in("chenjing").get(CLOSE))
    assert document.xpath("//main//form[@class='qh-body qh-form']/@method") == ["get"]
    assert not document.xpath("//textarea[@name='reason']")


def test_an_irreversible_act_wants_the_last_four_characters(signed_in):
    client = signed_in("chenjing")
    assert "后不能恢复" in text(client.get(CLOSE + "?organisation=PLANT"))
    wrong = client.post(CLOSE, {"organisation": "PLANT", "reason": "停产", "confirm": "XXXX"})
    assert wrong.status_code == 422 and "后四位不同" in text(wrong)
    assert parties.organisation("PLANT").state == "active"
    right = client.post(CLOSE, {"organisation": "PLANT", "reason": "停产", "confirm": "LANT"})
    assert right.status_code == 302 and parties.organisation("PLANT").state == "closed"


def test_an_irreversible_act_tells_its_consequences(signed_in, acts):
    @action("parties.test.wipe", policy=lambda a, g: ALLOWED, title="抹去", irreversible=True,
            consequences=lambda actor, given: [f"{given.thing} 的 1 416 个小时失去证书"])  # fmt: skip
    def wipe(act, *, thing: str, reason: str) -> None:
        raise AssertionError

    assert "ABCD1234 的 1 416 个小时失去证书" in text(
        signed_in("chenjing").get("/do/parties.test.wipe/?thing=ABCD1234")
    )


# ---- forms from schemas ------------------------------------------------------------------------------------------


class Point(BaseModel):
    nominal: str
    error: str


@pytest.fixture
def specimen(acts):
    @action("laboratory.test.specimen", policy=lambda a, g: ALLOWED, title="样例")
    def specimen(
        act,
        *,
        kind: Annotated[Literal["verification", "calibration", "test"], Field(title="种类")],
        at: AwareDatetime,
        points: list[Point],
        notes: list[str],
        more: dict[str, int] | None = None,
        loud: bool = False,
        file: Upload | None = None,
    ) -> None:
        act.extra["seen"] = [kind, at.isoformat(), [p.model_dump() for p in points], notes, more, loud]
        act.extra["file"] = file.path.read_text() if file else ""
        act.extra["path"] = str(file.path) if file else ""

    return REGISTRY["laboratory.test.specimen"]


def filled(**values):
    return {
        "kind": "test",
        "at": "2026-11-21T08:30",
        "points": "10\t0.1\n20\t-0.2",
        "notes": "一\n\n二",
        **values,
    }


def test_a_form_turns_words_into_the_values_of_its_act(specimen):
    form = ActForm(specimen, filled(more='{"a": 1}', loud="on"))
    assert form.is_valid(), form.errors
    values = form.values()
    assert values["points"] == [{"nominal": "10", "error": "0.1"}, {"nominal": "20", "error": "-0.2"}]
    assert values["notes"] == ["一", "二"] and values["more"] == {"a": 1} and values["loud"] is True


def test_a_time_is_read_in_the_zone_of_the_installation(specimen):
    form = ActForm(specimen, filled())
    assert form.is_valid() and form.values()["at"].isoformat() == "2026-11-21T08:30:00+08:00"


def test_choices_of_a_literal_take_their_words_from_the_stored_field_of_that_name(specimen):
    assert dict(ActForm(specimen).fields["kind"].choices)["verification"] == "检定证书"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"points": "10\t0.1\t7"}, "第 1 行有 3 个值，应为 2 个"),
        ({"more": "{"}, "不是 JSON"),
        ({"at": "gestern"}, ""),
    ],
)
def test_a_value_of_the_wrong_form_is_told_at_its_field(specimen, values, words):
    form = ActForm(specimen, filled(**values))
    assert not form.is_valid() and words in str(form.errors[next(iter(values))])


def test_the_points_of_a_certificate_are_typed_as_lines_and_a_trailing_value_may_be_left_to_its_default():
    form = ActForm(REGISTRY["laboratory.certificate.enter"], {"points": "100 0.2 0.5\n200, -0.1, 0.5, 2.1"})
    form.is_valid()
    assert form.cleaned_data["points"] == [
        {"nominal": "100", "error": "0.2", "U": "0.5"},
        {"nominal": "200", "error": "-0.1", "U": "0.5", "k": "2.1"},
    ]


def test_an_uploaded_file_reaches_the_act_and_is_taken_away_afterwards(signed_in, specimen):
    upload = SimpleUploadedFile("../../etc/读数.csv", b"1,2")
    response = signed_in("chenjing").post("/do/laboratory.test.specimen/", filled(file=upload))
    told = LedgerEntry.objects.latest("seq").after["_"]
    assert response.status_code == 302 and told["file"] == "1,2"
    assert not Path(told["path"]).exists() and Path(told["path"]).is_relative_to(tempfile.gettempdir())


def test_what_an_act_finds_wrong_stands_at_its_field_in_chinese(signed_in):
    response = signed_in("fengxi").post(REGISTER, unit(authority="NOBODY"))
    assert response.status_code == 422 and "没有这个单位" in text(response)
