"""Reading through the interface: what is one's own, field by field by classification, page by page."""

from __future__ import annotations

import csv
import io
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.api.world import READINGS, THEIRS

from quanheng.apps.laboratory.models import Instrument
from quanheng.apps.monitoring.models import Point
from quanheng.apps.parties.models import Person
from quanheng.apps.records.reads import load

pytestmark = pytest.mark.django_db
DAY = "start=2025-01-01T00:00:00%2B08:00&end=2025-01-02T00:00:00%2B08:00"


def test_a_list_holds_what_the_key_may_see_and_no_more(world):
    mine, theirs = world.instrument(), world.instrument(THEIRS)
    seen = {
        login: _ids(world.key(login), "laboratory/instruments") for login in ("clerk", "stranger", "officer")
    }
    assert seen == {
        "clerk": [str(mine.pk)],
        "stranger": [str(theirs.pk)],
        "officer": [str(mine.pk), str(theirs.pk)],
    }


def _ids(key, path):
    return [one["id"] for one in key.get(path).json()["items"]]


@pytest.mark.parametrize("address", sorted(load()))
def test_every_noun_answers_its_list_to_a_key_with_the_scope(world, address):
    response = world.key("officer").get(address)
    assert response.status_code == 200
    assert set(response.json()) == {"items", "next"}


@pytest.mark.parametrize("address", [name for name, noun in sorted(load().items()) if not noun.public])
def test_every_noun_is_refused_to_a_key_without_its_scope(world, address):
    key = world.key("officer", ["parties.nothing:read"])
    assert [key.get(path).status_code for path in (address, f"{address}/{uuid.uuid4()}")] == [403, 403]


def test_an_object_of_another_tenant_does_not_exist(world):
    row, site = world.instrument(THEIRS), world.site(THEIRS, "SITE-9")
    point = Point.objects.get()
    key = world.key("clerk")
    paths = [
        f"laboratory/instruments/{row.pk}",
        f"laboratory/instruments/{row.pk}/ledger",
        f"monitoring/sites/{site.pk}",
        "monitoring/sites/SITE-9",
        f"monitoring/points/{point.pk}",
        f"monitoring/points/{point.pk}/readings?{DAY}",
        f"parties/people/{world.person('stranger').pk}",
        f"parties/organisations/{THEIRS}",
    ]
    there = world.key("stranger")
    assert [key.get(path).status_code for path in paths] == [404] * len(paths)
    assert [there.get(path).status_code for path in paths] == [200] * len(paths)
    same = key.get(f"laboratory/instruments/{uuid.uuid4()}").json()
    other = key.get(f"laboratory/instruments/{row.pk}").json()
    assert {**same, "request": ""} == {**other, "request": ""}


@pytest.mark.parametrize(
    "ref", ["x", "%00", "%F0%9F%92%A9", "..", "9" * 300, "urn:quanheng:parties:person:1"]
)
def test_an_object_by_a_name_that_is_none_does_not_exist(world, ref):
    assert world.key("clerk").get(f"laboratory/instruments/{ref}").status_code == 404


def test_an_object_is_found_by_identifier_urn_and_key(world):
    site = world.site()
    key = world.key("clerk")
    found = [
        key.get(f"monitoring/sites/{ref}")
        for ref in (site.pk, f"urn:quanheng:monitoring:site:{site.pk}", "SITE-1")
    ]
    assert {one.json()["id"] for one in found} == {str(site.pk)}


# ---- pages ---------------------------------------------------------------------------------------------------


def test_pages_join_without_gap_or_double_while_rows_are_added(world):
    first = [str(world.instrument().pk) for _n in range(5)]
    key, seen, after = world.key("clerk"), [], ""
    while True:
        page = key.get(f"laboratory/instruments?limit=2{after}").json()
        seen += [one["id"] for one in page["items"]]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
        if len(seen) == 2:
            added = str(world.instrument().pk)
    assert seen == [*first, added]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=-1", "limit"),
        ("limit=201", "limit"),
        (f"limit={10**30}", "limit"),
        ("limit=NaN", "limit"),
        ("limit=" + "9" * 5000, "limit"),
        ("limit=", "limit"),
        ("limit=1&limit=2", "limit"),
        ("page=0", "page"),
        ("after=7", "after"),
        ("after=%00", "after"),
        ("code=a%00", "code"),
        ("%00=1", ""),
        ("owner__name=x", "owner__name"),
    ],
)
def test_a_wrong_query_is_named(world, query, field):
    response = world.key("clerk").get(f"laboratory/instruments?{query}")
    assert response.status_code == 422
    assert response.json()["problems"][0]["field"] == field


def test_a_list_is_narrowed_by_a_field(world):
    world.instrument()
    wanted = world.instrument(code="AN-77")
    assert _ids(world.key("clerk"), "laboratory/instruments?code=AN-77") == [str(wanted.pk)]


# ---- fields --------------------------------------------------------------------------------------------------


