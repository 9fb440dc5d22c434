"""Merkle trees: one hash for a whole list, a short proof that a leaf is in it, a short proof that it only grew.

This is section 2.1 of RFC 9162 with SHA-256 and nothing else: no storage, no signature, no idea what a leaf means.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from quanheng.errors import BadInput

EMPTY_ROOT = hashlib.sha256(b"").digest()
"""The root of the tree without leaves (RFC 9162 section 2.1.1)."""


def leaf_hash(data: bytes) -> bytes:
    """The hash of one leaf: SHA-256(0x00 || data), 32 bytes (RFC 9162 section 2.1.1)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node: SHA-256(0x01 || left || right), 32 bytes (RFC 9162 section 2.1.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """A tree that grows leaf by leaf and remembers only its frontier: one hash per set bit of its size.

    Parameters
    ----------
    size : int
        The number of leaves already in it.
    frontier : sequence of bytes
        The roots of its perfect subtrees from left (largest) to right, as `frontier` of an earlier tree gave them.

    Raises
    ------
    BadInput
        If the frontier does not fit the size.

    References
    ----------
    RFC 9162, section 2.1.2 (the algorithm with a stack).
    """

    __slots__ = ("_frontier", "_size")

    def __init__(self, size: int = 0, frontier: Sequence[bytes] = ()) -> None:
        if size < 0 or len(frontier) != size.bit_count() or any(len(h) != 32 for h in frontier):
            raise BadInput(
                "the frontier does not fit the size of the tree",
                found=f"size {size}, {len(frontier)} hashes",
                expected="one hash of 32 bytes for each set bit of the size",
            )
        self._size = size
        self._frontier = list(frontier)

    @property
    def size(self) -> int:
        """The number of leaves."""
        return self._size

    @property
    def frontier(self) -> tuple[bytes, ...]:
        """All that is needed to go on later: `Tree(tree.size, tree.frontier)`."""
        return tuple(self._frontier)

    def append(self, data: bytes) -> None:
        """Add a leaf. Takes constant time on average."""
        node, stack, size = leaf_hash(data), self._frontier, self._size
        while size & 1:
            node = node_hash(stack.pop(), node)
            size >>= 1
        stack.append(node)
        self._size += 1

    def root(self) -> bytes:
        """The root over all leaves so far, 32 bytes."""
        if not self._frontier:
            return EMPTY_ROOT
        node = self._frontier[-1]
        for left in reversed(self._frontier[:-1]):
            node = node_hash(left, node)
        return node


def root(leaves: Iterable[bytes]) -> bytes:
    """The Merkle tree hash of a list.

    Parameters
    ----------
    leaves : iterable of bytes
        The data of the leaves in order (not their hashes). Read once, not kept.

    Returns
    -------
    bytes
        32 bytes; `EMPTY_ROOT` for no leaves.

    References
    ----------
    RFC 9162, section 2.1.1.
    """
    tree = Tree()
    for data in leaves:
        tree.append(data)
    return tree.root()


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The sibling hashes that lead from one leaf to the root.

    Parameters
    ----------
    leaves : sequence of bytes
        The data of all leaves.
    index : int
        Which leaf, counted from 0.

    Returns
    -------
    list of bytes
        From the leaf upwards; ⌈log2 n⌉ hashes at most.

    Raises
    ------
    BadInput
        If there is no such leaf.

    Notes
    -----
    PATH(m, D_n) = PATH(m, D[0:k]) : MTH(D[k:n]) for m < k, else PATH(m - k, D[k:n]) : MTH(D[0:k]),
    with k the largest power of two below n. Every leaf is hashed once.

    References
    ----------
    RFC 9162, section 2.1.3.1.
    """
    if not 0 <= index < len(leaves):
        raise BadInput("no such leaf", found=str(index), expected=f"an index below {len(leaves)}")
    start, end = 0, len(leaves)
    proof: list[bytes] = []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            proof.append(_range_root(leaves, middle, end))
            end = middle
        else:
            proof.append(_range_root(leaves, start, middle))
            start = middle
    return proof[::-1]


def consistency_proof(leaves: Sequence[bytes], old_size: int) -> list[bytes]:
    """The hashes that show that the tree over the first `old_size` leaves is the beginning of the tree over all.

    Parameters
    ----------
    leaves : sequence of bytes
        The data of all leaves of the newer tree.
    old_size : int
        The size of the older tree, from 0 to the size of the newer one.

    Returns
    -------
    list of bytes
        Empty for sizes 0 and n.

    Raises
    ------
    BadInput
        If the older size is out of range.

    References
    ----------
    RFC 9162, section 2.1.4.1.
    """
    if not 0 <= old_size <= len(leaves):
        raise BadInput("no such older tree", found=str(old_size), expected=f"a size from 0 to {len(leaves)}")
    if old_size in (0, len(leaves)):
        return []
    start, end = 0, len(leaves)
    proof: list[bytes] = []
    while old_size != end:
        middle = start + _split(end - start)
        if old_size <= middle:
            proof.append(_range_root(leaves, middle, end))
            end = middle
        else:
            proof.append(_range_root(leaves, start, middle))
            start = middle
    if start:  # the older tree does not end with a whole left subtree, so its last subtree is not known yet
        proof.append(_range_root(leaves, start, end))
    return proof[::-1]


def verify_inclusion(data: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether a leaf stands at its place in the tree with this size and root.

    Parameters
    ----------
    data : bytes
        The data of the leaf.
    index, size : int
        The leaf's place from 0, and the number of leaves of the tree.
    proof : sequence of bytes
        As `inclusion_proof` gave it.
    root : bytes
        The root that is trusted, 32 bytes.

    Returns
    -------
    bool

    References
    ----------
    RFC 9162, section 2.1.3.2.
    """
    if not 0 <= index < size:
        return False
    place, last, node = index, size - 1, leaf_hash(data)
    for sibling in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            node = node_hash(sibling, node)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            node = node_hash(node, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and node == root


def verify_consistency(
    old_size: int, new_size: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Whether the newer tree only added leaves to the older one.

    Parameters
    ----------
    old_size, new_size : int
        The numbers of leaves.
    old_root, new_root : bytes
        The two roots, 32 bytes each.
    proof : sequence of bytes
        As `consistency_proof` gave it.

    Returns
    -------
    bool

    Notes
    -----
    The RFC starts at one leaf; the empty tree is the beginning of every tree and needs an empty proof.

    References
    ----------
    RFC 9162, section 2.1.4.2.
    """
    if old_size == 0 <= new_size:
        return not proof and old_root == EMPTY_ROOT and (new_size > 0 or new_root == EMPTY_ROOT)
    if not 0 < old_size < new_size:
        return old_size == new_size > 0 and not proof and old_root == new_root
    path = list(proof) if old_size & (old_size - 1) else [old_root, *proof]
    return bool(path) and _replay(old_size - 1, new_size - 1, path) == (old_root, new_root)


def _replay(old_last: int, new_last: int, path: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """Both roots as the path builds them, or None if the path has the wrong length."""
    while old_last & 1:
        old_last, new_last = old_last >> 1, new_last >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if new_last == 0:
            return None
        if old_last & 1 or old_last == new_last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not old_last & 1 and old_last:
                old_last, new_last = old_last >> 1, new_last >> 1
        else:
            new = node_hash(new, sibling)
        old_last, new_last = old_last >> 1, new_last >> 1
    return (old, new) if new_last == 0 else None


def subset_proof(leaves: Sequence[bytes], indices: Sequence[int]) -> list[bytes]:
    """The hashes that lead from some leaves together to the root, each needed once.

    Parameters
    ----------
    leaves : sequence of bytes
        The data of all leaves.
    indices : sequence of int
        Which leaves, counted from 0, ascending, each once.

    Returns
    -------
    list of bytes
        The roots of the largest subtrees that hold none of these leaves, from left to right; empty if all are asked.

    Raises
    ------
    BadInput
        If the indices do not ascend or one is no leaf.

    Notes
    -----
    The tree is that of RFC 9162; the order of the hashes is ours. Every leaf is hashed at most once.
    """
    wanted = list(indices)
    ascending = all(a < b for a, b in pairwise(wanted))
    if wanted and not (ascending and wanted[0] >= 0 and wanted[-1] < len(leaves)):
        raise BadInput("no such leaves", expected=f"ascending indices below {len(leaves)}")
    proof: list[bytes] = []
    _gather(leaves, wanted, 0, len(leaves), proof)
    return proof


def _gather(leaves: Sequence[bytes], wanted: Sequence[int], start: int, end: int, proof: list[bytes]) -> None:
    held = bisect_left(wanted, end) - bisect_left(wanted, start)
    if not held and end > start:
        proof.append(_range_root(leaves, start, end))
    elif held and held < end - start:
        middle = start + _split(end - start)
        _gather(leaves, wanted, start, middle, proof)
        _gather(leaves, wanted, middle, end, proof)


def subset_root(size: int, known: Mapping[int, bytes], proof: Sequence[bytes]) -> bytes | None:
    """The root that some leaves and a proof of `subset_proof` give.

    Parameters
    ----------
    size : int
        The number of leaves of the tree.
    known : mapping of int to bytes
        The data of the leaves that are at hand, by their place from 0.
    proof : sequence of bytes
        As `subset_proof` gave it for exactly these leaves.

    Returns
    -------
    bytes or None
        32 bytes; None if the proof has too few or too many hashes, or a leaf lies beyond the size.

    References
    ----------
    RFC 9162, section 2.1.1.
    """
    places = sorted(known)
    if places and not 0 <= places[0] <= places[-1] < size:
        return None
    rest = list(reversed(proof))

    def node(start: int, end: int) -> bytes | None:
        if bisect_left(places, end) == bisect_left(places, start):
            return rest.pop() if rest else None
        if end - start == 1:
            return leaf_hash(known[start])
        middle = start + _split(end - start)
        left, right = node(start, middle), node(middle, end)
        return None if left is None or right is None else node_hash(left, right)

    found = node(0, size) if size else EMPTY_ROOT
    return None if rest else found


def _split(size: int) -> int:
    """The largest power of two below a size of at least 2."""
    return 1 << ((size - 1).bit_length() - 1)


def _range_root(leaves: Sequence[bytes], start: int, end: int) -> bytes:
    return root(leaves[i] for i in range(start, end))
