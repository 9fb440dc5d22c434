"""The tonne and its uncertainty against arithmetic on paper.

M = 44.0095 g/mol, V = 22.414 L/mol, wet basis: m = C/100 · Q · 273.15/(273.15+t) · p/101.325 · M/V. At t = 0 °C and
p = 101.325 kPa the middle factors are one, and the uncertainty of T and P is that of the certificates given here.
"""

from __future__ import annotations

import datetime as dt
import math

import pytest
from tests.carbon import world

from quanheng.apps.carbon import actions as carbon
from quanheng.apps.carbon import queries
from quanheng.apps.laboratory import actions as laboratory
from quanheng.apps.monitoring import actions as monitoring
from quanheng.errors import BadInput

DENSITY = 44.0095 / 22.414  # kg/m3
CONCENTRATION, FLOW = (10.0, 12.0, 8.0), (1000.0, 2000.0, 1500.0)
ROWS = [
    "2025-03-01 00:00,10,1000,0,101.325",
    "2025-03-01 01:00,12,2000,0,101.325",
    "2025-03-01 02:00,8,1500,0,101.325",
]
AN = [("5", "0", "0.2"), ("15", "0", "0.2")]  # u = 0.1 % CO2
FL = [("500", "0", "40"), ("2500", "0", "40")]  # u = 20 m3/h


def certified(cast, *, an: str = "2026-12-31", fl_span=("500", "2500"), but: str = "") -> None:
    technician = cast["technician"]
    if but != "AN":
        world.certificate(technician, "C-AN", "AN", "%", AN, ("5", "15"), ("2024-01-01", an))
    if but != "FL":
        world.certificate(technician, "C-FL", "FL", "m3/h", FL, fl_span)
    world.certificate(technician, "C-TT", "TT", "degC", [("0", "0", "0.2"), ("50", "0", "0.2")], ("0", "50"))
    world.certificate(
        technician, "C-PT", "PT", "kPa", [("90", "0", "0.04"), ("110", "0", "0.04")], ("90", "110")
    )


def stated(cast, tmp_path, rows=ROWS):
    world.wet_stack(cast)
    world.readings(cast["clerk"], tmp_path, rows)
    return carbon.state(cast["clerk"], site="S1", year=2025)


def by_hand(u_c: float = 0.1, u_q=(20.0, 20.0, 20.0), factor_c=(1, 1, 1)) -> tuple[float, float]:
    """Tonnes and standard uncertainty of the three hours; the four calibration errors are common to all hours."""
    mass = [c / 100 * q * DENSITY for c, q in zip(CONCENTRATION, FLOW, strict=True)]
    by_c = sum(q * DENSITY / 100 * u_c * f for q, f in zip(FLOW, factor_c, strict=True))
    by_q = sum(c / 100 * DENSITY * u for c, u in zip(CONCENTRATION, u_q, strict=True))
    by_t = sum(mass) / 273.15 * 0.1
    by_p = sum(mass) / 101.325 * 0.02
    repeated = math.sqrt(sum((0.01 * m) ** 2 for m in mass))  # the analyser's 1 %, drawn anew each hour
    return sum(mass) / 1000, math.hypot(by_c, by_q, by_t, by_p, repeated) / 1000


def agrees(statement, tonnes: float, u: float) -> bool:
    exact = statement.result["exact"]
    return (float(exact["value"]), float(exact["u"])) == pytest.approx((tonnes, u), rel=1e-12)


def test_three_hours_give_the_tonnes_and_uncertainty_of_paper(plant, tmp_path) -> None:
    certified(plant)
    statement = stated(plant, tmp_path)
    assert agrees(statement, *by_hand())
    assert (statement.hours, statement.hours_of_year) == (3, 8760)
    assert statement.result["coverage"]["hours"] == {"covered": 3, "conditional": 0, "not covered": 0}


