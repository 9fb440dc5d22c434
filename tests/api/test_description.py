"""The description of the interface is valid OpenAPI 3.1, whole, in English, and drawn as a page under the strict policy."""

from __future__ import annotations

import re

import lxml.html
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from quanheng.apps.records.action import REGISTRY
from quanheng.apps.records.reads import load
from quanheng.web.api import description

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(client):
    return client.get("/api/v1/openapi.json").json()


def test_it_is_valid_openapi_31(told):
    assert told["openapi"].startswith("3.1.")
    OpenAPIV31SpecValidator(told).validate()


def test_every_open_act_has_its_operation_and_no_other(told):
    acts = {path.rsplit("/", 1)[1] for path in told["paths"] if "/acts/" in path}
    assert acts == {verb for verb, spec in REGISTRY.items() if spec.api}


def test_every_noun_has_its_list_and_its_object(told):
    for address in load():
        assert {f"/api/v1/{address}", f"/api/v1/{address}/{{ref}}"} <= set(told["paths"])


def test_every_operation_has_a_name_of_its_own_and_tells_its_scope(told):
    operations = [one for path in told["paths"].values() for one in path.values()]
    names = [one["operationId"] for one in operations]
    assert len(set(names)) == len(names)
    assert all(one["x-scope"] or {} in one["security"] for one in operations)


def test_an_act_lists_the_answers_it_may_give(told):
    act = told["paths"]["/api/v1/acts/laboratory.instrument.register"]["post"]
    assert set(act["responses"]) == {"201", "400", "401", "403", "409", "413", "415", "422", "429"}


def test_an_act_with_a_file_takes_parts(told):
    body = told["paths"]["/api/v1/acts/monitoring.batch.take_in"]["post"]["requestBody"]["content"]
    assert list(body) == ["multipart/form-data"]
    assert body["multipart/form-data"]["schema"]["properties"]["file"]["format"] == "binary"


def test_titles_are_english_where_there_is_english(told):
    assert (
        told["paths"]["/api/v1/acts/laboratory.certificate.enter"]["post"]["summary"] == "Enter a certificate"
    )


def test_the_page_shows_every_operation_and_holds_to_the_strict_policy(client):
    response = client.get("/api/v1/")
    page = lxml.html.fromstring(response.content.decode())
    assert {one.get("id") for one in page.iter("details")} >= {
        operation["operationId"] for path in description()["paths"].values() for operation in path.values()
    }
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert not page.xpath("//*[@style] | //style | //script[not(@src)]")
    assert not re.search(r"(src|href)=\"https?://", response.content.decode())
