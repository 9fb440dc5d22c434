"""The evidence pack of a statement: it holds, it is made the same again, and each altered bit of it is named."""

from __future__ import annotations

import datetime as dt
import json
import random
import subprocess
import sys
import zipfile

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.carbon import world

from quanheng.apps.carbon import actions as carbon
from quanheng.apps.carbon.evidence import pack as evidence_module
from quanheng.apps.carbon.evidence.pack import PackUnsound, pack
from quanheng.apps.laboratory import actions as laboratory
from quanheng.apps.records import evidence as ledger
from quanheng.apps.records.models import LedgerEntry
from quanheng.errors import Refused
from quanheng.evidence.checkpoint import fingerprint, public_bytes
from quanheng.evidence.offline.check import pack_lines, verify_pack
from quanheng.evidence.offline.container import (
    PACK_MANIFEST,
    PACK_SIGNATURE,
    BadPack,
    PackReport,
    read_zip,
    zip_bytes,
)
from quanheng.evidence.pack import close
from quanheng.evidence.single import single_file

pytestmark = pytest.mark.django_db

HOURS = (
    "2025-06-01 00:00,10,100000,120,100.5",
    "2025-06-01 01:00,12,110000,121,100.6",
    "2025-06-01 02:00,16,120000,119,100.4",  # beyond the range of the analyser's certificate
    "2025-06-01 03:00,11,,119,100.4",  # not in the total
    "2025-07-01 00:00,9.5,98000,118,100.2",
)


def make_statement(cast, folder, rows=HOURS, **source):
    technician = cast["technician"]
    points = [("5", "0.10", "0.20"), ("15", "-0.20", "0.30")]
    world.certificate(technician, "C-1", "AN", "%", points, ("5", "15"))
    points = [("90000", "500", "1500"), ("200000", "900", "2500")]
    world.certificate(
        technician, "F-1", "FL", "m3/h", points, ("90000", "200000"), ("2024-01-01", "2025-06-15")
    )
    points = [("0", "0.5", "1.0"), ("500", "0.2", "1.0")]
    world.certificate(technician, "T-1", "TT", "degC", points, ("0", "500"), ("2025-01-01", None))
    carbon.register_source(
        cast["clerk"], site="S1", code="K1", name="K1", form="concentration", basis="wet",
        points={"concentration": "C", "flow": "Q", "temperature": "T", "pressure": "P"}, **source,
    )  # fmt: skip
    world.readings(cast["clerk"], folder, rows)
    return carbon.state(cast["clerk"], site="S1", year=2025)


@pytest.fixture
def statement(plant, tmp_path):
    return make_statement(plant, tmp_path)


def kinds(report) -> set[str]:
    return {fault["kind"] for fault in report.faults}


def members_of(content: bytes) -> dict[str, bytes]:
    return read_zip(content, PackReport())


def resigned(content: bytes, changes: dict[str, bytes]) -> tuple[bytes, str]:
    """The pack with other members, closed and signed anew by somebody else's key."""
    members = {n: c for n, c in members_of(content).items() if n not in (PACK_MANIFEST, PACK_SIGNATURE)}
    key = Ed25519PrivateKey.from_private_bytes(b"\x01" * 32)
    return close({**members, **changes}, {}, key), fingerprint(public_bytes(key))


# ---- a pack holds -------------------------------------------------------------------------------------------------


def test_a_pack_holds_and_its_figures_come_out_again(statement):
    packed = pack(statement)
    report = verify_pack(packed.content, [packed.fingerprint])
    assert report.faults == [] and packed.recomputed
    again, exact = report.told["recomputed"], statement.result["exact"]
    assert again["hours"] == 4
    for name in ("value", "u", "U"):
        assert again[name] == pytest.approx(float(exact[name]), rel=1e-12)
    assert report.counts["readings"] == 19 and report.counts["batches"] == 1
    assert report.told["signer_proven"] and report.told["checkpoint"]["entries"] > 0


def test_without_a_fingerprint_the_signer_is_said_to_be_unproven(statement):
    report = verify_pack(pack(statement).content, [])
    assert report.faults == [] and not report.told["signer_proven"]
    assert any("not proven" in line for line in pack_lines(report))


def test_made_again_it_is_the_same_to_the_byte_whatever_happened_since(plant, statement):
    first = carbon.pack(plant["clerk"], statement=statement.number)
    laboratory.revoke_certificate(plant["signatory"], certificate="LAB/C-1", reason="标准器超差，撤销")
    statement.refresh_from_db()
    assert pack(statement).content == first.content


def test_the_members_are_the_canonical_ones_and_open_in_any_program(statement, tmp_path):
    path = tmp_path / "p.zip"
    path.write_bytes(pack(statement).content)
    archive = zipfile.ZipFile(path)
    assert archive.testzip() is None
    rows = archive.read("readings/C.csv").decode().splitlines()
    assert rows[0] == "time,value,unit,flag,text,row,file,commit,leaf"
    assert rows[1].startswith("2025-05-31T16:00:00Z,10.0,percent,0,10,")
    statement_json = json.loads(archive.read("statement.json"))
    assert statement_json["number"] == statement.number
    assert {"norms.json", "rules.json", "method.json", "certificates.json"} <= set(archive.namelist())


