"""`quanheng evidence pack` and `quanheng verify`: exit codes, plain words, and no platform needed for checking."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from tests.carbon.test_evidence import make_statement
from tests.small_world import _people, cast, plant  # noqa: F401  (fixtures)

from quanheng.apps.carbon import actions as carbon
from quanheng.apps.carbon.papers import paper as papers
from quanheng.apps.records import files
from quanheng.apps.records.models import LedgerEntry
from quanheng.errors import BadInput

pytestmark = pytest.mark.django_db


@pytest.fixture
def statement(plant, tmp_path):  # noqa: F811  (a fixture)
    return make_statement(plant, tmp_path)


@pytest.fixture
def packed(run, statement, tmp_path):
    made = run("evidence", "pack", statement.number, "-o", tmp_path / "p.zip", "--as", "clerk", "--json")
    assert made.code == 0, made.err
    return tmp_path / "p.zip", made.data


@pytest.fixture
def paper(plant, statement, tmp_path):  # noqa: F811  (a fixture)
    try:
        papers.fonts()
    except BadInput:
        pytest.skip("the fonts are not installed: make setup")
    made = carbon.publish(plant["clerk"], statement=statement.number)
    path = tmp_path / "s.pdf"
    path.write_bytes(b"".join(files.store().stream(made.file.sha256)))
    return path


def test_a_pack_is_made_and_checked_by_the_words_that_are_printed(run, statement, packed):
    path, made = packed
    assert made["statement"] == statement.number and made["recomputed"]
    checked = run("verify", path, "--key", made["fingerprint"], "--json")
    assert (checked.code, checked.data["ok"], checked.data["signer_proven"]) == (0, True, True)
    assert checked.data["statement"]["number"] == statement.number
    told = run("verify", path)
    assert told.code == 0 and "the signer is not proven" in told.out and "0 faults" in told.out


def test_an_altered_pack_and_another_key_end_with_1_and_name_the_place(run, packed):
    path, made = packed
    content = path.read_bytes()
    other = run("verify", path, "--key", "0" * 64)
    assert other.code == 1 and "another fingerprint" in other.out
    path.write_bytes(content.replace(b",10.0,", b",10.1,", 1))
    altered = run("verify", path, "--key", made["fingerprint"])
    assert altered.code == 1 and "readings/C.csv" in altered.out


def test_what_is_no_pack_ends_with_2_and_one_line(run, packed, tmp_path):
    content = packed[0].read_bytes()
    for name, bad in (("a", b"hello"), ("b", b"PK\x03\x04"), ("c", content[: len(content) // 2]), ("d", b"")):
        path = tmp_path / name
        path.write_bytes(bad)
        told = run("verify", path)
        assert told.code == 2 and told.err.strip().count("\n") == 0 and str(path) in told.err, name
    assert run("verify", tmp_path / "absent.zip").code == 2


def test_a_pack_is_never_written_over_and_needs_a_right(run, statement, packed):
    assert run("evidence", "pack", statement.number, "-o", packed[0], "--as", "clerk").code == 2
    other = packed[0].with_name("q.zip")
    refused = run("evidence", "pack", statement.number, "-o", other, "--as", "neighbour")
    assert refused.code == 3 and not other.exists()


def test_a_paper_is_checked_by_signature_and_says_that_its_hash_was_not_compared(run, paper):
    told = run("verify", paper)
    assert told.code == 0
    assert "the registered hash was not compared" in told.out and "the signer is not proven" in told.out
    data = run("verify", paper, "--json").data
    proven = run("verify", paper, "--key", data["fingerprint"], "--json").data
    assert proven["signer_proven"] and not proven["hash_compared"] and proven["ok"]
    assert run("verify", paper, "--key", "0" * 64).code == 1


def test_a_paper_is_held_against_the_hash_that_its_pack_registers(run, paper, packed):
    told = run("verify", paper, "--pack", packed[0], "--json")
    assert told.code == 0 and told.data["hash_compared"] and told.data["ok"]
    content = bytearray(paper.read_bytes())
    content[-20] ^= 1
    paper.write_bytes(bytes(content))
    altered = run("verify", paper, "--pack", packed[0])
    assert altered.code == 1 and "the hash is not the registered one" in altered.out


def test_a_paper_and_a_pack_of_before_its_publication_do_not_belong_together(run, packed, paper):
    told = run("verify", paper, "--pack", packed[0])
    assert told.code == 1 and "the pack registers no paper" in told.out


def test_verify_needs_no_platform_no_data_folder_and_no_network(packed, tmp_path):
    path, made = packed
    home = tmp_path / "nowhere"
    code = (
        "import sys, socket\n"
        "def refuse(*a, **k): raise RuntimeError('network')\n"
        "socket.socket.connect = refuse\n"
        "from quanheng.cli import main\n"
        f"try: main(['verify', {str(path)!r}, '--key', {made['fingerprint']!r}, '--json'])\n"
        "finally: print('django' in sys.modules, file=sys.stderr)\n"
    )
    env = {"QUANHENG_HOME": str(home), "DJANGO_SETTINGS_MODULE": "no.such.module"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, capture_output=True, check=False, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["ok"] and done.stderr.strip() == "False" and not home.exists()


def test_the_single_file_is_written_and_checks_the_pack(run, packed, tmp_path):
    path, made = packed
    written = run("evidence", "verifier", "-o", tmp_path / "v.py", "--json")
    assert written.code == 0
    done = subprocess.run(
        [sys.executable, "-I", "-S", tmp_path / "v.py", path, "--key", made["fingerprint"]],
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0 and "重算".encode() in done.stdout


def test_the_fingerprints_of_the_installation_are_told(run, packed, paper):
    told = run("evidence", "seal", "--as", "clerk", "--json").data
    assert told["packs"] == packed[1]["fingerprint"]
    assert told["seal"] == run("verify", paper, "--json").data["fingerprint"]


def test_a_pack_that_cannot_be_written_is_not_recorded_as_handed_out(run, statement, tmp_path) -> None:
    taken = LedgerEntry.objects.filter(verb="carbon.statement.pack")
    before = taken.count()
    target = tmp_path / "nowhere" / "p.zip"
    told = run("evidence", "pack", statement.number, "-o", target, "--as", "clerk")
    assert (told.code, taken.count()) == (2, before)
    assert "no such folder" in told.err
