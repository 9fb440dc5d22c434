"""Pages of activity data and of the comparison: what they show and to whom; files of months with their report."""

from __future__ import annotations

import io
from decimal import Decimal

import lxml.html
import pytest
from django.test import Client
from openpyxl import Workbook, load_workbook
from tests.carbon import activity_world as boiler
from tests.carbon import world
from tests.carbon.test_compare import january
from tests.carbon.test_statement import certified

from quanheng.apps.carbon import actions as carbon
from quanheng.apps.carbon.activity import files as activity_files
from quanheng.apps.carbon.activity import queries as activity_queries
from quanheng.apps.carbon.models import ActivityFile, ActivityMonth, ActivityStream
from quanheng.apps.parties import queries as parties
from quanheng.apps.records.uploads import Upload
from quanheng.errors import BadInput

BACKEND = "django.contrib.auth.backends.ModelBackend"
HEAD = "编号,年,月,数量,单位,元素碳%,基准,低位发热量"


def browser(login: str) -> Client:
    client = Client()
    client.force_login(parties.person(login), backend=BACKEND)
    return client


def text_of(response) -> str:
    assert response.status_code == 200, response
    return " ".join(lxml.html.document_fromstring(response.content.decode()).text_content().split())


def taken(cast, tmp_path, rows, head=HEAD, name="months.csv"):
    path = tmp_path / name
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return carbon.take_in_months(cast["clerk"], site="S1", file=Upload.local(path))


@pytest.fixture
def unit(plant, tmp_path):
    certified(plant)
    world.wet_stack(plant)
    world.readings(plant["clerk"], tmp_path, january())
    boiler.boiler(plant)
    boiler.month(plant, 1, "80.6", "50")
    return plant


@pytest.fixture
def statement(unit):
    return carbon.state(unit["clerk"], site="S1", year=2025, method="fuel")


def addresses(statement) -> list[str]:
    return [
        "/carbon/activity/", "/carbon/activity/files/", "/carbon/compare/?site=S1&year=2025",
        f"/carbon/activity/{ActivityStream.objects.get(code='COAL').pk}/",
        f"/carbon/statements/{statement.pk}/", f"/carbon/statements/{statement.pk}/month/",
        f"/carbon/statements/{statement.pk}/month/?month=7&source=NO", "/carbon/activity/template/",
    ]  # fmt: skip


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_owner_sees_every_page(statement, language) -> None:
    client = browser("clerk")
    client.cookies["django_language"] = language
    for address in addresses(statement):
        assert client.get(address).status_code == 200, address


def test_officer_reads_months_and_streams_of_those_whom_he_regulates(unit) -> None:
    for query in (activity_queries.streams, activity_queries.months):
        assert query(unit["officer"]).count() == 1 and not query(unit["neighbour"]).exists()


def test_neighbour_sees_nothing_of_it(statement) -> None:
    client = browser("neighbour")
    for address in addresses(statement):
        answer = client.get(address)
        assert answer.status_code in (200, 404)
        if answer.status_code == 200 and "template" not in address:
            assert "COAL" not in text_of(answer) and statement.number not in text_of(answer), address
        assert Client().get(address).status_code in (200, 302)


def test_statement_of_fuel_shows_its_months_and_speaks_of_months(statement) -> None:
    shown = text_of(browser("clerk").get(f"/carbon/statements/{statement.pk}/")).replace("\u00a0", " ")
    for words in ("燃料含碳量法", "小时所在的月份有数据", "80.6", "实测元素碳", "碳氧化率缺省值", "未核对"):
        assert words in shown, words
    assert "读数齐全" not in shown


def test_chain_of_fuel_leads_from_the_statement_to_record_scale_certificate_and_norm(statement) -> None:
    answer = browser("clerk").get(f"/carbon/statements/{statement.pk}/chain/", follow=True)
    shown = text_of(answer)
    for words in ("重新计算一致", "BELT", "LAB/C-BELT", "CHN", "GB/T 32150", "月值记录", "未核对", "台账"):
        assert words in shown, words


def test_RND_03_page_shows_meter_status_certificate_and_factor_of_bought_electricity(plant) -> None:
    world.instrument(plant["clerk"], "EM", "active_energy", "kWh")
    world.certificate(
        plant["technician"], "C-EM", "EM", "kWh", [("100", "0", "0.5")], ("1", "1000"), basis="relative"
    )
    carbon.register_stream(
        plant["clerk"],
        site="S1",
        code="GRID",
        name="外购电力",
        kind="electricity",
        factor=boiler.GRID,
        meter="EM",
    )
    boiler.month(plant, 1, "2000", stream="GRID", unit="MWh")
    statement = carbon.state(plant["clerk"], site="S1", year=2025, method="electricity")
    shown = text_of(browser("clerk").get(f"/carbon/statements/{statement.pk}/month/"))
    for words in ("EM", "LAB/C-EM", "覆盖", "电力二氧化碳排放因子", "0.5366", "未核对", "外购电力"):
        assert words in shown, words


