"""The tonne of burnt fuel against arithmetic on paper: E = FC · C_ar · OF · 44/12, OF 99 % by default."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal

import pytest
from tests.carbon import activity_world as boiler
from tests.carbon import world

from quanheng.apps.carbon import actions as carbon
from quanheng.apps.carbon.activity import methods as fuel
from quanheng.apps.carbon.chain import chain as way
from quanheng.apps.carbon.restatement import recomputing
from quanheng.apps.laboratory import actions as laboratory
from quanheng.apps.records import events
from quanheng.apps.records.classify import urn_of
from quanheng.apps.records.models import Dependency
from quanheng.errors import BadInput, Refused

RATIO = 44 / 12
JANUARY = 1000 * 0.5 * 0.99 * RATIO  # 1815 t
FEBRUARY = 2000 * 0.6 * 0.99 * RATIO  # 4356 t


def stated(cast, method="fuel"):
    return carbon.state(cast["clerk"], site="S1", year=2025, method=method)


def figures(statement) -> tuple[float, float]:
    return float(statement.result["exact"]["value"]), float(statement.result["exact"]["u"])


def parts(statement) -> dict[str, float]:
    return {c["name"]: float(c["u"]) for c in statement.result["contributions"]}


@pytest.fixture
def two_months(plant):
    boiler.boiler(plant)
    boiler.month(plant, 1, "1000", "50")
    boiler.month(plant, 2, "2000", "60")
    return plant


def test_two_months_give_the_tonnes_and_uncertainty_of_paper(two_months) -> None:
    """Belt 0.5 %, analyser's calibration 0.2 % C and default oxidation 1 % are common; 0.3 % C is drawn in each month."""
    statement = stated(two_months)
    total = JANUARY + FEBRUARY
    of_carbon = (1000 + 2000) * 0.99 * RATIO * 0.002
    drawn = math.hypot(1000, 2000) * 0.99 * RATIO * 0.003
    u = math.hypot(0.005 * total, of_carbon, drawn, 0.01 * total)
    assert figures(statement) == pytest.approx((total, u), rel=1e-12)
    assert (statement.hours, statement.hours_of_year) == ((31 + 28) * 24, 8760)


def test_months_share_the_errors_of_one_scale_and_one_laboratory(two_months) -> None:
    result = stated(two_months).result
    known = [m for m in result["months"] if m["tonnes"]]
    assert [float(m["tonnes"]) for m in known] == pytest.approx([JANUARY, FEBRUARY])
    common = {c["name"] for c in result["contributions"] if c["kind"] == "common"}
    assert {"BELT · LAB/C-BELT", "CHN · LAB/C-CHN"} <= common
    assert sum(float(m["U"]) for m in known) > float(result["exact"]["U"]) > float(known[1]["U"])


def test_air_dried_carbon_is_taken_as_received(plant) -> None:
    boiler.boiler(plant)
    boiler.month(
        plant, 1, "1000", carbon=Decimal("60"), basis="ad", moisture_ar=Decimal(10), moisture_ad=Decimal(2)
    )
    statement = stated(plant)
    assert figures(statement)[0] == pytest.approx(1000 * 0.6 * 90 / 98 * 0.99 * RATIO, rel=1e-12)
    assert {"moisture_ar", "moisture_ad"} <= set(statement.result["without_uncertainty"])


def test_error_of_the_analyser_is_corrected(plant) -> None:
    boiler.boiler(plant)
    world.certificate(
        plant["technician"], "C-CHN2", "CHN", "%", [("20", "1", "0.4"), ("90", "1", "0.4")], ("20", "90"),
        ("2025-01-01", "2025-12-31"),
    )  # fmt: skip
    boiler.month(plant, 1, "1000", "50")
    assert figures(stated(plant))[0] == pytest.approx(1000 * 0.49 * 0.99 * RATIO, rel=1e-12)


def test_missing_carbon_takes_the_high_default_with_the_measured_heating_value(plant) -> None:
    """20 GJ/t · 0.03085 tC/GJ; the default's 5 % is a proposal and common, and the hours are conditional."""
    boiler.boiler(plant)
    boiler.month(plant, 1, "1000", ncv=Decimal("20"))
    statement = stated(plant)
    tonnes = 1000 * 20 * 0.03085 * 0.99 * RATIO
    u = tonnes * math.hypot(
        0.005, 0.05 / 20, 0.05, 0.01
    )  # belt, calorimeter, default content, default oxidation
    assert figures(statement) == pytest.approx((tonnes, u), rel=1e-12)
    (used,) = statement.result["enlargements"]["used"]
    assert (used["reasons"], used["hours"]) == (["default"], 744)
    constants = statement.result["sources"][0]["constants"]
    assert constants["default_content"]["verified"] == "none"
    assert statement.result["activity"][0]["how"] == "measured heating value"


def test_defaults_of_two_months_share_their_error(plant) -> None:
    boiler.boiler(plant)
    for number in (1, 2):
        boiler.month(plant, number, "1000", ncv=Decimal("20"))
    statement = stated(plant)
    name = next(n for n in parts(statement) if "单位热值含碳量" in n)
    assert parts(statement)[name] == pytest.approx(0.05 * figures(statement)[0], rel=1e-12)


