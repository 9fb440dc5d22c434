"""Two methods on one stack: the difference has its own uncertainty, and a shared certificate falls out of it."""

from __future__ import annotations

import math

import pytest
from tests.carbon import activity_world as boiler
from tests.carbon import world
from tests.carbon.test_statement import DENSITY, certified

from quanheng.apps.carbon import actions as carbon
from quanheng.apps.carbon.comparison import comparing
from quanheng.apps.carbon.comparison import told as comparing_told
from quanheng.apps.laboratory import actions as laboratory
from quanheng.apps.monitoring import queries as monitoring
from quanheng.errors import BadInput

HOUR = 0.1 * 1000 * DENSITY / 1000  # t in an hour of 10 % at 1000 m3/h


def january(hours=range(744)) -> list[str]:
    return [f"2025-01-{h // 24 + 1:02d} {h % 24:02d}:00,10,1000,0,101.325" for h in hours]


@pytest.fixture
def unit(plant, tmp_path):
    """A stack of which January was read, and the coal of January: 80.6 t with 50 % carbon, 1815 kg CO2 per t."""
    certified(plant)
    world.wet_stack(plant)
    world.readings(plant["clerk"], tmp_path, january())
    boiler.boiler(plant)
    boiler.month(plant, 1, "80.6", "50")
    return plant


def compared(methods=("cems", "fuel")):
    return comparing.compare(monitoring.site_named("S1"), 2025, methods)


def test_difference_over_the_hours_of_both_by_hand(unit) -> None:
    found = compared()
    cems, fuel = 744 * HOUR, 80.6 * 0.5 * 0.99 * 44 / 12
    d = found["difference"]
    assert float(d["value"]) == pytest.approx(cems - fuel, rel=1e-9)
    parts = [found["methods"][key] for key in ("cems", "fuel")]
    assert float(d["u"]) == pytest.approx(math.hypot(*(float(p["u"]) for p in parts)), rel=1e-9)
    assert float(found["En"]) == pytest.approx(abs(cems - fuel) / (2 * float(d["u"])), rel=1e-9)
    assert found["agree"] is True and found["shared"] == []
    assert found["hours"] == {"compared": 744, "of_year": 8760, "only": {"cems": 0, "fuel": 0}}


def test_more_coal_than_the_uncertainty_allows_is_no_agreement(unit) -> None:
    boiler.month(unit, 1, "120", "50")
    found = compared()
    assert found["agree"] is False and float(found["En"]) > 1
    assert "at least one has an error" in "\n".join(comparing_told.lines(found))


def test_agreement_claims_no_more_than_it_shows(unit) -> None:
    told = "\n".join(comparing_told.lines(compared()))
    assert "does not show that both are right" in told


def test_hours_that_one_method_lacks_are_left_out_with_their_stated_uncertainty(plant, tmp_path) -> None:
    certified(plant)
    world.wet_stack(plant)
    world.readings(plant["clerk"], tmp_path, january(range(700)))
    boiler.boiler(plant)
    boiler.month(plant, 1, "80.6", "50")
    boiler.month(plant, 2, "80", "50")
    found = compared()
    assert found["hours"]["compared"] == 700 and found["hours"]["only"]["fuel"] == 44 + 672
    fuel = 80.6 * 0.5 * 0.99 * 44 / 12
    assert float(found["methods"]["fuel"]["value"]) == pytest.approx(fuel * 700 / 744, rel=1e-9)
    cut = fuel * 44 / 744  # of January; February was not compared at all
    assert float(found["spread"]["tonnes"]) == pytest.approx(cut, rel=1e-9)
    assert float(found["spread"]["u"]) == pytest.approx(0.2 * cut, rel=1e-9)
    parts = [float(found["methods"][key]["u"]) for key in ("cems", "fuel")]
    assert float(found["difference"]["u"]) == pytest.approx(math.hypot(*parts, 0.2 * cut), rel=1e-9)
    assert [m["agree"] is None for m in found["months"]] == [False] + [True] * 11


def test_certificate_that_both_use_counts_by_what_it_leaves(unit) -> None:
    """The flow meter of the stack also meters the fuel: its error acts on both in the same direction."""
    found = compared()
    apart = float(found["difference"]["u"])
    carbon.stop_stream(unit["clerk"], site="S1", stream="COAL", reason="换一台器具来计量")
    boiler.stream(unit, "COAL2", meter="FL")
    boiler.month(unit, 1, "80.6", "50", stream="COAL2")
    shared = compared()
    assert shared["shared"] == ["FL · LAB/C-FL"]
    fuel, stack = 80.6 * 0.5 * 0.99 * 44 / 12, 744 * HOUR
    relative = math.hypot(40 / 500 / 2, 0)  # the table's worst: U 40 of 500 m3/h, k = 2
    lines = {c["name"]: float(c["u"]) for c in shared["contributions"]}
    assert lines["FL · LAB/C-FL"] == pytest.approx(abs(stack * 20 / 1000 - fuel * relative), rel=1e-9)
    together = math.hypot(*(float(shared["methods"][key]["u"]) for key in ("cems", "fuel")))
    assert float(shared["difference"]["u"]) < together and apart > 0


def test_statement_that_stands_is_compared_as_it_was_stated(unit) -> None:
    statement = carbon.state(unit["clerk"], site="S1", year=2025, method="fuel")
    laboratory.revoke_certificate(unit["signatory"], certificate="LAB/C-BELT", reason="标准器超差")
    found = compared()["methods"]
    assert found["fuel"]["statement"] == statement.number and found["cems"]["statement"] is None
    assert found["fuel"]["stated"] == {
        "value": statement.result["exact"]["value"],
        "U": statement.result["exact"]["U"],
    }


def test_months_are_compared_each_by_itself(unit) -> None:
    found = compared()
    first = found["months"][0]
    assert (first["hours"], first["difference"]) == (744, found["difference"]["value"])
    assert (first["U"], first["agree"]) == (found["difference"]["U"], True)


def test_one_method_twice_or_without_common_hours_is_refused(unit) -> None:
    with pytest.raises(BadInput, match="two different methods"):
        compared(("fuel", "fuel"))
    carbon.stop_stream(unit["clerk"], site="S1", stream="COAL", reason="试一试没有的月份")
    boiler.stream(unit, "COAL3")
    boiler.month(unit, 6, "80", "50", stream="COAL3")
    with pytest.raises(BadInput, match="no hour in common"):
        compared()
