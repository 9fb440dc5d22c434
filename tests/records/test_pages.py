"""The pages of the records: seen by whom they concern, the same on screen and in the file, and they change nothing."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client
from tests.bases import ListPageCase, assert_open_to, assert_same_refusal, page, signed_in
from tests.parties import cast
from tests.records import sample
from tests.worlds import give, kept

from quanheng.apps.parties import actions as parties
from quanheng.apps.parties.models import Organisation
from quanheng.apps.records import actions, jobs, notices, registries
from quanheng.apps.records.models import Attachment, Job, LedgerEntry
from quanheng.apps.records.registries import Place
from quanheng.apps.records.uploads import Upload
from quanheng.errors import ALLOWED

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def _cast(django_db_setup, django_db_blocker, tmp_path_factory):
    with kept(django_db_blocker, tmp_path_factory.mktemp("cast"), cast.enter) as folder:
        yield folder


@pytest.fixture
def people(_cast, db, settings, tmp_path) -> None:
    give(_cast, settings, tmp_path)
    parties.change_organisation(cast.actor("e1.manager"), organisation="E1", address="某路 1 号")


class TestLedger(ListPageCase):
    address = "/records/ledger/?verb=parties.organisation.register"
    reader, stranger, mine = "cq.audit", "e2.manager", "渝中示例厂"

    @pytest.fixture
    def filled(self, people) -> None:
        """The cast was entered by acts."""


class TestOwnActs(ListPageCase):
    address = "/records/ledger/"
    reader, stranger, mine = "e1.manager", "e2.manager", "渝中示例厂"

    @pytest.fixture
    def filled(self, people) -> None:
        """One act of the reader's own."""


class TestJobs(ListPageCase):
    address = "/records/jobs/"
    reader, stranger, mine = "e1.manager", "e2.manager", "年度核算"

    @pytest.fixture
    def filled(self, people) -> None:
        jobs.KINDS.setdefault("test.list", lambda job: None)
        jobs.start("test.list", "年度核算", cast.actor("e1.manager"))


def about(code: str) -> str:
    return f"urn:quanheng:parties:organisation:{Organisation.objects.get(code=code).pk}"


def test_the_history_of_an_object_is_for_those_who_may_see_it(people) -> None:
    address = f"/records/of/{about('E1')}/"
    assert "某路" not in page(signed_in("e1.manager"), address).text_content()
    assert len(page(signed_in("e1.manager"), address).xpath("//tbody/tr")) == 2
    assert len(page(signed_in("yz.officer"), address).xpath("//tbody/tr")) == 2


def test_an_entry_shows_before_and_after_by_field(people) -> None:
    seq = LedgerEntry.objects.get(verb="parties.organisation.change").seq
    text = page(signed_in("e1.manager"), f"/records/ledger/{seq}/").text_content()
    assert "地址" in text
    assert "某路 1 号" in text
    assert LedgerEntry.objects.get(seq=seq).digest in text


def test_an_entry_about_somebody_elses_matter_does_not_exist_for_a_stranger(people) -> None:
    seq = LedgerEntry.objects.filter(verb="parties.role.grant").first().seq
    assert signed_in("e2.manager").get(f"/records/ledger/{seq}/").status_code == 404
    assert signed_in("cq.audit").get(f"/records/ledger/{seq}/").status_code == 200


def test_personal_content_stands_on_no_ledger_page(people) -> None:
    parties.register_person(
        cast.actor("cq.system"), login="new.person", name="新人", organisation="E1", phone="13812345678"
    )
    entry = LedgerEntry.objects.filter(verb="parties.person.register").last()
    text = page(signed_in("cq.audit"), f"/records/ledger/{entry.seq}/").text_content()
    assert "13812345678" not in text
    assert "hmac" not in text


def test_SYS_09_the_audit_administrator_has_the_ledger_verified_from_the_page(
    people, django_capture_on_commit_callbacks
) -> None:
    client = signed_in("cq.audit")
    with django_capture_on_commit_callbacks(execute=True):
        started = client.post("/records/integrity/")
    Organisation.objects.filter(code="E1").update(name="改了名的厂")
    jobs.run.call(str(Job.objects.get().pk))
    text = page(client, started["Location"]).text_content()
    assert "有不符" in text
    assert "改了名的厂" in text
    assert "有不符" in page(client, "/records/integrity/").text_content()


