"""DQ-01: seeded errors are found, each score explains itself, and a judgement keeps its rules and its pin."""

from __future__ import annotations

import csv
import datetime as dt
from decimal import Decimal

import numpy as np
import pytest
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.bases import page, signed_in
from tests.carbon import world

from quanheng.apps.monitoring import actions, api, queries
from quanheng.apps.monitoring.models import QualityReport, Site
from quanheng.apps.monitoring.quality import Series, due, moment, stamp
from quanheng.apps.monitoring.quality_files import judge_file
from quanheng.apps.monitoring.quality_rules import RULES, packaged, read
from quanheng.apps.monitoring.scoring import Share, Version, judge_point, percent, score
from quanheng.apps.records.models import Dependency
from quanheng.apps.records.uploads import Upload
from quanheng.errors import BadInput, Refused

ZONE = dt.timezone(dt.timedelta(hours=8))
HOURS = 31 * 24  # of January 2025


def local(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(f"2025-01-{text}:00").replace(tzinfo=ZONE)


def seeded(plant, tmp_path) -> None:
    """January 2025 at C with known errors: 5 hours missing, 1 out of range, 2 spikes, 8 hours stuck."""
    rng = np.random.default_rng(7)
    x = np.round(10 + np.sin(np.arange(HOURS) * 2 * np.pi / 24) + rng.normal(0, 0.1, HOURS), 3)
    x[100], x[200], x[201] = 45.0, 20.0, 21.0
    x[300:308] = x[300]
    start = dt.datetime.fromisoformat("2025-01-01T00:00")
    rows = [
        f"{start + dt.timedelta(hours=n):%Y-%m-%d %H:%M},{x[n]}" for n in range(HOURS) if not 400 <= n < 405
    ]
    world.readings(plant["clerk"], tmp_path, rows, header="time,C [%]")


def judge(plant, login: str = "clerk", **more):
    given = {"site": "S1", "first_day": dt.date(2025, 1, 1), "last_day": dt.date(2025, 1, 31), **more}
    return actions.judge_quality(plant[login], **given)


def hours_from(n: int) -> dt.datetime:
    return local("01 00") + dt.timedelta(hours=n)


def ids() -> dict[str, str]:
    return {point.code: str(point.pk) for point in Site.objects.get().points.all()}


def flags_of_c(plant, pin=None):
    return queries.flags([ids()["C"]], local("01 00"), local("31 23") + dt.timedelta(hours=1), pin)[
        ids()["C"]
    ]


def test_DQ_01_seeded_errors_are_found_where_they_are(plant, tmp_path) -> None:
    seeded(plant, tmp_path)
    found = {(f.test, f.first.astimezone(ZONE), f.last.astimezone(ZONE), f.count) for f in flags_of_c(plant)}
    assert found == {
        ("gap", hours_from(400), hours_from(404), 5),
        ("range", hours_from(100), hours_from(100), 1),
        ("spike", hours_from(100), hours_from(100), 1),
        ("spike", hours_from(200), hours_from(201), 2),
        ("stuck", hours_from(300), hours_from(307), 8),
    }


def test_flags_of_a_pin_stay_when_a_correction_comes(plant, tmp_path) -> None:
    seeded(plant, tmp_path)
    pin = queries.pin_now()
    before = flags_of_c(plant, pin)
    actions.enter_reading(
        plant["clerk"],
        site="S1",
        point="C",
        time=hours_from(100),
        value="10.1",
        unit="%",
        reason="抄错小数点",
    )
    assert flags_of_c(plant, pin) == before
    assert {f.test for f in flags_of_c(plant)} == {"gap", "spike", "stuck"}  # the rest of the errors


def test_DQ_01_each_share_is_explained_and_the_score_is_their_mean(plant, tmp_path) -> None:
    world.certificate(
        plant["clerk"], "J1", "AN", "%", [("10", "0", "0.1")], ("0", "20"), ("2024-01-01", "2025-01-15")
    )
    seeded(plant, tmp_path)
    report = judge(plant)
    (mine,) = [one for one in report.points if one["code"] == "C"]
    shares = {s["rule"]: (s["good"], s["judged"]) for s in mine["shares"]}
    taken = HOURS - 5
    assert shares == {
        "complete": (HOURS - 5, HOURS),
        "valid": (taken - 1, taken),
        "consistent": (taken, taken),
        "timely": (0, taken),  # January 2025 was brought more than 40 days after its end
        "plausible": (taken - 3 - 8, taken),
        "traceable": (15 * 24, taken),  # the certificate ended with 15 January
    }
    site = {s["rule"]: s for s in report.shares}
    assert (site["complete"]["good"], site["complete"]["judged"]) == (HOURS - 5, 4 * HOURS)
    assert site["valid"]["first"] == "2025-01-04T20:00:00.000000Z"  # hour 100 of the site's clock, in UTC
    by_hand = (
        Decimal(HOURS - 5) / (4 * HOURS) + Decimal(taken - 1) / taken + 1 + 0 + Decimal(taken - 11) / taken
        + Decimal(15 * 24) / taken
    ) / 6 * 100  # fmt: skip
    assert abs(report.score - by_hand) <= Decimal("0.005")


def test_judgement_names_rules_and_pin_and_what_it_used(plant, tmp_path) -> None:
    seeded(plant, tmp_path)
    report = judge(plant)
    rules = packaged()
    assert (report.rules, report.rules_version, report.rules_digest) == (
        rules.id,
        rules.version,
        rules.digest,
    )
    assert report.commit == queries.version()
    used = Dependency.objects.filter(result_kind="quality", result=str(report.pk))
    assert {(d.kind, d.used, d.version) for d in used} == {
        ("readings", str(report.site_id), "1"), ("quality_rules", rules.id, rules.version),
    }  # fmt: skip


def test_rule_without_anything_to_judge_is_unknown_and_not_zero(plant) -> None:
    report = judge(plant)
    assert {s["rule"]: s["judged"] for s in report.shares} == {
        **dict.fromkeys(RULES, 0),
        "complete": 4 * HOURS,
    }
    assert report.score == 0  # nothing of what was due is there; the other rules had nothing to judge
    assert score([Share("valid", 0, 0)], {"valid": 1}) is None
    assert percent(0, 0) is None


def test_share_is_never_rounded_up_to_perfect() -> None:
    assert percent(999_999, 1_000_000) == Decimal("99.99")
    assert percent(5, 5) == Decimal("100.00")
    assert score([Share("valid", 999_999, 1_000_000)], {"valid": 1}) == Decimal("99.99")
    weighed = [Share("valid", 1, 2), Share("timely", 1, 1), Share("complete", 0, 0)]
    assert score(weighed, {"valid": 3, "timely": 1, "complete": 9}) == Decimal("62.50")


def test_corrected_reading_is_not_consistent(plant) -> None:
    for value, reason in (("10", ""), ("11", "读错")):
        actions.enter_reading(
            plant["clerk"], site="S1", point="C", time=local("01 00"), value=value, unit="%", reason=reason
        )
    shares = {s["rule"]: s for s in judge(plant).shares}
    assert (shares["consistent"]["good"], shares["consistent"]["judged"]) == (0, 1)


@pytest.mark.parametrize(
    ("taken", "received", "good"),
    [
        ("2025-01-31T23:00", "2025-03-13T00:00", 1),  # 1 February and 40 days, in the time of the site
        ("2025-01-31T23:00", "2025-03-13T00:01", 0),
        ("2025-02-01T00:00", "2025-03-13T00:01", 1),
        ("2024-12-15T00:00", "2025-02-10T00:00", 1),
        ("2024-12-15T00:00", "2025-02-10T00:01", 0),
    ],
)
def test_timely_counts_from_the_end_of_the_month_of_the_site(taken, received, good) -> None:
    at, came = (
        np.array([stamp(dt.datetime.fromisoformat(text).replace(tzinfo=ZONE))]) for text in (taken, received)
    )
    one = Series("p", "P", "flow", at, at, np.array([1.0]), 1.0)
    told = judge_point(one, [], Version(at, np.array([1.0]), came), [], packaged(), "Asia/Shanghai")
    assert {s.rule: s.good for s in told.shares}["timely"] == good


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["2025-01-01 00:00", "2025-01-01 01:00", "9999-12-31", "0001-01-01", "x", "2025-06-01", "2025-01-01 00:00+08:00", "2199-01-01 00:00:01"]), st.sampled_from(["1", "", "nan", "1e400", "-5", "abc", "1_0"])), max_size=12))  # fmt: skip
def test_any_file_of_two_columns_is_judged_or_told_in_one_line(tmp_path_factory, rows) -> None:
    path = tmp_path_factory.mktemp("any") / "any.csv"
    path.write_text("\n".join(["time,value", *(",".join(row) for row in rows)]), encoding="utf-8")
    try:
        found = judge_file(path, "any.csv", packaged())
    except BadInput as error:
        assert len(error.problems) == 1
    else:
        assert all(one["test"] for one in found["intervals"])


