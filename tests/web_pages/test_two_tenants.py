"""Two tenants who try every door: pages, addresses, search, files and the interface for programs.

PLANT has a site, an instrument, a certificate, readings, a statement and papers. MILL knows all their addresses and
must see none of them; the officer of the authority sees them all, so the addresses are right.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.urls import reverse
from django.utils import timezone

from quanheng.apps.carbon import actions as carbon
from quanheng.apps.laboratory import actions as laboratory
from quanheng.apps.monitoring import actions as monitoring
from quanheng.apps.monitoring import queries as lakes
from quanheng.apps.parties import actions as parties
from quanheng.apps.records import actions as records
from quanheng.apps.records import files
from quanheng.apps.records.action import REGISTRY, SYSTEM
from quanheng.apps.records.classify import urn_of
from quanheng.apps.records.reads import load
from quanheng.apps.records.uploads import Upload

READINGS = "time,CO2-MASS [kg/h]\n2025-01-01 00:00,1000\n2025-01-01 01:00,1100\n"


@pytest.fixture
def matter(world, settings, tmp_path):
    """What belongs to PLANT."""
    settings.FILE_STORE, settings.LAKE_FOLDER = (tmp_path / "files").as_uri(), tmp_path / "lake"
    clerk, technician = world["sunli"], world["wangfang"]
    file = tmp_path / "readings.csv"
    file.write_text(READINGS)
    instrument = laboratory.register_instrument(
        clerk, owner="PLANT", code="AN-777", name="分析仪", maker="渝仪", model="GA", serial="S777",
        quantity="co2_concentration", unit="%",
    )  # fmt: skip
    certificate = laboratory.enter_certificate(
        technician, issuer="CQIM", number="JL-777", kind="calibration", owner="PLANT", instrument="AN-777",
        issued_on=dt.date(2024, 7, 1), valid_from=dt.date(2024, 7, 1), unit="%", basis="relative",
        points=[{"nominal": "10", "error": "0", "U": "2"}], range_low=Decimal(10), range_high=Decimal(10),
    )  # fmt: skip
    site = monitoring.register_site(clerk, owner="PLANT", code="SITE-777", name="七号机组")
    monitoring.register_point(clerk, site="SITE-777", code="CO2-MASS", name="排放", quantity="co2_mass_rate")
    source = carbon.register_source(
        clerk, site="SITE-777", code="ST-777", name="七号烟囱", form="mass", points={"mass": "CO2-MASS"}
    )
    batch = monitoring.take_in(clerk, site="SITE-777", file=Upload.local(file))
    statement = carbon.state(clerk, site="SITE-777", year=2025)
    paper = records.add_attachment(clerk, object=urn_of(site), kind="平面图", file=Upload.local(file))
    yield SimpleNamespace(
        instrument=instrument, certificate=certificate, site=site, source=source, batch=batch,
        statement=statement, paper=paper,
    )  # fmt: skip
    files._opened.cache_clear()
    lakes._lake.cache_clear()


def addresses(matter) -> list[str]:
    named = {
        "laboratory:instrument": matter.instrument,
        "laboratory:certificate": matter.certificate,
        "monitoring:site": matter.site,
        "monitoring:batch": matter.batch,
        "carbon:source": matter.source,
        "carbon:statement": matter.statement,
        "carbon:chain": matter.statement,
        "records:attachment": matter.paper,
        "parties:organisation": matter.site.owner,
    }
    return [reverse(name, args=[row.pk]) for name, row in named.items()]


def test_every_address_of_another_tenant_is_as_if_it_did_not_exist(signed_in, matter) -> None:
    officer, stranger = signed_in("chenjing"), signed_in("wuhe")
    assert {path: officer.get(path).status_code for path in addresses(matter)} == dict.fromkeys(
        addresses(matter), 200
    )
    assert {path: stranger.get(path).status_code for path in addresses(matter)} == dict.fromkeys(
        addresses(matter), 404
    )


@pytest.mark.parametrize(
    "name",
    ["laboratory:instruments", "laboratory:certificates", "monitoring:sites", "monitoring:points", "monitoring:batches",
     "carbon:sources", "carbon:statements", "parties:organisations"],
)  # fmt: skip
def test_lists_and_their_excel_hold_nothing_of_another_tenant(signed_in, matter, name) -> None:
    for query in ({}, {"export": "xlsx"}):
        answer = signed_in("wuhe").get(reverse(name), query)
        assert answer.status_code == 200
        assert b"777" not in answer.content


@pytest.mark.parametrize("word", ["SITE-777", "AN-777", "JL-777", "HS-2025", "readings", "南山热电"])
def test_search_finds_nothing_of_another_tenant(signed_in, matter, word) -> None:
    found = reverse("carbon:statement", args=[matter.statement.pk]) if word == "HS-2025" else ""
    own = signed_in("sunli").get(reverse("search"), {"q": word}).content.decode()
    other = signed_in("wuhe").get(reverse("search"), {"q": word}).content.decode()
    assert found in own
    assert not any(path in other for path in addresses(matter))


def test_a_program_of_another_tenant_reads_nothing(client, world, matter) -> None:
    scopes = sorted({s.scope for s in REGISTRY.values() if s.api} | {noun.scope for noun in load().values()})
    valid_to = timezone.localdate() + dt.timedelta(30)
    key = parties.issue_key(
        SYSTEM, organisation="MILL", login="wuhe", name="测试程序", scopes=scopes, valid_to=valid_to
    ).secret
    headers = {"Authorization": f"Bearer {key}"}
    rows = {
        "laboratory/instruments": matter.instrument, "laboratory/certificates": matter.certificate,
        "monitoring/sites": matter.site, "monitoring/batches": matter.batch, "carbon/sources": matter.source,
        "carbon/statements": matter.statement,
    }  # fmt: skip
    for noun, row in rows.items():
        assert client.get(f"/api/v1/{noun}", headers=headers).json()["items"] == []
        assert client.get(f"/api/v1/{noun}/{row.pk}", headers=headers).status_code == 404


def test_papers_stand_on_the_page_of_their_object_for_those_who_may_see_it(signed_in, matter) -> None:
    page = signed_in("sunli").get(reverse("monitoring:site", args=[matter.site.pk])).content.decode()
    assert "readings.csv" in page
    assert reverse("records:attachment", args=[matter.paper.pk]) in page


def test_home_of_a_clerk_offers_bringing_readings_and_stating_the_emission_of_the_own_site(
    signed_in, matter
) -> None:
    own = signed_in("sunli").get("/").content.decode()
    other = signed_in("wuhe").get("/").content.decode()
    for verb in ("monitoring.batch.take_in", "carbon.statement.make"):
        assert f"{verb}/?site=SITE-777" in own
        assert "SITE-777" not in other
