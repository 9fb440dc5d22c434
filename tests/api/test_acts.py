"""Acts through the interface: done, refused and misunderstood exactly as the action itself says."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.api.test_same_refusal import CERTIFICATE
from tests.api.world import OURS, READINGS, THEIRS, instrument

from quanheng.apps.laboratory.models import Instrument
from quanheng.apps.records.models import LedgerEntry

pytestmark = pytest.mark.django_db
REGISTER = "laboratory.instrument.register"


def test_an_act_answers_its_object_and_its_ledger_entry(world):
    response = world.key("clerk").act(REGISTER, instrument(code="AN-9"))
    entry = LedgerEntry.objects.order_by("-seq").first()
    row = Instrument.objects.get()
    assert response.status_code == 201
    assert response.json() == {
        "urn": f"urn:quanheng:laboratory:instrument:{row.pk}",
        "kind": "laboratory.instrument",
        "name": str(row),
        "ledger": {"seq": entry.seq, "digest": entry.digest},
    }


def test_the_ledger_names_the_key_and_the_person_behind_it_and_the_request(world):
    key = world.key("clerk")
    response = key.act(REGISTER, instrument())
    entry = LedgerEntry.objects.order_by("-seq").first()
    assert entry.actor.startswith("urn:quanheng:parties:apikey:")
    assert "clerk员" in entry.actor_name
    assert entry.request_id == response["X-Request-Id"]


def test_a_file_comes_as_a_part_beside_form_fields(world):
    world.site()
    file = SimpleUploadedFile("year.csv", READINGS)
    response = world.key("clerk").send("monitoring.batch.take_in", {"site": "SITE-1", "file": file})
    assert response.status_code == 201, response.content
    assert response.json()["kind"] == "monitoring.batch"


def test_a_text_where_a_file_is_wanted_is_named(world):
    world.site()
    response = world.key("clerk").send("monitoring.batch.take_in", {"site": "SITE-1", "file": "text"})
    assert response.status_code == 422
    assert response.json()["problems"][0]["field"] == "file"


def test_a_file_where_a_text_is_wanted_is_named_without_its_path(world):
    parts = {"site": SimpleUploadedFile("x", b"x"), "file": SimpleUploadedFile("y.csv", READINGS)}
    response = world.key("clerk").send("monitoring.batch.take_in", parts)
    assert response.json()["problems"] == [{"field": "site", "message": "takes no file"}]
    assert b"Path" not in response.content


def test_bad_rows_of_a_file_are_told_with_file_row_and_field(world):
    world.site()
    file = SimpleUploadedFile("bad.csv", b"time,CO2 [%]\n2025-01-01 00:00,elf\n")
    response = world.key("clerk").send("monitoring.batch.take_in", {"site": "SITE-1", "file": file})
    assert response.status_code == 422
    problem = response.json()["problems"][0]
    assert problem["file"] == "bad.csv" and problem["row"] == 2 and problem["found"] == "elf"


def test_a_refusal_carries_the_reason_of_the_policy_and_leaves_its_trace(world):
    response = world.key("stranger").act(REGISTER, instrument(OURS))
    said = response.json()
    assert (response.status_code, response["Content-Type"]) == (403, "application/problem+json")
    assert said["type"] == "urn:quanheng:problem:refused"
    assert said["detail"]
    assert said["request"] == response["X-Request-Id"]
    entry = LedgerEntry.objects.order_by("-seq").first()
    assert (entry.verb, entry.object_name) == ("records.act.refused", REGISTER)
    assert entry.after["_"]["reason"] == said["detail"]


# ---- keys ----------------------------------------------------------------------------------------------------


def test_without_a_key_nothing_is_done(world):
    key = world.key("clerk")
    key.secret = ""
    response = key.act(REGISTER, instrument())
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "secret", ["qh_", "qh_0123456789_" + "x" * 43, "bad", "qh_a\x00b_x", "钥匙", "qh_" + "9" * 5000]
)
def test_a_wrong_key_is_no_key(world, secret):
    key = world.key("clerk")
    key.secret = secret.encode().decode("latin-1")
    assert key.get("laboratory/instruments").status_code == 401


def test_a_session_of_the_pages_is_no_key(world, client):
    client.force_login(world.person("clerk"), backend="django.contrib.auth.backends.ModelBackend")
    response = client.post(f"/api/v1/acts/{REGISTER}", json.dumps(instrument()), "application/json")
    assert response.status_code == 401


def test_a_revoked_key_is_refused_at_the_next_request(world):
    from quanheng.apps.parties import actions
    from quanheng.apps.records.action import SYSTEM

    key = world.key("clerk")
    assert key.get("laboratory/instruments").status_code == 200
    actions.revoke_key(SYSTEM, key=key.secret.split("_")[1], reason="丢失了密钥")
    assert key.get("laboratory/instruments").status_code == 401


def test_a_person_who_loses_the_role_loses_the_act_with_the_next_request(world):
    from quanheng.apps.parties import actions
    from quanheng.apps.parties.models import RoleGrant
    from quanheng.apps.records.action import SYSTEM

    key = world.key("clerk")
    grant = RoleGrant.objects.get(person__login="clerk")
    actions.withdraw_role(SYSTEM, grant=grant.pk, reason="调离岗位")
    assert key.act(REGISTER, instrument()).status_code == 403


def test_a_scope_narrows_what_a_key_may_do(world):
    key = world.key("clerk", ["laboratory.instrument:read"])
    assert key.get("laboratory/instruments").status_code == 200
    refused = key.act(REGISTER, instrument())
    assert refused.status_code == 403
    assert "laboratory.instrument:write" in refused.json()["detail"]
    assert key.get("laboratory/certificates").status_code == 403


def test_a_scope_never_widens_what_the_person_may(world):
    key = world.key("clerk")  # has every scope
    response = key.act("parties.organisation.close", {"organisation": THEIRS, "reason": "不再经营了"})
    assert response.status_code == 403


# ---- unreadable ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        b" ",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"\xff\xfe",
        b'{"code": NaN}',
        b'{"code": Infinity}',
        b'{"code": 1, "code": 2}',
        b"[" * 100_000,
        b'{"a":' + b"[" * 50 + b"]" * 50 + b"}",
        b'{"code": ' + b"9" * 5000 + b"}",
    ],
)
def test_a_body_that_is_no_json_object_is_unreadable(world, body):
    response = world.key("clerk").act(REGISTER, body=body)
    assert response.status_code == 400
    assert response.json()["detail"].startswith("the body is not a JSON object")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_another_content_type_is_named(world, kind):
    response = world.key("clerk").act(REGISTER, body=b"{}", content_type=kind)
    assert response.status_code == 415
    assert response["Accept-Post"] == "application/json"


def test_a_body_above_the_limit_is_not_read(world, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    response = world.key("clerk").act(REGISTER, body=b'{"a": "' + b"x" * 1000 + b'"}')
    assert response.status_code == 413


def test_a_file_above_the_limit_is_refused(world, settings):
    world.site()
    settings.UPLOAD_MAX_BYTES = 10
    file = SimpleUploadedFile("year.csv", READINGS)
    response = world.key("clerk").send("monitoring.batch.take_in", {"site": "SITE-1", "file": file})
    assert response.status_code == 413


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"colour": "red"}, "colour"),
        ({"name": None}, "name"),
        ({"name": 7}, "name"),
        ({"name": "x\x00y"}, "name"),
        ({"name": "\ud800"}, "name"),
        ({"name": {"a": "b"}}, "name"),
        ({"repeatability": -1}, "repeatability"),
        ({"repeatability": "NaN"}, "repeatability"),
        ({"repeatability": 1e300}, "repeatability"),
        ({"code": "x" * 41}, "code"),
    ],
)
def test_a_wrong_field_is_named(world, change, field):
    response = world.key("clerk").act(REGISTER, {**instrument(), **change})
    assert response.status_code == 422, response.content
    assert field in [one["field"] for one in response.json()["problems"]]


def test_a_misspelt_field_inside_a_row_is_named(world):
    values = {**CERTIFICATE, "points": [{"nominal": "5", "error": "0.1", "U": "0.2", "K": "3"}]}
    response = world.key("technician").act("laboratory.certificate.enter", values)
    assert [one["field"] for one in response.json()["problems"]] == ["points.0.K"]


@pytest.mark.parametrize("value", [0, -1, 10**30, 1.5, "1e9", True, "二"])
def test_a_number_out_of_range_is_named(world, value):
    world.site()
    values = {"site": "SITE-1", "code": "P2", "name": "点", "quantity": "flow", "interval": value}
    response = world.key("clerk").act("monitoring.point.register", values)
    if value is True:  # JSON's true is no number, but the schema takes it as 1
        assert response.status_code in (201, 422)
    else:
        assert response.status_code == 422
        assert response.json()["problems"][0]["field"] == "interval"


def test_twice_the_same_code_is_bad_input_with_its_field(world):
    key = world.key("clerk")
    key.act(REGISTER, instrument(code="AN-7"))
    again = key.act(REGISTER, instrument(code="AN-7"))
    assert again.status_code == 422 and again.json()["problems"]


# ---- the frame -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "head", "options", "trace"])
def test_another_method_is_told_which_ones_there_are(world, method):
    response = getattr(world.key("clerk").client, method)(f"/api/v1/acts/{REGISTER}")
    assert response.status_code == 405
    assert "POST" in response["Allow"]


@pytest.mark.parametrize(
    "path", ["nothing", "acts/", "acts/records.key.destroy", "acts/parties.session.start"]
)
def test_what_is_not_open_to_programs_is_not_there(world, path):
    response = world.key("clerk").client.post(f"/api/v1/{path}", b"{}", content_type="application/json")
    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"


def test_every_answer_has_a_number_and_is_not_kept(world):
    for path in ("", "openapi.json", "laboratory/instruments", "nothing"):
        response = world.key("clerk").get(path)
        assert len(response["X-Request-Id"]) == 32
        assert response["Cache-Control"] == "no-store"


def test_an_unforeseen_error_tells_nothing_of_the_inside(world, monkeypatch):
    from quanheng.web.api import acts

    def breaks(*_args):
        raise RuntimeError("secret inside")

    monkeypatch.setattr(acts, "perform", breaks)
    response = world.key("clerk").act(REGISTER, instrument())
    assert response.status_code == 500
    assert b"inside" not in response.content and b"Traceback" not in response.content


def test_too_many_requests_are_told_when_to_come_again(world, settings):
    settings.API_REQUESTS_PER_MINUTE = 3
    key = world.key("clerk")
    codes = [key.get("laboratory/instruments").status_code for _n in range(5)]
    assert codes[:3] == [200] * 3 and codes[4] == 429
    assert 1 <= int(key.get("laboratory/instruments")["Retry-After"]) <= 60
    assert world.key("stranger").get("laboratory/instruments").status_code == 200


def test_the_key_is_told_nowhere(world, caplog):
    key = world.key("clerk")
    response = key.act(REGISTER, {**instrument(), "colour": 1})
    assert key.secret not in response.content.decode() and key.secret not in caplog.text
