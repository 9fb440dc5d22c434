"""Sites, points and installations: what is refused, by whom, and what a batch tells of itself."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.carbon import world

from quanheng.apps.monitoring import actions, queries
from quanheng.apps.monitoring.models import Batch, Installation
from quanheng.apps.records.models import LedgerEntry
from quanheng.apps.records.uploads import Upload
from quanheng.errors import BadInput, Refused


def test_unknown_zone_and_quantity_are_named(cast) -> None:
    with pytest.raises(BadInput) as caught:
        actions.register_site(cast["clerk"], owner="PLANT", code="S1", name="x", time_zone="Mars/Base")
    assert caught.value.problems[0].field == "time_zone"
    actions.register_site(cast["clerk"], owner="PLANT", code="S1", name="x")
    with pytest.raises(BadInput) as caught:
        world.point(cast["clerk"], "X", "phlogiston")
    assert caught.value.problems[0].field == "quantity"


def test_instrument_of_another_quantity_cannot_stand_at_a_point(plant) -> None:
    with pytest.raises(BadInput, match="measures another quantity"):
        world.install(plant["clerk"], "C", "FL")


def test_two_instruments_cannot_stand_at_a_point_at_one_time(plant) -> None:
    world.instrument(plant["clerk"], "AN2", "co2_concentration", "%")
    with pytest.raises(BadInput, match="another instrument stood"):
        world.install(plant["clerk"], "C", "AN2")
    actions.end_installation(
        plant["clerk"], site="S1", point="C", instrument="AN", valid_to=dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
    )
    world.install(plant["clerk"], "C", "AN2", valid_from=dt.datetime(2025, 1, 1, tzinfo=dt.UTC))


def test_end_of_an_installation_keeps_what_was_known_before(plant) -> None:
    before = dt.datetime.now(dt.UTC)
    actions.end_installation(
        plant["clerk"], site="S1", point="C", instrument="AN", valid_to=dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
    )
    where = str(Installation.objects.get(instrument__code="AN", known_to=None).point_id)
    (old,) = queries.installations_of([where], before)
    (new,) = queries.installations_of([where], dt.datetime.now(dt.UTC))
    assert (old.valid_to, new.valid_to) == (None, dt.datetime(2025, 1, 1, tzinfo=dt.UTC))
    with pytest.raises(BadInput, match="does not stand"):
        actions.end_installation(
            plant["clerk"],
            site="S1",
            point="C",
            instrument="AN",
            valid_to=dt.datetime(2025, 2, 1, tzinfo=dt.UTC),
        )


def test_end_before_the_beginning_is_refused(plant) -> None:
    with pytest.raises(BadInput, match="ends before it begins"):
        actions.end_installation(
            plant["clerk"],
            site="S1",
            point="C",
            instrument="AN",
            valid_to=dt.datetime(2019, 1, 1, tzinfo=dt.UTC),
        )


def test_good_rows_are_kept_and_bad_ones_listed_in_the_batch(plant, tmp_path) -> None:
    batch = world.readings(
        plant["clerk"], tmp_path, ["2025-01-01 00:00,10,1000,0,100", "2025-01-01 01:00,x,1000,0,100"]
    )
    assert (batch.rows, batch.refused) == (4, 1)
    (problem,) = Batch.objects.get().problems
    assert (problem["file"], problem["row"], problem["field"], problem["found"]) == ("r.csv", 3, "C [%]", "x")
    entry = LedgerEntry.objects.get(verb="monitoring.batch.take_in")
    assert batch.file in entry.files


def test_same_file_twice_adds_nothing_and_says_so(plant, tmp_path) -> None:
    row = ["2025-01-01 00:00,10,1000,0,100"]
    world.readings(plant["clerk"], tmp_path, row)
    with pytest.raises(BadInput, match="taken in already"):
        world.readings(plant["clerk"], tmp_path, row, name="renamed.csv")
    assert (Batch.objects.count(), queries.lake().version) == (1, 1)


@pytest.mark.parametrize("rows", [[], ["2025-02-30 00:00,1,1,1,1"]])
def test_file_without_a_good_row_lands_nothing(plant, tmp_path, rows) -> None:
    with pytest.raises(BadInput):
        world.readings(plant["clerk"], tmp_path, rows)
    assert (Batch.objects.count(), queries.lake().version) == (0, 0)


def test_another_sites_point_is_unknown_here(plant, tmp_path) -> None:
    actions.register_site(plant["neighbour"], owner="MILL", code="S2", name="二号厂")
    world.point(plant["neighbour"], "N", "flow", site="S2")
    with pytest.raises(BadInput, match="the site has no such point"):
        world.readings(plant["clerk"], tmp_path, ["2025-01-01 00:00,1"], header="time,N [m3/h]")


def test_neighbour_technician_and_officer_cannot_write_and_the_neighbour_cannot_see(plant, tmp_path) -> None:
    path = tmp_path / "r.csv"
    path.write_text("time,C [%]\n2025-01-01 00:00,10\n", encoding="utf-8")
    for login in ("neighbour", "technician", "officer"):
        with pytest.raises(Refused):
            actions.take_in(plant[login], site="S1", file=Upload.local(path))
        with pytest.raises(Refused):
            world.point(plant[login], "NEW", "flow")
        with pytest.raises(Refused):
            world.install(plant[login], "C", "AN")
        with pytest.raises(Refused):
            actions.register_site(plant[login], owner="PLANT", code="S9", name="x")
    assert queries.lake().version == 0
    actions.take_in(plant["clerk"], site="S1", file=Upload.local(path))
    for ask in (queries.sites, queries.points, queries.batches):
        assert not ask(plant["neighbour"]).exists() and not ask(plant["technician"]).exists()
        assert ask(plant["officer"]).exists() and ask(plant["clerk"]).exists()
    with pytest.raises(Refused):
        queries.readable_site(plant["neighbour"], "S1")
    refusals = LedgerEntry.objects.filter(verb="records.act.refused")
    assert refusals.filter(object_name="monitoring.batch.take_in").count() == 3
