"""Papers by their hash: handed in, replaced without silence, declared again, read by those only who may."""

from __future__ import annotations

import io
import uuid

import pytest
from PIL import Image
from tests.records import sample
from tests.records.sample import Somebody

from quanheng.apps.parties.models import Organisation
from quanheng.apps.records import actions, files, registries, rights
from quanheng.apps.records.models import Attachment, LedgerEntry, StoredFile
from quanheng.apps.records.registries import Place
from quanheng.apps.records.uploads import Upload
from quanheng.apps.records.verify import verify
from quanheng.errors import ALLOWED, BadInput, Refused, Verdict

pytestmark = pytest.mark.django_db
CASE = "urn:quanheng:records:sample:1"
CLERK, OTHER = Somebody("urn:t:clerk", "企业甲填报员"), Somebody("urn:t:other", "企业乙填报员")


@pytest.fixture
def organisation(monkeypatch) -> Organisation:
    """An organisation with one clerk; the other actor belongs to none."""
    unit = sample.found(sample.OFFICER, code="JIA", name="企业甲")

    def own(actor):
        return [unit.pk] if actor == CLERK else []

    monkeypatch.setattr(rights, "reach", own)
    monkeypatch.setattr(rights, "own_organisations", own)
    monkeypatch.setitem(
        registries.PLACES,
        "records:sample",
        lambda actor, urn: Place(ALLOWED if actor == CLERK else Verdict(False, "不是你的"), unit.pk),
    )
    return unit


@pytest.fixture
def upload(tmp_path):
    def made(content: bytes, name: str = "材料.txt") -> Upload:
        path = tmp_path / uuid.uuid4().hex
        path.write_bytes(content)
        return Upload(name, path)

    return made


def test_a_file_is_stored_under_its_hash_and_named_in_the_entry(organisation, upload) -> None:
    made = actions.add_attachment(CLERK, object=CASE, kind="申请书", file=upload("原件".encode()))
    entry = LedgerEntry.objects.get(verb="records.attachment.add")
    assert entry.files == [made.file.sha256]
    assert entry.object_name == "材料.txt"
    assert b"".join(files.store().stream(made.file.sha256)) == "原件".encode()
    assert made.owner_id == organisation.pk


def test_the_same_bytes_are_stored_once(organisation, upload) -> None:
    actions.add_attachment(CLERK, object=CASE, kind="a", file=upload(b"same"))
    actions.add_attachment(CLERK, object=CASE, kind="b", file=upload(b"same"))
    assert (StoredFile.objects.count(), Attachment.objects.count()) == (1, 2)


def test_SYS_05_a_replaced_file_is_a_new_version_and_must_be_declared_again(organisation, upload) -> None:
    old = actions.add_attachment(CLERK, object=CASE, kind="申请书", file=upload(b"first"))
    actions.declare(CLERK, attachments=[str(old.pk)])
    new = actions.replace_attachment(CLERK, attachment=str(old.pk), file=upload(b"second"))
    old.refresh_from_db()
    assert old.declared
    assert not new.declared
    assert new.replaces_id == old.pk
    assert b"".join(files.store().stream(old.file.sha256)) == b"first"
    assert LedgerEntry.objects.get(verb="records.attachment.declare").after["_"]["hashes"] == [
        old.file.sha256
    ]


def test_SYS_05_a_file_cannot_be_replaced_in_silence(organisation, upload) -> None:
    old = actions.add_attachment(CLERK, object=CASE, kind="申请书", file=upload(b"first"))
    Attachment.objects.filter(pk=old.pk).update(name="别的.txt")
    assert [(f.part, f.field) for f in verify().faults if f.part == "row"] == [("row", "name")]


def test_an_old_version_is_neither_replaced_nor_declared_again(organisation, upload) -> None:
    old = actions.add_attachment(CLERK, object=CASE, kind="a", file=upload(b"first"))
    actions.replace_attachment(CLERK, attachment=str(old.pk), file=upload(b"second"))
    with pytest.raises(BadInput, match="replaced already"):
        actions.replace_attachment(CLERK, attachment=str(old.pk), file=upload(b"third"))
    with pytest.raises(BadInput, match="replaced already"):
        actions.declare(CLERK, attachments=[str(old.pk)])


def test_what_a_photo_tells_is_removed_and_named(organisation, upload) -> None:
    told = Image.Exif()
    told[0x010F] = "Phone of Zhang San"
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "JPEG", exif=told)
    made = actions.add_attachment(CLERK, object=CASE, kind="照片", file=upload(out.getvalue(), "现场.jpg"))
    assert made.removed_metadata == "Exif"
    assert b"Zhang San" not in b"".join(files.store().stream(made.file.sha256))


def test_a_stranger_can_neither_attach_nor_replace_nor_declare(organisation, upload) -> None:
    made = actions.add_attachment(CLERK, object=CASE, kind="a", file=upload(b"first"))
    with pytest.raises(Refused):
        actions.add_attachment(OTHER, object=CASE, kind="a", file=upload(b"x"))
    with pytest.raises(BadInput, match="unknown attachment"):
        actions.replace_attachment(OTHER, attachment=str(made.pk), file=upload(b"x"))
    with pytest.raises(BadInput, match="unknown attachment"):
        actions.declare(OTHER, attachments=[str(made.pk)])


def test_a_refused_file_is_not_even_stored(organisation, upload, tmp_path) -> None:
    with pytest.raises(Refused):
        actions.add_attachment(OTHER, object=CASE, kind="a", file=upload(b"x"))
    assert not list((tmp_path / "files").rglob("*"))


def test_nothing_is_attached_to_what_no_app_keeps(organisation, upload) -> None:
    with pytest.raises(Refused, match="这类对象不收文件"):
        actions.add_attachment(CLERK, object="urn:quanheng:nowhere:thing:1", kind="a", file=upload(b"x"))


def test_a_changed_or_missing_file_is_named_with_its_entry(organisation, upload, tmp_path) -> None:
    one = actions.add_attachment(CLERK, object=CASE, kind="a", file=upload(b"first"))
    two = actions.add_attachment(CLERK, object=CASE, kind="b", file=upload(b"second"))
    assert verify().ok
    places = {name: next((tmp_path / "files").rglob(name)) for name in (one.file.sha256, two.file.sha256)}
    places[one.file.sha256].write_bytes(b"fIrst")
    places[two.file.sha256].unlink()
    found = {(f.file, f.seq): f.message for f in verify().faults}
    assert found == {
        (one.file.sha256, 2): "was changed in the store",
        (two.file.sha256, 3): "is missing in the store",
    }
