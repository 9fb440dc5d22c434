"""What falls is found: the exact statements, proposed anew, decided by the owner, and nothing overwritten.

The figures come from the three hours of `test_statement`, computed there on paper.
"""

from __future__ import annotations

import datetime as dt
import math

import pytest
from tests.carbon import world
from tests.carbon.test_statement import CONCENTRATION, DENSITY, FLOW, ROWS, by_hand, certified

from quanheng.apps.carbon import actions as carbon
from quanheng.apps.carbon import queries
from quanheng.apps.carbon.chain.chain import chain
from quanheng.apps.carbon.models import Statement
from quanheng.apps.carbon.restatement.effects import effect_of
from quanheng.apps.laboratory import actions as laboratory
from quanheng.apps.laboratory.models import Certificate
from quanheng.apps.monitoring import actions as monitoring
from quanheng.apps.records import events
from quanheng.apps.records.classify import urn_of
from quanheng.apps.records.models import Delivery, LedgerEntry, OutboxEvent
from quanheng.errors import BadInput, Refused

UNCOVERED_FLOW = (100.0, 200.0, 150.0)  # 10 % of the reading: no certificate speaks
WHY = "标准器超差"


@pytest.fixture
def statement(plant, tmp_path):
    certified(plant)
    world.wet_stack(plant)
    world.readings(plant["clerk"], tmp_path, ROWS)
    events.deliver_pending()
    return carbon.state(plant["clerk"], site="S1", year=2025)


def revoke(plant, name: str = "LAB/C-FL") -> None:
    laboratory.revoke_certificate(plant["signatory"], certificate=name, reason=WHY)
    events.deliver_pending()


def proposed() -> Statement:
    return Statement.objects.get(state="proposed")


def figures(row: Statement) -> tuple[float, float]:
    return float(row.result["exact"]["value"]), float(row.result["exact"]["u"])


def states() -> list[str]:
    return list(Statement.objects.order_by("edition").values_list("state", flat=True))


# ---- the four causes -----------------------------------------------------------------------------------------


def test_revoked_certificate_proposes_the_statement_without_it(statement, plant) -> None:
    revoke(plant)
    row = proposed()
    assert (row.replaces_id, row.edition) == (statement.pk, 2)
    assert figures(row) == pytest.approx(by_hand(u_q=UNCOVERED_FLOW), rel=1e-12)
    (cause,) = row.causes
    assert (cause["kind"], cause["version"]) == ("certificate", "revoked")
    assert "LAB/C-FL" in cause["words"] and WHY in cause["words"]
    assert (row.touched["readings"], row.touched["hours"]) == (3, 3)
    assert float(row.touched["tonnes"]) == pytest.approx(by_hand()[0], rel=1e-12)
    assert row.touched["days"] == [["2025-03-01", "2025-03-01"]]
    statement.refresh_from_db()
    assert statement.state == "current" and chain(statement)["statement"]["recomputed"]["agrees"]


def test_replaced_certificate_proposes_the_statement_with_the_newer_one(statement, plant) -> None:
    old = Certificate.objects.get(number="C-FL")
    world.certificate(
        plant["technician"], "C-FL2", "FL", "m3/h", [("500", "0", "60"), ("2500", "0", "60")], ("500", "2500"),
        ("2024-01-01", "2026-12-31"),
    )  # fmt: skip
    laboratory.replace_certificate(plant["signatory"], certificate="LAB/C-FL", by="LAB/C-FL2", reason=WHY)
    events.deliver_pending()
    old.refresh_from_db()
    assert old.state == "replaced"
    assert figures(proposed()) == pytest.approx(by_hand(u_q=(30.0, 30.0, 30.0)), rel=1e-12)


def test_corrected_installation_dates_propose_the_statement_with_those_hours_uncovered(
    statement, plant
) -> None:
    zone = dt.timezone(dt.timedelta(hours=8))
    monitoring.correct_installation(
        plant["clerk"], site="S1", point="Q", instrument="FL", known_start=world.LONG_AGO,
        valid_from=dt.datetime(2025, 3, 1, 2, tzinfo=zone), reason="安装记录写错",
    )  # fmt: skip
    events.deliver_pending()
    row = proposed()
    by_q_bare = (
        sum(c / 100 * DENSITY * 0.1 * q for c, q in zip(CONCENTRATION[:2], FLOW[:2], strict=True)) / 1000
    )
    by_q = CONCENTRATION[2] / 100 * DENSITY * 20 / 1000
    others = by_hand(u_q=(0, 0, 0))[1]
    assert figures(row) == pytest.approx((by_hand()[0], math.hypot(others, by_q_bare, by_q)), rel=1e-12)
    assert (row.touched["readings"], row.touched["hours"]) == (2, 2)
    assert row.causes[0]["kind"] == "installation" and "安装记录写错" in row.causes[0]["words"]


