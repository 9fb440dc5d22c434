"""The signed paper of a statement: registered once, never overwritten, verified by anybody who holds it."""

from __future__ import annotations

import hashlib
import io
from decimal import Decimal

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from tests.carbon.test_evidence import make_statement

from quanheng.apps.carbon import actions as carbon
from quanheng.apps.carbon.evidence.pack import pack
from quanheng.apps.carbon.models import Statement
from quanheng.apps.carbon.papers import paper as papers
from quanheng.apps.parties.models import Person
from quanheng.apps.records import files
from quanheng.apps.records.models import LedgerEntry
from quanheng.documents.checking import examine
from quanheng.errors import BadInput, Refused
from quanheng.evidence.offline.check import registered_in, verify_pack

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fonts():
    try:
        papers.fonts()
    except BadInput:
        pytest.skip("the fonts are not installed: make setup")


@pytest.fixture
def statement(plant, tmp_path):
    return make_statement(plant, tmp_path)


def content_of(made) -> bytes:
    return b"".join(files.store().stream(made.file.sha256))


def test_the_paper_is_signed_and_its_hash_stands_in_the_ledger(plant, statement):
    made = carbon.publish(plant["clerk"], statement=statement.number)
    found = examine(content_of(made), [])
    assert found.faults == [] and found.sha256 == made.file.sha256 and not found.proven
    assert LedgerEntry.objects.get(verb="carbon.statement.publish").files == [made.file.sha256]
    meta = pikepdf.open(io.BytesIO(content_of(made))).open_metadata()
    assert (meta["pdfaid:part"], meta["pdfaid:conformance"]) == ("2", "B")


def test_published_again_it_is_the_registered_file(plant, statement):
    first = carbon.publish(plant["clerk"], statement=statement.number)
    packed = pack(statement)
    assert carbon.publish(plant["clerk"], statement=statement.number).pk == first.pk
    assert pack(statement).content == packed.content


def test_the_pack_holds_the_paper_and_registers_it(plant, statement):
    made = carbon.publish(plant["clerk"], statement=statement.number)
    packed = pack(statement)
    assert registered_in(packed.content) == [made.file.sha256]
    report = verify_pack(packed.content, [packed.fingerprint])
    assert report.faults == [] and report.counts["papers"] == 1


def test_only_the_owner_publishes_and_only_what_stands(plant, statement):
    for login in ("officer", "neighbour", "technician"):
        with pytest.raises(Refused):
            carbon.publish(plant[login], statement=statement.number)
    Statement.objects.filter(pk=statement.pk).update(state="proposed")
    with pytest.raises(Refused, match="没有确认"):
        carbon.publish(plant["clerk"], statement=statement.number)


def test_the_paper_tells_what_the_statement_keeps(statement):
    data = papers.paper_data(statement, "0" * 64)
    value, expanded = (data[name].replace("\u00a0", "") for name in ("value", "expanded"))
    assert (
        abs(Decimal(value) - statement.value)
        <= Decimal("0.5") * Decimal(10) ** Decimal(value).as_tuple().exponent
    )
    assert Decimal(expanded) > 0 and data["number"] == statement.number
    hours = [int(row[1]) for row in data["coverage"][:3]]
    assert sum(hours) == statement.hours == 4
    assert "缺的 8\u00a0756 小时没有当作零" in data["remarks"][0]
    assert [row[0] for row in data["certificates"]] == ["LAB/C-1", "LAB/F-1", "LAB/T-1"]
    assert {row[3] for row in data["factors"]} <= {"未核对", "一人核对", "两人核对"}
    assert data["urn"] in [row[1] for row in data["fixed"]]


def test_names_in_the_data_are_printed_and_never_obeyed(plant, statement):
    statement.owner.name = '#panic("obeyed") $ [ "'
    assert papers.typeset(statement, _seal(), statement.made_at).startswith(b"%PDF-")


def _seal():
    from django.utils import timezone

    from quanheng.apps.records import seals

    return seals.seal(timezone.now())


def test_the_seal_is_a_file_of_its_own_readable_by_its_owner_only(settings, plant):
    first = _seal()
    path = settings.KEYS_FOLDER / "seal.pem"
    assert path.stat().st_mode & 0o777 == 0o600
    assert _seal().fingerprint == first.fingerprint


# ---- the public page ----------------------------------------------------------------------------------------------


def page(statement) -> str:
    return reverse("verify-statement", args=[papers.code_of(statement)])


def test_GOV_15_whoever_holds_the_paper_learns_whether_it_is_the_registered_one(plant, statement, client):
    made = carbon.publish(plant["clerk"], statement=statement.number)
    content = content_of(made)
    told = client.get(page(statement))
    assert told.status_code == 200 and statement.number in told.content.decode()
    answer = client.post(page(statement), {"file": SimpleUploadedFile("x.pdf", content)})
    assert 'data-verdict="unchanged"' in answer.content.decode()
    altered = bytearray(content)
    altered[len(content) // 2] ^= 1
    answer = client.post(page(statement), {"file": SimpleUploadedFile("x.pdf", bytes(altered))})
    assert 'data-verdict="altered"' in answer.content.decode()
    answer = client.post(page(statement), {"sha256": hashlib.sha256(content).hexdigest().upper()})
    assert 'data-verdict="unchanged"' in answer.content.decode()
    assert client.post(page(statement), {"sha256": "x"}).status_code == 422


def test_GOV_15_a_replaced_statement_is_told_with_what_stands_now(plant, statement, client, tmp_path):
    carbon.publish(plant["clerk"], statement=statement.number)
    newer = carbon.state(plant["clerk"], site="S1", year=2025)
    told = client.get(page(statement)).content.decode()
    assert 'data-verdict="replaced"' in told and newer.number in told


def test_GOV_15_what_was_not_published_is_unknown_and_so_is_any_other_code(plant, statement, client):
    assert client.get(page(statement)).status_code == 404
    for code in ("0" * 32, "x", statement.number, "A" * 32):
        assert client.get(f"/verify/s/{code}").status_code == 404


# ---- the page of the statement ------------------------------------------------------------------------------------


def test_the_page_of_the_statement_offers_paper_pack_and_verifier(plant, statement, client):
    client.force_login(Person.objects.get(login="clerk"), backend="django.contrib.auth.backends.ModelBackend")
    address = reverse("carbon:statement", args=[statement.pk])
    assert "carbon.statement.publish" in client.get(address).content.decode()
    made = carbon.publish(plant["clerk"], statement=statement.number)
    shown = client.get(address).content.decode()
    assert "carbon.statement.publish" not in shown and made.file.sha256[:12] in shown
    taken = client.post(reverse("carbon:evidence", args=[statement.pk]))
    assert taken["Content-Type"] == "application/zip" and verify_pack(taken.content, []).faults == []
    assert LedgerEntry.objects.filter(verb="carbon.statement.pack").count() == 1
    assert client.get(reverse("carbon:verifier")).content.startswith(b"#!/usr/bin/env python3")


def test_a_neighbour_finds_no_pack_by_the_address(plant, statement, client):
    client.force_login(
        Person.objects.get(login="neighbour"), backend="django.contrib.auth.backends.ModelBackend"
    )
    assert client.post(reverse("carbon:evidence", args=[statement.pk])).status_code == 404
