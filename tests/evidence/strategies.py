"""What the tests of this room share: values fit for canonical JSON, small ledgers, and their exports."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from quanheng.evidence import chain

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
scalars = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | text
json_values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4),
    max_leaves=20,
)
bodies = st.dictionaries(text, json_values, max_size=5)


def make_chain(contents: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A good chain over these bodies."""
    rows, prev = [], chain.GENESIS
    for seq, body in enumerate(contents, 1):
        digest = chain.link(body, prev)
        rows.append({"seq": seq, "prev": prev, "digest": digest, "body": body})
        prev = digest
    return rows


def acts(count: int) -> list[dict[str, Any]]:
    """Bodies as an office writes them."""
    return [
        {"at": f"2026-03-01T08:00:{n % 60:02d}Z", "actor": f"核验员{n}", "verb": "laboratory.issue", "n": n, "after": {"u": "0.25"}}
        for n in range(1, count + 1)
    ]  # fmt: skip
