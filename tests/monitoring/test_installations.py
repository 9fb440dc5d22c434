"""Corrected dates of installations: what is known now, what was known then, and what later apps are told."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.carbon import world

from quanheng.apps.monitoring import actions, queries
from quanheng.apps.monitoring.actions.installations import _differing
from quanheng.apps.monitoring.models import Installation
from quanheng.apps.records.events import load
from quanheng.apps.records.models import LedgerEntry, OutboxEvent
from quanheng.errors import BadInput, Refused


def day(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def correct(cast, valid_from: str, valid_to: str | None = None, login: str = "clerk", **more):
    given = {
        "site": "S1", "point": "C", "instrument": "AN", "known_start": world.LONG_AGO, "reason": "施工记录有误",
        "valid_from": day(valid_from), "valid_to": day(valid_to) if valid_to else None, **more,
    }  # fmt: skip
    return actions.correct_installation(cast[login], **given)


def announced(kind: str) -> list:
    return [load(row) for row in OutboxEvent.objects.filter(kind=kind).order_by("id")]


def test_correction_keeps_what_was_known_and_holds_from_now_on(plant) -> None:
    before = dt.datetime.now(dt.UTC)
    correct(plant, "2024-06-01")
    where = str(Installation.objects.get(instrument__code="AN", known_to=None).point_id)
    (old,) = queries.installations_of([where], before)
    (new,) = queries.installations_of([where], dt.datetime.now(dt.UTC))
    assert (old.valid_from, new.valid_from) == (world.LONG_AGO, day("2024-06-01"))
    old_row, new_row = Installation.objects.filter(instrument__code="AN").order_by("known_from")
    assert old_row.known_to == new_row.known_from  # no moment at which nothing was known


def test_correction_is_announced_with_the_span_that_differs(plant) -> None:
    made = correct(plant, "2024-06-01")
    (told,) = announced("monitoring.installation.corrected")
    assert (told.first, told.last) == (world.LONG_AGO, day("2024-06-01"))
    assert (told.installation, told.point, told.site_code) == (str(made.pk), str(made.point_id), "S1")
    assert Installation.objects.get(pk=told.replaced).known_to == told.known_from
    assert (told.why, told.reason) == ("corrected", "施工记录有误")
    entry = LedgerEntry.objects.get(verb="monitoring.installation.correct")
    assert entry.after["_"]["reason"] == "施工记录有误"


def test_begin_and_end_are_announced_too(plant) -> None:
    assert len(announced("monitoring.installation.begun")) == 4
    actions.end_installation(
        plant["clerk"], site="S1", point="C", instrument="AN", valid_to=day("2025-01-01")
    )
    (told,) = announced("monitoring.installation.corrected")
    assert (told.why, told.first, told.last) == ("ended", day("2025-01-01"), None)


def test_overlap_with_another_instrument_is_refused(plant) -> None:
    correct(plant, "2021-01-01", "2024-01-01")
    world.instrument(plant["clerk"], "AN2", "co2_concentration", "%")
    world.install(plant["clerk"], "C", "AN2", valid_from=day("2024-01-01"))
    with pytest.raises(BadInput, match="another instrument stood"):
        correct(plant, "2021-01-01", "2024-02-01", known_start=day("2021-01-01"))
    with pytest.raises(BadInput, match="another instrument stood"):
        correct(plant, "2021-01-01", known_start=day("2021-01-01"))


def test_correction_of_nothing_or_backwards_or_of_an_unknown_start_is_refused(plant) -> None:
    with pytest.raises(BadInput, match="nothing was corrected"):
        correct(plant, "2020-01-01")
    with pytest.raises(BadInput, match="ends before it begins"):
        correct(plant, "2024-01-01", "2023-01-01")
    with pytest.raises(BadInput, match="no such installation") as caught:
        correct(plant, "2024-01-01", known_start=day("2020-01-02"))
    assert "2020-01-01" in caught.value.problems[0].expected
    assert not announced("monitoring.installation.corrected")


@pytest.mark.parametrize("login", ["neighbour", "technician", "officer"])
def test_only_the_owner_corrects(plant, login) -> None:
    with pytest.raises(Refused):
        correct(plant, "2024-06-01", login=login)


def test_span_that_differs_by_hand() -> None:
    a, b, c, d = (day(f"2025-0{n}-01") for n in (1, 2, 3, 4))
    assert _differing((a, d), (b, d)) == (a, b)
    assert _differing((b, None), (a, None)) == (a, b)
    assert _differing((a, None), (a, c)) == (c, None)
    assert _differing((a, c), (a, b)) == (b, c)
    assert _differing((a, c), (b, d)) == (a, d)
    assert _differing((a, b), (c, None)) == (a, None)


def test_take_in_announces_what_arrived(plant, tmp_path) -> None:
    batch = world.readings(plant["clerk"], tmp_path, ["2025-01-01 00:00,10,,,", "2025-01-01 01:00,10,1000,,"])
    (told,) = announced("monitoring.readings.arrived")
    assert (told.batch, told.commit, told.site_code) == (str(batch.pk), batch.seq, "S1")
    assert (told.first, told.last) == (day("2024-12-31T16:00"), day("2024-12-31T17:00"))
    points = {code: str(point.pk) for code, point in queries.points_of(batch.site).items()}
    assert set(told.points) == {points["C"], points["Q"]}
