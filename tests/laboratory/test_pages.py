"""Pages of the laboratory: what stands on them, in both languages, and that strangers find nothing."""

from __future__ import annotations

import datetime as dt

import lxml.html
import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from tests.carbon import world
from tests.laboratory.books import analyser, saved
from tests.laboratory.test_foreign_tables import CHECK_MAPPING, GOOD_MAPPING, take_in
from tests.laboratory.test_foreign_tables import given as files

from quanheng.apps.laboratory import actions, drawing, tables, verification
from quanheng.apps.laboratory.models import Certificate, Check, Intake
from quanheng.apps.parties import queries as parties

LISTS = ["/laboratory/instruments/", "/laboratory/certificates/", "/laboratory/intakes/"]
DAY = dt.timedelta(1)


@pytest.fixture
def filled(cast, tmp_path):
    """An analyser with a certificate that gives corrections, one that expired, a check, and two files taken in."""
    actions.take_in(cast["clerk"], owner="PLANT", file=saved(tmp_path, 器具=[analyser(), analyser("B D")]))
    actions.enter_certificate(
        cast["technician"], issuer="LAB", number="N-1", kind="calibration", owner="PLANT", instrument="AN",
        issued_on=dt.date(2025, 1, 1), valid_from=dt.date(2025, 1, 1), unit="%", basis="absolute", range_low="5",
        range_high="15", corrections=[{"nominal": "5", "correction": "-0.3", "U": "0.2"}], environment="(20±2) °C",
    )  # fmt: skip
    world.certificate(
        cast["technician"], "OLD", "AN", "%", [("5", "0.1", "0.2")], ("5", "15"), ("2020-01-01", "2020-12-31")
    )
    table = "test,day,level,ref,ind\nT-1,2023-01-01,LOW,5,5.1\nT-1,2023-01-01,LOW,5,5.2\n"
    take_in(cast["clerk"], *files(tmp_path, table, CHECK_MAPPING))
    return cast


def browser(login: str) -> Client:
    """Signed in, with a second factor where the roles ask for one."""
    person = parties.person(login)
    if parties.needs_second_factor(person) and not person.authenticator_set.exists():
        TOTP.activate(person, generate_totp_secret())
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def text_of(response) -> str:
    return " ".join(lxml.html.document_fromstring(response.content.decode()).text_content().split())


def addresses() -> list[str]:
    certificate = Certificate.objects.get(number="N-1")
    return [
        f"/laboratory/certificates/{certificate.pk}/",
        f"/laboratory/instruments/{certificate.instrument_id}/",
        f"/laboratory/checks/{Check.objects.get().pk}/",
        *(f"/laboratory/intakes/{row.pk}/" for row in Intake.objects.all()),
    ]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_owner_sees_every_list_and_object(filled, language) -> None:
    client = browser("clerk")
    client.cookies["django_language"] = language
    for address in [*LISTS, *addresses()]:
        assert client.get(address).status_code == 200, address
        assert client.get(address + "?day=x&term=soon&export=xlsx").status_code == 200, address
    assert client.get("/laboratory/template.xlsx").content[:2] == b"PK"


def test_neighbour_finds_nothing_and_a_visitor_is_asked_to_sign_in(filled) -> None:
    client = browser("neighbour")
    for address in addresses():
        assert client.get(address).status_code == 404, address
        assert Client().get(address).status_code == 302, address
    for address in LISTS:
        shown = text_of(client.get(address))
        assert not any(secret in shown for secret in ("N-1", "S-AN", "lab.xlsx")), address


def test_certificate_page_shows_the_correction_of_the_paper_and_the_error_beside_it(filled) -> None:
    page = browser("clerk").get(addresses()[0])
    tree = lxml.html.document_fromstring(page.content.decode())
    (table,) = tree.xpath("//table[caption='校准结果']")
    heads = [" ".join(h.text_content().split()) for h in table.xpath(".//thead//th")]
    cells = [c.text_content().strip() for c in table.xpath(".//tbody/tr/*")]
    assert heads == ["示值 (%)", "修正值 (%)", "示值误差 (%)", "U (%)", "k"]
    assert cells == ["5", "−0.3", "+0.3", "0.2", "2"]
    assert all("num" in c.get("class") for c in table.xpath(".//tbody/tr/*")), "numbers are right aligned"
    (plot,) = [s for s in tree.xpath("//svg[@role='img']/@aria-label") if "示值误差" in s]
    assert "+0.3 ± 0.2" in plot
    assert "(20±2) °C" in page.content.decode()


def test_list_says_in_words_how_each_certificate_stands(filled) -> None:
    today = timezone.localdate()
    for number, last in (("SOON", today + 10 * DAY), ("FAR", today + 400 * DAY), ("EDGE", today)):
        world.certificate(
            filled["technician"], number, "AN", "%", [("5", "0", "1")], ("5", "15"), ("2024-01-01", str(last))
        )
    rows = {row.number: tables.standing(row) for row in Certificate.objects.all()}
    assert {number: (kind, str(word)) for number, (kind, word) in rows.items()} == {
        "N-1": ("ok", "证书有效"),
        "OLD": ("bad", "已过有效期"),
        "SOON": ("warn", "有效，剩 10 天"),
        "FAR": ("ok", "证书有效"),
        "EDGE": ("warn", "有效，剩 0 天"),
    }
    client = browser("clerk")

    def listed(term: str) -> set[str]:
        shown = text_of(client.get(f"/laboratory/certificates/?term={term}"))
        return {number for number in rows if number in shown}

    assert listed("soon") == {"SOON", "EDGE"} and listed("expired") == {"OLD"}
    assert listed("running") == {"N-1", "SOON", "FAR", "EDGE"}


