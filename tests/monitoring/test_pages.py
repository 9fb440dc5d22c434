"""Pages of points, sites and judgements: gaps stand as gaps, words stand beside marks, and the questions to the database are few."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from django.urls import reverse
from tests.bases import ListPageCase, page, signed_in
from tests.carbon import world

from quanheng.apps.monitoring import actions, drawing, pictures, queries, words
from quanheng.apps.monitoring.models import Site
from quanheng.apps.monitoring.quality import Flag, Series, stamp
from quanheng.apps.monitoring.quality_rules import packaged

START = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
HOUR = 3_600_000_000
DAY = dt.timedelta(days=1)


def week(plant, tmp_path, without: range = range(0)) -> None:
    """A week of hours at C from 1 January 2025, without some of them."""
    start = dt.datetime.fromisoformat("2025-01-01T00:00")
    rows = [
        f"{start + dt.timedelta(hours=n):%Y-%m-%d %H:%M},{10 + n % 24 / 10}"
        for n in range(168)
        if n not in without
    ]
    world.readings(plant["clerk"], tmp_path, rows, header="time,C [%]")


def address(code: str = "C") -> str:
    return reverse("monitoring:point", args=[Site.objects.get().points.get(code=code).pk])


def test_chart_has_a_mark_per_reading_and_none_in_the_gap(plant, tmp_path) -> None:
    week(plant, tmp_path, without=range(30, 40))
    tree = page(signed_in("clerk"), f"{address()}?from=2025-01-01&to=2025-01-07")
    (chart,) = tree.xpath("//section//svg[@role='img']")
    marks = [float(c.get("cx").rstrip("%")) for c in chart.xpath(".//circle")]
    assert len(marks) == 158
    (gap,) = chart.xpath(".//rect[@class='none']")
    left = float(gap.get("x").rstrip("%"))
    right = left + float(gap.get("width").rstrip("%"))
    assert not [x for x in marks if left <= x <= right]
    assert "缺测" in chart.text_content() and "缺测 10" in chart.get("aria-label")
    assert "应有 10 个读数没有" in tree.text_content()


def test_point_that_another_one_was_computed_from_says_so(plant, tmp_path) -> None:
    start = dt.datetime.fromisoformat("2025-01-01T00:00")
    rows = [
        f"{start + dt.timedelta(hours=n):%Y-%m-%d %H:%M},{10 + n / 10:.1f},{1000 + n * 10}" for n in range(72)
    ]
    world.readings(plant["clerk"], tmp_path, rows, header="time,C [%],Q [m3/h]")
    shown = page(signed_in("clerk"), f"{address('Q')}?from=2025-01-01&to=2025-01-03").text_content()
    assert "由另一序列推算，不是独立测量" in shown and "= 100 × C" in shown
    assert (
        "不是独立测量"
        not in page(signed_in("clerk"), f"{address('T')}?from=2025-01-01&to=2025-01-03").text_content()
    )


def test_point_without_readings_says_so(plant) -> None:
    assert "这段时间没有读数" in page(signed_in("clerk"), address("T")).text_content()


@pytest.mark.parametrize(
    ("asked", "words"),
    [("from=2025-02-30&to=2025-03-01", "2025-01-31 的样子"), ("from=2025-02-01&to=2025-01-01", "末日不早于首日"), ("from=2020-01-01&to=2025-01-01", "366")],
)  # fmt: skip
def test_period_that_is_none_is_told_and_the_page_stands(plant, tmp_path, asked, words) -> None:
    assert words in page(signed_in("clerk"), f"{address()}?{asked}").text_content()


def test_point_page_shows_corrections_and_what_was_known_of_the_instrument(plant, tmp_path) -> None:
    week(plant, tmp_path)
    zone = dt.timezone(dt.timedelta(hours=8))
    actions.enter_reading(
        plant["clerk"], site="S1", point="C", time=dt.datetime(2025, 1, 2, 5, tzinfo=zone), value="12.75", unit="%",
        reason="抄表看错",
    )  # fmt: skip
    actions.correct_installation(
        plant["clerk"], site="S1", point="C", instrument="AN", known_start=world.LONG_AGO,
        valid_from=dt.datetime(2021, 1, 1, tzinfo=dt.UTC), reason="施工记录有误",
    )  # fmt: skip
    shown = page(signed_in("clerk"), f"{address()}?from=2025-01-01&to=2025-01-07").text_content()
    assert "10.5" in shown and "12.75" in shown and "更正过的读数" in shown
    assert "已更正" in shown


def test_correction_is_offered_filled_with_what_is_known_and_goes_through(plant) -> None:
    client = signed_in("clerk")
    (link,) = page(client, address()).xpath("//a[text()='更正']/@href")
    form = page(client, link).xpath("//main//form[.//input[@name='known_start']]")[0]
    given = {field.get("name"): field.get("value") or "" for field in form.xpath(".//input[@name]")}
    assert (given["instrument"], given["known_start"]) == (
        "AN",
        "2020-01-01T08:00",
    )  # 2020-01-01 UTC in China
    answer = client.post(link, {**given, "valid_from": "2021-01-01T08:00", "reason": "施工记录有误"})
    assert answer.status_code == 302
    (row,) = [one for one in queries.known_of(plant["clerk"], Site.objects.get().points.get(code="C")) if not one.known_to]  # fmt: skip
    assert row.valid_from == dt.datetime(2021, 1, 1, tzinfo=dt.UTC)


def test_neighbour_sees_no_point(plant) -> None:
    assert signed_in("neighbour").get(address()).status_code == 404


def test_site_page_tells_whole_partial_and_empty_days(plant, tmp_path) -> None:
    week(plant, tmp_path, without=range(24, 54))  # 2 January empty, 3 January partly
    tree = page(signed_in("clerk"), reverse("monitoring:site", args=[Site.objects.get().pk]) + "?year=2025")
    labels = [svg.get("aria-label") for svg in tree.xpath("//svg[@role='img']")]
    assert "C：5 天齐全，1 天有缺，359 天没有读数" in labels
    assert "T：0 天齐全，0 天有缺，365 天没有读数" in labels


@pytest.mark.parametrize("year", ["x", "99999999999", "１２", "1066", ""])
def test_year_that_is_none_is_left_aside(plant, year) -> None:
    found = signed_in("clerk").get(reverse("monitoring:site", args=[Site.objects.get().pk]), {"year": year})
    assert found.status_code == 200


def test_pages_ask_the_database_seldom(plant, tmp_path, django_assert_max_num_queries) -> None:
    week(plant, tmp_path)
    report = actions.judge_quality(
        plant["clerk"], site="S1", first_day=dt.date(2025, 1, 1), last_day=dt.date(2025, 1, 31)
    )
    client, site = signed_in("clerk"), Site.objects.get()
    for where in (
        address(),
        reverse("monitoring:site", args=[site.pk]),
        reverse("monitoring:qualityreport", args=[report.pk]),
    ):
        client.get(where)
        with django_assert_max_num_queries(40):  # the shell's own included; the same for 4 points and for 40
            client.get(where)


def test_questions_do_not_grow_with_the_points(plant, tmp_path, django_assert_num_queries) -> None:
    week(plant, tmp_path)
    site, actor = Site.objects.get(), plant["clerk"]
    points = list(site.points.all())
    with django_assert_num_queries(2):  # the newest commit, and what is recorded up to it
        pictures.completeness(site, points, 2025)
    for n in range(12):
        world.point(actor, f"X{n}", "flow")
    points = list(site.points.all())
    with django_assert_num_queries(2):
        pictures.completeness(site, points, 2025)


class TestQualityList(ListPageCase):
    """The list of judgements."""

    address = "/monitoring/quality/"
    reader = "clerk"
    stranger = "neighbour"
    mine = "2025-01-01 – 2025-01-31"

    @pytest.fixture
    def filled(self, plant) -> None:
        actions.judge_quality(
            plant["clerk"], site="S1", first_day=dt.date(2025, 1, 1), last_day=dt.date(2025, 1, 31)
        )


@pytest.mark.parametrize(
    ("test", "n", "sentence"),
    [
        ("range", 1, "应在 0 至 30 之间"), ("stuck", 8, "连续 8 个读数不变，最多容许 5 个"), ("derived", 9, ""),
        ("spike", 1, "离前后各 6 个读数的中位数超过 8 倍稳健标准偏差，随即回来"),
    ],
)  # fmt: skip
def test_reason_of_a_flag_names_the_figures_of_its_rule(test, n, sentence) -> None:
    figures = packaged().parameters(test, "co2_concentration")
    assert str(words.explained(test, n, figures)) == sentence


# ---- geometry --------------------------------------------------------------------------------------------------


def series(values: list[float]) -> Series:
    times = stamp(START) + HOUR * np.arange(len(values), dtype=np.int64)
    return Series("p", "P", "flow", times, times, np.array(values), 1.0)


def test_lowest_and_highest_reading_lie_within_the_lines_of_the_scale() -> None:
    drawn = drawing.chart(series([3.0, 17.0]), [], START, START + DAY, "UTC")
    assert [line["value"] for line in drawn["lines"]] == [0, 5, 10, 15, 20]
    ys = [float(dot["y"]) for dot in drawn["dots"]]
    # 20 units over 140 pixels from 150 upwards: 3 lies at 150 − 21, 17 at 150 − 119
    assert ys == [pytest.approx(129.0), pytest.approx(31.0)]


def test_constant_series_and_no_series_can_be_drawn() -> None:
    assert len(drawing.chart(series([5.0, 5.0]), [], START, START + DAY, "UTC")["dots"]) == 2
    assert drawing.chart(series([]), [], START, START + DAY, "UTC")["lines"] == []


def test_many_readings_are_drawn_as_spans_that_keep_the_extremes() -> None:
    values = [10.0] * 2000
    values[1000] = 99.0
    drawn = drawing.chart(series(values), [], START, START + dt.timedelta(hours=2000), "UTC")
    assert drawn["dots"] == [] and len(drawn["spans"]) == drawing.BUCKETS
    tall = [span for span in drawn["spans"] if float(span["low"]) - float(span["high"]) > 50]
    assert len(tall) == 1


def test_short_stretch_stays_visible_in_a_year() -> None:
    flag = Flag("p", "gap", START, START, 1, "r", "1")
    (lane,) = [one for one in drawing.chart(series([1.0]), [flag], START, START + 365 * DAY, "UTC")["lanes"] if one["parts"]]  # fmt: skip
    assert (lane["test"], lane["count"]) == ("gap", 1)
    assert float(lane["parts"][0]["width"].rstrip("%")) >= 0.4


def test_days_of_a_strip_join_and_fill_the_whole_width() -> None:
    due = stamp(START) + HOUR * np.arange(96, dtype=np.int64)
    present = np.delete(due, [30])
    drawn = drawing.strip(due, present[:72], START, START + 4 * DAY)
    parts = [(p["fill"], p["x"], p["width"]) for p in drawn["parts"]]
    assert parts == [
        ("run", "0.00%", "25.00%"), ("cond", "25.00%", "25.00%"), ("run", "50.00%", "25.00%"), ("cond", "75.00%", "25.00%"),
    ]  # fmt: skip
    assert (drawn["due"], drawn["got"]) == (96, 72)