def test_instrument_entered_late_covers_what_was_stated_without_it(plant, tmp_path) -> None:
    certified(plant)
    zone = dt.timezone(dt.timedelta(hours=8))
    monitoring.end_installation(
        plant["clerk"],
        site="S1",
        point="Q",
        instrument="FL",
        valid_to=dt.datetime(2025, 3, 1, 1, tzinfo=zone),
    )
    world.wet_stack(plant)
    world.readings(plant["clerk"], tmp_path, ROWS)
    events.deliver_pending()
    stated = carbon.state(plant["clerk"], site="S1", year=2025)
    assert stated.result["coverage"]["hours"]["not covered"] == 2
    world.install(plant["clerk"], "Q", "FL", valid_from=dt.datetime(2025, 3, 1, 1, tzinfo=zone))
    events.deliver_pending()
    row = proposed()
    assert figures(row) == pytest.approx(by_hand(), rel=1e-12)
    assert (row.touched["readings"], row.result["coverage"]["hours"]["covered"]) == (2, 3)


def test_late_readings_propose_the_statement_with_them(statement, plant, tmp_path) -> None:
    world.readings(plant["clerk"], tmp_path, ["2025-03-01 01:00,12,2100,0,101.325"], name="late.csv")
    events.deliver_pending()
    row = proposed()
    assert float(row.value - statement.value) == pytest.approx(0.12 * 100 * DENSITY / 1000, abs=2e-6)
    assert (row.touched["readings"], row.touched["hours"]) == (1, 1)
    assert row.causes[0]["kind"] == "readings" and "late.csv" in row.causes[0]["words"]


def test_corrected_factor_proposes_the_statement_with_it_and_the_old_one_still_comes_out(
    statement, plant, monkeypatch
) -> None:
    corrected_molar_mass(monkeypatch, "44.0100")
    (noted,) = carbon_check(plant)
    assert "44.0095" in noted.words and "44.0100" in noted.words
    events.deliver_pending()
    row = proposed()
    assert float(row.result["exact"]["value"]) == pytest.approx(by_hand()[0] * 44.01 / 44.0095, rel=1e-12)
    assert (row.touched["readings"], row.touched["hours"], row.causes[0]["kind"]) == (12, 3, "norm")
    assert chain(statement)["statement"]["recomputed"]["agrees"]
    assert not carbon_check(plant)  # announced once


def carbon_check(plant):
    from quanheng.apps.carbon.restatement.norms_in_force import note_changed
    from quanheng.apps.records.action import SYSTEM

    return note_changed(SYSTEM)


def corrected_molar_mass(monkeypatch, value: str) -> None:
    """The packaged set with another molar mass, as a newer release would bring it."""
    import dataclasses
    from decimal import Decimal

    from quanheng import norms
    from quanheng.norms import catalogue

    known = catalogue.packaged()
    changed = tuple(
        dataclasses.replace(one, value=Decimal(value), version="corrected")
        if one.item == "molar mass CO2"
        else one
        for one in known.values
    )
    newer = norms.Catalogue(changed)
    monkeypatch.setattr(catalogue, "packaged", lambda: newer)


def test_rule_of_the_house_changed_proposes_too(statement, plant, monkeypatch) -> None:
    """The enlargements are a version that statements use like any other; only who used one falls."""
    from quanheng.apps.carbon import coverage

    rules = {**coverage.enlargements(), "version": "2"}
    for place in ("coverage", "statements", "restatement.norms_in_force", "views"):
        monkeypatch.setattr(f"quanheng.apps.carbon.{place}.enlargements", lambda: rules)
    (noted,) = carbon_check(plant)
    assert (noted.of, noted.version) == ("enlargements", "2")
    events.deliver_pending()
    assert states() == ["current"]  # every hour was covered: no figure is another one


# ---- what makes no difference ---------------------------------------------------------------------------------


