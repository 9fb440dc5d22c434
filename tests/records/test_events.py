"""Facts travel at least once: after the commit, again after a failure, once per subscriber when nothing fails."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone
from tests.records import sample
from tests.records.sample import OFFICER

from quanheng.apps.records import events
from quanheng.apps.records.models import Delivery, OutboxEvent
from quanheng.errors import Refused

KIND = "records.sample.named"


@pytest.fixture
def subscribers(monkeypatch):
    handlers: dict = {}
    monkeypatch.setitem(events.SUBSCRIBERS, KIND, handlers)
    return handlers


@pytest.mark.django_db
def test_an_event_is_delivered_after_the_commit_with_its_values(
    subscribers, django_capture_on_commit_callbacks
) -> None:
    got = []
    subscribers["one"] = got.append
    with django_capture_on_commit_callbacks(execute=True):
        row = sample.add(OFFICER, name="江北区")
        assert got == []
    assert got == [sample.Named(division=str(row.pk), on=dt.date(2026, 1, 2))]
    assert OutboxEvent.objects.get().settled


@pytest.mark.django_db
def test_an_event_of_a_refused_act_is_never_sent(subscribers) -> None:
    subscribers["one"] = lambda happened: None
    with pytest.raises(Refused):
        sample.add(sample.STRANGER, name="江北区")
    assert not OutboxEvent.objects.exists()


@pytest.mark.django_db
def test_a_failing_subscriber_is_tried_again_later_and_does_not_stop_the_others(subscribers) -> None:
    calls: list[str] = []

    def fails_twice(happened) -> None:
        calls.append("failing")
        if calls.count("failing") < 3:
            raise ConnectionError("mail server is away")

    subscribers["failing"] = fails_twice
    subscribers["steady"] = lambda happened: calls.append("steady")
    sample.add(OFFICER, name="江北区")
    now = timezone.now()
    assert events.deliver_pending(now) == 1
    assert events.deliver_pending(now) == 0
    assert events.deliver_pending(now + dt.timedelta(seconds=3)) == 0
    assert events.deliver_pending(now + dt.timedelta(seconds=3)) == 0
    assert events.deliver_pending(now + dt.timedelta(seconds=20)) == 1
    assert calls == ["failing", "steady", "failing", "failing"]
    assert OutboxEvent.objects.get().settled
    assert Delivery.objects.get(subscriber="failing").last_error == "ConnectionError: mail server is away"


@pytest.mark.django_db
def test_what_a_failing_subscriber_wrote_is_rolled_back(subscribers) -> None:
    def writes_and_fails(happened) -> None:
        sample.rename(OFFICER, division=happened.division, name="不该留下")
        raise ValueError

    subscribers["one"] = writes_and_fails
    row = sample.add(OFFICER, name="江北区")
    events.deliver_pending()
    row.refresh_from_db()
    assert row.name == "江北区"


@pytest.mark.django_db
def test_a_subscriber_that_always_fails_is_given_up_and_named(subscribers) -> None:
    def fails(happened) -> None:
        raise ValueError("never")

    subscribers["one"] = fails
    sample.add(OFFICER, name="江北区")
    now = timezone.now()
    for _n in range(events.MAX_ATTEMPTS + 3):
        events.deliver_pending(now)
        now += dt.timedelta(hours=2)
    (given_up,) = events.stuck()
    assert given_up.attempts == events.MAX_ATTEMPTS
    assert OutboxEvent.objects.get().settled


@pytest.mark.django_db
def test_events_that_wait_for_a_retry_do_not_hold_up_newer_ones(subscribers) -> None:
    got = []

    def fails_for_the_first(happened) -> None:
        if len(got) < 1 and happened.division == first:
            raise ValueError
        got.append(happened.division)

    subscribers["one"] = fails_for_the_first
    first = str(sample.add(OFFICER, name="一").pk)
    now = timezone.now()
    events.deliver_pending(now, limit=1)
    second = str(sample.add(OFFICER, name="二").pk)
    events.deliver_pending(now, limit=1)
    assert got == [second]
