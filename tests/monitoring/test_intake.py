"""DATA-01: readings by file, by workbook, by form and by command; nothing doubles, every bad row comes back with its reason."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from django.urls import reverse
from openpyxl import Workbook, load_workbook
from tests.bases import page, signed_in
from tests.carbon import world

from quanheng.apps.monitoring import actions, queries
from quanheng.apps.monitoring.models import Batch, Site
from quanheng.apps.records.uploads import Upload
from quanheng.errors import BadInput

START = dt.datetime(2024, 12, 31, 16, tzinfo=dt.UTC)  # midnight of the site, 1 January 2025
HOUR = dt.timedelta(hours=1)


def filled(
    tmp_path, rows, head=("时间 [Asia/Shanghai]", "S1/C [%]", "S1/Q [m3/h]"), name="r.xlsx", sheet="读数"
):
    book = Workbook()
    book.active.title = sheet
    for row in [head, *rows]:
        book.active.append(row)
    book.save(tmp_path / name)
    return Upload.local(tmp_path / name)


def stored(code: str, start=START, hours=3) -> list[tuple[float, str, int]]:
    point = Site.objects.get(code="S1").points.get(code=code)
    table = queries.readings([str(point.pk)], start, start + hours * HOUR)
    return [(row["value"], row["text"], row["seq"]) for row in table.to_pylist()]


def first_problem(plant, **given):
    with pytest.raises(BadInput) as caught:
        actions.take_in(plant["clerk"], **{"site": "S1", **given})
    return caught.value.problems[0]


def test_DATA_01_workbook_from_the_template_lands_and_empty_cells_are_no_readings(plant, tmp_path) -> None:
    client = signed_in("clerk")
    address = reverse("monitoring:template", args=[Site.objects.get().pk])
    book = load_workbook(io.BytesIO(client.get(address).content))
    sheet = book["读数"]
    assert [c.value for c in sheet[1]] == [
        "时间 [Asia/Shanghai]", "S1/C [%]", "S1/P [kPa]", "S1/Q [m³/h]", "S1/T [°C]",
    ]  # fmt: skip
    sheet.append([dt.datetime.fromisoformat("2025-01-01T00:00"), 10.5, None, 1000])
    sheet.append([dt.datetime.fromisoformat("2025-01-01T01:00"), 10.25, 100.1, None])
    book.save(tmp_path / "filled.xlsx")
    batch = actions.take_in(plant["clerk"], site="S1", file=Upload.local(tmp_path / "filled.xlsx"))
    assert (batch.rows, batch.refused) == (4, 0)
    assert stored("C") == [(10.5, "10.5", 1), (10.25, "10.25", 1)]
    assert stored("Q") == [(1000.0, "1000", 1)]


def test_csv_template_names_site_unit_and_zone(plant) -> None:
    address = reverse("monitoring:template", args=[Site.objects.get().pk])
    text = signed_in("clerk").get(f"{address}?form=csv").content.decode("utf-8-sig")
    assert text == "时间 [Asia/Shanghai],S1/C [%],S1/P [kPa],S1/Q [m³/h],S1/T [°C]\r\n"


def test_template_of_somebody_elses_site_does_not_exist(plant) -> None:
    address = reverse("monitoring:template", args=[Site.objects.get().pk])
    assert signed_in("neighbour").get(address).status_code == 404


def test_DATA_01_bad_rows_of_a_workbook_are_named_and_the_good_ones_land(plant, tmp_path) -> None:
    rows = [
        ["2025-01-01 00:00", 10, 1000], ["2025-02-30 00:00", 10, 1000], ["2025-01-01 01:00", "NaN", 1000],
        ["2025-01-01 02:00", "=1+1", 1000], ["2025-01-01 03:00", 10, 1000, "stray"], [None, None, None],
        ["2025-01-01 04:00", 11, 1000],
    ]  # fmt: skip
    batch = actions.take_in(plant["clerk"], site="S1", file=filled(tmp_path, rows))
    assert (batch.rows, batch.refused) == (4, 4)
    assert [(p["row"], p.get("field"), p.get("found")) for p in batch.problems] == [
        (3, "时间 [Asia/Shanghai]", "2025-02-30 00:00"), (4, "S1/C [%]", "NaN"), (5, "S1/C [%]", "=1+1"), (6, None, None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("head", "message", "field"),
    [
        (("time", "C [furlong]"), "unknown unit", "C"),
        (("time", "X [%]"), "no such point", "X"),
        (("time", "S9/C [%]"), "belongs to another site", "S9/C"),
        (("time [Mars/Base]", "C [%]"), "unknown time zone", "time [Mars/Base]"),
        (("when", "C [%]"), "no column of times", "header"),
    ],
)
def test_DATA_01_wrong_head_lands_nothing_and_is_named(plant, tmp_path, head, message, field) -> None:
    problem = first_problem(plant, file=filled(tmp_path, [["2025-01-01 00:00", 10]], head))
    assert message in problem.message
    assert (problem.file, problem.row, problem.field) == ("r.xlsx", 1, field)
    assert queries.lake().version == 0


def test_zone_of_the_head_holds_for_the_file(plant, tmp_path) -> None:
    actions.take_in(
        plant["clerk"], site="S1", file=filled(tmp_path, [["2025-01-01 00:00", 10]], ("time [UTC]", "C [%]"))
    )
    assert stored("C", dt.datetime(2025, 1, 1, tzinfo=dt.UTC), 1) == [(10.0, "10", 1)]


def test_sheets_without_a_name_are_asked_for(plant, tmp_path) -> None:
    upload = filled(tmp_path, [["2025-01-01 00:00", 10, 1]], sheet="一月")
    book = load_workbook(upload.path)
    book.create_sheet("二月")
    book.save(upload.path)
    assert "which sheet" in first_problem(plant, file=upload).message


def test_archive_that_is_no_workbook_is_refused(plant, tmp_path) -> None:
    (tmp_path / "r.xlsx").write_bytes(b"PK\x03\x04 not really")
    assert first_problem(plant, file=Upload.local(tmp_path / "r.xlsx")).file == "r.xlsx"


def test_DATA_01_same_file_twice_does_not_double(plant, tmp_path) -> None:
    upload = filled(tmp_path, [["2025-01-01 00:00", 10, 1000]])
    actions.take_in(plant["clerk"], site="S1", file=upload)
    problem = first_problem(plant, file=Upload("renamed.xlsx", upload.path))
    assert (problem.message, problem.file) == ("was taken in already, nothing was added", "renamed.xlsx")
    assert (Batch.objects.count(), len(stored("C"))) == (1, 1)


def test_DATA_01_file_of_another_own_site_is_refused(plant, tmp_path) -> None:
    upload = filled(tmp_path, [["2025-01-01 00:00", 10]], ("time", "C [%]"))
    actions.register_site(plant["clerk"], owner="PLANT", code="S2", name="二号厂")
    world.point(plant["clerk"], "C", "co2_concentration", site="S2")
    actions.take_in(plant["clerk"], site="S1", file=upload)
    problem = first_problem(plant, site="S2", file=upload)
    assert (problem.message, problem.found, problem.expected) == ("belongs to another site", "S1", "S2")


def test_DATA_01_through_the_page_the_report_lists_each_bad_row_and_can_be_taken_along(
    plant, tmp_path
) -> None:
    client = signed_in("clerk")
    path = tmp_path / "r.csv"
    path.write_text(
        "time,C [%]\n2025-01-01 00:00,10\n2025-02-30 00:00,11\n2025-01-01 01:00,NaN\n", encoding="utf-8"
    )
    with path.open("rb") as stream:
        answer = client.post(reverse("do", args=["monitoring.batch.take_in"]), {"site": "S1", "file": stream})
    assert answer.status_code == 302
    batch = Batch.objects.get()
    shown = page(client, reverse("monitoring:batch", args=[batch.pk])).text_content()
    assert "2025-02-30 00:00" in shown and "NaN" in shown
    book = client.get(reverse("monitoring:refused", args=[batch.pk]))
    rows = [list(row) for row in load_workbook(io.BytesIO(book.content)).active.iter_rows(values_only=True)]
    assert [(row[0], row[1], row[2]) for row in rows[1:]] == [
        ("3", "time", "2025-02-30 00:00"), ("4", "C [%]", "NaN"),
    ]  # fmt: skip
    with path.open("rb") as stream:  # the same file again
        again = client.post(reverse("do", args=["monitoring.batch.take_in"]), {"site": "S1", "file": stream})
    assert again.status_code != 302 and Batch.objects.count() == 1
    assert signed_in("neighbour").get(reverse("monitoring:refused", args=[batch.pk])).status_code == 404


def test_DATA_01_workbook_and_reading_by_hand_come_in_through_their_pages(plant, tmp_path) -> None:
    client = signed_in("clerk")
    upload = filled(tmp_path, [["2025-01-01 00:00", 10, 1000]])
    with upload.path.open("rb") as stream:
        answer = client.post(reverse("do", args=["monitoring.batch.take_in"]), {"site": "S1", "file": stream})
    assert answer.status_code == 302 and stored("C") == [(10.0, "10", 1)]
    form = {
        "site": "S1",
        "point": "C",
        "time": "2025-01-01T01:00",
        "value": "10.5",
        "unit": "%",
        "reason": "",
    }
    answer = client.post(reverse("do", args=["monitoring.reading.enter"]), form)
    assert answer.status_code == 302 and stored("C") == [(10.0, "10", 1), (10.5, "10.5", 2)]
    again = client.post(reverse("do", args=["monitoring.reading.enter"]), form)
    assert again.status_code != 302 and len(stored("C")) == 2


# ---- by hand, and corrections ----------------------------------------------------------------------------------


def enter(plant, value: str, login: str = "clerk", **more):
    given = {"site": "S1", "point": "C", "time": START, "value": value, "unit": "%", **more}
    return actions.enter_reading(plant[login], **given)


def test_DATA_01_reading_by_hand_walks_the_way_of_all_others(plant) -> None:
    batch = enter(plant, "105000", unit="ppm")
    assert stored("C") == [(pytest.approx(10.5), "105000", batch.seq)]
    assert batch.rows == 1 and batch.file in Batch.objects.get().batch_key


def test_correction_needs_a_reason_and_both_versions_stay_readable(plant) -> None:
    first = enter(plant, "10.5")
    with pytest.raises(BadInput, match="another reading stands there") as caught:
        enter(plant, "10.6")
    assert caught.value.problems[0].field == "reason"
    with pytest.raises(BadInput, match="stands there already"):
        enter(plant, "10.50", reason="再抄一遍")
    second = enter(plant, "10.6", reason="抄表看错一格")
    enter(plant, "10.5", reason="原来没有看错")  # back to what was: a third version
    point = str(Site.objects.get().points.get(code="C").pk)
    span = ([point], START, START + HOUR)
    assert [row["text"] for row in queries.versions(*span).to_pylist()] == ["10.5", "10.6", "10.5"]
    assert queries.readings(*span, second.seq).to_pylist()[0]["value"] == 10.6
    assert queries.readings(*span, first.seq).to_pylist()[0]["value"] == 10.5


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"value": "NaN"}, "value"), ({"unit": "furlong"}, "unit"), ({"time": START + dt.timedelta(minutes=7)}, "value"),
        ({"time": dt.datetime(2200, 1, 1, tzinfo=dt.UTC)}, "time"), ({"point": "ZZ"}, "point"),
    ],
)  # fmt: skip
def test_bad_reading_by_hand_is_named_by_the_field_of_the_form(plant, change, field) -> None:
    with pytest.raises(BadInput) as caught:
        enter(plant, change.pop("value", "10"), **change)
    problem = caught.value.problems[0]
    assert (problem.field, problem.row, problem.file) == (field, None, "")
    assert queries.lake().version == 0
