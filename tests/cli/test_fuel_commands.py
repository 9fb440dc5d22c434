"""Fuel on the command line: a stream, its months, the statement, its chain and the comparison, with their exit codes."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from quanheng.apps.carbon import actions as carbon
from quanheng.apps.laboratory import actions as laboratory
from quanheng.apps.monitoring import actions as monitoring
from quanheng.apps.parties import queries as parties
from quanheng.apps.records.uploads import Upload
from quanheng.demo import people

pytestmark = pytest.mark.django_db
AS = ("--as", "helixin", "--json")
DEFAULTS = "企业温室气体排放核算方法与报告指南 发电设施 | 2022"


@pytest.fixture
def site(lake, tmp_path):
    """A unit whose mass flow was read in January: 1000 kg of CO2 in each hour; a scale with a certificate."""
    people.enter(lambda line: None)
    clerk, technician = (parties.actor_for(parties.person(login)) for login in ("helixin", "liming"))
    owner = people.plant_code()
    monitoring.register_site(clerk, owner=owner, code="U1", name="一号机组")
    monitoring.register_point(clerk, site="U1", code="M", name="CO2", quantity="co2_mass_rate")
    carbon.register_source(clerk, site="U1", code="K1", name="K1", form="mass", points={"mass": "M"})
    laboratory.register_instrument(
        clerk,
        owner=owner,
        code="BELT",
        name="皮带秤",
        maker="示例",
        model="B",
        serial="1",
        quantity="mass",
        unit="t",
    )
    laboratory.enter_certificate(
        technician, issuer=people.CENTRE, number="BELT-1", kind="calibration", owner=owner, instrument="BELT",
        issued_on=dt.date(2024, 7, 1), valid_from=dt.date(2024, 7, 1), valid_until=dt.date(2026, 6, 30), unit="t",
        basis="relative", points=[{"nominal": "10", "error": "0", "U": "1"}], range_low=Decimal(1),
        range_high=Decimal(100),
    )  # fmt: skip
    path = tmp_path / "m.csv"
    hours = [f"2025-01-{n // 24 + 1:02d} {n % 24:02d}:00,1000" for n in range(744)]
    path.write_text("\n".join(["time,M [kg/h]", *hours]), encoding="utf-8")
    monitoring.take_in(clerk, site="U1", file=Upload.local(path))


def months(tmp_path, *rows: str):
    path = tmp_path / "months.csv"
    path.write_text("\n".join(["stream,year,month,amount,unit,carbon,basis", *rows]), encoding="utf-8")
    return path


def registered(run) -> None:
    answer = run(
        "carbon", "stream", "U1", "COAL", "--kind", "fuel", "--fuel", "燃煤", "--defaults", DEFAULTS, "--meter",
        "BELT", *AS,
    )  # fmt: skip
    assert (answer.code, answer.data["unit"]) == (0, "t")


def test_stream_months_statement_chain_and_comparison(site, run, tmp_path) -> None:
    registered(run)
    taken = run("carbon", "months", months(tmp_path, "COAL,2025,1,410,t,50,ar"), "--site", "U1", *AS)
    assert (taken.code, taken.data["rows"], taken.data["refused"]) == (0, 1, 0)
    stated = run("carbon", "state", "U1", "--year", "2025", "--method", "fuel", *AS)
    assert float(stated.data["value"]) == pytest.approx(410 * 0.5 * 0.99 * 44 / 12, abs=1e-6)
    chain = run("carbon", "chain", stated.data["statement"], *AS)
    assert chain.data["record"]["file"] == "months.csv" and chain.data["record"]["row"] == 2
    assert chain.data["statement"]["recomputed"]["agrees"]
    told = run("carbon", "chain", stated.data["statement"], "--as", "helixin")
    assert "BELT" in told.out and "verified: none" in told.out
    compared = run("carbon", "compare", "U1", "--year", "2025", *AS)
    assert compared.code == 0
    assert float(compared.data["difference"]["value"]) == pytest.approx(744 - 744.15, abs=1e-3)
    assert compared.data["agree"] is True
    assert compared.data["methods"]["fuel"]["statement"] == stated.data["statement"]


def test_difference_that_is_found_is_a_result_and_no_fault(site, run, tmp_path) -> None:
    registered(run)
    run("carbon", "months", months(tmp_path, "COAL,2025,1,900,t,50,ar"), "--site", "U1", *AS)
    compared = run("carbon", "compare", "U1", "--year", "2025", *AS)
    assert (compared.code, compared.data["agree"]) == (0, False)
    assert (
        "at least one has an error" in run("carbon", "compare", "U1", "--year", "2025", "--as", "helixin").out
    )


def test_bad_rows_are_named_and_the_exit_code_is_2(site, run, tmp_path) -> None:
    registered(run)
    rows = (
        "COAL,2025,1,410,t,50,ar",
        "COAL,2025,2,NaN,t,50,ar",
        "COAL,2025,13,1,t,50,ar",
        "COAL,2025,3,1,t,50,wet",
    )
    taken = run("carbon", "months", months(tmp_path, *rows), "--site", "U1", *AS)
    assert (taken.code, taken.data["rows"], taken.data["refused"]) == (2, 1, 3)
    assert [(p["row"], p["field"]) for p in taken.data["problems"]] == [(3, "数量"), (4, "月"), (5, "基准")]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("compare", "U1", "--year", "2025", "--method", "cems"), 2),
        (("compare", "U1", "--year", "2025"), 2),  # no activity data yet
        (("compare", "NOWHERE", "--year", "2025"), 3),
        (("state", "U1", "--year", "2025", "--method", "fuel"), 2),
        (("state", "U1", "--year", "2025", "--method", "guess"), 2),
        (("months", "/nowhere.csv", "--site", "U1"), 2),
        (("stream", "U1", "X", "--kind", "fuel"), 2),
    ],
)
def test_exit_codes(site, run, arguments, code) -> None:
    assert run("carbon", *arguments, *AS).code == code