def test_correction_is_subtracted_error_of_indication(plant, tmp_path) -> None:
    world.certificate(
        plant["technician"], "C-AN", "AN", "%", [("5", "0.5", "0.2"), ("15", "0.5", "0.2")], ("5", "15")
    )
    certified(plant, but="AN")
    statement = stated(plant, tmp_path)
    tonnes = sum((c - 0.5) / 100 * q * DENSITY for c, q in zip(CONCENTRATION, FLOW, strict=True)) / 1000
    assert float(statement.value) == pytest.approx(tonnes, abs=1e-6)


def test_certificate_in_another_unit_says_the_same(plant, tmp_path) -> None:
    kelvin = [("273.15", "0", "0.2"), ("323.15", "0", "0.2")]
    for number, held, unit, points, span in (
        ("C-AN", "AN", "ppm", [("50000", "0", "2000"), ("150000", "0", "2000")], ("50000", "150000")),
        (
            "C-FL",
            "FL",
            "L/s",
            [("138", "0", "11.1111111111111"), ("700", "0", "11.1111111111111")],
            ("138", "700"),
        ),
        ("C-TT", "TT", "K", kelvin, ("273.1", "323.15")),
        ("C-PT", "PT", "Pa", [("90000", "0", "40"), ("110000", "0", "40")], ("90000", "110000")),
    ):
        world.certificate(plant["technician"], number, held, unit, points, span)
    statement = stated(plant, tmp_path)
    exact = statement.result["exact"]
    assert (float(exact["value"]), float(exact["u"])) == pytest.approx(by_hand(), rel=1e-9)
    assert statement.result["coverage"]["hours"]["covered"] == 3


def test_expired_certificate_is_held_with_twice_its_uncertainty_and_counted(plant, tmp_path) -> None:
    certified(plant, an="2025-02-28")
    statement = stated(plant, tmp_path)
    assert agrees(statement, *by_hand(u_c=0.2))
    assert statement.result["coverage"]["hours"] == {"covered": 0, "conditional": 3, "not covered": 0}
    (used,) = statement.result["enlargements"]["used"]
    assert (used["reasons"], used["hours"]) == (["expired"], 3)
    assert statement.result["enlargements"]["status"] == "proposal"


def test_last_day_of_a_certificate_is_the_sites_day_not_that_of_utc(plant, tmp_path) -> None:
    certified(plant, an="2025-03-01")
    rows = [  # 23:00 on 1 March in Shanghai is 15:00 UTC; midnight of 2 March there is still 1 March in UTC
        "2025-03-01 23:00,10,1000,0,101.325",
        "2025-03-02 00:00,10,1000,0,101.325",
    ]
    assert stated(plant, tmp_path, rows).result["coverage"]["hours"] == {
        "covered": 1, "conditional": 1, "not covered": 0,
    }  # fmt: skip


def test_long_expired_certificate_counts_as_none(plant, tmp_path) -> None:
    certified(plant, an="2024-11-28")  # 93 days before 1 March 2025, the proposal allows 92
    statement = stated(plant, tmp_path)
    assert agrees(statement, *by_hand(u_c=0.1, factor_c=CONCENTRATION))  # 10 % of each reading
    assert statement.result["coverage"]["hours"]["not covered"] == 3


def test_certificate_without_an_end_is_conditional_within_a_year_and_then_expires(plant, tmp_path) -> None:
    world.certificate(plant["technician"], "C-AN", "AN", "%", AN, ("5", "15"), ("2024-06-01", None))
    certified(plant, but="AN")
    statement = stated(plant, tmp_path, [*ROWS, "2025-06-01 00:00,10,1000,0,101.325"])
    used = statement.result["enlargements"]["used"]
    assert [(one["reasons"], one["hours"]) for one in used] == [(["undated"], 3), (["expired"], 1)]


def test_reading_outside_the_range_is_held_enlarged_and_grows_with_the_reading(plant, tmp_path) -> None:
    certified(plant, but="FL")
    table = [("500", "0", "40"), ("1600", "0", "40")]
    world.certificate(plant["technician"], "C-FL", "FL", "m3/h", table, ("500", "1600"))
    statement = stated(plant, tmp_path)
    assert agrees(statement, *by_hand(u_q=(20.0, 20.0 * 1.5 * 2000 / 1600, 20.0)))
    assert statement.result["coverage"]["hours"] == {"covered": 2, "conditional": 1, "not covered": 0}


