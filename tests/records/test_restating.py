"""One mechanism for whatever falls: any app's results are found by what they used, and handed to who makes them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pytest
from tests.records.sample import OFFICER, not_for_strangers

from quanheng.apps.parties.models import Division
from quanheng.apps.records import events, queries, restating
from quanheng.apps.records.action import Act, action
from quanheng.apps.records.classify import urn_of
from quanheng.apps.records.events import event
from quanheng.apps.records.models import Delivery, OutboxEvent
from quanheng.apps.records.restating import Cause

AT = dt.datetime(2026, 1, 2, tzinfo=dt.UTC)


@event("records.sample.scope_lost")
@dataclass(frozen=True)
class ScopeLost:
    scope: str


@action("records.sample.score", policy=not_for_strangers, title="评分", api=False)
def score(act: Act, *, name: str, kind: str, uses: list[tuple[str, str, str]]) -> Division:
    """A result of some app, with what it used."""
    row = act.create(Division(name=name, level="county"))
    for used in uses:
        act.uses(kind, urn_of(row), *used)
    return row


@action("records.sample.lose_scope", policy=not_for_strangers, title="取消范围", api=False)
def lose_scope(act: Act, *, scope: str) -> None:
    """Something on which results stand falls."""
    act.create(Division(name=scope, level="county"))
    act.emit(ScopeLost(scope))


@pytest.fixture
def restated(monkeypatch):
    """Two later apps that make results of their own kinds."""
    got: dict[str, list[tuple[Cause, list[str]]]] = {"score": [], "grade": []}
    monkeypatch.setattr(restating, "RESTATERS", {})
    for kind in got:

        def restate(cause: Cause, urns: list[str], kind: str = kind) -> list[str]:
            got[kind].append((cause, urns))
            return urns

        restating.restater(kind)(restate)
    return got


def made(name: str, kind: str, *uses: tuple[str, str, str]) -> str:
    return urn_of(score(OFFICER, name=name, kind=kind, uses=list(uses)))


def cause(kind: str, key: str, **more) -> Cause:
    return Cause(kind, key, "2", "范围取消", AT, **more)


@pytest.mark.django_db
def test_results_of_every_kind_that_used_what_fell_are_found_each_once(restated) -> None:
    one = made("甲", "score", ("scope", "S", "1"), ("norm", "N", "1"))
    two = made("乙", "grade", ("scope", "S", "1"))
    made("丙", "score", ("scope", "T", "1"), ("certificate", "S", "1"))
    assert restating.fell(cause("scope", "S")) == {"score": [one], "grade": [two]}
    assert [urns for _, urns in restated["score"]] == [[one]]
    assert restating.fell(cause("scope", "nothing used it")) == {}


@pytest.mark.django_db
def test_a_result_that_used_it_under_two_names_is_found_once(restated) -> None:
    one = made("甲", "score", ("installation", "old", "1"), ("readings", "SITE", "7"))
    also = (("installation", "old"), ("readings", "SITE"))
    assert restating.fell(cause("installation", "new", also=also)) == {"score": [one]}


@pytest.mark.django_db
def test_a_kind_that_no_app_restates_is_left_alone(restated) -> None:
    made("甲", "share", ("scope", "S", "1"))
    assert restating.fell(cause("scope", "S")) == {}


@pytest.mark.django_db
def test_versions_in_use_are_told_by_what_they_are_of(restated) -> None:
    one = made("甲", "score", ("norm", "N", "1"))
    two = made("乙", "score", ("norm", "N", "2"))
    made("丙", "grade", ("norm", "N", "3"))
    assert queries.versions_used("score", ["norm"]) == {("norm", "N"): {"1": [one], "2": [two]}}
    assert queries.uses_of(one) == {("norm", "N", "1")}


@pytest.mark.django_db
def test_an_event_says_what_fell_and_is_restated_outside_of_a_transaction_of_the_delivery(
    restated, monkeypatch
) -> None:
    monkeypatch.setitem(events.SUBSCRIBERS, ScopeLost.kind, {})
    monkeypatch.setattr(events, "ALONE", set(events.ALONE))
    restating.falls_with(ScopeLost.kind, "records.restate", lambda lost: cause("scope", lost.scope))
    one = made("甲", "score", ("scope", "S", "1"))
    seen = []
    monkeypatch.setitem(
        restating.RESTATERS, "score", lambda *_: seen.append(Delivery.objects.get().attempts) or [one]
    )
    lose_scope(OFFICER, scope="S")
    events.deliver_pending()
    assert seen == [0] and Delivery.objects.get().done_at is not None
    assert OutboxEvent.objects.get(kind=ScopeLost.kind).settled


@pytest.mark.django_db(transaction=True)
def test_whoever_is_called_alone_holds_no_transaction(monkeypatch) -> None:
    from django.db import connection

    monkeypatch.setitem(events.SUBSCRIBERS, ScopeLost.kind, {})
    monkeypatch.setattr(events, "ALONE", set(events.ALONE))
    inside: dict[str, bool] = {}
    for name, alone in (("alone", True), ("with", False)):

        def handle(happened, name: str = name) -> None:
            inside[name] = connection.in_atomic_block

        events.subscribe(ScopeLost.kind, name, alone=alone)(handle)
    lose_scope(OFFICER, scope="S")
    assert inside == {"alone": False, "with": True}


@pytest.mark.django_db
def test_what_a_subscriber_announces_is_delivered_by_the_same_call_and_not_within_it(monkeypatch) -> None:
    calls: list[str] = []
    monkeypatch.setitem(events.SUBSCRIBERS, ScopeLost.kind, {})
    monkeypatch.setattr(events, "ALONE", set(events.ALONE))

    def handle(happened: ScopeLost) -> None:
        calls.append(happened.scope)
        if happened.scope == "S":
            lose_scope(OFFICER, scope="T")
            assert events.deliver_pending() == 0
            assert calls == ["S"]

    events.subscribe(ScopeLost.kind, "one", alone=True)(handle)
    lose_scope(OFFICER, scope="S")
    assert events.deliver_pending() == 2 and calls == ["S", "T"]


def test_a_cause_tells_which_periods_it_concerns() -> None:
    year = dt.datetime(2025, 1, 1, tzinfo=dt.UTC), dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    assert cause("scope", "S").concerns(*year)
    assert cause("scope", "S", first=year[0] - dt.timedelta(days=1), last=None).concerns(*year)
    assert not cause("scope", "S", first=year[1]).concerns(*year)
    assert not cause("scope", "S", last=year[0]).concerns(*year)
    assert cause("scope", "S", last=year[0] + dt.timedelta(hours=1)).concerns(*year)


def test_two_apps_never_restate_one_kind(restated) -> None:
    with pytest.raises(RuntimeError, match="two apps restate score"):
        restating.restater("score")(lambda *_: [])
