"""The single-file verifier: good exports pass, every kind of change is named, and it agrees with the platform."""

from __future__ import annotations

import ast
import datetime as dt
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.evidence.strategies import acts, bodies, json_values, make_chain

from quanheng.evidence import chain, files, merkle, verifier
from quanheng.evidence import checkpoint as cp
from quanheng.evidence.canonical import canonical_json

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
FINGERPRINT = cp.fingerprint(cp.public_bytes(KEY))
BULK_ROWS = [{"code": f"J-{n}", "due": "2027-03-01"} for n in range(3)]
CONTENTS = [b"certificate", b"photograph"]

# RFC 8032 section 7.1, tests 1, 2, 3 and SHA(abc): public key, message, signature.
RFC_8032 = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
        "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
        "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
    (
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
        "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b589"
        "09351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
    ),
]


def contents() -> list[dict[str, Any]]:
    """Ten acts: the fourth is a bulk act, the sixth brings two files."""
    result = acts(10)
    result[3]["bulk"] = chain.bulk(BULK_ROWS)
    result[5]["files"] = [files.sha256_stream([content]) for content in CONTENTS]
    return result


def export(rows: list[dict[str, Any]], bulk_rows: list[dict[str, Any]] | None = None) -> list[bytes]:
    lines: list[bytes] = []
    for row in rows:
        lines.append(chain.export_line(row))
        if "bulk" in row["body"]:
            lines += chain.export_bulk_lines(row["seq"], BULK_ROWS if bulk_rows is None else bulk_rows)
    return lines


def signed(rows: list[dict[str, Any]], size: int, hour: int, origin: str = "cq.example/ledger") -> str:
    root = chain.ledger_root(row["digest"] for row in rows[:size])
    return cp.sign(cp.Checkpoint(origin, size, root, dt.datetime(2026, 3, 1, hour, tzinfo=dt.UTC)), KEY)


ROWS = make_chain(contents())
LINES = export(ROWS)
NOTES = cp.join([signed(ROWS, 4, 8), signed(ROWS, 10, 9)]).encode()


def told(
    lines: list[bytes] = LINES, notes: bytes = NOTES, folder: Path | None = None
) -> list[tuple[Any, ...]]:
    """Every fault as its kind and the place that it names."""
    report = verifier.verify(iter(lines), notes, FINGERPRINT, str(folder) if folder else None)
    places = ("seq", "checkpoint", "file", "line")
    return [(f["kind"], next(f[p] for p in places if p in f)) for f in report.faults]


# ---- agreement with the platform and with others


@given(json_values)
def test_canonical_agrees_with_the_platform(value: object) -> None:
    assert verifier.canonical(value) == canonical_json(value)


@given(st.dictionaries(st.text("a\u00e9\ud7ff\ue000\uffff\U00010000\U0010ffff", max_size=3), st.none()))
def test_canonical_orders_keys_as_the_platform_does(value: dict[str, None]) -> None:
    assert verifier.canonical(value) == canonical_json(value)


@given(bodies, st.binary(min_size=32, max_size=32))
def test_link_agrees_with_the_platform(body: dict[str, Any], prev: bytes) -> None:
    assert verifier.link(body, prev.hex()) == chain.link(body, prev.hex())


@given(st.lists(st.binary(max_size=4), max_size=40))
def test_tree_agrees_with_the_platform(leaves: list[bytes]) -> None:
    tree = verifier.Tree()
    for leaf in leaves:
        tree.append(leaf)
    assert (tree.root(), tree.size) == (merkle.root(leaves), len(leaves))


@pytest.mark.parametrize("value", [1.5, 2**53, b"", {"a": object()}, "\ud800"])
def test_canonical_refuses_what_the_platform_refuses(value: object) -> None:
    with pytest.raises(ValueError, match=r"canonical|surrogates"):
        verifier.canonical(value)


@pytest.mark.parametrize(("public", "message", "signature"), RFC_8032)
def test_signatures_printed_in_rfc_8032_hold(public: str, message: str, signature: str) -> None:
    assert verifier.ed25519_verify(*map(bytes.fromhex, (public, message, signature)))


@settings(max_examples=30, deadline=None)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=80), st.integers(0, 511), st.integers(0, 255))
def test_ed25519_agrees_with_another_implementation(
    seed: bytes, message: bytes, bit: int, key_bit: int
) -> None:
    key = Ed25519PrivateKey.from_private_bytes(seed)
    public, signature = cp.public_bytes(key), key.sign(message)
    assert verifier.ed25519_verify(public, message, signature)
    for wrong in ((public, message, flip(signature, bit)), (flip(public, key_bit), message, signature)):
        assert verifier.ed25519_verify(*wrong) == other_verdict(*wrong)
    assert not verifier.ed25519_verify(public, message + b"x", signature)