def test_instrument_list_names_the_certificate_that_serves(filled) -> None:
    shown = text_of(browser("clerk").get("/laboratory/instruments/"))
    assert "证书有效" in shown and "没有证书" not in shown
    actions.revoke_certificate(filled["signatory"], certificate="LAB/N-1", reason="标准器超差")
    after = text_of(browser("clerk").get("/laboratory/instruments/"))
    assert "证书有效" not in after, "a revoked and an expired one leave nothing in force"


def test_check_says_that_it_states_no_uncertainty_and_covers_nothing(filled) -> None:
    shown = text_of(browser("clerk").get(addresses()[2]))
    for words in ("不确定度未给出", "不构成读数的覆盖", "5.150", "+0.150", "没有写明所用标准"):
        assert words in shown, words


def test_report_of_a_file_lists_each_bad_row_in_words(filled) -> None:
    row = Intake.objects.get(name="lab.xlsx")
    shown = text_of(browser("clerk").get(f"/laboratory/intakes/{row.pk}/"))
    for words in ("收下 1 项，1 项未收", "lab.xlsx 器具", "器具编号", "B D", "格式不对"):
        assert words in shown, words
    assert "lab.xlsx" in text_of(browser("clerk").get("/laboratory/intakes/"))


def test_file_and_mapping_go_in_by_the_page_of_the_act(cast, tmp_path) -> None:
    table, mapping = files(tmp_path, "id,kind,maker\nA1,meter,示例\nA2,pump,示例\n", GOOD_MAPPING)
    with table.open("rb") as first, mapping.open("rb") as second:
        answer = browser("clerk").post(
            "/do/laboratory.intake.take_in/",
            {"owner": "PLANT", "file": first, "mapping": second},
            follow=True,
        )
    made = Intake.objects.get()
    assert answer.redirect_chain[-1][0] == f"/laboratory/intakes/{made.pk}/"
    assert made.landed == {"instruments": 1} and "a made-up table" in made.mapping
    shown = text_of(answer)
    assert "t.csv" in shown and "对照文件里没有收这一行的规定" in shown


def test_certificate_goes_in_by_the_form_with_its_standards_as_lines(cast) -> None:
    world.instrument(cast["clerk"], "AN", "co2_concentration", "%")
    given = {
        "issuer": "LAB", "number": "F-1", "kind": "calibration", "owner": "PLANT", "instrument": "AN",
        "issued_on": "2025-01-02", "valid_from": "2025-01-02", "unit": "%", "basis": "absolute", "range_low": "5",
        "range_high": "15", "corrections": "5 -0.3 0.2\n15 0.1 0.2 2.1",
        "traced_to": "标准气体\tNIM/GBW-1\t2026-05-01\tnational\n温度计\tLAB/T-1",
    }  # fmt: skip
    answer = browser("clerk").post("/do/laboratory.certificate.enter/", given)
    assert answer.status_code == 302, text_of(answer)
    row = Certificate.objects.get()
    assert [(p["error"], p["k"]) for p in row.points] == [("0.3", "2"), ("-0.1", "2.1")]
    uses = [(u.name, u.traced_by, str(u.valid_until), u.level) for u in row.uses_standards.all()]
    assert uses == [
        ("标准气体", "NIM/GBW-1", "2026-05-01", "national"), ("温度计", "LAB/T-1", "None", "standard"),
    ]  # fmt: skip


def test_pages_ask_the_database_a_bounded_number_of_times(filled, django_assert_max_num_queries) -> None:
    for n in range(20):
        world.certificate(filled["technician"], f"X-{n}", "AN", "%", [("5", "0", "1")], ("5", "15"))
    client = browser("clerk")
    client.get(LISTS[0])
    for address in [*LISTS, *addresses()]:
        with django_assert_max_num_queries(32):
            client.get(address)


@pytest.mark.parametrize(
    ("serial", "shown"),
    [("0527163344", "052***3344"), ("S-00417", "*****17"), ("12345", "***45"), ("1234", "***"), ("", "***")],
)
def test_serial_number_is_shown_in_part(serial, shown) -> None:
    assert verification._partly(serial) == shown


# ---- the picture ----

NUMBERS = st.floats(-1e6, 1e6, allow_nan=False)
POINTS = st.lists(
    st.fixed_dictionaries({"nominal": NUMBERS, "error": NUMBERS, "U": st.floats(1e-6, 1e6)}), min_size=1, max_size=12
).map(lambda rows: [{k: repr(v) for k, v in row.items()} for row in rows])  # fmt: skip


@given(POINTS)
def test_bars_lie_within_the_picture_and_in_order(points) -> None:
    drawn = drawing.errors(points)
    for bar in drawn["bars"]:
        assert (
            drawing.TOP - 0.1
            <= float(bar["high"])
            <= float(bar["y"])
            <= float(bar["low"])
            <= drawing.BASE + 0.1
        )
        assert drawing.LEFT <= float(bar["x"][:-1]) <= drawing.RIGHT
    assert 2 <= len(drawn["lines"]) <= 8


def test_places_of_a_picture_computed_on_paper() -> None:
    """Errors −1 ± 1 at 0 and +1 ± 1 at 10: the scale goes from −2 to 2, one step is 34 px, zero at 82 px."""
    drawn = drawing.errors(
        [{"nominal": "0", "error": "-1", "U": "1"}, {"nominal": "10", "error": "1", "U": "1"}]
    )
    assert [line["value"] for line in drawn["lines"]] == [-2, -1, 0, 1, 2]
    assert drawn["zero"] == "82.0"
    first, second = drawn["bars"]
    assert (first["y"], first["high"], first["low"]) == ("116.0", "82.0", "150.0")
    assert (second["y"], second["high"], second["low"]) == ("48.0", "14.0", "82.0")
    assert [label["value"] for label in drawn["labels"]] == ["0", "10"]
