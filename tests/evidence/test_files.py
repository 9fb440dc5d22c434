"""Content addresses: how a content is cut does not matter, and no address leads out of the store."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quanheng.errors import BadInput
from quanheng.evidence.files import content_path, sha256_stream


@given(st.lists(st.binary(max_size=20), max_size=8))
def test_how_the_content_is_cut_does_not_matter(chunks: list[bytes]) -> None:
    assert sha256_stream(iter(chunks)) == hashlib.sha256(b"".join(chunks)).hexdigest()


def test_the_path_has_two_folders_of_two_digits() -> None:
    assert content_path("abcd" + "0" * 60) == "ab/cd/abcd" + "0" * 60


@pytest.mark.parametrize(
    "name", ["", "../" + "a" * 61, "A" * 64, "a" * 63, "a" * 64 + "\n", "/" + "a" * 63, "１" * 64]
)
def test_nothing_but_a_hash_is_an_address(name: str) -> None:
    with pytest.raises(BadInput, match="not a SHA-256"):
        content_path(name)