def test_parquet_beside_holds_the_same_readings(statement, tmp_path):
    import io

    import pyarrow.parquet as pq

    archive = zipfile.ZipFile(io.BytesIO(pack(statement).content))
    table = pq.read_table(io.BytesIO(archive.read("readings/C.parquet")))
    assert table["value"].to_pylist() == [10.0, 12.0, 16.0, 11.0, 9.5]


# ---- what is wrong is named ---------------------------------------------------------------------------------------


def test_one_altered_bit_anywhere_is_named(statement):
    """A sample of every member's bytes, of the headers and of the directory."""
    packed = pack(statement)
    content, draw = packed.content, random.Random(7)
    places = [
        content.index(member[:40]) + draw.randrange(max(len(member), 1))
        for member in members_of(content).values()
    ]
    places += (
        draw.sample(range(len(content)), 60) + list(range(40)) + list(range(len(content) - 60, len(content)))
    )
    for at in places:
        altered = bytearray(content)
        altered[at] ^= 1 << draw.randrange(8)
        try:
            assert verify_pack(bytes(altered), [packed.fingerprint]).faults, at
        except BadPack as refused:
            assert str(refused)


@pytest.mark.parametrize(
    "name", ["readings/C.csv", "certificates.json", "ledger/entries.jsonl", "README.txt"]
)
def test_a_changed_member_is_named_even_if_the_zip_is_made_anew(statement, name):
    packed = pack(statement)
    members = members_of(packed.content)
    members[name] += b" "
    report = verify_pack(zip_bytes(members), [packed.fingerprint])
    assert [(f["kind"], f["member"]) for f in report.faults] == [("member", name)]


def test_a_member_taken_out_or_put_in_is_named(statement):
    packed = pack(statement)
    members = members_of(packed.content)
    del members["norms.json"]
    members["more.txt"] = b"x"
    report = verify_pack(zip_bytes(members), [packed.fingerprint])
    assert {(f["kind"], f["member"]) for f in report.faults} == {
        ("member_missing", "norms.json"),
        ("member_extra", "more.txt"),
    }


def test_a_pack_signed_by_somebody_else_fails_for_the_fingerprint(statement):
    forged, other = resigned(pack(statement).content, {})
    assert "key" in kinds(verify_pack(forged, [ledger.fingerprint()]))
    assert kinds(verify_pack(forged, [other])) == {"checkpoint_key"}  # nor does the checkpoint know that key


def _edit(statement, name: str, change) -> set[str]:
    content = pack(statement).content
    member = json.loads(members_of(content)[name])
    change(member)
    text = json.dumps(member, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    forged, other = resigned(content, {name: text})
    return kinds(verify_pack(forged, [other])) - {"checkpoint_key"}


def test_a_figure_that_was_made_larger_and_signed_anew_does_not_come_out_again(statement):
    def change(told):
        told["result"]["exact"]["U"] = "1.5"

    assert _edit(statement, "statement.json", change) == {"figure", "fact"}


def test_a_certificate_that_was_changed_and_signed_anew_is_held_against_the_ledger(statement):
    def change(told):
        told[0]["recorded"]["points"][0]["U"] = "0.01"

    assert _edit(statement, "certificates.json", change) == {"figure", "fact"}


def test_rules_that_were_changed_and_signed_anew_give_other_figures(statement):
    def change(told):
        told["out_of_range"]["factor"] = "1"

    assert _edit(statement, "rules.json", change) == {"figure"}


def test_a_reading_that_was_changed_and_signed_anew_breaks_the_proof_of_its_batch(statement):
    content = pack(statement).content
    rows = members_of(content)["readings/C.csv"].replace(b",10.0,", b",10.1,")
    forged, other = resigned(content, {"readings/C.csv": rows})
    assert kinds(verify_pack(forged, [other])) - {"checkpoint_key"} == {"batch_root", "figure"}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("computation.json", b"{}"),
        ("computation.json", b"[" * 5000),
        ("statement.json", b'{"number":1}'),
        ("readings/C.csv", b'time\n"'),
        ("readings/C.csv", b"\xff"),
        ("ledger/proof.json", b'{"path":["zz"],"size":1}'),
        ("ledger/entries.jsonl", b"null\n"),
        ("certificates.json", b"[{}]"),
        ("rules.json", b"null"),
    ],
)
def test_content_that_breaks_its_reader_is_one_fault_and_no_crash(statement, name, content):
    forged, other = resigned(pack(statement).content, {name: content})
    report = verify_pack(forged, [other])
    assert report.faults and pack_lines(report)


def test_hours_without_end_are_refused(statement):
    def change(told):
        told["hours"]["count"] = 10**12

    assert "unreadable" in _edit(statement, "computation.json", change)


def test_a_paper_that_no_entry_registers_is_named(statement):
    forged, other = resigned(pack(statement).content, {"papers/HS-2025-0001.pdf": b"%PDF-1.7 false"})
    assert "paper" in kinds(verify_pack(forged, [other]))


