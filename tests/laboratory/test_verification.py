"""The public page behind the code on a paper: what it says to whom, and what it never tells."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import re

import lxml.html
import pikepdf
import pytest
import segno
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from tests.carbon import world

from quanheng.apps.laboratory import actions, verification
from quanheng.apps.laboratory.models import Certificate, new_code
from quanheng.apps.parties import actions as parties_acts
from quanheng.apps.parties import queries as parties
from quanheng.apps.records import actions as records
from quanheng.apps.records import public
from quanheng.apps.records.action import SYSTEM
from quanheng.apps.records.classify import urn_of
from quanheng.apps.records.files import store
from quanheng.apps.records.uploads import Upload

TABLE = [("5", "0.123", "0.2"), ("15", "0.1", "0.2")]
SERIAL = "0527163344"


@pytest.fixture(autouse=True)
def _fresh_counters():
    cache.clear()


@pytest.fixture
def paper(cast):
    """A certificate of the analyser of PLANT, entered by its issuer, with the serial number of a nameplate."""
    actions.register_instrument(
        cast["clerk"], owner="PLANT", code="AN", name="分析仪", maker="示例", model="GA-1", serial=SERIAL,
        quantity="co2_concentration", unit="%",
    )  # fmt: skip
    made = enter(cast["technician"])
    return cast, made


def enter(actor, number: str = "N-1", last: str | None = "2099-12-31"):
    return world.certificate(
        actor, number, "AN", "%", TABLE, ("5", "15"), ("2024-01-01", last)
    )  # fmt: skip


def file_of(cast, certificate, folder, content: bytes, login: str = "technician"):
    path = folder / "paper.txt"
    path.write_bytes(content)
    return records.add_attachment(
        cast[login], object=urn_of(certificate), kind="证书", file=Upload.local(path)
    )


def verdict(response) -> str:
    found = lxml.html.document_fromstring(response.content.decode()).xpath("//@data-verdict")
    return found[0] if found else "unknown"


def ask(certificate, **posted):
    address = f"/verify/c/{certificate.verification_code}"
    return Client().post(address, posted) if posted else Client().get(address)


def test_GOV_15_page_says_valid_expired_revoked_replaced_unknown_and_altered(paper, tmp_path) -> None:
    cast, certificate = paper
    assert verdict(ask(certificate)) == "valid"
    content = b"certificate N-1: error 0.123 %\n"
    file_of(cast, certificate, tmp_path, content)
    same = ask(certificate, file=io.BytesIO(content))
    assert verdict(same) == "valid" and "文件未改动" in same.content.decode()
    altered = ask(certificate, file=io.BytesIO(content.replace(b"0.123", b"0.023")))
    assert verdict(altered) == "altered" and "文件与登记的不同" in altered.content.decode()

    expired = enter(cast["technician"], "N-2", "2024-06-30")
    assert verdict(ask(expired)) == "expired"
    newer = enter(cast["technician"], "N-3")
    actions.replace_certificate(cast["signatory"], certificate="LAB/N-1", by="LAB/N-3", reason="客户名称更正")
    replaced = ask(certificate)
    assert verdict(replaced) == "replaced" and "N-3" in replaced.content.decode()
    actions.revoke_certificate(cast["signatory"], certificate="LAB/N-3", reason="标准器超差")
    assert verdict(ask(newer)) == "revoked"
    unknown = Client().get(f"/verify/c/{new_code()}")
    assert unknown.status_code == 404 and verdict(unknown) == "unknown"
    assert "查不到" in unknown.content.decode()


def test_pasted_hash_is_compared_like_the_file(paper, tmp_path) -> None:
    cast, certificate = paper
    file_of(cast, certificate, tmp_path, b"one\n")
    digest = hashlib.sha256(b"one\n").hexdigest()
    assert "文件未改动" in ask(certificate, sha256=digest.upper()).content.decode()
    assert verdict(ask(certificate, sha256="0" * 64)) == "altered"
    wrong = ask(certificate, sha256="not a hash")
    assert wrong.status_code == 422 and verdict(wrong) == "valid"


def test_older_file_of_the_issuer_is_told_apart_from_an_altered_one(paper, tmp_path) -> None:
    cast, certificate = paper
    first = file_of(cast, certificate, tmp_path, b"one\n")
    (tmp_path / "new.txt").write_bytes(b"two\n")
    records.replace_attachment(
        cast["technician"], attachment=first.pk, file=Upload.local(tmp_path / "new.txt")
    )
    assert "旧版" in ask(certificate, file=io.BytesIO(b"one\n")).content.decode()
    assert "文件未改动" in ask(certificate, file=io.BytesIO(b"two\n")).content.decode()


def test_original_of_a_file_that_was_cleaned_at_intake_is_told_apart_from_an_altered_one(
    paper, tmp_path
) -> None:
    cast, certificate = paper
    path = tmp_path / "paper.pdf"
    with pikepdf.new() as made:
        made.add_blank_page()
        made.docinfo["/Author"] = "somebody"
        made.save(path)
    original = path.read_bytes()
    stored = records.add_attachment(
        cast["technician"], object=urn_of(certificate), kind="证书", file=Upload.local(path)
    )
    assert stored.original_sha256 == hashlib.sha256(original).hexdigest() != stored.file.sha256
    told = ask(certificate, file=io.BytesIO(original))
    assert verdict(told) == "valid"
    assert "文件未改动" in told.content.decode() and "去除了作者" in told.content.decode()
    kept = b"".join(store().stream(stored.file.sha256))
    same = ask(certificate, file=io.BytesIO(kept)).content.decode()
    assert "文件未改动" in same and "去除了作者" not in same
    assert verdict(ask(certificate, file=io.BytesIO(original + b" "))) == "altered"

    (tmp_path / "new.txt").write_bytes(b"two\n")
    records.replace_attachment(
        cast["technician"], attachment=stored.pk, file=Upload.local(tmp_path / "new.txt")
    )
    assert "旧版" in ask(certificate, file=io.BytesIO(original)).content.decode()


def test_file_of_the_holder_proves_nothing(paper, tmp_path) -> None:
    """A holder could attach a paper that he altered himself: only the issuer's files count."""
    cast, certificate = paper
    file_of(cast, certificate, tmp_path, b"altered by the holder\n", login="clerk")
    answer = ask(certificate, file=io.BytesIO(b"altered by the holder\n")).content.decode()
    assert "无法比对" in answer and "文件未改动" not in answer


