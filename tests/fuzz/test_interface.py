"""Everything that the description promises, tried with made-up requests of two tenants: no fault, no undocumented answer.

Each request is sent as it was made up, and once more aimed at things that exist; a stranger sends the aimed one too
and must not be told anything of the first plant. The seed is fixed, so a failure comes again.
"""

from __future__ import annotations

import contextlib

import pytest
import schemathesis
from django.db import transaction
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from quanheng.apps.records.reads import load
from quanheng.web.api import description
from quanheng.web.wsgi import application

pytestmark = [pytest.mark.fuzz, pytest.mark.django_db]

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
    unsupported_method,
]
EXAMPLES = 15
OURS_ALONE = ("clerk员", "一号机组", "JL-1", "质量流量")
KNOWN = {
    "site": "SITE-1",
    "owner": "OURS",
    "organisation": "OURS",
    "issuer": "CENTRE",
    "authority": "BUREAU",
    "instrument": "AN-1",
    "point": "CO2",
    "certificate": "CENTRE/JL-1",
    "login": "clerk",
    "division": "500103",
    "role": "enterprise_manager",
    "number": "JL-2",
    "code": "NEW-1",
    "unit": "%",
    "quantity": "flow",
    "valid_from": "2025-01-01",
    "valid_to": None,
}

schema = schemathesis.openapi.from_dict(description())
schema.app = application
schema.config.phases.update(phases=["examples", "fuzzing"])


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_an_operation_keeps_its_promise(case, furnished):
    keys = {login: _authorization(furnished, login) for login in ("clerk", "officer", "stranger")}
    with undone():
        _send(case, keys["clerk"])
        _aim(case, furnished)
        told = _send(case, keys["stranger"])
        asked = str(case.body) + str(case.query) + str(case.path_parameters)
        assert [word for word in OURS_ALONE if word in told and word not in asked] == []
        _send(case, keys["clerk"])
        _send(case, keys["officer"])


@contextlib.contextmanager
def undone():
    """What one example did does not stand in the way of the next."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _authorization(world, login: str) -> dict[str, str]:
    if login not in world.secrets:
        world.secrets[login] = world.issue(login).secret
    return {"Authorization": f"Bearer {world.secrets[login]}"}


def _send(case, headers: dict[str, str]) -> str:
    response = case.call(headers=headers)
    case.validate_response(response, checks=CHECKS, headers=headers)
    return response.text


def _aim(case, world) -> None:
    """Point the request at things that exist, with a good key."""
    for name in ("Authorization", "Idempotency-Key"):
        case.headers.pop(name, None)
    if isinstance(case.body, dict):
        case.body.update({name: value for name, value in KNOWN.items() if name in case.body})
    if isinstance(case.query, dict) and case.path.endswith("/readings"):
        case.query.update({"start": "2024-12-31T00:00:00Z", "end": "2025-01-02T00:00:00Z"})
    address = "/".join(case.path.split("/")[3:5])
    noun = load().get(address)
    if noun is not None and isinstance(case.path_parameters, dict) and "ref" in case.path_parameters:
        row = noun.query(world.person("clerk")).first()
        case.path_parameters["ref"] = str(row.pk) if row else "none"
