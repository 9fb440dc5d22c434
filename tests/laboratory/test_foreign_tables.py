"""Foreign tables by a documented mapping: real components, their service and their linearity tests, and made-up slips.

Expected figures of the linearity tests are those of the table itself (its percent_error, one decimal), or computed here.
"""

from __future__ import annotations

import csv
import datetime as dt
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from quanheng.apps.laboratory import actions, queries, traceability
from quanheng.apps.laboratory.models import Certificate, Check, Instrument, Placement
from quanheng.apps.records.uploads import Upload
from quanheng.errors import BadInput, Refused

HERE = Path(__file__).parent
PLAN, TESTS = HERE / "ecmps_plan_mapping.yaml", HERE / "ecmps_linearity_mapping.yaml"


def take_in(actor, file: Path, mapping: Path, owner: str = "PLANT"):
    return actions.take_in(actor, owner=owner, file=Upload.local(file), mapping=Upload.local(mapping))


@pytest.fixture
def plant_of_record(cast, test_data):
    """The plan and the tests of the gas turbine, taken in for PLANT."""
    plan = take_in(cast["clerk"], test_data / "epa_ecmps_monitoring_plan.csv", PLAN)
    tests = take_in(cast["clerk"], test_data / "epa_ecmps_linearity_tests.csv", TESTS)
    return cast, plan, tests


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def test_every_row_of_the_plan_is_accounted_for(plant_of_record, test_data) -> None:
    _cast, plan, _tests = plant_of_record
    rows = rows_of(test_data / "epa_ecmps_monitoring_plan.csv")
    assert plan.problems == [] and plan.refused == {}
    assert sum(plan.landed.values()) + sum(plan.left_out.values()) == len(rows)
    wanted = {r["id"] for r in rows if r["record"] == "component" and r["type"] not in ("DAHS", "PRB")}
    assert {code.removeprefix("54-SCT1-") for code in codes()} == wanted
    servomex = Instrument.objects.get(code="54-SCT1-371")
    assert (servomex.maker, servomex.model, servomex.serial) == ("SERVOMEX", "1440", "01440D1-4937")


def codes() -> list[str]:
    return list(Instrument.objects.values_list("code", flat=True))


def test_unit_that_nobody_stated_stays_unstated_and_takes_no_certificate(plant_of_record) -> None:
    cast, _plan, _tests = plant_of_record
    meter = Instrument.objects.get(code="54-SCT1-310")
    assert meter.unit == ""
    with pytest.raises(BadInput) as caught:
        actions.enter_certificate(
            cast["technician"], issuer="LAB", number="X", kind="calibration", owner="PLANT", instrument=meter.code,
            issued_on=dt.date(2020, 1, 1), valid_from=dt.date(2020, 1, 1), unit="m3/h", basis="absolute",
            points=[{"nominal": "5", "error": "0", "U": "1"}], range_low=Decimal(1), range_high=Decimal(9),
        )  # fmt: skip
    assert caught.value.problems[0].field == "unit"


def test_the_same_flow_meter_served_twice_and_is_found_by_day(plant_of_record) -> None:
    """Oil flow meter 311 (serial 89768) served in system 110 from 2007 to 2012 and again from 2021."""
    cast, _plan, _tests = plant_of_record
    served = Placement.objects.filter(instrument__code="54-SCT1-311", place="54-SCT1-110")
    assert [(p.valid_from.isoformat(), str(p.valid_until)) for p in served] == [
        ("2007-06-13", "2012-10-08"),
        ("2021-10-05", "None"),
    ]

    def serving(day: str) -> set[str]:
        found = queries.placed_at(cast["clerk"], "54-SCT1-110", dt.date.fromisoformat(day))
        return {p.instrument.serial for p in found}

    assert serving("2010-01-01") == serving("2023-01-16") == {"89768"}
    assert serving("2015-01-01") == {"89767"} and serving("2004-08-01") == {"89767"}
    assert serving("2018-01-01") == {"143269"} and serving("2020-01-01") == {"56397"}
    assert serving("2007-06-13") == {"80281", "89768"}, "the plan names both for the day of the change"
    assert not queries.placed_at(cast["neighbour"], "54-SCT1-110", dt.date(2010, 1, 1)).exists()