def test_a_row_shows_decimals_and_times_as_text_and_references_as_urns(world):
    row = world.instrument()
    shown = world.key("clerk").get(f"laboratory/instruments/{row.pk}").json()
    assert shown["repeatability"] == "0.4"
    assert shown["owner"] == f"urn:quanheng:parties:organisation:{row.owner_id}"
    assert shown["urn"] == f"urn:quanheng:laboratory:instrument:{row.pk}"


def test_personal_data_are_masked_for_all_but_the_person(world):
    who = world.person("clerk")
    own = world.key("clerk").get(f"parties/people/{who.pk}").json()
    officers = world.key("officer").get(f"parties/people/{who.pk}").json()
    assert own["phone"] == "13812345678"
    assert officers["phone"] == "138****5678"


def test_secrets_and_technical_fields_are_shown_to_nobody(world):
    shown = world.key("officer").get("parties/people").json()["items"]
    assert shown and not any({"password", "last_login", "language"} & set(one) for one in shown)


def test_divisions_are_public(world):
    key = world.key("clerk")
    key.secret = ""
    assert key.get("parties/divisions?code=500103").json()["items"][0]["name"] == "渝中区"
    key.secret = "qh_0123456789_" + "x" * 43
    assert key.get("parties/divisions").status_code == 401


# ---- what hangs on an object ---------------------------------------------------------------------------------


def test_the_ledger_of_an_object_tells_who_did_what(world):
    row = world.instrument()
    items = world.key("clerk").get(f"laboratory/instruments/{row.pk}/ledger").json()["items"]
    assert [(one["verb"], one["by"]) for one in items] == [("laboratory.instrument.register", "clerk员")]
    assert items[0]["before"] is None and items[0]["after"]["serial"] == row.serial


def test_the_ledger_of_a_person_shows_neither_personal_data_nor_commitments(world):
    who = Person.objects.get(login="clerk")
    told = world.key("clerk").get(f"parties/people/{who.pk}/ledger").content.decode()
    assert "hmac-sha256" not in told and "13812345678" not in told


def _taken_in(world):
    world.site()
    file = SimpleUploadedFile("year.csv", READINGS)
    key = world.key("clerk")
    assert key.send("monitoring.batch.take_in", {"site": "SITE-1", "file": file}).status_code == 201
    return key, f"monitoring/points/{Point.objects.get().pk}/readings"


def test_readings_of_a_point_keep_their_text_and_where_they_came_from(world):
    key, path = _taken_in(world)
    found = key.get(f"{path}?{DAY}").json()
    assert [(one["ts"], one["value"], one["text"], one["row"]) for one in found["items"]] == [
        ("2024-12-31T16:00:00.000000Z", 11.21, "11.21", 2),
        ("2024-12-31T17:00:00.000000Z", 11.3, "11.30", 3),
        ("2024-12-31T18:00:00.000000Z", 11.0, "11.00", 4),
    ]
    assert found["next"] is None and found["unit"] == "percent"


def test_readings_come_as_csv_for_those_who_ask_for_it(world):
    key, path = _taken_in(world)
    response = key.get(f"{path}?{DAY}&limit=2", Accept="text/csv")
    rows = list(csv.DictReader(io.StringIO(response.content.decode())))
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert [row["text"] for row in rows] == ["11.21", "11.30"]
    rest = key.get(f"{path}?{DAY}&after={response['X-Next']}").json()["items"]
    assert [one["text"] for one in rest] == ["11.00"]


def test_readings_in_another_form_are_not_to_be_had(world):
    key, path = _taken_in(world)
    assert key.get(f"{path}?{DAY}", Accept="image/png").status_code == 406


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("", "start"),
        ("start=2025-01-01&end=2025-01-02", "start"),
        ("start=2025-01-01T00:00:00Z&end=2025-01-01T00:00:00Z", "end"),
        ("start=2025-01-01T00:00:00Z&end=2027-01-01T00:00:00Z", "end"),
        ("start=0001-01-01T00:00:00Z&end=2025-01-01T00:00:00Z", "start"),
        ("start=1e300&end=9", "start"),
        (f"{DAY}&version=-1", "version"),
        (f"{DAY}&version=99", "version"),
        (f"{DAY}&version={10**30}", "version"),
        (f"{DAY}&limit=0", "limit"),
        (f"{DAY}&after=x", "after"),
    ],
)
def test_a_wrong_span_of_readings_is_named(world, query, field):
    key, path = _taken_in(world)
    response = key.get(f"{path}?{query}")
    assert response.status_code == 422
    assert response.json()["problems"][0]["field"] == field


def test_instruments_of_a_plant_are_few_queries_however_many(world, django_assert_max_num_queries):
    for _n in range(20):
        world.instrument()
    assert Instrument.objects.count() == 20
    key = world.key("officer")
    with django_assert_max_num_queries(8):
        assert len(key.get("laboratory/instruments").json()["items"]) == 20
