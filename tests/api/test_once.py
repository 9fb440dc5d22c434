"""A repeated request is not a second act: one after the other, at the same time, and after a stop in between."""

from __future__ import annotations

import datetime as dt
import json
import time

import pytest
from django.db import connection
from django.utils import timezone
from tests.api.world import THEIRS, World, instrument
from tests.records.installation import Installation

from quanheng.apps.laboratory.models import Instrument
from quanheng.apps.records import replays
from quanheng.apps.records.models import LedgerEntry, Replay

pytestmark = pytest.mark.django_db
SECONDS_TO_LOAD = 8.0
REGISTER = "laboratory.instrument.register"


def test_the_same_request_again_gets_the_first_answer_and_acts_once(world):
    key, values = world.key("clerk"), instrument()
    first = key.act(REGISTER, values, Idempotency_Key="a1")
    again = key.act(REGISTER, dict(reversed(values.items())), Idempotency_Key="a1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert "Idempotent-Replayed" not in first and again["Idempotent-Replayed"] == "true"
    assert Instrument.objects.count() == 1


def test_the_same_key_with_another_body_is_a_conflict(world):
    key = world.key("clerk")
    key.act(REGISTER, instrument(), Idempotency_Key="a1")
    assert key.act(REGISTER, instrument(), Idempotency_Key="a1").status_code == 409
    assert Instrument.objects.count() == 1


def test_two_programs_may_use_the_same_key(world):
    assert world.key("clerk").act(REGISTER, instrument(), Idempotency_Key="a1").status_code == 201
    assert world.key("stranger").act(REGISTER, instrument(THEIRS), Idempotency_Key="a1").status_code == 201


def test_a_refused_request_may_come_again_with_the_same_key(world):
    key, values = world.key("clerk"), instrument()
    assert key.act(REGISTER, {**values, "name": ""}, Idempotency_Key="a1").status_code == 422
    assert key.act(REGISTER, values, Idempotency_Key="a1").status_code == 201


@pytest.mark.parametrize("name", ["", "x" * 201, "a b", "钥匙"])
def test_an_unfit_key_is_named(world, name):
    value = name.encode().decode("latin-1")
    assert world.key("clerk").act(REGISTER, instrument(), Idempotency_Key=value).status_code == 400


def test_after_a_stop_between_act_and_answer_the_answer_comes_from_the_ledger(world):
    key, values = world.key("clerk"), instrument()
    first = key.act(REGISTER, values, Idempotency_Key="a1")
    entry = LedgerEntry.objects.get(pk=first.json()["ledger"]["seq"])
    _as_if_stopped(entry.request_id)
    again = key.act(REGISTER, values, Idempotency_Key="a1")
    assert again.status_code == 201 and again.json() == first.json()
    assert Instrument.objects.count() == 1


def test_after_a_stop_before_the_act_the_key_may_be_used_again(world):
    key, values = world.key("clerk"), instrument()
    key.act(REGISTER, values, Idempotency_Key="a1")
    _as_if_stopped("a request that never acted")
    again = key.act(REGISTER, values, Idempotency_Key="a1")
    assert again.status_code == 422  # it is done anew, and the instrument is there already


def test_a_first_request_that_still_runs_is_told(world, monkeypatch):
    monkeypatch.setattr(replays, "PATIENCE", 0.2)
    key, values = world.key("clerk"), instrument()
    key.act(REGISTER, values, Idempotency_Key="a1")
    Replay.objects.update(status=0, body={"request": "running"})
    response = key.act(REGISTER, values, Idempotency_Key="a1")
    assert response.status_code == 409 and response["Retry-After"]


def _as_if_stopped(request: str) -> None:
    long_ago = timezone.now() - replays.GIVEN_UP - dt.timedelta(seconds=1)
    Replay.objects.update(status=0, body={"request": request}, at=long_ago)


TWIN = """
import sys, time
from tests.api.world import Program
program = Program(SECRET)
program.get("openapi.json")  # everything is loaded before the start
time.sleep(max(0.0, START - time.time()))
response = program.act("laboratory.instrument.register", VALUES, Idempotency_Key="twin")
sys.stdout.write(json.dumps([response.status_code, response.json().get("ledger")]))
"""


@pytest.mark.django_db(transaction=True)
def test_twins_at_the_same_time_do_one_act(tmp_path):
    here = connection.vendor == "postgresql"
    place = Installation(tmp_path / "home") if here else _fresh(tmp_path)
    secret = (
        World().issue("clerk").secret
        if here
        else place.run(
            "from tests.api.world import World; sys.stdout.write(json.dumps(World().issue('clerk').secret))"
        )[0]
    )
    code = TWIN.replace("SECRET", repr(secret)).replace("VALUES", repr(instrument()))
    code = code.replace("START", str(time.time() + SECONDS_TO_LOAD))
    answers = place.run(code, copies=4)
    assert {status for status, _ledger in answers} == {201}
    assert len({json.dumps(ledger) for _status, ledger in answers}) == 1


def _fresh(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    return Installation(home)