def test_what_changes_no_figure_proposes_nothing_and_writes_nothing(statement, plant, tmp_path) -> None:
    entries = LedgerEntry.objects.filter(verb__startswith="carbon.").count()
    world.readings(plant["clerk"], tmp_path, ["2024-03-01 01:00,12,2100,0,101.325"], name="other_year.csv")
    world.readings(plant["clerk"], tmp_path, ["2025-03-01 01:00,12,2000,0,101.325"], name="same.csv")
    world.certificate(plant["technician"], "C-OLD", "FL", "m3/h", [("500", "0", "1")], ("500", "2500"),
                      ("2020-01-01", "2020-12-31"))  # fmt: skip
    revoke(plant, "LAB/C-OLD")
    assert states() == ["current"]
    assert LedgerEntry.objects.filter(verb__startswith="carbon.").count() == entries


def test_readings_that_carry_on_an_unfinished_year_are_not_late(statement) -> None:
    from quanheng.apps.carbon.restatement.handlers import continues
    from quanheng.apps.records.restating import Cause

    known_at = dt.datetime.fromisoformat(statement.result["known_at"])
    hour = dt.timedelta(hours=1)

    def arrived(first: dt.datetime, kind: str = "readings") -> Cause:
        return Cause(kind, "S1", "9", "x", known_at, first, first + hour)

    assert continues(statement, arrived(known_at)) and continues(statement, arrived(known_at + hour))
    assert not continues(statement, arrived(known_at - hour))
    assert not continues(statement, arrived(known_at, "installation"))


def test_source_registered_later_enters_no_restatement(statement, plant) -> None:
    world.wet_stack(plant, "K2")
    revoke(plant)
    assert proposed().hours == 3


# ---- deciding -------------------------------------------------------------------------------------------------


def test_owner_confirms_and_the_old_figure_stays_readable(statement, plant) -> None:
    revoke(plant)
    row = carbon.confirm(plant["clerk"], statement=proposed().number)
    statement.refresh_from_db()
    assert (row.state, statement.state) == ("current", "replaced")
    assert figures(statement) == pytest.approx(by_hand(), rel=1e-12)
    assert queries.statement_named(plant["officer"], statement.number).value == statement.value
    with pytest.raises(BadInput, match="does not wait for a decision"):
        carbon.confirm(plant["clerk"], statement=row.number)
    with pytest.raises(BadInput, match="does not wait for a decision"):
        carbon.decline(plant["clerk"], statement=row.number, reason="不同意重述")
    assert OutboxEvent.objects.filter(kind="carbon.statement.replaced").count() == 1


def test_owner_declines_with_a_reason_and_the_old_figure_stands(statement, plant) -> None:
    revoke(plant)
    with pytest.raises(BadInput):
        carbon.decline(plant["clerk"], statement=proposed().number, reason="")
    row = carbon.decline(plant["clerk"], statement=proposed().number, reason="证书已由另一家机构复核")
    statement.refresh_from_db()
    assert (row.state, row.reason, statement.state) == ("declined", "证书已由另一家机构复核", "current")
    revoke(plant, "LAB/C-AN")
    later = proposed()
    assert later.edition == 3 and later.causes[0]["id"] == row.causes[0]["id"]
    assert len(later.causes) == 2  # what was declined is in the newer figure too, and it says so


def test_newer_proposal_takes_the_place_of_the_older_and_names_both_causes(statement, plant) -> None:
    revoke(plant)
    revoke(plant, "LAB/C-AN")
    assert states() == ["current", "superseded", "proposed"]
    assert [one["words"].split()[1] for one in proposed().causes] == ["LAB/C-FL", "LAB/C-AN"]
    assert [one["touched"]["readings"] for one in proposed().causes] == [3, 3]
    assert proposed().touched["readings"] == 6
    carbon.confirm(plant["clerk"], statement=proposed().number)
    assert states() == ["replaced", "superseded", "current"]


def test_two_causes_before_the_first_is_computed_make_one_proposal_with_both(statement, plant) -> None:
    for name in ("LAB/C-FL", "LAB/C-AN"):
        laboratory.revoke_certificate(plant["signatory"], certificate=name, reason=WHY)
    events.deliver_pending()
    assert states() == ["current", "proposed"]
    assert len(proposed().causes) == 2


def test_correction_taken_back_withdraws_the_proposal(statement, plant, tmp_path) -> None:
    world.readings(plant["clerk"], tmp_path, ["2025-03-01 01:00,12,2100,0,101.325"], name="wrong.csv")
    events.deliver_pending()
    world.readings(plant["clerk"], tmp_path, ["2025-03-01 01:00,12,2000,0,101.325"], name="right.csv")
    events.deliver_pending()
    assert states() == ["current", "superseded"]