def test_linearity_tests_become_checks_whose_errors_are_those_of_the_table(
    plant_of_record, test_data
) -> None:
    rows = rows_of(test_data / "epa_ecmps_linearity_tests.csv")
    printed = {(r["test_number"], r["gas_level"]): Decimal(r["percent_error"]) for r in rows}
    means = {(r["test_number"], r["gas_level"]): Decimal(r["mean_measured"]) for r in rows}
    found = {(c.number, p["level"]): p for c in Check.objects.all() for p in c.points}
    assert found.keys() == printed.keys()
    for key, point in found.items():
        error, reference = abs(Decimal(point["error"])), Decimal(point["reference"])
        assert (100 * error / reference).quantize(Decimal("0.1"), ROUND_HALF_UP) == printed[key], key
        assert abs(Decimal(point["mean"]) - means[key]) <= Decimal("0.0005"), key
        assert len(point["readings"]) == 3


def test_check_without_uncertainty_is_no_certificate_and_covers_nothing(plant_of_record) -> None:
    ids = [str(pk) for pk in Instrument.objects.values_list("pk", flat=True)]
    assert Check.objects.count() == 3 and not Certificate.objects.exists()
    assert queries.certificates_of(ids, dt.datetime.now(dt.UTC)) == []


def test_gas_cylinder_counts_for_its_own_days(plant_of_record) -> None:
    """Cylinder CC480593 expires on 2023-02-03, CC701898 on 2023-01-29; the test was made on 2023-01-16."""
    check = Check.objects.get(number="370-Q1-2023-1")

    def weak(day: str) -> dict[str, str]:
        return {n.name: n.own for n in traceability.of_check(check, dt.date.fromisoformat(day)).weak()}

    outside = "stated"  # a cylinder of which this installation holds no certificate
    assert set(weak("2023-01-16").values()) == {outside}
    assert weak("2023-01-30")["B72020/CC701898"] == "expired"
    assert weak("2023-02-03")["B72020/CC480593"] == outside
    assert weak("2023-02-04")["B72020/CC480593"] == "expired"
    assert weak("2030-08-20")["B12022/CC221140"] == "expired"
    assert traceability.of_check(check, dt.date(2023, 2, 4)).level == "bad"


def test_air_is_a_reference_without_a_cylinder(plant_of_record) -> None:
    check = Check.objects.get(number="371-Q1-2023-1")
    uses = {u.name: (u.traced_by, u.valid_until) for u in check.uses_standards.all()}
    assert uses["AIR"] == ("", None)


def test_the_same_files_again_add_nothing(plant_of_record, test_data) -> None:
    cast, plan, tests = plant_of_record
    before = [m.objects.count() for m in (Instrument, Placement, Check)]
    again = take_in(cast["clerk"], test_data / "epa_ecmps_monitoring_plan.csv", PLAN)
    once_more = take_in(cast["clerk"], test_data / "epa_ecmps_linearity_tests.csv", TESTS)
    assert [m.objects.count() for m in (Instrument, Placement, Check)] == before
    assert (again.known, again.landed) == (plan.landed, {}) and again.problems == []
    assert (once_more.known, once_more.landed) == (tests.landed, {}) and once_more.problems == []


# ---- slips, without the real data ----

GOOD_MAPPING = """
format: quanheng-laboratory-mapping/1
source: a made-up table
takes:
  - becomes: instrument
    rows: {kind: meter}
    values: {code: "{id}", name: "{id}", maker: "{maker}", model: M, serial: "{id}", quantity: flow, unit: m3/h}
"""
CHECK_MAPPING = """
format: quanheng-laboratory-mapping/1
source: a made-up table
takes:
  - becomes: check
    group: [test]
    values: {instrument: AN, number: "{test}", procedure: P, done_on: "{day}", unit: "%"}
    reading: {level: "{level}", reference: "{ref}", indication: "{ind}"}
"""