def test_certificate_that_only_the_holder_entered_is_never_called_valid(paper) -> None:
    cast, _certificate = paper
    own = enter(cast["clerk"], "FORGED")
    answer = ask(own)
    assert verdict(answer) == "unconfirmed" and "证书有效" not in answer.content.decode()


def test_certificate_that_its_issuer_confirmed_is_valid_and_says_by_whom_and_when(paper) -> None:
    cast, _certificate = paper
    own = enter(cast["clerk"], "ON-PAPER")
    actions.confirm_certificate(cast["signatory"], certificate="LAB/ON-PAPER")
    answer = ask(own)
    shown = " ".join(lxml.html.document_fromstring(answer.content.decode()).text_content().split())
    own.refresh_from_db()
    day = timezone.localdate(own.confirmed_at)
    assert verdict(answer) == "valid" and "出具单位已确认" in shown
    assert f"示例计量院 {day.year}年{day.month}月{day.day}日" in shown
    assert "signatory" not in answer.content.decode()


def test_certificate_of_an_issuer_for_whom_nobody_works_here_stays_unconfirmed_and_says_why(paper) -> None:
    cast, _certificate = paper
    parties_acts.register_organisation(SYSTEM, code="FAR", name="外地计量院", kind="centre", authority="BUR")
    far = world.certificate(
        cast["clerk"], "F-1", "AN", "%", TABLE, ("5", "15"), ("2024-01-01", None), issuer="FAR"
    )
    answer = ask(far)
    assert verdict(answer) == "unconfirmed" and "没有使用本平台" in answer.content.decode()
    own = enter(cast["clerk"], "HERE")
    assert "没有使用本平台" not in ask(own).content.decode()