def other_verdict(public: bytes, message: bytes, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def test_a_signature_with_its_scalar_raised_by_the_order_is_refused() -> None:
    public, message, signature = map(bytes.fromhex, RFC_8032[1])
    raised = int.from_bytes(signature[32:], "little") + verifier.ORDER
    assert not verifier.ed25519_verify(public, message, signature[:32] + raised.to_bytes(32, "little"))


@pytest.mark.parametrize("lengths", [(31, 64), (32, 63), (0, 0)])
def test_keys_and_signatures_of_another_length_are_refused(lengths: tuple[int, int]) -> None:
    assert not verifier.ed25519_verify(bytes(lengths[0]), b"", bytes(lengths[1]))


# ---- good exports


def test_a_good_export_has_no_fault_and_everything_was_counted() -> None:
    report = verifier.verify(LINES, NOTES, FINGERPRINT)
    assert report.faults == []
    assert report.counts == {
        "entries": 10, "bulk_rows": 3, "checkpoints": 2, "files": 0, "entries_not_covered": 0,
    }  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(st.lists(bodies.filter(lambda b: not {"bulk", "files"} & b.keys()), min_size=1, max_size=8))
def test_every_export_of_the_platform_passes(contents: list[dict[str, Any]]) -> None:
    rows = make_chain(contents)
    assert told([chain.export_line(r) for r in rows], signed(rows, len(rows), 8).encode()) == []


def test_the_rows_of_a_bulk_act_may_be_left_out() -> None:
    assert told([line for line in LINES if not line.startswith(b'{"bulk_of"')]) == []


def test_the_order_of_checkpoints_in_the_file_does_not_matter() -> None:
    assert told(notes=cp.join([signed(ROWS, 10, 9), signed(ROWS, 4, 8)]).encode()) == []


def test_entries_behind_the_last_checkpoint_are_counted() -> None:
    report = verifier.verify(LINES, signed(ROWS, 7, 8).encode(), FINGERPRINT)
    assert (report.faults, report.counts["entries_not_covered"]) == ([], 3)


def test_a_fingerprint_may_be_written_in_groups() -> None:
    groups = ":".join(FINGERPRINT[i : i + 4].upper() for i in range(0, 64, 4))
    assert verifier.verify(LINES, NOTES, groups).faults == []


# ---- what is wrong is named


def test_every_single_bit_of_an_entry_or_bulk_row_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifier, "ed25519_verify", other_verdict)  # as below: only for speed
    for at in (
        0,
        3,
        4,
        7,
        12,
    ):  # the first entry, the bulk act, one of its rows, the entry with files, the last line
        for bit in range(len(LINES[at]) * 8):
            changed = [*LINES[:at], *flip(LINES[at], bit).splitlines(keepends=True), *LINES[at + 1 :]]
            if not changed[at].endswith(b"\n") and at + 1 < len(changed):
                changed[at : at + 2] = [changed[at] + changed[at + 1]]  # as a reader of lines sees it
            report = verifier.verify(changed, NOTES, FINGERPRINT)
            assert any(abs(f.get("line", 99) - 1 - at) <= 1 for f in report.faults), (at, bit, report.faults)


def test_every_single_bit_of_the_checkpoints_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    # Signatures are checked by the other implementation here, which takes microseconds: 6,000 bits, two notes each.
    monkeypatch.setattr(verifier, "ed25519_verify", other_verdict)
    for bit in range(len(NOTES) * 8):
        assert any(kind.startswith("checkpoint") for kind, _ in told(notes=flip(NOTES, bit))), bit


def flip(data: bytes, bit: int) -> bytes:
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def changed_rows(at: int, **fields: Any) -> list[bytes]:
    rows = [*ROWS[:at], {**ROWS[at], **fields}, *ROWS[at + 1 :]]
    return export(rows)


def test_an_altered_body_is_named_and_only_it() -> None:
    assert told(changed_rows(6, body={"verb": "other"})) == [("entry", 7)]


def test_an_altered_digest_is_named_with_the_checkpoints_over_it() -> None:
    assert told(changed_rows(6, digest="f" * 64)) == [("entry", 7), ("checkpoint_root", 2)]


def test_an_altered_link_is_named_and_only_it() -> None:
    assert told(changed_rows(6, prev="f" * 64)) == [("prev", 7)]


def test_an_altered_number_is_named_and_only_it() -> None:
    assert told(changed_rows(6, seq=70)) == [("seq", 70)]


def test_a_removed_entry_is_named() -> None:
    assert told(export(ROWS[:6] + ROWS[7:])) == [("gap", 8), ("checkpoint_beyond", 2)]


def test_a_removed_end_is_named_by_the_checkpoint() -> None:
    assert told(export(ROWS[:8])) == [("checkpoint_beyond", 2)]