def test_comparison_page_shows_what_the_command_answers(unit) -> None:
    shown = text_of(browser("clerk").get("/carbon/compare/?site=S1&year=2025")).replace("\u00a0", " ")
    for words in ("在不确定度之内没有发现差异", "这不说明两种方法都对", "744 小时", "没有共用的证书"):
        assert words in shown, words
    boiler.month(unit, 1, "120", "50")
    assert "差异超出不确定度" in text_of(browser("clerk").get("/carbon/compare/?site=S1&year=2025"))


def test_comparison_that_cannot_be_made_says_why(plant) -> None:
    assert "不能比较" in text_of(browser("clerk").get("/carbon/compare/?site=S1&year=2025"))
    assert text_of(browser("clerk").get("/carbon/compare/?site=NO&year=x&method=fuel"))


def test_file_keeps_good_rows_and_lists_bad_ones(plant, tmp_path) -> None:
    boiler.boiler(plant)
    kept = taken(
        plant, tmp_path,
        [
            "COAL,2025,1,1000,t,50,收到基,", "COAL,2025,2,2000000,kg,60,收到基,", "COAL,2025,2,1,t,60,收到基,",
            "COAL,2025,3,abc,t,60,收到基,", "NONE,2025,4,1,t,60,收到基,", "COAL,2025,5,1,t,60,湿基,",
            "COAL,2025,6,1,000,t,60,收到基,", "COAL,2025,7,1,kWh,60,收到基,", "COAL,2025,8,1,t,,,",
        ],
    )  # fmt: skip
    assert (kept.rows, kept.refused) == (2, 7)
    assert [p["row"] for p in kept.problems] == [4, 5, 6, 7, 8, 9, 10]
    assert {p.get("field") for p in kept.problems} >= {"月", "数量", "编号", "基准", "单位", "低位发热量"}
    months = ActivityMonth.objects.order_by("month")
    assert [(m.month, m.amount, m.unit, m.row) for m in months] == [(1, 1000, "t", 2), (2, 2000, "t", 3)]
    shown = text_of(browser("clerk").get(f"/carbon/activity/files/{kept.pk}/"))
    assert "有 7 行没有导入，其余 2 行已导入" in shown


def test_file_brought_again_with_a_correction_makes_one_new_version(plant, tmp_path) -> None:
    boiler.boiler(plant)
    rows = ["COAL,2025,1,1000,t,50,收到基,", "COAL,2025,2,2000,t,60,收到基,"]
    taken(plant, tmp_path, rows)
    again = taken(plant, tmp_path, [rows[0], "COAL,2025,2,2100,t,60,收到基,"])
    assert (again.rows, again.refused) == (1, 1)
    versions = ActivityMonth.objects.filter(month=2).order_by("known_from")
    assert [v.amount for v in versions] == [2000, 2100] and versions[0].known_to == versions[1].known_from


@pytest.mark.parametrize(
    ("head", "rows", "field"),
    [
        ("编号,年,月,数量", ["COAL,2025,1,1"], "单位"),
        (HEAD + ",颜色", ["COAL,2025,1,1,t,50,ar,,red"], "颜色"),
        (HEAD + ",年", ["COAL,2025,1,1,t,50,ar,,2025"], "年"),
        (HEAD, [], ""),
        (HEAD, ["NONE,2025,1,1,t,50,ar,"], "编号"),
    ],
)
def test_file_of_which_nothing_can_be_kept_lands_nothing(plant, tmp_path, head, rows, field) -> None:
    boiler.boiler(plant)
    with pytest.raises(BadInput) as refused:
        taken(plant, tmp_path, rows, head)
    assert field in {p.field for p in refused.value.problems}
    assert not ActivityFile.objects.exists()


def test_workbook_of_the_template_is_read_and_a_formula_is_refused(plant, tmp_path) -> None:
    boiler.boiler(plant)
    book = load_workbook(io.BytesIO(activity_files.empty_template()))
    table = book["活动数据"]
    heads = [str(c.value).rstrip("*") for c in table[1]]
    for values in (
        {"编号": "COAL", "年": 2025, "月": 1, "数量": 1000.5, "单位": "t", "元素碳%": 50, "基准": "收到基"},
        {"编号": "COAL", "年": 2025, "月": 2, "数量": "=1+1", "单位": "t", "元素碳%": 50, "基准": "收到基"},
    ):
        table.append([values.get(head) for head in heads])
    path = tmp_path / "months.xlsx"
    book.save(path)
    kept = carbon.take_in_months(plant["clerk"], site="S1", file=Upload.local(path))
    assert (kept.rows, kept.refused, kept.problems[0]["message"]) == (1, 1, "is a formula")
    assert ActivityMonth.objects.get().amount == Decimal("1000.5")


def test_workbook_with_another_sheet_is_refused(plant, tmp_path) -> None:
    book = Workbook()
    book.save(tmp_path / "other.xlsx")
    with pytest.raises(BadInput, match="unknown sheet"):
        carbon.take_in_months(plant["clerk"], site="S1", file=Upload.local(tmp_path / "other.xlsx"))
