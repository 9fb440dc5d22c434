"""The kept tree of a batch gives the path of RFC 9162, and a row that was altered fails against it."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pytest

from quanheng.errors import BadInput
from quanheng.evidence import merkle
from quanheng.lake import Lake, Reading
from quanheng.lake.proofs import BatchTree, levels

START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 31, 33, 64, 65, 100])
def test_kept_tree_has_the_root_and_every_path_of_the_plain_one(size: int) -> None:
    leaves = [f"leaf {n}".encode() for n in range(size)]
    tree = BatchTree.__new__(BatchTree)
    tree._levels = levels([merkle.leaf_hash(leaf) for leaf in leaves])
    assert tree._levels[-1] == [merkle.root(leaves)]
    for n in range(size):
        assert list(tree.path(n)) == merkle.inclusion_proof(leaves, n)
        assert merkle.verify_inclusion(leaves[n], n, size, tree.path(n), merkle.root(leaves))


def test_proof_of_a_row_holds_and_fails_once_the_row_is_another_one(lake: Lake) -> None:
    hours = [START + dt.timedelta(hours=n) for n in range(21)]
    rows = [Reading("S/P", at, 1.0 + n, "%", str(n), 0, n, "f") for n, at in enumerate(hours)]
    receipt = lake.append("batch", rows, site="S", received_at=START)
    table = lake.read(["S/P"], START, START + dt.timedelta(days=2))
    for n in range(table.num_rows):
        proof = lake.proof_of(table.slice(n, 1))
        assert proof.root.hex() == receipt.root and proof.size == 21
        assert merkle.verify_inclusion(proof.line, proof.index, proof.size, proof.path, proof.root)
    row = table.slice(3, 1)
    altered = row.set_column(row.schema.get_field_index("value"), "value", pa.array([4.5]))
    proof = lake.proof_of(altered)
    assert not merkle.verify_inclusion(proof.line, proof.index, proof.size, proof.path, proof.root)
    with pytest.raises(BadInput, match="no such row"):
        lake.proof_of(row.set_column(row.schema.get_field_index("row"), "row", pa.array([99])))
