"""The pack as a file: one canonical form, and one clear line for everything that is none. Proofs for many leaves at once."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quanheng.errors import BadInput
from quanheng.evidence import merkle
from quanheng.evidence.checkpoint import fingerprint, new_key, public_bytes
from quanheng.evidence.offline.check import verify_pack
from quanheng.evidence.offline.container import BadPack, PackReport, read_zip, zip_bytes
from quanheng.evidence.offline.proofs import subset_root_of
from quanheng.evidence.pack import close

BUSY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # other suites share the machine
MEMBERS = {"statement.json": b"{}", "readings/C.csv": b"time\n", "a.txt": "权衡".encode()}


def test_the_zip_is_one_that_other_programs_read_and_has_no_time():
    archive = zipfile.ZipFile(io.BytesIO(zip_bytes(MEMBERS)))
    assert archive.testzip() is None
    assert archive.namelist() == sorted(MEMBERS)
    assert {one.date_time for one in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert {name: archive.read(name) for name in archive.namelist()} == MEMBERS


@BUSY
@given(
    st.dictionaries(
        st.from_regex(r"[a-z]{1,8}(/[a-z]{1,8})?", fullmatch=True), st.binary(max_size=200), max_size=6
    )
)
def test_what_was_packed_is_read_back_without_a_fault(members):
    members["statement.json"] = b"{}"
    report = PackReport()
    assert read_zip(zip_bytes(members), report) == members
    assert report.faults == []


def test_the_same_members_by_another_writer_are_not_in_canonical_form():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in MEMBERS.items():
            archive.writestr(name, content)
    report = PackReport()
    read_zip(out.getvalue(), report)
    assert [fault["kind"] for fault in report.faults] == ["form"]


def _foreign(name: str, content: bytes = b"x", method: int = zipfile.ZIP_STORED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"PK", "not_pack"),
        (b"", "not_pack"),
        (_foreign("other.txt"), "not_pack"),
        (_foreign("../statement.json"), "name"),
        (_foreign("/etc/statement.json"), "name"),
        (_foreign("a\\..\\statement.json"), "name"),
        (_foreign("statement.json", b"0" * 10_000_000, zipfile.ZIP_DEFLATED), "compressed"),
        (zip_bytes(MEMBERS)[:25], "cut"),
        (zip_bytes(MEMBERS)[:40], "claims"),
        (zip_bytes(MEMBERS)[: zip_bytes(MEMBERS).index(b"PK\x01\x02")], "cut"),
        (zip_bytes(MEMBERS)[:-5], "cut"),
        (zip_bytes(MEMBERS)[:18] + b"\xff\xff\xff\x7f" * 2 + zip_bytes(MEMBERS)[26:], "claims"),
    ],
)
def test_what_is_no_pack_is_refused_in_one_line(data, kind):
    with pytest.raises(BadPack) as refused:
        verify_pack(data, [])
    assert refused.value.kind == kind
    assert "\n" not in str(refused.value)


def test_a_member_twice_is_refused():
    one = zip_bytes({"statement.json": b"{}"})
    first = one[: one.index(b"PK\x01\x02")]
    with pytest.raises(BadPack) as refused:
        read_zip(first + first, PackReport())
    assert refused.value.kind == "twice"


def test_a_pack_is_closed_the_same_twice_and_signed():
    key = new_key()
    made = close(MEMBERS, {"statement": "HS-1"}, key)
    assert made == close(dict(reversed(MEMBERS.items())), {"statement": "HS-1"}, key)
    trusted = fingerprint(public_bytes(key))
    kinds = {fault["kind"] for fault in verify_pack(made, [trusted]).faults}
    assert kinds == {"unreadable"}  # form, hashes and signature hold; the content is no statement
    assert {fault["kind"] for fault in verify_pack(made, ["0" * 64]).faults} == {"key"}


@pytest.mark.parametrize("name", ["MANIFEST.json", "../x", "a b", "", "x/" * 9 + "y"])
def test_no_other_name_goes_into_a_pack(name):
    with pytest.raises(BadInput):
        close({name: b""}, {}, new_key())


def test_a_fingerprint_of_another_form_is_refused():
    with pytest.raises(BadPack) as refused:
        verify_pack(zip_bytes(MEMBERS), ["not hexadecimal"])
    assert refused.value.kind == "pack_fingerprint"


@BUSY
@given(st.lists(st.binary(max_size=6), min_size=1, max_size=40), st.data())
def test_a_proof_of_some_leaves_gives_the_root_of_all(leaves, data):
    chosen = sorted(data.draw(st.sets(st.integers(0, len(leaves) - 1))))
    proof = merkle.subset_proof(leaves, chosen)
    known = {n: leaves[n] for n in chosen}
    assert merkle.subset_root(len(leaves), known, proof) == merkle.root(leaves)
    assert subset_root_of(len(leaves), known, proof) == merkle.root(leaves)
    if len(chosen) == 1:  # one leaf: as many hashes as the inclusion proof of RFC 9162
        assert sorted(proof) == sorted(merkle.inclusion_proof(leaves, chosen[0]))


@BUSY
@given(st.lists(st.binary(max_size=6), min_size=2, max_size=40), st.data())
def test_another_leaf_or_another_proof_gives_another_root(leaves, data):
    chosen = sorted(data.draw(st.sets(st.integers(0, len(leaves) - 1), min_size=1)))
    proof = merkle.subset_proof(leaves, chosen)
    known = {n: leaves[n] for n in chosen}
    other = {**known, chosen[0]: leaves[chosen[0]] + b"!"}
    for function in (merkle.subset_root, subset_root_of):
        assert function(len(leaves), other, proof) != merkle.root(leaves)
        assert function(len(leaves), known, [*proof, b"\0" * 32]) is None


def test_leaves_that_are_not_there_have_no_proof():
    with pytest.raises(BadInput):
        merkle.subset_proof([b"a"], [1])
    with pytest.raises(BadInput):
        merkle.subset_proof([b"a", b"b"], [1, 0])
    assert merkle.subset_root(1, {1: b"a"}, []) is None