def test_a_wholly_rewritten_chain_is_named_by_the_checkpoint_with_the_span() -> None:
    rows = make_chain([*contents()[:6], {"verb": "rewritten"}, *contents()[7:]])
    report = verifier.verify(export(rows), NOTES, FINGERPRINT)
    assert [f["kind"] for f in report.faults] == ["checkpoint_root"]
    assert report.faults[0]["en"] == "entries 5 to 10 are not those that were signed"


def test_an_unreadable_line_is_named_and_the_checkpoints_over_it_are_not_passed() -> None:
    lines = [*LINES[:9], b"damaged\n", *LINES[10:]]
    assert told(lines) == [("line", 10), ("checkpoint_unchecked", 2)]


@pytest.mark.parametrize(
    "line",
    [b"\n", b"[]\n", b"1\n", b'"a"\n', b"null\n", b"{}\n", b'{"a":1.5}\n', b'{"a":NaN}\n', b"\xff\n",
     b'{"a":' + b"9" * 100_000 + b"}\n", b"[" * 100_000 + b"\n", b'{"a":"\\ud800"}\n'],
)  # fmt: skip
def test_any_line_that_is_no_entry_is_named(line: bytes) -> None:
    assert told([*LINES, line])[0][0] in ("line", "line_form", "line_kind")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"n":1', b'"n": 1'),
        (b'"n":1', b'"n":2,"n":1'),
        (b'"verb"', b'"ver\\u0062"'),
        (b"}\n", b"}\r\n"),
        (b'{"body"', b' {"body"'),
        ("核".encode(), b"\\u6838"),
    ],
)
def test_another_spelling_of_the_same_entry_is_named(old: bytes, new: bytes) -> None:
    line = LINES[0].replace(old, new, 1)
    assert json.loads(line) == json.loads(LINES[0])
    assert told([line, *LINES[1:]])[0] == ("line_form", 1)


@given(st.binary(max_size=60))
def test_no_line_whatever_stops_the_verifier(line: bytes) -> None:
    assert told([*LINES[:5], line.replace(b"\n", b"") + b"\n", *LINES[5:]])


@given(json_values)
def test_no_body_whatever_stops_the_verifier(value: Any) -> None:
    rows = make_chain([{"bulk": value, "files": value}])
    lines = [chain.export_line(rows[0]), *chain.export_bulk_lines(1, BULK_ROWS)]
    assert ("line", 1) not in told(lines, signed(rows, 1, 8).encode())


@pytest.mark.parametrize(
    ("bulk_rows", "expected"),
    [
        (BULK_ROWS[:2], [("bulk", 4)]),
        (BULK_ROWS[::-1], [("bulk", 4)]),
        ([*BULK_ROWS, BULK_ROWS[0]], [("bulk", 4)]),
        ([{**BULK_ROWS[0], "due": "2028"}, *BULK_ROWS[1:]], [("bulk", 4)]),
    ],
)
def test_changed_bulk_rows_are_named(
    bulk_rows: list[dict[str, Any]], expected: list[tuple[Any, ...]]
) -> None:
    assert told(export(ROWS, bulk_rows)) == expected


def test_bulk_rows_behind_another_entry_are_named() -> None:
    moved = [*LINES[:4], *LINES[7:8], *LINES[4:7], *LINES[8:]]
    assert ("bulk_order", 4) in told(moved)


def test_a_checkpoint_of_another_ledger_is_named() -> None:
    notes = cp.join([signed(ROWS, 4, 8), signed(ROWS, 10, 9, "other.example/ledger")]).encode()
    assert told(notes=notes) == [("checkpoint_origin", 2)]


def test_a_checkpoint_with_more_entries_at_an_earlier_time_is_named() -> None:
    assert told(notes=cp.join([signed(ROWS, 4, 8), signed(ROWS, 10, 7)]).encode()) == [("checkpoint_time", 2)]


def test_two_checkpoints_of_one_size_with_different_roots_are_named() -> None:
    other = make_chain(acts(10))
    notes = cp.join([signed(ROWS, 10, 8), signed(other, 10, 9)]).encode()
    assert told(notes=notes) == [("checkpoint_root", 2)]


def test_a_checkpoint_by_another_key_is_named() -> None:
    root = chain.ledger_root(row["digest"] for row in ROWS)
    point = cp.Checkpoint("cq.example/ledger", 10, root, dt.datetime(2026, 3, 1, 10, tzinfo=dt.UTC))
    notes = cp.join([NOTES.decode(), cp.sign(point, cp.new_key())]).encode()
    assert told(notes=notes) == [("checkpoint_key", 3)]


@given(st.binary(min_size=1, max_size=60))
def test_no_text_whatever_passes_as_a_checkpoint(text: bytes) -> None:
    if text.strip(b"\n"):
        assert told(notes=text)


# ---- files