def given(tmp_path: Path, table: str, mapping: str):
    (tmp_path / "t.csv").write_text(table, encoding="utf-8")
    (tmp_path / "m.yaml").write_text(mapping, encoding="utf-8")
    return tmp_path / "t.csv", tmp_path / "m.yaml"


def test_good_rows_land_and_each_bad_one_is_named_by_row_and_column(cast, tmp_path) -> None:
    table = "id,kind,maker\nA1,meter,示例\nA 2,meter,示例\nA3,pump,示例\nA4,meter,\n"
    made = take_in(cast["clerk"], *given(tmp_path, table, GOOD_MAPPING))
    assert codes() == ["A1"] and made.landed == {"instruments": 1}
    assert {p["file"] for p in made.problems} == {"t.csv"}
    assert [(p["row"], p.get("field", "")) for p in made.problems] == [(3, "id"), (4, ""), (5, "maker")]


@pytest.mark.parametrize(
    ("mapping", "field"),
    [
        (GOOD_MAPPING.replace("{maker}", "{nobody}"), "nobody"),
        (GOOD_MAPPING.replace("format: quanheng-laboratory-mapping/1", "format: other"), "format"),
        (GOOD_MAPPING.replace("becomes: instrument", "becomes: miracle"), "takes.0.becomes"),
        (GOOD_MAPPING.replace("source: a made-up table", "sauce: x"), "sauce"),
        (GOOD_MAPPING + "    group: [id]\n", "takes.0"),
        ("takes: [", ""),
        ("- just\n- a list", ""),
    ],
)
def test_mapping_that_says_nothing_usable_is_refused_by_key(cast, tmp_path, mapping, field) -> None:
    files = given(tmp_path, "id,kind,maker\nA1,meter,示例\n", mapping)
    with pytest.raises(BadInput) as caught:
        take_in(cast["clerk"], *files)
    assert field in {p.field for p in caught.value.problems}
    assert not Instrument.objects.exists()


def test_format_text_of_a_mapping_reaches_no_attribute(cast, tmp_path) -> None:
    mapping = GOOD_MAPPING.replace("{maker}", "{maker.__class__.__mro__}")
    with pytest.raises(BadInput, match="column of the mapping is missing"):
        take_in(cast["clerk"], *given(tmp_path, "id,kind,maker\nA1,meter,示例\n", mapping))


@pytest.mark.parametrize(
    ("table", "row", "field"),
    [
        ("test,day,level,ref,ind\nT,2023-01-01,LOW,1,x\n", 2, "ind"),
        ("test,day,level,ref,ind\nT,2023-01-01,LOW,1,1\nT,2023-02-30,LOW,1,1\n", 3, "day"),
        ("test,day,level,ref,ind\nT,2023-02-30,LOW,1,1\n", 2, "day"),
        ("test,day,level,ref,ind\nT,2023-01-01,LOW,1,1\nT,2023-01-01,LOW,2,1\n", 2, "readings"),
        ("test,day,level,ref,ind\nT,2999-01-01,LOW,1,1\n", 2, "day"),
    ],
)
def test_slip_in_a_check_is_named(cast, tmp_path, table, row, field) -> None:
    from tests.carbon import world

    world.instrument(cast["clerk"], "AN", "co2_concentration", "%")
    made = take_in(cast["clerk"], *given(tmp_path, table, CHECK_MAPPING))
    assert [(p["row"], p["field"]) for p in made.problems] == [(row, field)]
    assert not Check.objects.exists()


def test_nobody_takes_in_a_file_for_another(cast, tmp_path) -> None:
    files = given(tmp_path, "id,kind,maker\nA1,meter,示例\n", GOOD_MAPPING)
    for login in ("neighbour", "officer", "stranger"):
        with pytest.raises(Refused):
            take_in(cast[login], *files)
    assert not Instrument.objects.exists()