def test_gas_is_burnt_by_its_heating_value_and_entered_in_cubic_metres(plant) -> None:
    boiler.boiler(plant)
    boiler.stream(plant, "GAS", fuel="天然气", defaults=boiler.COPIES, meter="", analyser="", calorimeter="")
    boiler.month(plant, 1, "50000", stream="GAS", unit="m3")
    statement = stated(plant)
    assert figures(statement)[0] == pytest.approx(5 * 389.31 * 0.01532 * 0.99 * RATIO, rel=1e-12)
    bare = [u for u in statement.result["enlargements"]["used"] if u["reasons"] == ["no_certificate"]]
    assert [one["hours"] for one in bare] == [744]  # nobody was named to meter it


def test_scale_whose_certificate_ends_in_the_month_covers_it_to_that_day(plant) -> None:
    boiler.boiler(plant, meter="")
    boiler.stream(plant, "C2")
    clerk, technician = plant["clerk"], plant["technician"]
    world.instrument(clerk, "OLD", "mass", "t")
    world.certificate(
        technician, "C-OLD", "OLD", "t", [("100", "0", "1")], ("10", "500"), ("2025-01-01", "2025-01-10"),
        basis="relative",
    )  # fmt: skip
    boiler.stream(plant, "C3", meter="OLD")
    boiler.month(plant, 1, "1000", "50", stream="C3")
    statement = stated(plant)
    (used,) = statement.result["enlargements"]["used"]
    assert (used["reasons"], used["hours"]) == (["expired"], 21 * 24)
    by_scale = (
        JANUARY * (10 * 0.005 + 21 * 0.01) / 31
    )  # twice the uncertainty after the end; one error all along
    assert parts(statement)["OLD · LAB/C-OLD"] == pytest.approx(by_scale, rel=1e-9)


def test_analysis_is_judged_on_its_own_day(plant) -> None:
    boiler.boiler(plant)
    boiler.month(plant, 1, "1000", "50", analysed_on=dt.date(2027, 2, 1))  # 32 days after the certificate
    (used,) = stated(plant).result["enlargements"]["used"]
    assert (used["component"], used["reasons"]) == ("CHN · LAB/C-CHN", ["expired"])


def test_sampling_is_drawn_anew_in_each_month(plant) -> None:
    boiler.boiler(plant, sampling=Decimal("2"))
    boiler.month(plant, 1, "1000", "50")
    boiler.month(plant, 2, "2000", "60")
    statement = stated(plant)
    assert parts(statement)["COAL · 采制样"] == pytest.approx(0.02 * math.hypot(JANUARY, FEBRUARY), rel=1e-12)
    assert statement.result["sampling_not_stated"] == []


def test_ratio_of_the_atomic_weights_is_another_figure(plant) -> None:
    boiler.boiler(plant, ratio="44.0095/12.0107")
    boiler.month(plant, 1, "1000", "50")
    assert figures(stated(plant))[0] == pytest.approx(1000 * 0.5 * 0.99 * 44.0095 / 12.0107, rel=1e-12)


def test_corrected_month_is_a_new_version_and_the_earlier_figure_comes_out_again(two_months) -> None:
    before = stated(two_months)
    newer = boiler.month(two_months, 2, "2100", "60")
    assert newer.replaces.known_to == newer.known_from and newer.replaces.amount == 2000
    again = recomputing.as_it_was(before).total.result
    assert (repr(again.value), repr(again.U)) == (
        before.result["exact"]["value"],
        before.result["exact"]["U"],
    )
    after = stated(two_months)
    assert float(after.value - before.value) == pytest.approx(100 * 0.6 * 0.99 * RATIO, abs=2e-6)


def test_corrected_month_proposes_a_restatement(two_months, django_capture_on_commit_callbacks) -> None:
    events.deliver_pending()  # what happened before the statement is no cause
    before = stated(two_months)
    with django_capture_on_commit_callbacks(execute=True):
        boiler.month(two_months, 2, "2100", "60")
    (proposed,) = before.newer.all()
    assert proposed.state == "proposed" and "更正月值" in proposed.causes[0]["words"]


def test_months_that_a_revocation_touches_are_counted_each_once(plant) -> None:
    boiler.boiler(plant)
    for number in (1, 2, 3, 5):
        boiler.month(plant, number, "1000", "50")
    before = recomputing.as_it_was(stated(plant))
    laboratory.revoke_certificate(plant["signatory"], certificate="LAB/C-BELT", reason="标准器超差")
    touched = fuel.differing(before, recomputing.as_it_was(stated(plant)))
    assert (touched.readings, touched.hours) == (4, (31 + 28 + 31 + 31) * 24)
    assert touched.tonnes == pytest.approx(4 * JANUARY)