@pytest.mark.parametrize(
    ("days", "field"),
    [(("2025-02-01", "2025-01-01"), "last_day"), (("2024-01-01", "2025-06-01"), "last_day"), (("2190-01-01", "2190-01-02"), "first_day")],
)  # fmt: skip
def test_period_that_cannot_be_judged_is_named(plant, days, field) -> None:
    first, last = map(dt.date.fromisoformat, days)
    with pytest.raises(BadInput) as caught:
        judge(plant, first_day=first, last_day=last)
    assert caught.value.problems[0].field == field


def test_owner_and_regulator_judge_and_the_neighbour_neither_judges_nor_sees(plant, tmp_path) -> None:
    seeded(plant, tmp_path)
    report = judge(plant, "officer")
    for login in ("neighbour", "technician"):
        with pytest.raises(Refused):
            judge(plant, login)
        address = reverse("monitoring:qualityreport", args=[report.pk])
        assert signed_in(login).get(address).status_code in (403, 404)


def test_DQ_01_report_page_shows_score_rules_and_stretches(plant, tmp_path) -> None:
    seeded(plant, tmp_path)
    client = signed_in("clerk")
    answer = client.post(
        reverse("do", args=["monitoring.quality.judge"]),
        {"site": "S1", "first_day": "2025-01-01", "last_day": "2025-01-31"},
    )
    assert answer.status_code == 302
    report = QualityReport.objects.get()
    shown = page(client, reverse("monitoring:qualityreport", args=[report.pk])).text_content()
    for word in ("完整", "有效", "一致", "及时", "合理", "可溯源", "缺测", "超量程", "突跳", "长时间不变"):
        assert word in shown
    assert "quanheng.quality" in shown and "建议" in shown