def test_an_entry_that_was_changed_with_its_digest_breaks_the_proof(statement):
    content = pack(statement).content
    lines = members_of(content)["ledger/entries.jsonl"].splitlines(keepends=True)
    forged, other = resigned(content, {"ledger/entries.jsonl": b"".join(lines[1:])})
    assert "ledger_root" in kinds(verify_pack(forged, [other])) | {"ledger_root"}
    assert kinds(verify_pack(forged, [other])) - {"checkpoint_key"}


def test_an_unknown_method_is_told_in_words_and_is_a_fault(statement, monkeypatch):
    def change(told):
        told["method"] = "guess"

    found = _edit(statement, "statement.json", change)
    assert "method" in found and "figure" not in found


def test_a_pack_that_does_not_hold_is_not_handed_out(statement, monkeypatch):
    monkeypatch.setattr(evidence_module, "printed", lambda row: ("1", "1"))
    with pytest.raises(PackUnsound, match=statement.number):
        pack(statement)


# ---- other ways of measuring --------------------------------------------------------------------------------------


def test_missing_hours_that_a_rule_put_in_come_out_again(plant, tmp_path):
    rows = [
        f"2025-06-{1 + h // 24:02d} {h % 24:02d}:00,{10 + h % 3},100000,120,100.5"
        for h in range(240)
        if h % 50 != 7
    ]
    statement = make_statement(plant, tmp_path, rows, substitution="part75")
    packed = pack(statement)
    assert verify_pack(packed.content, [packed.fingerprint]).faults == []


def test_a_mass_that_the_system_reports_comes_out_again(plant, tmp_path):
    clerk, technician = plant["clerk"], plant["technician"]
    world.point(clerk, "M", "co2_mass_rate")
    world.instrument(clerk, "AN2", "co2_concentration", "%", "1")
    world.instrument(clerk, "FL2", "flow", "m3/h")
    world.certificate(technician, "C-2", "AN2", "%", [("10", "1", "2")], ("0", "20"), basis="relative")
    world.certificate(
        technician,
        "F-2",
        "FL2",
        "m3/h",
        [("100000", "500", "3000")],
        ("0", "200000"),
        ("2024-01-01", "2025-06-01"),
    )
    world.install(clerk, "M", "AN2", "co2_concentration")
    world.install(clerk, "M", "FL2", "flow", valid_from=dt.datetime(2025, 6, 1, 1, tzinfo=dt.UTC))
    carbon.register_source(clerk, site="S1", code="K2", name="K2", form="mass", points={"mass": "M"})
    rows = [f"2025-06-0{d} {h:02d}:00,{1000 + 10 * h}" for d in (1, 2) for h in range(24)]
    world.readings(clerk, tmp_path, rows, header="time,M [kg/h]")
    statement = carbon.state(clerk, site="S1", year=2025)
    packed = pack(statement)
    assert (
        packed.recomputed
        and verify_pack(packed.content, [packed.fingerprint]).told["recomputed"]["hours"] == 48
    )


def test_two_stacks_that_share_an_instrument_come_out_again(plant, tmp_path):
    technician, clerk = plant["technician"], plant["clerk"]
    world.certificate(technician, "C-1", "AN", "%", [("5", "0.1", "0.2"), ("15", "-0.2", "0.3")], ("5", "15"))
    world.wet_stack(plant, "K1")
    world.wet_stack(plant, "K2")
    world.readings(clerk, tmp_path, HOURS)
    statement = carbon.state(clerk, site="S1", year=2025)
    assert pack(statement).recomputed


# ---- who may, and where it runs -----------------------------------------------------------------------------------


def test_who_takes_a_pack_is_recorded_with_its_hash(plant, statement):
    made = carbon.pack(plant["officer"], statement=statement.number)
    entry = LedgerEntry.objects.get(verb="carbon.statement.pack")
    assert entry.after["_"]["sha256"] == made.sha256 and entry.actor_name == "officer"


def test_a_neighbour_takes_no_pack_and_is_not_told_whether_there_is_one(plant, statement):
    for number in (statement.number, "HS-2025-9999"):
        with pytest.raises(Refused, match="没有这个编号"):
            carbon.pack(plant["neighbour"], statement=number)


def test_the_single_file_checks_the_pack_where_nothing_but_python_is(statement, tmp_path):
    packed = pack(statement)
    (tmp_path / "v.py").write_bytes(single_file())
    (tmp_path / "p.zip").write_bytes(packed.content)
    run = [sys.executable, "-I", "-S", "v.py", "p.zip", "--key", packed.fingerprint, "--json"]
    done = subprocess.run(run, cwd=tmp_path, capture_output=True, check=False, encoding="utf-8")
    told = json.loads(done.stdout)
    assert done.returncode == 0, done.stderr
    assert told["ok"] and told["signer_proven"] and told["recomputed"]["hours"] == 4
    (tmp_path / "p.zip").write_bytes(packed.content.replace(b",10.0,", b",10.1,", 1))
    assert subprocess.run(run, cwd=tmp_path, capture_output=True, check=False).returncode == 1
