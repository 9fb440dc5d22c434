"""Canonical JSON against the printed examples of RFC 8785 and against Python's own reader."""

from __future__ import annotations

import datetime as dt
import enum
import hashlib
import json
import random
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.evidence.strategies import json_values, text

from quanheng.errors import BadInput
from quanheng.evidence.canonical import MAX_DEPTH, MAX_INTEGER, canonical_json, digest


def test_keys_are_sorted_as_rfc_8785_section_3_2_3_prints() -> None:
    value = {
        "\u20ac": "Euro Sign",
        "\r": "Carriage Return",
        "\ufb33": "Hebrew Letter Dalet With Dagesh",
        "1": "One",
        "\U0001f600": "Emoji: Grinning Face",
        "\u0080": "Control",
        "\u00f6": "Latin Small Letter O With Diaeresis",
    }
    order = [
        "Carriage Return", "One", "Control", "Latin Small Letter O With Diaeresis", "Euro Sign",
        "Emoji: Grinning Face", "Hebrew Letter Dalet With Dagesh",
    ]  # fmt: skip
    assert list(json.loads(canonical_json(value)).values()) == order


def test_strings_and_literals_are_written_as_rfc_8785_section_3_2_2_prints() -> None:
    value = {"string": "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/", "literals": [None, True, False]}
    expected = '{"literals":[null,true,false],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    assert canonical_json(value) == expected.encode()


def test_control_characters_have_their_short_escape_or_lower_case_hex() -> None:
    assert (
        canonical_json("\b\t\n\f\r\x00\x1f\x7f\u2028") == '"\\b\\t\\n\\f\\r\\u0000\\u001f\x7f\u2028"'.encode()
    )


def test_chinese_is_written_as_itself() -> None:
    assert canonical_json({"名称": "权衡"}) == '{"名称":"权衡"}'.encode()


@given(json_values)
def test_reading_the_text_again_gives_the_value(value: object) -> None:
    assert json.loads(canonical_json(value)) == value


@given(json_values)
def test_the_text_of_the_value_read_again_is_the_same_text(value: object) -> None:
    once = canonical_json(value)
    assert canonical_json(json.loads(once)) == once


@given(st.dictionaries(text, st.integers(0, 9), max_size=8), st.randoms())
def test_the_order_of_insertion_does_not_matter(value: dict[str, int], chance: random.Random) -> None:
    items = list(value.items())
    chance.shuffle(items)
    assert canonical_json(dict(items)) == canonical_json(value)


def test_the_largest_exact_integers_pass_and_the_next_do_not() -> None:
    assert canonical_json([MAX_INTEGER, -MAX_INTEGER]) == b"[9007199254740991,-9007199254740991]"
    for beyond in (2**53, -(2**53), 10**5000):
        with pytest.raises(BadInput, match="beyond 2\\*\\*53"):
            canonical_json(beyond)


@pytest.mark.parametrize(
    "value", [1.0, float("nan"), Decimal("1.0"), dt.datetime(2026, 1, 1, tzinfo=dt.UTC), b"x", {1}, object()]
)
def test_what_could_be_spelt_in_two_ways_must_come_as_text(value: object) -> None:
    with pytest.raises(BadInput, match="give it as text") as caught:
        canonical_json({"after": [{"value": value}]})
    assert caught.value.problems[0].field == "after[0].value"


def test_a_key_that_is_not_text_is_refused() -> None:
    with pytest.raises(BadInput, match="a key is not text"):
        canonical_json({1: "a"})


@pytest.mark.parametrize("value", ["\ud800", {"\udfff": 1}, ["a\udc00b"]])
def test_half_a_surrogate_pair_is_refused(value: object) -> None:
    with pytest.raises(BadInput, match="surrogate"):
        canonical_json(value)


def test_nesting_is_bounded_and_a_circle_is_refused() -> None:
    deep: object = 1
    for _ in range(MAX_DEPTH):
        deep = [deep]
    assert canonical_json(deep).count(b"[") == MAX_DEPTH
    circle: list[object] = []
    circle.append(circle)
    for value in ([deep], circle):
        with pytest.raises(BadInput, match="nested deeper"):
            canonical_json(value)


def test_an_enumeration_is_written_as_its_value() -> None:
    word = enum.StrEnum("word", {"A": "a"})
    number = enum.IntEnum("number", {"ONE": 1})
    assert canonical_json([word["A"], number["ONE"], True]) == b'["a",1,true]'


def test_digest_is_the_printed_sha_256_of_abc() -> None:
    # FIPS 180-4 example, NIST "SHA256.pdf"
    assert digest(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert digest(b"") == hashlib.sha256().hexdigest()