def test_month_that_comes_late_proposes_a_restatement_too(
    two_months, django_capture_on_commit_callbacks
) -> None:
    before = stated(two_months)
    with django_capture_on_commit_callbacks(execute=True):
        boiler.month(two_months, 3, "500", "50")
    (proposed,) = before.newer.all()
    assert float(proposed.value - before.value) == pytest.approx(500 * 0.5 * 0.99 * RATIO, abs=2e-6)


def test_revoked_certificate_of_the_scale_makes_the_month_uncovered(two_months) -> None:
    before = stated(two_months)
    laboratory.revoke_certificate(two_months["signatory"], certificate="LAB/C-BELT", reason="标准器超差")
    after = stated(two_months)
    assert after.result["coverage"]["hours"]["not covered"] == (31 + 28) * 24
    again = recomputing.as_it_was(before).total.result
    assert repr(again.U) == before.result["exact"]["U"]


def test_chain_tells_who_entered_a_corrected_month_and_that_it_was_corrected_since(two_months) -> None:
    boiler.month(two_months, 2, "2100", "60")
    statement = stated(two_months)
    february = way.chain(statement)
    assert (february["month"]["month"], february["record"]["corrected_since"]) == (2, None)
    assert february["record"]["ledger"]["verb"] == "carbon.activity.enter"
    boiler.month(two_months, 2, "2200", "60")
    again = way.chain(statement)
    assert again["record"]["amount"] == "2100"
    assert again["record"]["corrected_since"] and again["statement"]["recomputed"]["agrees"]


def test_chain_of_a_month_that_is_not_in_the_total_says_so(two_months) -> None:
    with pytest.raises(BadInput, match="nothing of this month"):
        way.chain(stated(two_months), dt.datetime(2025, 7, 1, tzinfo=dt.UTC))


def test_statement_names_months_streams_certificates_and_norms(two_months) -> None:
    used = Dependency.objects.filter(result=urn_of(stated(two_months)))
    found = set(used.values_list("kind", "used"))
    assert {("activity_month", "S1/COAL/2025-01"), ("activity_stream", "S1/COAL")} <= found
    kinds = [kind for kind, _ in found]
    assert kinds.count("certificate") == 2 and kinds.count("norm") == 3  # 44, 12, oxidation


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"carbon": Decimal(60), "basis": "ad", "moisture_ar": Decimal(10)}, "moisture_ad"),
        ({"carbon": Decimal(60)}, "basis"),
        ({"carbon": Decimal(60), "basis": "d", "moisture_ar": Decimal(100)}, "moisture_ar"),
        ({"carbon": Decimal(101), "basis": "ar"}, "carbon"),
        ({}, "ncv"),  # the guideline of power plants gives no heating value
        ({"moisture_ar": Decimal(10), "ncv": Decimal(20)}, "moisture_ar"),
        ({"ncv": Decimal(20), "unit": "kWh"}, "unit"),
        ({"ncv": Decimal(20), "amount": Decimal(-1)}, "amount"),
        ({"ncv": Decimal(20), "amount": Decimal("NaN")}, "amount"),
        ({"ncv": Decimal(20), "stream": "NONE"}, "stream"),
        ({"ncv": Decimal(20), "year": 2099}, "month"),
        ({"ncv": Decimal(20), "month": 13}, "month"),
    ],
)
def test_month_that_does_not_fit_is_refused_by_field(plant, given, field) -> None:
    boiler.boiler(plant)
    values = {"site": "S1", "stream": "COAL", "year": 2025, "month": 1, "amount": Decimal(10), "unit": "t"}
    with pytest.raises(BadInput) as refused:
        carbon.enter_month(plant["clerk"], **{**values, **given})
    assert refused.value.problems[0].field == field


def test_same_month_twice_changes_nothing(two_months) -> None:
    with pytest.raises(BadInput, match="stands so already"):
        boiler.month(two_months, 1, "1000", "50")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"fuel": "木柴"}, "fuel"),
        ({"defaults": "nobody | 1999"}, "defaults"),
        ({"factor": boiler.GRID}, "factor"),
        ({"kind": "electricity", "fuel": "", "defaults": "", "analyser": "", "calorimeter": ""}, "factor"),
        ({"meter": "NONE"}, "instrument"),
    ],
)
def test_stream_that_does_not_fit_is_refused_by_field(plant, given, field) -> None:
    boiler.boiler(plant)
    with pytest.raises(BadInput) as refused:
        boiler.stream(plant, "X", **given)
    assert field in {p.field for p in refused.value.problems}


def test_stopped_stream_stays_in_earlier_figures_only(two_months) -> None:
    before = stated(two_months)
    carbon.stop_stream(two_months["clerk"], site="S1", stream="COAL", reason="改用别的缺省值")
    with pytest.raises(BadInput, match="no activity data"):
        stated(two_months)
    again = recomputing.as_it_was(before).total.result
    assert repr(again.value) == before.result["exact"]["value"]


def test_neighbour_and_officer_enter_nothing(two_months) -> None:
    for login in ("neighbour", "officer", "technician"):
        with pytest.raises(Refused):
            boiler.month({"clerk": two_months[login]}, 3, "1", "50")
        with pytest.raises(Refused):
            boiler.stream({"clerk": two_months[login]}, "X")
