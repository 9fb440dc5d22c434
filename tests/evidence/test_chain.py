"""The chain: a good one has no fault, every kind of change is told once and in its place."""

from __future__ import annotations

import hashlib
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.evidence.strategies import acts, bodies, make_chain

from quanheng.errors import BadInput
from quanheng.evidence import chain, merkle


def told(rows: Any, **start: Any) -> list[tuple[int, str]]:
    return [(fault.place, fault.kind) for fault in chain.verify_chain(rows, **start)]


def relink(rows: list[dict[str, Any]], at: int) -> None:
    """Write the digest of a row anew, as somebody would who changed it on purpose."""
    rows[at]["digest"] = chain.link(rows[at]["body"], rows[at]["prev"])


def test_link_is_the_documented_formula() -> None:
    by_hand = '{"body":{"a":"权"},"prev":"' + "0" * 64 + '"}'
    assert chain.link({"a": "权"}, chain.GENESIS) == hashlib.sha256(by_hand.encode()).hexdigest()


@pytest.mark.parametrize("prev", ["", "0" * 63, "A" * 64, "0" * 64 + "\n"])
def test_link_refuses_what_is_no_digest(prev: str) -> None:
    with pytest.raises(BadInput, match="not the digest"):
        chain.link({}, prev)


@given(st.lists(bodies, max_size=8))
def test_a_good_chain_has_no_fault(contents: list[dict[str, Any]]) -> None:
    assert told(make_chain(contents)) == []


def test_a_chain_can_be_verified_from_a_known_row_on() -> None:
    rows = make_chain(acts(9))
    assert told(rows[4:], start=5, prev=rows[3]["digest"]) == []
    assert told(rows[4:]) == [(1, "gap")]


def test_rows_may_come_from_a_generator() -> None:
    assert told(row for row in make_chain(acts(5))) == []


@given(st.integers(0, 11), bodies)
def test_an_altered_body_is_named_and_only_it(at: int, body: dict[str, Any]) -> None:
    rows = make_chain(acts(12))
    rows[at] |= {"body": {**body, "altered": True}}
    assert told(rows) == [(at + 1, "body")]


@pytest.mark.parametrize("at", [0, 5, 10])
def test_a_row_rewritten_with_its_digest_breaks_at_the_next_one(at: int) -> None:
    rows = make_chain(acts(12))
    rows[at]["body"] = {"altered": True}
    relink(rows, at)
    assert told(rows) == [(at + 2, "prev")]


@pytest.mark.parametrize("at", [0, 5, 11])
def test_an_altered_digest_is_named_and_only_it(at: int) -> None:
    rows = make_chain(acts(12))
    rows[at]["digest"] = "f" * 64
    assert told(rows) == [(at + 1, "body")]


@pytest.mark.parametrize("at", [0, 5, 11])
def test_an_altered_prev_is_named_and_only_it(at: int) -> None:
    rows = make_chain(acts(12))
    rows[at]["prev"] = "f" * 64
    assert told(rows) == [(at + 1, "prev")]


@pytest.mark.parametrize(("at", "seq"), [(0, 3), (5, 900), (11, 1)])
def test_an_altered_number_is_named_and_only_it(at: int, seq: int) -> None:
    rows = make_chain(acts(12))
    rows[at]["seq"] = seq
    assert told(rows) == [(at + 1, "seq")]


def test_missing_rows_are_named_as_a_gap_and_only_there() -> None:
    rows = make_chain(acts(12))
    faults = list(chain.verify_chain(rows[:4] + rows[7:]))
    assert [(fault.place, fault.seq, fault.kind) for fault in faults] == [(5, 8, "gap")]
    assert faults[0].message == "rows 5 to 7 are missing before it"


def test_a_row_removed_and_the_rest_renumbered_is_named() -> None:
    rows = make_chain(acts(12))
    del rows[4]
    for seq, row in enumerate(rows, 1):
        row["seq"] = seq
    assert told(rows) == [(5, "prev")]


def test_a_fork_is_named_and_the_true_line_goes_on() -> None:
    rows = make_chain(acts(12))
    twin = {"seq": 5, "prev": rows[4]["prev"], "body": {"verb": "other"}, "digest": ""}
    rows.insert(5, twin)
    relink(rows, 5)
    assert told(rows) == [(6, "fork")]


def test_a_fork_far_behind_is_still_told_from_a_broken_link() -> None:
    rows = make_chain(acts(500))
    rows[400]["prev"] = rows[3]["prev"]
    relink(rows, 400)
    assert told(rows)[0] == (401, "fork")


def test_a_foreign_row_put_in_is_named() -> None:
    rows = make_chain(acts(6))
    rows.insert(3, {"seq": 4, "prev": "e" * 64, "digest": "d" * 64, "body": {}})
    assert told(rows)[0] == (4, "prev")
    assert {place for place, _ in told(rows)} == {4}


def test_two_rows_exchanged_are_named() -> None:
    rows = make_chain(acts(6))
    rows[2], rows[3] = rows[3], rows[2]
    assert told(rows)[0][0] == 3


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("seq", True),
        ("seq", "3"),
        ("seq", 0),
        ("prev", None),
        ("digest", "F" * 64),
        ("body", []),
        ("seq", 2**60),
    ],
)
def test_a_row_of_the_wrong_shape_is_named_and_the_rest_goes_on(field: str, value: object) -> None:
    rows = make_chain(acts(6))
    rows[2][field] = value
    assert told(rows) == [(3, "row")]


def test_something_that_is_no_row_is_named() -> None:
    rows: list[Any] = make_chain(acts(6))
    rows[2] = "row"
    del rows[4]["prev"]
    assert told(rows) == [(3, "row"), (5, "row")]


def test_a_body_without_canonical_form_is_named() -> None:
    rows = make_chain(acts(6))
    rows[2]["body"] = {"value": 1.5}
    assert told(rows) == [(3, "body")]


def test_several_faults_are_all_named() -> None:
    rows = make_chain(acts(30))
    for at in (3, 9, 20):
        rows[at]["body"] = {"altered": at}
    assert told(rows) == [(4, "body"), (10, "body"), (21, "body")]


def test_bulk_holds_the_root_over_the_canonical_rows() -> None:
    rows = [{"b": 1, "a": "权"}, {"c": None}]
    left, right = merkle.leaf_hash('{"a":"权","b":1}'.encode()), merkle.leaf_hash(b'{"c":null}')
    assert chain.bulk(rows) == {"root": merkle.node_hash(left, right).hex(), "count": 2}


def test_ledger_root_has_the_bytes_of_the_digests_as_leaves() -> None:
    leaves = [merkle.leaf_hash(bytes([n]) * 32) for n in (1, 2)]
    assert chain.ledger_root(["01" * 32, "02" * 32]) == merkle.node_hash(*leaves)


def test_time_grows_linearly_with_the_rows_even_if_every_row_is_wrong() -> None:
    def seconds(count: int) -> float:
        rows = make_chain(acts(count))
        for row in rows:
            row["prev"] = "f" * 64
        best = float("inf")
        for _ in range(3):
            start = time.process_time()
            told(rows)
            best = min(best, time.process_time() - start)
        return best

    assert seconds(8000) < 8 * seconds(2000)  # 4 if linear, 16 if quadratic
