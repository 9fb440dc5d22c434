"""Whatever single bit is changed beside the ledger, verification names the place."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest
from django.db import transaction
from tests.faults.ledger_mutations import PLACES
from tests.records import sample
from tests.records.conftest import _own_folders  # noqa: F401  (a fixture)
from tests.records.sample import OFFICER

from quanheng.apps.records import checkpoints, files, triggers
from quanheng.apps.records.action import SYSTEM, Act, action, system_only
from quanheng.apps.records.intake import take_in
from quanheng.apps.records.models import StoredFile
from quanheng.apps.records.uploads import Upload
from quanheng.apps.records.verify import verify


@action("records.mutation.store", policy=system_only, title="存入", api=False)
def store(act: Act, *, path: str) -> StoredFile:
    """Bring a file into the store, so that an entry names it."""
    taken = take_in(Upload(Path(path).name, Path(path)))
    act.files.add(taken.sha256)
    return act.create(StoredFile(sha256=taken.sha256, size=taken.size, media_type=taken.media_type))


@pytest.fixture
def records(db, tmp_path) -> Path:
    """A little of everything that is kept, verified once, with the triggers out of the way."""
    row = sample.add(OFFICER, name="江北区", code="500105")
    checkpoints.checkpoint()
    sample.add_many(OFFICER, names=[f"镇{n}" for n in range(21)])
    sample.rename(OFFICER, division=str(row.pk), name="两江新区")
    sample.hire(OFFICER, login="zhang.san", name="张三", email="zhang@example.cn", phone="13800000000")
    sample.use(OFFICER, result="urn:quanheng:test:result:1", used=["cert-1", "cert-2"])
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(f"content of {name}")
        store(SYSTEM, path=str(tmp_path / name))
    checkpoints.checkpoint()
    assert verify().ok
    triggers.remove()
    return tmp_path


def strike(records: Path, number: int) -> str:
    """Change one bit, verify, and put everything back; empty if the change was named."""
    rng = random.Random(number)
    kept = [records / "files", records / "checkpoints"]
    copies = [shutil.copytree(folder, records / f"kept-{folder.name}") for folder in kept]
    try:
        with transaction.atomic():
            mutation = PLACES[number % len(PLACES)](rng, records)
            faults = verify().faults
            transaction.set_rollback(True)
    finally:
        for folder, copy in zip(kept, copies, strict=True):
            shutil.rmtree(folder)
            copy.rename(folder)
    if any(mutation.named(fault) for fault in faults):
        return ""
    return f"{number}: {mutation.what}: {[fault.line() for fault in faults if fault.part != 'guard']}"


def test_300_single_bit_changes_are_all_named(records) -> None:
    missed = [told for number in range(300) if (told := strike(records, number))]
    assert missed == []


@pytest.mark.faults
@pytest.mark.parametrize("thousand", range(10))
def test_10_000_single_bit_changes_are_all_named(records, thousand: int) -> None:
    first = 300 + 1000 * thousand
    missed = [told for number in range(first, first + 1000) if (told := strike(records, number))]
    assert missed == []


def test_nothing_is_found_where_nothing_was_changed(records) -> None:
    assert {fault.part for fault in verify().faults} == {"guard"}
    assert files.store().problem("0" * 64) == "is missing in the store"