# ---- one measurement, not two ----------------------------------------------------------------------------------


def test_co2_and_heat_input_of_the_plant_are_called_one_measurement(plant, tmp_path, test_data) -> None:
    path = test_data / "epa_campd_bowen_hourly_co2_week.csv"
    if not path.is_file():
        pytest.skip(f"{path.name} is not in the folder of real data")
    clerk = plant["clerk"]
    for code, quantity in (("M", "co2_mass_rate"), ("H", "heat_input")):
        world.point(clerk, code, quantity)
    (tmp_path / "m.yaml").write_text(
        "time: {columns: [date, hour], format: '%Y-%m-%d %H', zone: Etc/GMT+5}\n"
        "points:\n  M: {column: co2_short_tons, unit: short_ton/hour}\n"
        "  H: {column: heat_input_mmBtu, unit: MBtu/hour}\n",
        encoding="utf-8",
    )  # Pint's MBtu is 10^6 Btu; each site of this test keeps its hours in the plant's standard time
    actions.take_in(clerk, site="S1", file=Upload.local(path), mapping=Upload.local(tmp_path / "m.yaml"))
    span = dt.datetime(2016, 12, 31, tzinfo=dt.UTC), dt.datetime(2017, 1, 9, tzinfo=dt.UTC)
    found = queries.flags([ids()[code] for code in ("C", "H", "M")], *span)
    derived = [f for f in found[ids()["M"]] if f.test == "derived"]
    assert [(f.partner_code, f.count) for f in derived] == [("H", 168)]
    with path.open(newline="", encoding="utf-8") as file:
        week = list(csv.DictReader(file))
    short_ton, mmbtu = 907.18474, 1.055056  # kg and GJ, NIST SP 811 (Btu of the international table)
    in_source_units = derived[0].ratio / short_ton * mmbtu
    assert in_source_units == pytest.approx(0.1026, abs=5e-6)
    assert len(week) == 168
    assert [f.test for f in found[ids()["H"]] if f.test == "derived"] == ["derived"]
    assert not [f for f in found[ids()["C"]] if f.test == "derived"]


def test_programs_read_the_flags_of_a_point_at_a_version(plant, tmp_path) -> None:
    seeded(plant, tmp_path)
    point = Site.objects.get().points.get(code="C")
    asked = api.Period(start=local("01 00"), end=local("31 23"), version=1)
    answer = api.FLAGS.read(plant["clerk"], point, asked)
    gap = {
        "test": "gap",
        "first": "2025-01-17T08:00:00.000000Z",
        "last": "2025-01-17T12:00:00.000000Z",
        "count": 5,
    }
    assert {**gap, "partner": "", "ratio": None} in answer[
        "items"
    ]  # hours 400 to 404 of the site's clock, in UTC
    assert (answer["version"], answer["rules"]["id"]) == (1, "quanheng.quality")
    with pytest.raises(BadInput, match="no such version"):
        api.FLAGS.read(plant["clerk"], point, api.Period(start=asked.start, end=asked.end, version=2))


# ---- rules and stamps ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ("version: '1'\n", "id"), ("surprise: 1\n", "surprise"), ("weights: {beauty: 1}\n", "weights"),
        ("tests: {default: {range: {low: 2, high: 1}}}\n", "tests.default.range"),
    ],
)  # fmt: skip
def test_wrong_rules_are_named_by_their_key(change, field) -> None:
    with pytest.raises(BadInput) as caught:
        read(change.encode(), "rules.yaml")
    assert field in [problem.field for problem in caught.value.problems]


def test_due_follows_the_local_day_across_a_change_of_the_clock() -> None:
    start, end = dt.datetime(2025, 3, 28, 23, tzinfo=dt.UTC), dt.datetime(2025, 3, 31, 22, tzinfo=dt.UTC)
    days = [moment(int(one)) for one in due(start, end, 86400, "Europe/Berlin")]
    assert days == [dt.datetime(2025, 3, d, h, tzinfo=dt.UTC) for d, h in ((28, 23), (29, 23), (30, 22))]
    assert due(start, end, 3600, "Europe/Berlin").size == 71  # three days, one of 23 hours
    assert due(start, end, 900, "Europe/Berlin").size == 4 * 71
    assert due(start, start, 3600, "UTC").size == 0