def test_statement_made_by_hand_takes_the_place_of_a_waiting_proposal(statement, plant) -> None:
    revoke(plant)
    carbon.state(plant["clerk"], site="S1", year=2025)
    assert states() == ["replaced", "superseded", "current"]


def test_what_falls_under_a_waiting_proposal_only_is_found_too(statement, plant) -> None:
    """The older certificate speaks once the newer one is revoked; then it is revoked as well."""
    world.certificate(
        plant["technician"], "C-FL0", "FL", "m3/h", [("500", "0", "60"), ("2500", "0", "60")], ("500", "2500"),
        ("2023-12-01", "2026-12-31"),
    )  # fmt: skip
    revoke(plant)
    assert figures(proposed()) == pytest.approx(by_hand(u_q=(30.0, 30.0, 30.0)), rel=1e-12)
    revoke(plant, "LAB/C-FL0")
    assert figures(proposed()) == pytest.approx(by_hand(u_q=UNCOVERED_FLOW), rel=1e-12)


# ---- delivery -------------------------------------------------------------------------------------------------


def test_event_delivered_twice_proposes_once(statement, plant) -> None:
    revoke(plant)
    Delivery.objects.filter(subscriber="records.restate").update(done_at=None)
    OutboxEvent.objects.update(settled=False)
    events.deliver_pending()
    assert states() == ["current", "proposed"]
    assert LedgerEntry.objects.filter(verb="carbon.restatement.propose").count() == 1


