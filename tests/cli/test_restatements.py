"""What falls, by the commands: foretold, done, listed, decided; with the exit codes of each."""

from __future__ import annotations

import pytest
from tests.carbon import world
from tests.carbon.test_restating import corrected_molar_mass, proposed
from tests.carbon.test_statement import ROWS, certified
from tests.small_world import _people, cast, plant  # noqa: F401  (fixtures)

from quanheng.apps.carbon import actions as carbon
from quanheng.apps.carbon.models import Statement
from quanheng.apps.parties import actions as parties
from quanheng.apps.records import events
from quanheng.apps.records.action import SYSTEM

REVOKE = ("certificate", "revoke", "LAB/C-FL", "--reason", "标准器超差")


@pytest.fixture
def statement(plant, tmp_path):  # noqa: F811  # pytest hands in the fixture under its name
    certified(plant)
    world.wet_stack(plant)
    world.readings(plant["clerk"], tmp_path, ROWS)
    events.deliver_pending()
    return carbon.state(plant["clerk"], site="S1", year=2025)


def test_dry_run_tells_counts_and_whom_to_tell_and_writes_nothing(statement, run) -> None:
    told = run(*REVOKE, "--dry-run", "--as", "signatory", "--json")
    assert told.code == 0
    effect = told.data["effects"]["carbon.statements"]
    assert (effect["readings"], effect["hours"]) == (3, 3)
    assert effect["tell"] == [{"organisation": "PLANT", "name": "示例热电厂", "count": 1}]
    assert "tonnes" not in effect and "statements" not in effect  # the issuer is told no figure of others
    events.deliver_pending()
    assert Statement.objects.count() == 1


def test_restatement_is_listed_confirmed_once_and_never_by_a_regulator(statement, run) -> None:
    assert run(*REVOKE, "--as", "signatory", "--json").code == 0
    events.deliver_pending()
    (one,) = run("carbon", "restatements", "--as", "officer", "--json").data
    assert (one["replaces"], one["state"], one["touched"]["hours"]) == (statement.number, "proposed", 3)
    assert one["old"]["value"] == statement.result["exact"]["value"]
    assert [m["month"] for m in one["months"]] == [3]
    assert run("carbon", "restatements", "--as", "neighbour", "--json").data == []
    number = proposed().number
    refused = run("carbon", "confirm", number, "--as", "officer", "--json")
    assert refused.code == 3 and refused.data["reason"]
    assert run("carbon", "confirm", number, "--as", "clerk", "--json").data["state"] == "current"
    again = run("carbon", "confirm", number, "--as", "clerk")
    assert again.code == 2 and "does not wait for a decision" in again.err
    assert "no restatement waits" in run("carbon", "restatements", "--as", "clerk").out
    assert number in run("carbon", "restatements", "--all", "--as", "clerk").out


def test_declined_with_its_reason(statement, run) -> None:
    assert run(*REVOKE, "--as", "signatory").code == 0
    events.deliver_pending()
    number = proposed().number
    assert run("carbon", "decline", number, "--as", "clerk").code == 2  # no reason given
    said = run("carbon", "decline", number, "--reason", "证书已复核", "--as", "clerk", "--json")
    assert (said.code, said.data["state"], said.data["reason"]) == (0, "declined", "证书已复核")


def test_corrected_factor_is_announced_by_who_runs_the_platform_and_by_nobody_else(
    statement, run, monkeypatch
) -> None:
    parties.register_person(SYSTEM, login="admin", name="admin", organisation="BUR")
    parties.grant_role(SYSTEM, login="admin", organisation="BUR", role="system_admin")
    assert run("carbon", "check-factors", "--as", "admin", "--json").data == []
    corrected_molar_mass(monkeypatch, "44.0100")
    assert run("carbon", "check-factors", "--as", "clerk").code == 3
    (one,) = run("carbon", "check-factors", "--as", "admin", "--json").data
    assert one["kind"] == "norm" and "44.0100" in one["words"]
    events.deliver_pending()
    assert proposed().replaces_id == statement.pk