def test_page_shows_public_facts_and_nothing_else(paper) -> None:
    _cast, certificate = paper
    shown = ask(certificate).content.decode()
    for words in ("N-1", "示例计量院", "分析仪", "GA-1", "052***3344", "2099年12月31日"):
        assert words in shown, words
    hidden = (
        SERIAL,
        "0.123",
        "示例热电厂",
        "PLANT",
        str(certificate.pk),
        str(certificate.instrument_id),
        "technician",
    )
    for words in hidden:
        assert words not in shown, words


def test_reason_of_a_revocation_stays_inside(paper) -> None:
    cast, certificate = paper
    actions.revoke_certificate(cast["signatory"], certificate="LAB/N-1", reason="检定员操作失误")
    assert "检定员操作失误" not in ask(certificate).content.decode()


def test_question_of_a_visitor_stores_nothing_and_is_not_kept_by_a_cache(
    paper, tmp_path, django_assert_max_num_queries
) -> None:
    from quanheng.apps.records.models import Attachment, LedgerEntry, StoredFile

    cast, certificate = paper
    file_of(cast, certificate, tmp_path, b"one\n")
    before = [m.objects.count() for m in (Attachment, LedgerEntry, StoredFile)]
    answer = ask(certificate, file=io.BytesIO(b"two\n"))
    assert [m.objects.count() for m in (Attachment, LedgerEntry, StoredFile)] == before
    assert answer["Cache-Control"] == "no-store" and "noindex" in answer["X-Robots-Tag"]
    with django_assert_max_num_queries(6):
        ask(certificate)


def test_post_without_its_token_is_refused(paper) -> None:
    _cast, certificate = paper
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post(f"/verify/c/{certificate.verification_code}", {"sha256": "0" * 64})
    assert answer.status_code == 403


def test_too_many_questions_of_one_address_are_asked_to_wait(paper, monkeypatch) -> None:
    _cast, certificate = paper
    monkeypatch.setattr(public, "MOST", 3)
    answers = [ask(certificate) for _n in range(5)]
    assert [a.status_code for a in answers][:3] == [200, 200, 200]
    assert answers[-1].status_code == 429 and answers[-1]["Retry-After"] == "60"


def test_codes_have_128_random_bits_and_differ() -> None:
    codes = {new_code() for _n in range(200)}
    assert len(codes) == 200 and {len(code) for code in codes} == {26}
    assert all(verification.readable_code(code) == code for code in codes)


@pytest.mark.parametrize(
    "text", ["", "x", "A" * 25, "A" * 27, "0" * 26, "A" * 25 + "B", "../" * 9, "%00" * 9]
)
def test_text_that_is_no_code_asks_the_database_nothing(text, db, django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        assert verification.look_up(text, dt.date(2026, 1, 1)) is None


@given(st.text(max_size=60))
def test_any_text_is_a_code_or_none(text) -> None:
    code = verification.readable_code(text)
    assert code == "" or re.fullmatch(r"[A-Z2-7]{26}", code)


def test_code_is_typed_in_small_letters_with_blanks_too(paper) -> None:
    _cast, certificate = paper
    code = certificate.verification_code
    typed = " ".join(re.findall(".{1,5}", code.lower()))
    answer = Client().get("/verify/", {"code": typed})
    assert answer.status_code == 302 and answer["Location"] == f"/verify/c/{code}"
    assert "这不是核验码" in Client().get("/verify/", {"code": "hello"}).content.decode()


def test_qr_on_the_certificate_leads_to_its_public_page(paper) -> None:
    _cast, certificate = paper
    client = Client()
    client.force_login(parties.person("clerk"), backend="django.contrib.auth.backends.ModelBackend")
    shown = client.get(f"/laboratory/certificates/{certificate.pk}/").content.decode()
    address = f"http://testserver/verify/c/{certificate.verification_code}"
    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False).save(drawn, kind="svg", scale=3, xmldecl=False, svgns=False)
    path = re.search(r' d="([^"]+)"', drawn.getvalue().decode())[1]
    assert path in shown and address in shown


def test_each_certificate_has_its_own_code_and_keeps_it(paper) -> None:
    cast, certificate = paper
    other = enter(cast["technician"], "N-2")
    code = certificate.verification_code
    actions.revoke_certificate(cast["signatory"], certificate="LAB/N-1", reason="标准器超差")
    assert Certificate.objects.get(number="N-1").verification_code == code != other.verification_code