def test_killed_between_proposal_and_note_of_delivery_proposes_once(statement, plant, monkeypatch) -> None:
    laboratory.revoke_certificate(plant["signatory"], certificate="LAB/C-FL", reason=WHY)

    def died(*_args, **_kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(events, "_due_row", died)  # the proposal is committed, then the machine stops
        events.deliver_pending()
    assert states() == ["current", "proposed"]
    assert not Delivery.objects.filter(subscriber="records.restate", done_at__isnull=False).filter(
        event__kind="laboratory.certificate.revoked"
    ).exists()  # fmt: skip
    events.deliver_pending()
    assert states() == ["current", "proposed"]
    assert LedgerEntry.objects.filter(verb="carbon.restatement.propose").count() == 1


def test_figure_that_cannot_be_computed_is_told_to_the_owner_and_holds_up_nothing(
    statement, plant, tmp_path
) -> None:
    from quanheng.apps.records.models import Notification

    world.readings(plant["clerk"], tmp_path, ["2025-03-01 01:00,12,2000,0,-5"], name="bad.csv")
    events.deliver_pending()
    assert states() == ["current"]
    told = Notification.objects.get(kind="carbon.restatement.stuck")
    assert told.person == plant["clerk"].person.pk and statement.number in told.text
    assert not events.stuck() and not OutboxEvent.objects.filter(settled=False).exists()


# ---- foretold -------------------------------------------------------------------------------------------------


def test_what_is_foretold_is_what_is_then_proposed_and_nothing_is_written(statement, plant) -> None:
    pk = str(Certificate.objects.get(number="C-FL").pk)
    entries, rows = LedgerEntry.objects.count(), Statement.objects.count()
    told = effect_of(plant["clerk"], "certificate", pk, issuer="LAB")
    assert (LedgerEntry.objects.count(), Statement.objects.count()) == (entries, rows)
    revoke(plant)
    row = proposed()
    (one,) = told["statements"]
    exact = row.result["exact"]
    assert one["proposed"] == {"value": exact["value"], "U": exact["U"]}
    assert {name: one[name] for name in row.touched} == row.touched
    assert (told["readings"], told["hours"], told["tonnes"]) == (3, 3, row.touched["tonnes"])


def test_issuer_learns_counts_and_whom_to_tell_owner_his_figures_regulator_both_and_others_nothing(
    statement, plant
) -> None:
    pk = str(Certificate.objects.get(number="C-FL").pk)
    told = {login: effect_of(plant[login], "certificate", pk, issuer="LAB") for login in plant}
    tell = [{"organisation": "PLANT", "name": "示例热电厂", "count": 1}]
    for login in ("signatory", "technician"):
        assert told[login] == {"readings": 3, "hours": 3, "tell": tell}
    for login in ("clerk", "officer"):
        assert told[login]["statements"][0]["number"] == statement.number and told[login]["tonnes"]
        assert told[login]["tell"] == tell
    for login in ("neighbour", "stranger"):
        assert told[login] == {"readings": 0, "hours": 0, "tell": []}


def test_only_the_owner_decides_and_others_learn_nothing(statement, plant) -> None:
    revoke(plant)
    number = proposed().number
    for login in ("neighbour", "technician", "signatory", "stranger"):
        assert not queries.restatements(plant[login]).exists()
    for login in ("neighbour", "technician", "signatory", "stranger", "officer"):
        for act, more in ((carbon.confirm, {}), (carbon.decline, {"reason": "不同意重述"})):
            with pytest.raises(Refused):
                act(plant[login], statement=number, **more)
    with pytest.raises(Refused) as there:
        carbon.confirm(plant["neighbour"], statement=number)
    with pytest.raises(Refused) as nowhere:
        carbon.confirm(plant["neighbour"], statement="HS-2025-9999")
    assert there.value.verdict.reason == nowhere.value.verdict.reason.replace("HS-2025-9999", number)
    assert queries.waiting(plant["officer"]).get().number == number
    with pytest.raises(Refused):
        carbon.propose(plant["clerk"], statement=statement.number, cause=CAUSE)
    assert urn_of(statement)


CAUSE = {"kind": "certificate", "id": "x", "version": "y", "words": "z", "at": "2026-01-01T00:00:00Z"}


def test_DATA_24_no_statement_without_a_plan_and_a_finding_leads_to_a_correction_that_keeps_the_first(
    plant, tmp_path
) -> None:
    """In first form: the plan is the registered sources with their points; the finding is one about what was known.

    Verification as a process of its own (task, sample, report) comes with a later part.
    """
    certified(plant)
    world.readings(plant["clerk"], tmp_path, ROWS)
    with pytest.raises(BadInput, match="no measured emission source"):
        carbon.state(plant["clerk"], site="S1", year=2025)
    with pytest.raises(BadInput, match="unknown point"):
        world.wet_stack(plant, flow="NOT-IN-THE-PLAN")
    world.wet_stack(plant)
    first = carbon.state(plant["clerk"], site="S1", year=2025)
    revoke(plant)
    second = carbon.confirm(plant["clerk"], statement=proposed().number)
    first.refresh_from_db()
    assert (first.edition, first.state, second.edition, second.state) == (1, "replaced", 2, "current")
    assert second.replaces_id == first.pk and WHY in second.causes[0]["words"]
    assert chain(first)["statement"]["recomputed"]["agrees"]
    assert chain(second)["statement"]["recomputed"]["agrees"]


def test_certificate_of_an_instrument_that_moved_is_one_common_error_over_both_places(
    plant, tmp_path
) -> None:
    """Hour 0 read at Q by FL, hours 1 and 2 at Q2 by the same FL under the same certificate: its effects add up linearly."""
    certified(plant)
    zone = dt.timezone(dt.timedelta(hours=8))
    moved = dt.datetime(2025, 3, 1, 1, tzinfo=zone)
    world.point(plant["clerk"], "Q2", "flow")
    monitoring.end_installation(plant["clerk"], site="S1", point="Q", instrument="FL", valid_to=moved)
    world.install(plant["clerk"], "Q2", "FL", valid_from=moved)
    world.wet_stack(plant)
    world.wet_stack(plant, "K2", flow="Q2")
    head = "time,C [%],Q [m3/h],Q2 [m3/h],T [degC],P [kPa]"
    rows = [
        "2025-03-01 00:00,10,1000,,0,101.325",
        "2025-03-01 01:00,12,,2000,0,101.325",
        "2025-03-01 02:00,8,,1500,0,101.325",
    ]
    world.readings(plant["clerk"], tmp_path, rows, header=head)
    made = carbon.state(plant["clerk"], site="S1", year=2025)
    assert figures(made) == pytest.approx(by_hand(), rel=1e-12)
    (flow,) = [c for c in made.result["contributions"] if c["name"] == "FL · LAB/C-FL"]
    assert (flow["kind"], flow["readings"]) == ("common", 3)


def test_one_certificate_under_two_sources_falls_in_both_and_each_reading_is_counted_once(
    plant, tmp_path
) -> None:
    certified(plant)
    world.wet_stack(plant)
    world.wet_stack(plant, "K2")
    world.readings(plant["clerk"], tmp_path, ROWS)
    carbon.state(plant["clerk"], site="S1", year=2025)
    revoke(plant)
    tonnes, u = by_hand(u_q=UNCOVERED_FLOW)
    assert figures(proposed()) == pytest.approx((2 * tonnes, 2 * u), rel=1e-12)
    assert (proposed().touched["readings"], proposed().touched["hours"]) == (3, 3)
