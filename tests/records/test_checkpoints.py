"""Signed heads, and what is handed out so that a third party can check them without us."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from tests.records import sample
from tests.records.sample import OFFICER

from quanheng.apps.records import checkpoints, triggers
from quanheng.apps.records.export import export
from quanheng.apps.records.models import Checkpoint, LedgerEntry
from quanheng.apps.records.verify import verify
from quanheng.errors import BadInput
from quanheng.evidence import checkpoint as signing

pytestmark = pytest.mark.django_db


def test_an_empty_ledger_has_no_checkpoint() -> None:
    assert checkpoints.checkpoint() is None


def test_a_checkpoint_signs_the_present_head(settings) -> None:
    sample.add(OFFICER, name="江北区")
    made = checkpoints.checkpoint()
    content = signing.verify(made.note, checkpoints.fingerprint())
    assert (content.size, content.root.hex()) == (1, made.root)
    assert (settings.KEYS_FOLDER / "checkpoint.pem").stat().st_mode & 0o777 == 0o600


def test_the_text_lies_outside_the_database_too(settings) -> None:
    sample.add(OFFICER, name="江北区")
    made = checkpoints.checkpoint()
    assert (settings.CHECKPOINTS_FOLDER / "000000000001.txt").read_bytes().decode() == made.note


def test_nothing_new_gives_no_new_checkpoint() -> None:
    sample.add(OFFICER, name="江北区")
    assert checkpoints.checkpoint() == checkpoints.checkpoint()
    assert Checkpoint.objects.count() == 1


def test_a_rewritten_ledger_is_not_signed_again() -> None:
    sample.add(OFFICER, name="江北区")
    checkpoints.checkpoint()
    triggers.remove()
    LedgerEntry.objects.update(digest="0" * 63 + "1")
    triggers.install()
    sample.add(OFFICER, name="渝北区")
    with pytest.raises(checkpoints.LedgerRewritten):
        checkpoints.checkpoint()


def test_a_checkpoint_by_another_key_is_named(settings) -> None:
    sample.add(OFFICER, name="江北区")
    checkpoints.checkpoint()
    (settings.KEYS_FOLDER / "checkpoint.pem").unlink()
    assert {(f.part, f.key) for f in verify().faults} == {
        ("checkpoint", "checkpoint 1"),
        ("checkpoint", "000000000001.txt"),
    }


def test_a_fingerprint_from_elsewhere_is_what_counts() -> None:
    sample.add(OFFICER, name="江北区")
    checkpoints.checkpoint()
    assert verify(fingerprint=checkpoints.fingerprint()).ok
    assert not verify(fingerprint="0" * 64).ok


def test_a_checkpoint_taken_out_of_the_database_is_named() -> None:
    sample.add(OFFICER, name="江北区")
    checkpoints.checkpoint()
    triggers.remove()
    Checkpoint.objects.all().delete()
    triggers.install()
    assert [f.key for f in verify().faults] == ["000000000001.txt"]


def test_an_export_is_verified_by_its_own_file_without_the_platform(tmp_path) -> None:
    sample.add(OFFICER, name="江北区")
    sample.add_many(OFFICER, names=[f"镇{n}" for n in range(30)])
    account = export(tmp_path / "out")
    assert account["entries"] == 2
    answer = subprocess.run(
        [sys.executable, "-I", *account["verify"].split()[1:], "--json"],
        cwd=tmp_path / "out",
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    told = json.loads(answer.stdout)
    assert (told["entries"], told["bulk_rows"], told["checkpoints"]) == (2, 30, 1)


def test_a_changed_export_is_found_by_its_verifier(tmp_path) -> None:
    sample.add(OFFICER, name="江北区")
    account = export(tmp_path / "out")
    ledger = tmp_path / "out" / "ledger.jsonl"
    ledger.write_bytes(ledger.read_bytes().replace("张三".encode(), "李四".encode()))
    answer = subprocess.run(
        [sys.executable, "-I", *account["verify"].split()[1:]],
        cwd=tmp_path / "out",
        capture_output=True,
        check=False,
    )
    assert answer.returncode == 1


def test_an_export_can_be_one_file_and_overwrites_nothing(tmp_path) -> None:
    sample.add(OFFICER, name="江北区")
    export(tmp_path / "out.zip")
    assert (tmp_path / "out.zip").stat().st_size > 1000
    with pytest.raises(BadInput, match="exists already"):
        export(tmp_path / "out.zip")
