"""The main job through every floor on a real plant's week: from US units to a stated tonne and back to a raw row."""

from __future__ import annotations

import csv
import datetime as dt
import math
from decimal import Decimal
from pathlib import Path

import pytest

from quanheng.apps.carbon import actions as carbon
from quanheng.apps.laboratory import actions as laboratory
from quanheng.apps.monitoring import actions as monitoring
from quanheng.apps.parties import queries as parties
from quanheng.demo import people

pytestmark = pytest.mark.django_db

MAPPING = Path(__file__).parents[1] / "monitoring" / "bowen_mapping.yaml"
FILE = "epa_campd_bowen_hourly_co2_week.csv"
SHORT_TON_IN_TONNES = Decimal("0.90718474")  # exact: 2000 lb of 0.45359237 kg


@pytest.fixture
def bowen(lake):
    """Plant Bowen: a reported mass rate, an analyser and a flow monitor with made-up certificates (example)."""
    people.enter(lambda line: None)
    clerk, technician = (parties.actor_for(parties.person(login)) for login in ("helixin", "liming"))
    monitoring.register_site(
        clerk, owner=people.plant_code(), code="BOWEN", name="Plant Bowen", time_zone="Etc/GMT+5"
    )
    monitoring.register_point(clerk, site="BOWEN", code="CO2-MASS", name="CO2", quantity="co2_mass_rate")
    monitoring.register_point(clerk, site="BOWEN", code="HEAT", name="heat input", quantity="heat_input")
    for code, quantity, unit, error, U in (
        ("AN", "co2_concentration", "%", "0", "2"),
        ("FL", "flow", "m³/h", "0", "3"),
    ):
        laboratory.register_instrument(
            clerk, owner=people.plant_code(), code=code, name=code, maker="example", model=code, serial="1",
            quantity=quantity, unit=unit, repeatability=Decimal("1") if code == "AN" else None,
        )  # fmt: skip
        laboratory.enter_certificate(
            technician, issuer=people.CENTRE, number=f"EX-{code}", kind="calibration", owner=people.plant_code(),
            instrument=code, issued_on=dt.date(2016, 7, 1), valid_from=dt.date(2016, 7, 1),
            valid_until=dt.date(2017, 6, 30), unit=unit, basis="relative",
            points=[{"nominal": "10", "error": error, "U": U}], range_low=Decimal(0), range_high=Decimal(10),
        )  # fmt: skip
        since = dt.datetime(2016, 7, 1, tzinfo=dt.UTC)
        monitoring.install(
            clerk, site="BOWEN", point="CO2-MASS", instrument=code, valid_from=since, acts_on=quantity
        )
    carbon.register_source(
        clerk, site="BOWEN", code="CS1", name="stack", form="mass", points={"mass": "CO2-MASS"}
    )


def rows(test_data: Path) -> list[dict[str, str]]:
    with (test_data / FILE).open() as stream:
        return list(csv.DictReader(stream))


def test_real_week_becomes_the_tonne_that_decimal_arithmetic_gives(bowen, run, test_data) -> None:
    taken = run(
        "lake",
        "import",
        test_data / FILE,
        "--site",
        "BOWEN",
        "--mapping",
        MAPPING,
        "--as",
        "helixin",
        "--json",
    )
    assert (taken.code, taken.data["rows"], taken.data["refused"]) == (0, 336, 0)
    stated = run(
        "carbon", "state", "BOWEN", "--year", "2017", "--method", "cems", "--as", "helixin", "--json"
    )
    by_hand = sum(Decimal(r["co2_short_tons"]) for r in rows(test_data)) * SHORT_TON_IN_TONNES
    assert stated.code == 0
    assert Decimal(stated.data["value"]) == pytest.approx(by_hand, abs=Decimal("0.000001"))
    assert (stated.data["hours"], stated.data["hours_of_year"]) == (168, 8760)


def test_calibration_error_is_common_to_the_week_and_repeatability_is_not(bowen, run, test_data) -> None:
    run("lake", "import", test_data / FILE, "--site", "BOWEN", "--mapping", MAPPING, "--as", "helixin")
    stated = run("carbon", "state", "BOWEN", "--year", "2017", "--as", "helixin", "--json").data
    masses = [float(Decimal(r["co2_short_tons"]) * SHORT_TON_IN_TONNES) for r in rows(test_data)]
    common = math.hypot(
        0.01 * sum(masses), 0.015 * sum(masses)
    )  # U = 2 % and 3 % with k = 2: u = 1 % and 1.5 %
    independent = 0.01 * math.sqrt(sum(m * m for m in masses))
    assert float(stated["u"]) == pytest.approx(math.hypot(common, independent), rel=1e-6)
    kinds = {c["name"]: c["kind"] for c in stated["contributions"]}
    assert kinds == {
        "FL · CQIM/EX-FL": "common",
        "AN · CQIM/EX-AN": "common",
        "AN · 重复性": "independent",
    }


def test_chain_leads_to_the_raw_row_and_the_certificate(bowen, run, test_data) -> None:
    run("lake", "import", test_data / FILE, "--site", "BOWEN", "--mapping", MAPPING, "--as", "helixin")
    number = run("carbon", "state", "BOWEN", "--year", "2017", "--as", "helixin", "--json").data["statement"]
    chain = run("carbon", "chain", number, "--hour", "2017-01-03T05:00", "--as", "helixin", "--json").data
    line = next(
        n for n, r in enumerate(rows(test_data), start=2) if (r["date"], r["hour"]) == ("2017-01-03", "5")
    )
    reading = chain["inputs"][0]["reading"]
    assert (reading["row"], reading["text"]) == (line, rows(test_data)[line - 2]["co2_short_tons"])
    assert reading["proof"]["holds"] and chain["statement"]["recomputed"]["agrees"]
    names = {part["certificate"]["name"] for part in chain["inputs"][0]["covered_by"]}
    assert names == {"CQIM/EX-AN", "CQIM/EX-FL"}


def test_same_file_twice_adds_nothing_and_says_so(bowen, run, test_data) -> None:
    first = run(
        "lake",
        "import",
        test_data / FILE,
        "--site",
        "BOWEN",
        "--mapping",
        MAPPING,
        "--as",
        "helixin",
        "--json",
    )
    again = run(
        "lake", "import", test_data / FILE, "--site", "BOWEN", "--mapping", MAPPING, "--as", "helixin"
    )
    assert again.code == 2
    assert f"batch {first.data['commit']}" in again.err


def test_another_enterprises_clerk_cannot_bring_readings(bowen, run, test_data) -> None:
    refused = run(
        "lake",
        "import",
        test_data / FILE,
        "--site",
        "BOWEN",
        "--mapping",
        MAPPING,
        "--as",
        "liming",
        "--json",
    )
    assert (refused.code, refused.data["error"]) == (3, "refused")
