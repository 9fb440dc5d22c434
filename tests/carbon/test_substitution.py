"""Missing hours of a measured stack put in by rule: marked, told with their share, and uncertain as stated."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math

import pytest
from tests.carbon import world
from tests.carbon.test_statement import DENSITY, certified

from quanheng import norms
from quanheng.apps.carbon import actions as carbon
from quanheng.apps.carbon.chain import chain as way
from quanheng.apps.carbon.restatement import norms_in_force, recomputing
from quanheng.apps.records.classify import urn_of
from quanheng.apps.records.models import Dependency
from quanheng.errors import BadInput
from quanheng.norms.substitution import substitution_rules
from quanheng.science.carbon.cems import co2_mass_rate

POINTS = {"concentration": "C", "flow": "Q", "temperature": "T", "pressure": "P"}


def january(gap=range(100, 110), high=(50,)) -> list[str]:
    """The first quarter hour by hour: 10 %, 1000 m3/h, at standard state; `high` hours with twice the flow."""
    rows = []
    for hour in range(90 * 24):
        if hour not in gap:
            month, day = (1, hour // 24 + 1) if hour < 744 else (2, hour // 24 - 30)
            month, day = (3, day - 28) if month == 2 and day > 28 else (month, day)
            flow = 2000 if hour in high else 1000
            rows.append(f"2025-{month:02d}-{day:02d} {hour % 24:02d}:00,10,{flow},0,101.325")
    return rows


def stated(cast, tmp_path, rows, rule="hj75"):
    certified(cast)
    carbon.register_source(
        cast["clerk"], site="S1", code="K1", name="K1", form="concentration", basis="wet", points=POINTS,
        substitution=rule,
    )  # fmt: skip
    world.readings(cast["clerk"], tmp_path, rows)
    return carbon.state(cast["clerk"], site="S1", year=2025)


def test_DATA_09_flow_and_concentration_give_the_mass_and_substituted_hours_are_marked(
    plant, tmp_path
) -> None:
    """One hour: 10 % · 1000 m3/h · 44.0095/22.414 = 196.35 kg (HJ 75, annex; the real texts give the formula only).

    Ten hours are missing in a quarter of 2159 others: 99.5 % captured, a gap of 10 h takes the maximum of the last
    180 valid hours, and that is hour 50 with twice the flow.
    """
    statement = stated(plant, tmp_path, january())
    hour = 0.1 * 1000 * DENSITY
    put_in = statement.result["substituted"]
    assert (put_in["hours"], float(put_in["tonnes"])) == (10, pytest.approx(10 * 2 * hour / 1000))
    assert float(statement.value) == pytest.approx((2149 + 2 + 20) * hour / 1000, rel=1e-9)
    (source,) = put_in["sources"]
    assert (source["rule"], source["verified"], source["left"]) == ("hj75", "none", 8760 - 2160)
    (gap,) = [g for g in source["gaps"] if g["kg_per_hour"]]
    assert (gap["hours"], gap["of_hours"]) == (10, 100)
    assert gap["from"] == "2025-01-04T20:00:00+00:00"  # 04:00 on 5 January at the site
    assert float(put_in["share_of_hours"]) == pytest.approx(10 / 2160)


def test_DATA_09_published_factor_of_40_cfr_75_comes_out_of_the_formula() -> None:
    """Eq. F-11: 5.7e-7 short ton of CO2 per scf and %; one scf at 68 °F and 1 atm through the formula of the house."""
    (published,) = norms.packaged().find(norm="40 CFR 75", item="conversion factor CO2")
    foot, ton = (
        float(norms.value(norm="NIST SP 811", item=item, on=dt.date(2026, 1, 1)).value)
        for item in ("cubic foot", "short ton")
    )
    rate = co2_mass_rate(1, foot, 20, 101.325, basis="wet", molar_mass=44.0095, molar_volume=22.414)
    assert round(rate.mass[0] / ton, 8) == float(published.value)


def test_quarter_without_readings_is_not_put_in(plant, tmp_path) -> None:
    statement = stated(plant, tmp_path, january())
    (source,) = statement.result["substituted"]["sources"]
    assert source["capture"]["2"] == "0.0" and "75%" in source["below"]
    assert statement.hours == 2160 < statement.hours_of_year


def test_substituted_hours_are_as_uncertain_as_stated_and_conditional(plant, tmp_path) -> None:
    statement = stated(plant, tmp_path, january())
    tonnes = float(statement.result["substituted"]["tonnes"])
    parts = {c["name"]: float(c["u"]) for c in statement.result["contributions"]}
    assert parts["K1 · 缺测补入（hj75）"] == pytest.approx(0.2 * tonnes, rel=1e-12)
    used = [u for u in statement.result["enlargements"]["used"] if u["reasons"] == ["substituted"]]
    assert [one["hours"] for one in used] == [10]
    assert statement.result["coverage"]["hours"]["conditional"] == 10
    measured = math.fsum(u * u for name, u in parts.items() if "补入" not in name)
    assert float(statement.result["exact"]["u"]) == pytest.approx(math.hypot(0.2 * tonnes, measured**0.5))
    assert statement.result["without_uncertainty"] == ["molar_mass", "molar_volume"]


def test_reading_of_one_input_counts_for_nothing_in_a_filled_hour(plant, tmp_path) -> None:
    half = [f"2025-01-05 {h:02d}:00,10,,0,101.325" for h in range(4, 14)]
    rows = [r for r in january() if not any(r.startswith(h[:16]) for h in half)]
    with_half = stated(plant, tmp_path, [*rows, *half])
    assert with_half.result["substituted"]["hours"] == 10
    analyser = next(c for c in with_half.result["contributions"] if c["name"] == "AN · LAB/C-AN")
    assert analyser["readings"] == 2150


def test_without_a_rule_missing_stays_missing(plant, tmp_path) -> None:
    statement = stated(plant, tmp_path, january(), rule="none")
    assert statement.result["substituted"]["hours"] == 0 and statement.hours == 2150
    assert statement.result["substituted"]["sources"] == []


def test_other_rule_puts_in_the_mean_of_the_neighbours(plant, tmp_path) -> None:
    rows = january(high=(50, 99))
    certified(plant)
    statement = stated_year(plant, tmp_path, rows)
    (source,) = statement.result["substituted"]["sources"]
    assert source["rule"] == "part75" and source["hours"] == 0  # a quarter of a year: 24.7 % captured
    assert "80%" in source["below"]


def stated_year(cast, tmp_path, rows):
    carbon.register_source(
        cast["clerk"], site="S1", code="K1", name="K1", form="concentration", basis="wet", points=POINTS,
        substitution="part75",
    )  # fmt: skip
    world.readings(cast["clerk"], tmp_path, rows)
    return carbon.state(cast["clerk"], site="S1", year=2025)


def test_rule_is_a_dependency_and_the_figure_comes_out_again(plant, tmp_path) -> None:
    statement = stated(plant, tmp_path, january())
    assert Dependency.objects.filter(result=urn_of(statement), kind="substitution", used="hj75").exists()
    again = recomputing.as_it_was(statement).total.result
    assert (repr(again.value), repr(again.U)) == (
        statement.result["exact"]["value"],
        statement.result["exact"]["U"],
    )


def test_chain_walks_to_a_reading_and_says_of_a_filled_hour_that_it_has_none(plant, tmp_path) -> None:
    statement = stated(plant, tmp_path, january(gap=range(60, 70)))
    assert way.chain(statement)["hour"]["start"].startswith(
        "2025-01-03T02"
    )  # hour 50; filled ones are as large
    with pytest.raises(BadInput, match="put in by rule"):
        way.chain(statement, dt.datetime.fromisoformat("2025-01-03T14:00"))


def test_another_version_of_the_rule_is_noticed(plant, tmp_path, monkeypatch) -> None:
    stated(plant, tmp_path, january())
    assert not [one for one in norms_in_force.changed() if one["of"] == "substitution"]
    newer = {"hj75": dataclasses.replace(substitution_rules()["hj75"], version="another")}
    monkeypatch.setattr(norms_in_force, "substitution_rules", lambda: newer)
    (found,) = norms_in_force.changed()
    assert (found["of"], found["id"], found["version"]) == ("substitution", "hj75", "another")
