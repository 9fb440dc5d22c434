"""The chain: every row's digest covers its body and the digest before it, so no row can be changed alone.

A row is a mapping with `seq`, `prev`, `digest` and `body`. This file neither stores rows nor knows what they say;
who could rewrite the whole chain is held by signed checkpoints, not by it.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from quanheng.errors import BadInput
from quanheng.evidence import merkle
from quanheng.evidence.canonical import MAX_INTEGER, canonical_json, digest

GENESIS = "0" * 64
"""What stands in `prev` of the first row."""

Kind = Literal["row", "gap", "seq", "fork", "prev", "body"]

_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a chain.

    `place` is the row's place in what was read (the first row is 1), `seq` the number that it bears itself
    (None if that cannot be read). `kind` is one of: `row` (not a row at all), `gap` (rows before it are missing),
    `seq` (it stands in its place and bears another number), `fork` (an earlier row has the same predecessor),
    `prev` (it does not follow the row before it), `body` (its content is not what its digest covers).
    """

    place: int
    seq: int | None
    kind: Kind
    message: str
    found: str = ""
    expected: str = ""


def link(body: Mapping[str, Any], prev: str) -> str:
    """The digest of a row.

    Parameters
    ----------
    body : mapping
        All that the row says, fit for `canonical_json`.
    prev : str
        The digest of the row before it (64 lower-case hexadecimal digits), `GENESIS` for the first row.

    Returns
    -------
    str
        64 lower-case hexadecimal digits.

    Raises
    ------
    BadInput
        If `prev` is not a digest or the body has no canonical form.

    Notes
    -----
    digest = SHA-256(canonical({"body": body, "prev": prev})). The number `seq` is not covered: it is the row's
    place in the chain, which `prev` fixes.

    References
    ----------
    RFC 8785 (canonical form); FIPS 180-4 (SHA-256).
    """
    if not _is_digest(prev):
        raise BadInput(
            "not the digest of a row", field="prev", found=str(prev)[:80], expected="64 hex digits"
        )
    return digest(canonical_json({"body": body, "prev": prev}))