def test_no_certificate_takes_the_stated_proposal_and_is_not_covered(plant, tmp_path) -> None:
    certified(plant, but="FL")
    statement = stated(plant, tmp_path)
    assert agrees(statement, *by_hand(u_q=tuple(0.1 * q for q in FLOW)))
    assert statement.result["coverage"]["hours"] == {"covered": 0, "conditional": 0, "not covered": 3}


def test_one_certificate_in_two_stretches_is_one_common_error(plant, tmp_path) -> None:
    """A newer certificate holds for one hour in between; before and after it the older one's error is the same."""
    certified(plant)
    world.certificate(plant["technician"], "C-AN2", "AN", "%", AN, ("5", "15"), ("2025-03-02", "2025-03-02"))
    rows = [
        f"2025-03-0{day} 00:00,{c},{q},0,101.325"
        for day, c, q in zip((1, 2, 3), CONCENTRATION, FLOW, strict=True)
    ]
    statement = stated(plant, tmp_path, rows)
    parts = {c["name"]: c for c in statement.result["contributions"]}
    old = (FLOW[0] + FLOW[2]) * DENSITY / 100 * 0.1 / 1000
    new = FLOW[1] * DENSITY / 100 * 0.1 / 1000
    assert float(parts["AN · LAB/C-AN"]["u"]) == pytest.approx(old, rel=1e-12)
    assert float(parts["AN · LAB/C-AN2"]["u"]) == pytest.approx(new, rel=1e-12)


def test_two_sources_on_one_instrument_share_its_errors_in_full(plant, tmp_path) -> None:
    """Both stacks read the same four points: every error, drawn or constant, is the same in both: twice the u of one."""
    certified(plant)
    world.wet_stack(plant, "K2")
    statement = stated(plant, tmp_path)
    tonnes, u = by_hand()
    assert agrees(statement, 2 * tonnes, 2 * u)
    assert (statement.hours, statement.hours_of_year) == (6, 17520)


def test_hour_without_one_input_is_missing_and_not_zero(plant, tmp_path) -> None:
    certified(plant)
    statement = stated(plant, tmp_path, [*ROWS, "2025-03-01 03:00,10,,0,101.325"])
    assert agrees(statement, *by_hand())
    march = next(m for m in statement.result["months"] if m["month"] == 3)
    assert (march["hours"], march["missing"]) == (3, 741)


def test_months_add_up_and_keep_the_uncertainty_of_their_own_hours(plant, tmp_path) -> None:
    certified(plant)
    statement = stated(plant, tmp_path, [*ROWS, "2025-04-01 00:00,10,1000,0,101.325"])
    known = [m for m in statement.result["months"] if m["tonnes"]]
    assert [m["month"] for m in known] == [3, 4]
    assert sum(float(m["tonnes"]) for m in known) == pytest.approx(float(statement.value), abs=1e-6)
    assert float(known[0]["U"]) == pytest.approx(2 * by_hand()[1], rel=1e-12)


def test_year_of_the_site_decides_and_not_that_of_utc(plant, tmp_path) -> None:
    certified(plant)
    rows = ["2024-12-31 23:00,10,1000,0,101.325", "2025-01-01 00:00,12,2000,0,101.325"]
    statement = stated(plant, tmp_path, rows)
    assert statement.hours == 1
    assert float(statement.value) == pytest.approx(0.12 * 2000 * DENSITY / 1000, abs=1e-6)


def test_year_with_summer_time_has_all_its_hours(cast, tmp_path) -> None:
    world.plant(cast, "Europe/Berlin")
    certified(cast)
    rows = [
        "2025-03-30 01:00,10,1000,0,101.325",
        "2025-03-30T03:00+02:00,10,1000,0,101.325",
        "2025-10-26T02:00+02:00,10,1000,0,101.325",
        "2025-10-26T02:00+01:00,10,1000,0,101.325",
    ]
    statement = stated(cast, tmp_path, rows)
    assert (statement.hours, statement.hours_of_year) == (4, 8760)


