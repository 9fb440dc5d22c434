"""Bought electricity: a meter's kilowatt-hours become tonnes by a factor that can be traced."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal

import pytest
from tests.carbon import activity_world as boiler
from tests.carbon import world

from quanheng.apps.carbon import actions as carbon
from quanheng.apps.carbon.chain import chain as way
from quanheng.apps.monitoring import actions as monitoring
from quanheng.apps.records.classify import urn_of
from quanheng.apps.records.models import Dependency
from quanheng.errors import BadInput

FACTOR = 0.5366  # kg/kWh, national average 2022


def metered(cast, until: str | None = "2026-12-31") -> None:
    """A power meter with U 0.5 % (k = 2)."""
    world.instrument(cast["clerk"], "EM", "active_energy", "kWh")
    world.certificate(
        cast["technician"], "C-EM", "EM", "kWh", [("100", "0", "0.5")], ("1", "1000"), ("2024-01-01", until),
        basis="relative",
    )  # fmt: skip


def bought(cast, **more) -> None:
    given = {"kind": "electricity", "factor": boiler.GRID, "meter": "EM", **more}
    carbon.register_stream(cast["clerk"], site="S1", code="GRID", name="外购电力", **given)


def stated(cast):
    return carbon.state(cast["clerk"], site="S1", year=2025, method="electricity")


def at_a_point(cast, tmp_path, rows) -> None:
    metered(cast)
    world.point(cast["clerk"], "E", "active_energy")
    world.install(cast["clerk"], "E", "EM")
    bought(cast, point="E", meter="")
    world.readings(cast["clerk"], tmp_path, rows, header="time,E [MWh]")


def test_month_of_a_bill_gives_the_tonnes_and_uncertainty_of_paper(plant) -> None:
    metered(plant)
    bought(plant)
    boiler.month(plant, 1, "2000", stream="GRID", unit="MWh")
    exact = stated(plant).result["exact"]
    tonnes = 2_000_000 * FACTOR / 1000
    assert (float(exact["value"]), float(exact["u"])) == pytest.approx((tonnes, tonnes * 0.0025), rel=1e-12)


def test_two_months_share_the_error_of_the_meter(plant) -> None:
    metered(plant)
    bought(plant)
    for number in (1, 2):
        boiler.month(plant, number, "1000", stream="GRID", unit="kWh")
    exact = stated(plant).result["exact"]
    assert float(exact["u"]) == pytest.approx(2 * FACTOR * 0.0025, rel=1e-12)


def test_factor_without_an_uncertainty_is_told_and_not_taken_for_exact(plant) -> None:
    metered(plant)
    bought(plant)
    boiler.month(plant, 1, "1000", stream="GRID", unit="kWh")
    result = stated(plant).result
    assert result["without_uncertainty"] == ["factor_relative"]
    factor = result["sources"][0]["constants"]["emission_factor"]
    assert (factor["value"], factor["unit"], factor["verified"]) == ("0.5366", "kg/kWh", "none")


def test_RND_03_readings_of_a_meter_become_an_emission_that_links_meter_certificate_and_factor(
    plant, tmp_path
) -> None:
    at_a_point(plant, tmp_path, ["2025-03-01 00:00,1.5", "2025-03-01 01:00,2.5"])
    statement = stated(plant)
    exact = statement.result["exact"]
    assert (float(exact["value"]), float(exact["u"])) == pytest.approx((4 * FACTOR, 4 * FACTOR * 0.0025))
    chain = way.chain(statement)
    assert chain["statement"]["recomputed"]["agrees"]
    (factor,) = chain["month"]["constants"]
    assert (factor["norm"], factor["verified"]) == (boiler.GRID, "none") and factor["source"]
    (energy,) = chain["inputs"]
    assert (energy["reading"]["text"], energy["reading"]["proof"]["holds"]) == ("2.5", True)
    (part,) = energy["covered_by"]
    assert (part["instrument"]["code"], part["certificate"]["name"]) == ("EM", "LAB/C-EM")
    assert (part["verdict"], part["installed"]["from"]) == ("covered", world.LONG_AGO.isoformat())
    used = set(Dependency.objects.filter(result=urn_of(statement)).values_list("kind", flat=True))
    assert {"installation", "certificate", "norm", "readings", "activity_stream"} <= used


def test_status_of_the_meter_decides_the_uncertainty_of_its_hours(plant, tmp_path) -> None:
    at_a_point(plant, tmp_path, ["2025-03-01 00:00,1", "2025-03-01 01:00,1"])
    monitoring.end_installation(
        plant["clerk"], site="S1", point="E", instrument="EM",
        valid_to=dt.datetime(2025, 2, 28, 17, tzinfo=dt.UTC),  # 01:00 on 1 March at the site
    )  # fmt: skip
    result = stated(plant).result
    assert result["coverage"]["hours"] == {"covered": 1, "conditional": 0, "not covered": 1}
    u = FACTOR * math.hypot(0.0025, 0.05)  # 5 % is the proposal for energy without a meter known
    assert float(result["exact"]["u"]) == pytest.approx(u, rel=1e-12)


def test_heat_is_bought_by_the_gigajoule(plant) -> None:
    world.instrument(plant["clerk"], "EM", "heat_energy", "GJ")
    factor = "行业企业温室气体核算方法与报告指南 缺省值 | 公开实现甲 | 外购热力 | 热力排放因子 | 缺省"
    bought(plant, kind="heat", factor=factor)
    boiler.month(plant, 1, "1000", stream="GRID", unit="GJ")
    assert float(stated(plant).value) == pytest.approx(110)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"factor": "nothing"}, "norm"),
        ({"kind": "heat"}, "factor"),  # a factor per kWh
        ({"point": "C"}, "point"),  # measures a concentration
        ({"fuel": "燃煤"}, "fuel"),
        ({"factor": ""}, "factor"),
    ],
)
def test_stream_that_does_not_fit_is_refused_by_field(plant, given, field) -> None:
    metered(plant)
    with pytest.raises(BadInput) as refused:
        bought(plant, **given)
    assert refused.value.problems[0].field == field


def test_month_of_a_stream_that_is_read_at_a_point_is_not_entered(plant, tmp_path) -> None:
    at_a_point(plant, tmp_path, ["2025-03-01 00:00,1"])
    with pytest.raises(BadInput, match="is read at a point"):
        boiler.month(plant, 1, "1", stream="GRID", unit="kWh")


def test_carbon_belongs_to_a_fuel(plant) -> None:
    metered(plant)
    bought(plant)
    with pytest.raises(BadInput, match="belongs to a fuel"):
        boiler.month(plant, 1, "1", stream="GRID", unit="kWh", ncv=Decimal(20))