def bulk(rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """What the body of a bulk act holds in place of its rows.

    Parameters
    ----------
    rows : iterable of mappings
        The rows in their order, each fit for `canonical_json`. Read once, not kept.

    Returns
    -------
    dict
        `root`: the Merkle root (hex) over the canonical JSON of each row; `count`: how many they are.

    Raises
    ------
    BadInput
        If a row has no canonical form.

    References
    ----------
    RFC 9162, section 2.1.1.
    """
    tree = merkle.Tree()
    for row in rows:
        tree.append(canonical_json(row))
    return {"root": tree.root().hex(), "count": tree.size}


def ledger_root(digests: Iterable[str]) -> bytes:
    """The Merkle root that a checkpoint signs.

    Parameters
    ----------
    digests : iterable of str
        The digests of rows 1 to n in order; the leaf of a row is the 32 bytes of its digest.

    Returns
    -------
    bytes
        32 bytes.

    References
    ----------
    RFC 9162, section 2.1.1.
    """
    return merkle.root(bytes.fromhex(d) for d in digests)


def export_line(row: Mapping[str, Any]) -> bytes:
    """One row as a line of an exported ledger: its four fields as canonical JSON, and a line feed."""
    return canonical_json({k: row[k] for k in ("body", "digest", "prev", "seq")}) + b"\n"


def export_bulk_lines(seq: int, rows: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    """The rows of a bulk act as lines of an exported ledger; they stand right behind the act's own line.

    The first row is number 1.
    """
    for n, row in enumerate(rows, 1):
        yield canonical_json({"bulk_of": seq, "n": n, "row": row}) + b"\n"


def verify_chain(
    rows: Iterable[Mapping[str, Any]], *, start: int = 1, prev: str = GENESIS
) -> Iterator[Fault]:
    """Find everything that is wrong with a chain, and go on after each fault.

    Parameters
    ----------
    rows : iterable of mappings
        `seq`, `prev`, `digest`, `body`, in the order of `seq`. Read once, row by row.
    start : int
        The number that the first row must bear.
    prev : str
        The digest that it must follow; with `start` this verifies what came after a known row.

    Returns
    -------
    iterator of Fault
        In the order of the rows. A fault of one row is not repeated for the rows that rightly follow it.

    Notes
    -----
    Linear time; 8 bytes a row are kept, so that a fork is told from any other break.
    When row n was rewritten together with its digest, the break shows at row n + 1: the chain cannot say which
    of the two was changed, a checkpoint can.
    """
    walk = _Walk(start, prev)
    for row in rows:
        yield from walk.step(row)


class _Walk:
    """What is known after the rows so far: which numbers the next row may bear, which digests it may follow.

    The first of each is what is right; the others follow from taking a faulty row at its word, or from leaving it
    out, so that one fault is told once.
    """

    def __init__(self, start: int, prev: str) -> None:
        self.place = 0
        self.numbers: tuple[int, ...] = (start,)
        self.heads: tuple[str, ...] = (prev,)
        self.past = _Past()

    def step(self, row: Mapping[str, Any]) -> Iterator[Fault]:
        self.place += 1
        wrong = _misshapen(row)
        if wrong:
            yield self.fault(row, "row", wrong)
            self.pass_by(row)
            return
        seq, prev = row["seq"], row["prev"]
        follows = prev in self.heads or not self.heads
        yield from self.check_place(row, seq, prev, follows)
        yield from self.check_body(row, prev, row["digest"], follows)
        self.past.add(prev)
        self.expect_after(seq, follows)

    def expect_after(self, seq: int, follows: bool) -> None:
        right = self.numbers[0]
        if not follows:
            self.numbers = (seq + 1, right, right + 1)
        else:
            self.numbers = (seq + 1,) if seq in self.numbers else (right + 1, seq + 1)

    def check_place(self, row: Mapping[str, Any], seq: int, prev: str, follows: bool) -> Iterator[Fault]:
        right = self.numbers[0]
        if follows:
            if seq not in self.numbers:
                message = "it follows the row before it but bears another number"
                yield self.fault(row, "seq", message, seq, right)
        elif prev in self.past:
            yield self.fault(row, "fork", "an earlier row follows the same row", prev, self.head)
        elif seq > max(self.numbers):
            missing = f"row {right} is" if seq == right + 1 else f"rows {right} to {seq - 1} are"
            yield self.fault(row, "gap", f"{missing} missing before it", seq, right)
        else:
            message = "it does not follow the row before it: one of the two was changed, removed or put in"
            yield self.fault(row, "prev", message, prev, self.head)

    def check_body(self, row: Mapping[str, Any], prev: str, stated: str, follows: bool) -> Iterator[Fault]:
        try:
            computed = link(row["body"], prev)
        except BadInput as problem:
            yield self.fault(row, "body", str(problem))
            computed = stated
        if computed != stated and (follows or not self.only_prev_changed(row, stated)):
            yield self.fault(row, "body", "its content is not what its digest covers", computed, stated)
        self.heads = tuple(dict.fromkeys([stated, computed, *(() if follows else self.heads[:1])]))

    def only_prev_changed(self, row: Mapping[str, Any], stated: str) -> bool:
        return bool(self.head) and link(row["body"], self.head) == stated

    def pass_by(self, row: object) -> None:
        """Go on behind something that is no row: its digest still counts if it has one, else anything may follow."""
        stated = row.get("digest") if isinstance(row, Mapping) else None
        self.heads = (stated,) if isinstance(stated, str) and _is_digest(stated) else ()
        self.numbers = (self.numbers[0] + 1,)

    @property
    def head(self) -> str:
        return self.heads[0] if self.heads else ""

    def fault(
        self, row: object, kind: Kind, message: str, found: object = "", expected: object = ""
    ) -> Fault:
        seq = row.get("seq") if isinstance(row, Mapping) else None
        return Fault(self.place, seq if type(seq) is int else None, kind, message, str(found), str(expected))


class _Past:
    """Which digests were followed already. A sorted-out set is built only when the first break asks for it."""

    def __init__(self) -> None:
        self._all = array("Q")
        self._set: set[int] | None = None

    def add(self, prev: str) -> None:
        mark = int(prev[:16], 16)
        self._all.append(mark)
        if self._set is not None:
            self._set.add(mark)

    def __contains__(self, prev: str) -> bool:
        if self._set is None:
            self._set = set(self._all)
        return int(prev[:16], 16) in self._set


def _is_digest(value: object) -> bool:
    return isinstance(value, str) and _DIGEST.fullmatch(value) is not None


def _misshapen(row: object) -> str:
    if not isinstance(row, Mapping):
        return "it is not an object"
    missing = [name for name in ("seq", "prev", "digest", "body") if name not in row]
    if missing:
        return f"without {', '.join(missing)}"
    if type(row["seq"]) is not int or not 0 < row["seq"] <= MAX_INTEGER:
        return "its seq is not a positive integer"
    for name in ("prev", "digest"):
        if not _is_digest(row[name]):
            return f"its {name} is not 64 lower-case hexadecimal digits"
    return "" if isinstance(row["body"], Mapping) else "its body is not an object"
