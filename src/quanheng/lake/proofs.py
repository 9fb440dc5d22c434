"""The Merkle tree of a batch, kept with all its nodes, so that a second proof costs no second reading of the batch.

A batch never changes, so its tree never does. A row that was altered on the disk after the tree was built has another
leaf than the tree, and its proof fails: the tree gives the path only, the leaf comes from the row as it is read now.
"""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from quanheng.evidence import merkle
from quanheng.lake.rows import ORDER, canonical_lines


class BatchTree:
    """All levels of the tree over the rows of one batch, and the place of each row."""

    def __init__(self, rows: pa.Table) -> None:
        self._levels = levels([merkle.leaf_hash(line) for line in canonical_lines(rows)])
        self._places = {key: n for n, key in enumerate(_keys(rows))}

    @property
    def size(self) -> int:
        return len(self._levels[0])

    def place(self, row: pa.Table) -> int | None:
        """Where a row stands among the leaves; None if the batch has no row of its point, time and number."""
        return self._places.get(_keys(row)[0])

    def path(self, index: int) -> tuple[bytes, ...]:
        """The sibling hashes from a leaf to the root; RFC 9162 section 2.1.3.1."""
        found = []
        for level in self._levels[:-1]:
            if index ^ 1 < len(level):
                found.append(level[index ^ 1])
            index >>= 1
        return tuple(found)


def levels(hashes: Sequence[bytes]) -> list[list[bytes]]:
    """The nodes of a tree from the leaves to the root. A last node without a sibling is the node above it as well.

    That is the tree of RFC 9162 section 2.1.1: its left part is always the largest power of two.
    """
    found = [list(hashes)]
    while len(found[-1]) > 1:
        below = found[-1]
        above = [merkle.node_hash(below[n], below[n + 1]) for n in range(0, len(below) - 1, 2)]
        found.append(above + ([below[-1]] if len(below) % 2 else []))
    return found


def _keys(rows: pa.Table) -> list[tuple[object, ...]]:
    columns = [rows[name].cast(pa.int64()) if name == "ts" else rows[name] for name in ORDER]
    return list(zip(*(column.to_pylist() for column in columns), strict=True))