@pytest.fixture()
def folder(tmp_path: Path) -> Path:
    for content in CONTENTS:
        path = tmp_path / files.content_path(files.sha256_stream([content]))
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
    return tmp_path


def test_files_with_their_content_pass(folder: Path) -> None:
    assert told(folder=folder) == []


def test_every_single_bit_of_a_file_is_named(folder: Path) -> None:
    name = files.sha256_stream([CONTENTS[0]])
    for bit in range(len(CONTENTS[0]) * 8):
        (folder / files.content_path(name)).write_bytes(flip(CONTENTS[0], bit))
        assert told(folder=folder) == [("file", 6)]


def test_a_missing_file_is_named_by_its_hash(folder: Path) -> None:
    name = files.sha256_stream([CONTENTS[1]])
    (folder / files.content_path(name)).unlink()
    report = verifier.verify(LINES, NOTES, FINGERPRINT, str(folder))
    assert [(f["kind"], f["file"], f["seq"]) for f in report.faults] == [("file_missing", name, 6)]


def test_files_may_lie_flat_in_the_folder(tmp_path: Path) -> None:
    for content in CONTENTS:
        (tmp_path / files.sha256_stream([content])).write_bytes(content)
    assert told(folder=tmp_path) == []


def test_a_name_that_leads_out_of_the_folder_is_not_opened(tmp_path: Path) -> None:
    rows = make_chain([{"files": ["../../etc/passwd", "/etc/passwd"]}])
    report = verifier.verify(export(rows), signed(rows, 1, 8).encode(), FINGERPRINT, str(tmp_path))
    assert [f["kind"] for f in report.faults] == ["file_missing", "file_missing"]


# ---- as a program


def run(
    folder: Path, *arguments: str, notes: bytes = NOTES, lines: list[bytes] = LINES
) -> subprocess.CompletedProcess[str]:
    """The file alone, copied away from the platform, in a Python that sees nothing but the standard library."""
    program = folder / "verifier.py"
    program.write_bytes(Path(verifier.__file__).read_bytes())
    (folder / "ledger.jsonl").write_bytes(b"".join(lines))
    (folder / "checkpoints.txt").write_bytes(notes)
    command = [sys.executable, "-I", "-S", str(program), "ledger.jsonl", "checkpoints.txt", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", check=False, timeout=60)


def test_the_file_alone_exits_0_on_a_good_export(folder: Path) -> None:
    done = run(folder, "--fingerprint", FINGERPRINT, "--files", ".")
    assert done.returncode == 0, done.stderr
    assert "0 处有误 / 0 faults" in done.stdout
    assert "cq.example/ledger" in done.stdout


def test_the_file_alone_exits_1_and_names_the_fault_in_both_languages(tmp_path: Path) -> None:
    done = run(tmp_path, "--fingerprint", FINGERPRINT, lines=changed_rows(6, body={}))
    assert done.returncode == 1
    assert "✗ 行 line 10，条目 entry 7：内容与摘要不符" in done.stdout
    assert "it was changed" in done.stdout


def test_the_file_alone_prints_json(tmp_path: Path) -> None:
    done = run(tmp_path, "--fingerprint", FINGERPRINT, "--json", lines=changed_rows(6, body={}))
    found = json.loads(done.stdout)
    assert (found["ok"], found["entries"], found["faults"][0]["seq"]) == (False, 10, 7)


@pytest.mark.parametrize(
    ("arguments", "notes"),
    [
        (["--fingerprint", "12"], NOTES),
        (["--fingerprint", FINGERPRINT], b""),
        (["--fingerprint", FINGERPRINT, "--files", "nowhere"], NOTES),
        ([], NOTES),
    ],
)
def test_the_file_alone_exits_2_on_input_that_it_cannot_use(
    tmp_path: Path, arguments: list[str], notes: bytes
) -> None:
    done = run(tmp_path, *arguments, notes=notes)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr


def test_the_file_is_python_3_8_and_imports_the_standard_library_only() -> None:
    source = Path(verifier.__file__).read_text(encoding="utf-8")
    tree = ast.parse(source, feature_version=(3, 8))
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names] if isinstance(node, ast.Import)
            else [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        )
    }  # fmt: skip
    assert imported <= sys.stdlib_module_names
    assert len(source.splitlines()) <= 400


def test_time_grows_linearly_with_the_entries() -> None:
    def seconds(count: int) -> float:
        rows = make_chain(acts(count))
        lines, notes = [chain.export_line(r) for r in rows], signed(rows, count, 8).encode()
        best = float("inf")
        for _ in range(3):
            start = time.process_time()
            verifier.verify(lines, notes, FINGERPRINT)
            best = min(best, time.process_time() - start)
        return best

    assert seconds(8000) < 8 * seconds(2000)  # 4 if linear, 16 if quadratic
