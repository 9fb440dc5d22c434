"""Merkle trees against the reference vectors of Certificate Transparency and against the recursive definition."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quanheng.errors import BadInput
from quanheng.evidence import merkle

# Leaves, roots and proofs of the reference implementation of RFC 6962 (certificate-transparency, merkletree tests).
LEAVES = [
    bytes.fromhex(h)
    for h in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUSION = {
    (0, 1): [],
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
CONSISTENCY = {
    (1, 1): [],
    (1, 8): INCLUSION[0, 8],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): INCLUSION[1, 5][1:],
    (6, 7): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
}
leaf_lists = st.lists(st.binary(max_size=4), min_size=1, max_size=40)


def by_definition(leaves: list[bytes]) -> bytes:
    """RFC 9162 section 2.1.1, word for word."""
    if len(leaves) < 2:
        return hashlib.sha256(b"\x00" + leaves[0]).digest() if leaves else hashlib.sha256().digest()
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + by_definition(leaves[:k]) + by_definition(leaves[k:])).digest()


@pytest.mark.parametrize("size", range(9))
def test_root_of_the_reference_leaves(size: int) -> None:
    assert merkle.root(LEAVES[:size]).hex() == ROOTS[size]


@pytest.mark.parametrize(("index", "size"), INCLUSION)
def test_inclusion_proof_of_the_reference_leaves(index: int, size: int) -> None:
    proof = merkle.inclusion_proof(LEAVES[:size], index)
    assert [h.hex() for h in proof] == INCLUSION[index, size]
    assert merkle.verify_inclusion(LEAVES[index], index, size, proof, bytes.fromhex(ROOTS[size]))


@pytest.mark.parametrize(("old", "new"), CONSISTENCY)
def test_consistency_proof_of_the_reference_leaves(old: int, new: int) -> None:
    proof = merkle.consistency_proof(LEAVES[:new], old)
    assert [h.hex() for h in proof] == CONSISTENCY[old, new]
    roots = [bytes.fromhex(ROOTS[size]) for size in (old, new)]
    assert merkle.verify_consistency(old, new, roots[0], roots[1], proof)


def test_the_empty_tree_is_the_hash_of_nothing() -> None:
    assert merkle.Tree().root() == merkle.EMPTY_ROOT == hashlib.sha256(b"").digest()


@given(st.lists(st.binary(max_size=4), max_size=40))
def test_root_is_the_recursive_definition(leaves: list[bytes]) -> None:
    assert merkle.root(leaves) == by_definition(leaves)


@given(leaf_lists, st.data())
def test_a_tree_goes_on_from_its_frontier(leaves: list[bytes], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(leaves)))
    before = merkle.Tree()
    for leaf in leaves[:cut]:
        before.append(leaf)
    after = merkle.Tree(before.size, before.frontier)
    for leaf in leaves[cut:]:
        after.append(leaf)
    assert (before.root(), before.size) == (by_definition(leaves[:cut]), cut)
    assert (after.root(), after.size) == (by_definition(leaves), len(leaves))


@pytest.mark.parametrize(("size", "frontier"), [(1, []), (-1, []), (2, [b"x" * 31]), (3, [b"x" * 32])])
def test_a_frontier_that_does_not_fit_is_refused(size: int, frontier: list[bytes]) -> None:
    with pytest.raises(BadInput, match="frontier"):
        merkle.Tree(size, frontier)


@given(leaf_lists, st.data())
def test_every_inclusion_proof_holds_and_no_changed_one(leaves: list[bytes], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))
    proof, root, size = merkle.inclusion_proof(leaves, index), by_definition(leaves), len(leaves)
    assert merkle.verify_inclusion(leaves[index], index, size, proof, root)
    assert not merkle.verify_inclusion(leaves[index] + b"x", index, size, proof, root)
    assert not merkle.verify_inclusion(leaves[index], index, size, [*proof, root], root)
    assert not merkle.verify_inclusion(leaves[index], index, size, proof, merkle.leaf_hash(b"other"))
    if proof:
        assert not merkle.verify_inclusion(leaves[index], index, size, proof[:-1], root)
        at = data.draw(st.integers(0, len(proof) - 1))
        assert not merkle.verify_inclusion(leaves[index], index, size, flipped(proof, at), root)


@given(leaf_lists, st.data())
def test_every_consistency_proof_holds_and_no_changed_one(leaves: list[bytes], data: st.DataObject) -> None:
    old, new = data.draw(st.integers(0, len(leaves))), len(leaves)
    roots = by_definition(leaves[:old]), by_definition(leaves)
    proof = merkle.consistency_proof(leaves, old)
    assert merkle.verify_consistency(old, new, *roots, proof)
    assert not merkle.verify_consistency(old, new, merkle.leaf_hash(b"other"), roots[1], proof)
    assert not merkle.verify_consistency(old, new, *roots, [*proof, roots[0]])
    if proof:
        at = data.draw(st.integers(0, len(proof) - 1))
        assert not merkle.verify_consistency(old, new, *roots, flipped(proof, at))
        assert not merkle.verify_consistency(old, new, *roots, proof[:-1])
        assert not merkle.verify_consistency(old, new, roots[0], merkle.leaf_hash(b"other"), proof)


def flipped(proof: list[bytes], at: int) -> list[bytes]:
    return [bytes([h[0] ^ 1]) + h[1:] if n == at else h for n, h in enumerate(proof)]


def test_a_rewritten_history_has_no_consistency_proof() -> None:
    other = [b"rewritten", *LEAVES[1:]]
    proof = merkle.consistency_proof(other, 5)
    assert not merkle.verify_consistency(5, 8, merkle.root(LEAVES[:5]), merkle.root(other), proof)


@pytest.mark.parametrize("size", [2, 3, 100])
def test_a_proof_does_not_hold_for_a_larger_tree_than_its_own(size: int) -> None:
    assert not merkle.verify_inclusion(b"x", 0, size, [], merkle.leaf_hash(b"x"))


@pytest.mark.parametrize("index", [-1, 8])
def test_no_proof_for_a_leaf_that_is_not_there(index: int) -> None:
    with pytest.raises(BadInput, match="no such leaf"):
        merkle.inclusion_proof(LEAVES, index)
    assert not merkle.verify_inclusion(b"", index, 8, [], merkle.root(LEAVES))


@pytest.mark.parametrize("size", [-1, 9])
def test_no_consistency_proof_for_a_size_that_was_not(size: int) -> None:
    with pytest.raises(BadInput, match="no such older tree"):
        merkle.consistency_proof(LEAVES, size)
    assert not merkle.verify_consistency(size, 8, merkle.root(LEAVES), merkle.root(LEAVES), [])


@pytest.mark.parametrize("count", [1, 2, 1000, 1023, 1024, 1025])
def test_the_number_of_hashes_is_linear(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = [0]
    original = merkle.node_hash

    def counted(left: bytes, right: bytes) -> bytes:
        calls[0] += 1
        return original(left, right)

    monkeypatch.setattr(merkle, "node_hash", counted)
    leaves = [b"%d" % n for n in range(count)]

    def cost(work: Callable[[], object]) -> int:
        calls[0] = 0
        work()
        return calls[0]

    assert cost(lambda: merkle.root(leaves)) == count - 1
    assert cost(lambda: merkle.inclusion_proof(leaves, count // 3)) <= count
    assert cost(lambda: merkle.consistency_proof(leaves, count // 3)) <= count
    proof, root = merkle.inclusion_proof(leaves, count // 3), merkle.root(leaves)
    assert cost(lambda: merkle.verify_inclusion(leaves[count // 3], count // 3, count, proof, root)) <= 11