def test_removed_instrument_no_longer_covers(plant, tmp_path) -> None:
    certified(plant)
    monitoring.end_installation(
        plant["clerk"],
        site="S1",
        point="Q",
        instrument="FL",
        valid_to=dt.datetime(2025, 2, 28, 18, tzinfo=dt.UTC),
    )  # 18:00 UTC is 02:00 on 1 March at the site
    assert stated(plant, tmp_path).result["coverage"]["hours"] == {
        "covered": 2, "conditional": 0, "not covered": 1,
    }  # fmt: skip


def test_revoked_certificate_covers_nothing_from_the_next_statement_on(plant, tmp_path) -> None:
    certified(plant)
    before = stated(plant, tmp_path)
    laboratory.revoke_certificate(plant["signatory"], certificate="LAB/C-FL", reason="标准器超差")
    after = carbon.state(plant["clerk"], site="S1", year=2025)
    assert after.result["coverage"]["hours"]["not covered"] == 3
    before.refresh_from_db()
    assert (before.state, before.result["coverage"]["hours"]["covered"]) == ("replaced", 3)
    assert queries.statement_named(plant["officer"], before.number).value == before.value


def test_budget_tells_what_is_not_in_it(plant, tmp_path) -> None:
    certified(plant)
    result = stated(plant, tmp_path).result
    assert result["without_uncertainty"] == ["molar_mass", "molar_volume"]
    assert result["repeatability_not_stated"] == ["FL", "PT", "TT"]


def test_value_without_physical_meaning_is_named_by_point_and_time(plant, tmp_path) -> None:
    certified(plant)
    with pytest.raises(BadInput) as caught:
        stated(plant, tmp_path, ["2025-03-01 05:00,10,1000,0,-5"])
    assert caught.value.problems[0].field == "P"
    assert "2025-03-01 05:00" in caught.value.problems[0].remedy


def test_reported_mass_takes_the_worst_of_a_table_and_its_uncorrected_error(cast, tmp_path) -> None:
    """u² = max(U/k)² + (max|e|/√3)² in %; a point at nominal zero has no relative error and is left out."""
    clerk = cast["clerk"]
    monitoring.register_site(clerk, owner="PLANT", code="S1", name="S1")
    world.point(clerk, "M", "co2_mass_rate")
    for code, quantity in (("AN", "co2_concentration"), ("FL", "flow")):
        world.instrument(clerk, code, quantity, "%" if code == "AN" else "m3/h")
        world.install(clerk, "M", code, acts_on=quantity)
    table = [("0", "0.1", "0.1"), ("10", "0.3", "0.4")]  # at 10 %: U/k = 2 %, e = 3 %
    world.certificate(cast["technician"], "C-AN", "AN", "%", table, ("0", "10"))
    world.certificate(
        cast["technician"], "C-FL", "FL", "m3/h", [("100", "0", "3")], ("0", "100"), basis="relative"
    )
    carbon.register_source(clerk, site="S1", code="K1", name="K1", form="mass", points={"mass": "M"})
    world.readings(
        clerk, tmp_path, ["2025-01-01 00:00,1000", "2025-01-01 01:00,3000"], header="time,M [kg/h]"
    )
    statement = carbon.state(clerk, site="S1", year=2025)
    u = 4 * math.hypot(math.hypot(0.02, 0.03 / math.sqrt(3)), 0.015)
    assert (float(statement.value), float(statement.result["exact"]["u"])) == pytest.approx(
        (4.0, u), rel=1e-12
    )


def test_site_without_source_or_readings_says_so(plant) -> None:
    with pytest.raises(BadInput, match="no measured emission source"):
        carbon.state(plant["clerk"], site="S1", year=2025)
    world.wet_stack(plant)
    with pytest.raises(BadInput, match="no hour of this year has all its readings"):
        carbon.state(plant["clerk"], site="S1", year=2025)
