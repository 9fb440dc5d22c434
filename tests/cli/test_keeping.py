"""Keeping an installation, as an operator does it: in processes of their own, on a data folder of their own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from quanheng.demo import plant


def quanheng(home: Path, *arguments: object, **more: str) -> SimpleNamespace:
    """Run the command in a new process; gives its exit code, output and errors."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("QUANHENG_")}
    environment |= {"QUANHENG_HOME": str(home), **more}
    command = [sys.executable, "-m", "quanheng.cli", *map(str, arguments)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=180, check=False)
    return SimpleNamespace(code=done.returncode, out=done.stdout, err=done.stderr)


@pytest.fixture(scope="module")
def demo(tmp_path_factory) -> Path:
    """A demonstration folder, made once for this file; its tests do not change it."""
    home = tmp_path_factory.mktemp("keeping") / "demo"
    made = quanheng(home, "demo")
    assert made.code == 0, made.err
    return home


@pytest.fixture
def copy(demo, tmp_path) -> Path:
    """A copy of the demonstration that a test may bend; nobody is writing to the original."""
    return Path(shutil.copytree(demo, tmp_path / "copy"))


def test_demo_prints_a_tonne_its_three_largest_contributions_and_a_chain(tmp_path) -> None:
    told = quanheng(tmp_path / "d", "demo").out
    assert "t CO₂  (k = 2)" in told
    stated, after = told.split("chain of the hour")
    assert "8727 of 8760 hours have all their readings" in stated, (
        "the others were put in by rule, and are told"
    )
    assert stated.count("common to all)") == 6, "three for each of the two methods"
    assert after.count("proof holds") == 5
    assert "JL-2025-1204 is revoked" in after
    assert "takes the place of HS-2025-0001" in after
    assert "0 faults" in after, "the evidence pack was checked as its receiver would"


def test_demo_starts_clean_the_second_time(tmp_path) -> None:
    first = quanheng(tmp_path / "d", "demo", "--json").out
    second = quanheng(tmp_path / "d", "demo", "--json").out
    stated = [json.loads(text[text.index("\n{") :])["statement"] for text in (first, second)]
    assert stated[0]["value"] == stated[1]["value"]
    assert stated[0]["statement"] == stated[1]["statement"] == "HS-2025-0001"


def test_demo_never_touches_a_folder_that_holds_something_else(tmp_path) -> None:
    (tmp_path / "diary.txt").write_text("mine")
    refused = quanheng(tmp_path, "demo")
    assert refused.code == 3
    assert (tmp_path / "diary.txt").read_text() == "mine"


def test_restored_backup_verifies_and_states_the_same_tonne(demo, tmp_path) -> None:
    assert quanheng(demo, "backup", "-o", tmp_path / "b.tar").code == 0
    restored = quanheng(demo, "restore", tmp_path / "b.tar", "--to", tmp_path / "r")
    assert (restored.code, "the ledger verifies" in restored.out) == (0, True)
    chain = [
        quanheng(h, "carbon", "chain", "HS-2025-0001", "--as", "helixin", "--json").out
        for h in (demo, tmp_path / "r")
    ]
    assert json.loads(chain[0])["statement"] == json.loads(chain[1])["statement"]


def test_restore_names_a_changed_member_and_leaves_no_folder(demo, tmp_path) -> None:
    quanheng(demo, "backup", "-o", tmp_path / "b.tar")
    content = bytearray((tmp_path / "b.tar").read_bytes())
    place = content.rindex(b"SQLite format 3\x00") + 4000
    content[place] ^= 1
    (tmp_path / "b.tar").write_bytes(content)
    refused = quanheng(demo, "restore", tmp_path / "b.tar", "--to", tmp_path / "r")
    assert (refused.code, "quanheng.sqlite3" in refused.err) == (2, True)
    assert not (tmp_path / "r").exists()


@pytest.mark.parametrize("content", [b"", b"not a tar at all", b"\x1f\x8b" + b"\0" * 600])
def test_restore_of_a_file_that_is_no_backup_is_bad_input(demo, tmp_path, content) -> None:
    for name in ("b.tar", "b.keys.tar"):
        (tmp_path / name).write_bytes(content)
    refused = quanheng(demo, "restore", tmp_path / "b.tar", "--to", tmp_path / "r")
    assert (refused.code, len(refused.err.splitlines())) == (2, 1)


def test_doctor_finds_keys_that_others_can_read(demo) -> None:
    key = demo / "keys" / "session.key"
    key.chmod(0o644)
    found = quanheng(demo, "doctor", "--json")
    key.chmod(0o600)
    bad = {f["what"]: f["seen"] for f in json.loads(found.out) if f["state"] == "bad"}
    assert found.code == 1
    assert "session.key" in bad["keys"]


def test_SYS_09_an_altered_log_line_is_named_by_the_command(copy) -> None:
    with sqlite3.connect(copy / "quanheng.sqlite3") as database:
        database.execute("DROP TRIGGER records_ledgerentry_update")
        database.execute("UPDATE records_ledgerentry SET actor_name = '别人' WHERE seq = 12")
    found = quanheng(copy, "records", "verify", "--json")
    faults = json.loads(found.out)["faults"]
    assert found.code == 1
    assert [f["seq"] for f in faults if f["part"] == "ledger"] == [12]
    assert any(f["part"] == "guard" for f in faults)


def test_statement_by_an_unknown_person_and_of_an_unknown_site_are_told_in_one_line(demo) -> None:
    nobody = quanheng(demo, "carbon", "state", "YJ-CHP", "--year", "2025", "--as", "nobody")
    nowhere = quanheng(demo, "carbon", "state", "NOWHERE", "--year", "2025", "--as", "helixin")
    for answer, word in ((nobody, "nobody"), (nowhere, "NOWHERE")):
        assert (answer.code, len(answer.err.splitlines())) == (2, 1)
        assert word in answer.err


@pytest.mark.faults
def test_killed_import_loses_nothing_that_was_acknowledged_and_may_be_repeated(copy, tmp_path) -> None:
    file = tmp_path / "2024.csv"
    plant.write_year(file, 2024)
    for pause in (1.0, 1.6, 2.2, 2.8):
        process = importing(copy, file)
        time.sleep(pause)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert quanheng(copy, "records", "verify").code == 0
    again = quanheng(copy, "lake", "import", file, "--site", "YJ-CHP", "--as", "helixin")
    batches = json.loads(quanheng(copy, "lake", "log", "--as", "helixin", "--json").out)
    assert again.code in (0, 2)  # 2: the last killed run had already come to its end
    assert [b["file"] for b in batches].count("2024.csv") == 1
    assert quanheng(copy, "records", "verify").code == 0


@pytest.mark.faults
def test_two_imports_of_one_file_at_once_take_it_in_once(copy, tmp_path) -> None:
    file = tmp_path / "2023.csv"
    plant.write_year(file, 2023)
    twins = [importing(copy, file) for _ in range(2)]
    codes = sorted(twin.wait(timeout=120) for twin in twins)
    for twin in twins:
        twin.communicate()
    assert codes == [0, 2]
    assert quanheng(copy, "records", "verify").code == 0


def importing(home: Path, file: Path) -> subprocess.Popen[bytes]:
    """An import that runs while the test goes on."""
    command = [
        sys.executable,
        "-m",
        "quanheng.cli",
        "lake",
        "import",
        file,
        "--site",
        "YJ-CHP",
        "--as",
        "helixin",
    ]
    environment = {**os.environ, "QUANHENG_HOME": str(home)}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