@pytest.mark.parametrize("login", ["e1.manager", "cq.officer", "cq.system"])
def test_nobody_else_opens_the_verification(people, login) -> None:
    assert signed_in(login).get("/records/integrity/").status_code == 403
    assert signed_in(login).post("/records/integrity/").status_code == 403
    assert not Job.objects.exists()


def test_a_job_is_stopped_from_its_page_by_its_owner_only(people) -> None:
    jobs.KINDS.setdefault("test.list", lambda job: None)
    job = jobs.start("test.list", "年度核算", cast.actor("e1.manager"))
    assert signed_in("e2.manager").post(f"/records/jobs/{job.pk}/").status_code == 404
    assert signed_in("e1.manager").post(f"/records/jobs/{job.pk}/").status_code == 302
    job.refresh_from_db()
    assert job.state == "stopped"


def test_progress_is_asked_for_without_the_whole_page(people) -> None:
    jobs.KINDS.setdefault("test.list", lambda job: None)
    job = jobs.start("test.list", "年度核算", cast.actor("e1.manager"))
    answer = signed_in("e1.manager").get(f"/records/jobs/{job.pk}/", headers={"HX-Request": "true"})
    assert b"<html" not in answer.content
    assert b"qh-job" in answer.content


def test_what_used_a_version_is_listed_as_far_as_it_may_be_seen(people) -> None:
    for code in ("E1", "E3"):
        sample.use(sample.OFFICER, result=about(code), used=["CQIM/1"])
    address = "/records/uses/?kind=certificate&used=CQIM/1"
    text = page(signed_in("e1.manager"), address).text_content()
    assert about("E1") in text
    assert about("E3") not in text
    assert "另有 1 项结果" in text
    assert about("E3") in page(signed_in("cq.audit"), address).text_content()


@pytest.fixture
def attachment(people, tmp_path, monkeypatch) -> Attachment:
    unit = Organisation.objects.get(code="E1")
    monkeypatch.setitem(registries.PLACES, "parties:organisation", lambda actor, urn: Place(ALLOWED, unit.pk))
    path = tmp_path / "x"
    path.write_text("内容")
    return actions.add_attachment(
        cast.actor("e1.manager"), object=about("E1"), kind="材料", file=Upload("材料 一.txt", path)
    )


def test_a_file_leaves_as_a_download_that_no_browser_opens(attachment) -> None:
    answer = signed_in("yz.officer").get(f"/records/files/{attachment.pk}/")
    assert b"".join(answer.streaming_content).decode() == "内容"
    assert answer["Content-Disposition"] == "attachment; filename*=UTF-8''%E6%9D%90%E6%96%99%20%E4%B8%80.txt"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "no-store, private"


@pytest.mark.parametrize("login", ["e2.manager", "hb.officer", "jl.officer"])
def test_a_file_does_not_exist_for_who_may_not_read_it(attachment, login) -> None:
    assert signed_in(login).get(f"/records/files/{attachment.pk}/").status_code == 404


def test_a_page_refuses_a_claim_of_two_gigabytes_before_it_reads_on(people) -> None:
    form = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nabc\r\n--x--\r\n'
    answer = signed_in("e1.manager").generic(
        "POST",
        "/do/records.attachment.add/",
        form,
        "multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(2 * 1024**3),
    )
    assert answer.status_code in (400, 413)


def test_a_visitor_gets_no_file(attachment) -> None:
    assert Client().get(f"/records/files/{attachment.pk}/").status_code == 302


def test_who_may_do_what_with_files_keys_and_jobs(attachment) -> None:
    assert_open_to("records.attachment.declare", {"attachments": [str(attachment.pk)]}, "e1.manager e1.clerk")
    subject = {"subject": str(uuid.uuid4())}
    assert_open_to("records.key.destroy", subject, "ops.security cq.security hb.security")
    job = Job.objects.create(kind="x", title="x", person=cast.actor("e1.clerk").pk, arguments={})
    assert_open_to("records.job.stop", {"job": str(job.pk)}, "e1.clerk")


def test_the_page_of_an_act_refuses_as_the_act_does(people) -> None:
    job = Job.objects.create(kind="x", title="x", person=cast.actor("e1.clerk").pk, arguments={})
    assert_same_refusal("e2.manager", "records.job.stop", {"job": str(job.pk)})


def test_notices_are_read_by_their_owner(people) -> None:
    notices.notify(cast.actor("e1.manager"), "test", "证书已撤销")
    assert "证书已撤销" in page(signed_in("e1.manager"), "/notices/").text_content()
    assert "证书已撤销" not in page(signed_in("e2.manager"), "/notices/").text_content()
