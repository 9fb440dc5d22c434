"""The way back: pinned to what was known, with its proofs, and with a broken step shown in its place."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.carbon import world
from tests.carbon.test_statement import ROWS, certified

from quanheng.apps.carbon import actions as carbon
from quanheng.apps.carbon.chain import chain as way
from quanheng.apps.carbon.telling import chain_lines, statement_data, statement_lines
from quanheng.apps.laboratory import actions as laboratory
from quanheng.apps.monitoring import queries as monitoring
from quanheng.apps.records import queries as records
from quanheng.apps.records.classify import urn_of
from quanheng.apps.records.models import Dependency, LedgerEntry
from quanheng.errors import BadInput, QuanhengError, Refused
from quanheng.evidence import merkle


@pytest.fixture
def statement(plant, tmp_path):
    certified(plant)
    world.wet_stack(plant)
    world.readings(plant["clerk"], tmp_path, ROWS)
    return carbon.state(plant["clerk"], site="S1", year=2025)


def test_chain_leads_to_the_written_text_and_its_proof_holds(statement) -> None:
    chain = way.chain(statement)
    assert chain["hour"]["start"] == "2025-03-01T01:00:00+08:00"  # the hour of the largest mass
    by_input = {one["input"]: one for one in chain["inputs"]}
    reading = by_input["flow"]["reading"]
    assert (reading["text"], reading["file"], reading["row"]) == ("2000", "r.csv", 3)
    assert by_input["flow"]["covered_by"][0]["certificate"]["name"] == "LAB/C-FL"
    path = [bytes.fromhex(h) for h in reading["proof"]["path"]]
    rows = monitoring.lake().rows_of(reading["commit"])
    line = monitoring.lake().proof(reading["commit"], reading["proof"]["index"]).line
    root = bytes.fromhex(reading["batch_root"])
    assert rows.num_rows == reading["proof"]["size"] == 12
    assert merkle.verify_inclusion(line, reading["proof"]["index"], 12, path, root)


def test_hour_may_be_chosen_by_the_clock_of_the_site(statement) -> None:
    chain = way.chain(statement, dt.datetime.fromisoformat("2025-03-01T02:00"))
    assert chain["hour"]["mass_kg"] and chain["hour"]["start"] == "2025-03-01T02:00:00+08:00"
    for wrong in ("2025-03-01T02:30", "2025-03-01T09:00", "2024-03-01T02:00"):
        with pytest.raises(BadInput):
            way.chain(statement, dt.datetime.fromisoformat(wrong))


def test_late_correction_does_not_change_the_chain_of_the_earlier_statement(
    statement, plant, tmp_path
) -> None:
    before = way.chain(statement)
    world.readings(plant["clerk"], tmp_path, ["2025-03-01 01:00,12,2100,0,101.325"], name="correction.csv")
    after = way.chain(statement)
    assert after == before and after["statement"]["recomputed"]["agrees"]


def test_new_statement_takes_the_correction_and_the_old_one_stays_readable(
    statement, plant, tmp_path
) -> None:
    world.readings(plant["clerk"], tmp_path, ["2025-03-01 01:00,12,2100,0,101.325"], name="correction.csv")
    newer = carbon.state(plant["clerk"], site="S1", year=2025)
    statement.refresh_from_db()
    assert (statement.state, newer.state, newer.edition, newer.replaces_id) == (
        "replaced", "current", 2, statement.pk,
    )  # fmt: skip
    more = 0.12 * (2100 - 2000) * 44.0095 / 22.414 / 1000
    assert float(newer.value - statement.value) == pytest.approx(more, abs=2e-6)
    flow = next(one for one in way.chain(newer)["inputs"] if one["input"] == "flow")
    assert (flow["reading"]["text"], flow["reading"]["file"]) == ("2100", "correction.csv")


def test_what_comes_later_does_not_enter_the_recomputation(statement, plant) -> None:
    """A source registered, a certificate entered and one revoked afterwards: the figure still comes out again."""
    world.wet_stack(plant, "K9")
    world.certificate(
        plant["technician"],
        "C-NEW",
        "FL",
        "m3/h",
        [("500", "9", "90")],
        ("100", "2500"),
        ("2025-01-02", "2026-01-01"),
    )
    laboratory.revoke_certificate(plant["signatory"], certificate="LAB/C-AN", reason="标准器超差")
    chain = way.chain(statement)
    assert chain["statement"]["recomputed"]["agrees"]


def test_certificate_revoked_afterwards_is_told_in_its_place(statement, plant) -> None:
    laboratory.revoke_certificate(plant["signatory"], certificate="LAB/C-AN", reason="标准器超差")
    certificate = way.chain(statement)["inputs"][0]["covered_by"][0]["certificate"]
    assert certificate["state"] == "valid"  # when the statement was made
    assert certificate["ended_since"]["word"] == "已撤销"
    assert certificate["ended_since"]["reason"] == "标准器超差"


def test_batch_that_lies_in_the_lake_unrecorded_is_in_no_statement_even_if_recorded_later(
    statement, plant, tmp_path, monkeypatch
) -> None:
    from quanheng.apps.monitoring.actions import intake as actions
    from quanheng.apps.records.act import Act

    def died(*_args, **_kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(Act, "create", died)  # the lake has the rows, then the machine stops
        patched.setattr(actions, "_refuse_twice", lambda *_: None)
        world.readings(plant["clerk"], tmp_path, ["2025-03-01 04:00,10,1000,0,101.325"], name="lost.csv")
    world.readings(plant["clerk"], tmp_path, ["2025-03-01 05:00,10,1000,0,101.325"], name="next.csv")
    without = carbon.state(plant["clerk"], site="S1", year=2025)
    assert (without.hours, without.result["lake"]["without"]) == (4, [2])
    world.readings(plant["clerk"], tmp_path, ["2025-03-01 04:00,10,1000,0,101.325"], name="lost.csv")
    assert way.chain(without)["statement"]["recomputed"]["agrees"]
    assert carbon.state(plant["clerk"], site="S1", year=2025).hours == 5


def test_every_write_has_its_entry_and_the_statement_its_dependencies(statement) -> None:
    verbs = set(LedgerEntry.objects.values_list("verb", flat=True))
    assert {
        "laboratory.instrument.register", "laboratory.certificate.enter", "monitoring.site.register",
        "monitoring.point.register", "monitoring.installation.begin", "monitoring.batch.take_in",
        "carbon.source.register", "carbon.statement.make",
    } <= verbs  # fmt: skip
    used = Dependency.objects.filter(result=urn_of(statement))
    kinds = sorted(used.values_list("kind", flat=True))
    assert kinds.count("certificate") == kinds.count("installation") == 4
    assert kinds.count("readings") == 1 and kinds.count("enlargements") == 1
    assert records.first_entry(f"carbon.statement:{statement.pk}").verb == "carbon.statement.make"
    certificate = way.chain(statement)["inputs"][0]["covered_by"][0]["certificate"]
    assert [d.result for d in records.dependents("certificate", certificate["id"])] == [urn_of(statement)]


def test_damaged_lake_gives_no_figure_again(statement, settings) -> None:
    for segment in (p for p in (settings.LAKE_FOLDER / "wal").iterdir() if p.is_file()):
        body = bytearray(segment.read_bytes())
        body[len(body) // 2] ^= 1
        segment.write_bytes(bytes(body))
    monitoring._lake.cache_clear()
    with pytest.raises(QuanhengError):
        way.chain(statement)


def test_words_for_people_tell_figure_coverage_and_proposals(statement) -> None:
    lines = "\n".join([*statement_lines(statement), *chain_lines(way.chain(statement))])
    assert "3 of 8760 hours" in lines and "proof holds" in lines and "agrees" in lines
    assert statement_data(statement)["unit"] == "t CO2"


def test_neighbour_sees_and_states_nothing_and_the_officer_reads_but_never_writes(statement, plant) -> None:
    from quanheng.apps.carbon import queries

    for login in ("neighbour", "technician"):
        with pytest.raises(Refused):
            carbon.state(plant[login], site="S1", year=2025)
        assert not queries.statements(plant[login]).exists() and not queries.sources(plant[login]).exists()
        with pytest.raises(Refused):
            queries.statement_named(plant[login], statement.number)
    assert queries.statements(plant["officer"]).get() == statement
    with pytest.raises(Refused):
        carbon.state(plant["officer"], site="S1", year=2025)
    with pytest.raises(Refused):
        carbon.register_source(
            plant["neighbour"], site="S1", code="X", name="X", form="mass", points={"mass": "C"}
        )


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"points": {"concentration": "C"}}, "input without a point"),
        (
            {"points": {"concentration": "C", "flow": "Q", "temperature": "T", "pressure": "NO"}},
            "unknown point",
        ),
        (
            {"points": {"concentration": "Q", "flow": "C", "temperature": "T", "pressure": "P"}},
            "another quantity",
        ),
        ({"basis": ""}, "is not stated"),
        ({"molar_mass": "nothing"}, "not the key of a norm value"),
    ],
)
def test_source_that_does_not_fit_is_refused_by_field(plant, given, message) -> None:
    good = {
        "points": {"concentration": "C", "flow": "Q", "temperature": "T", "pressure": "P"},
        "basis": "wet",
    }
    with pytest.raises(BadInput, match=message):
        carbon.register_source(
            plant["clerk"], site="S1", code="K", name="K", form="concentration", **{**good, **given}
        )


def test_point_read_by_the_minute_is_no_hourly_input(plant) -> None:
    from quanheng.apps.monitoring import actions as sites

    sites.register_point(plant["clerk"], site="S1", code="Q2", name="Q2", quantity="flow", interval=60)
    with pytest.raises(BadInput, match="not read every hour"):
        world.wet_stack(plant, flow="Q2")
