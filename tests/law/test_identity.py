"""Check digits: codes printed in public sources, and every single slip that the norms promise to find."""

from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from quanheng.law.identity import (
    ORGANISATION_ALPHABET,
    RESIDENT_WEIGHTS,
    USCC_ALPHABET,
    USCC_WEIGHTS,
    check_organisation_code,
    check_resident_number,
    check_uscc,
    normalise_code,
    uscc_check_character,
)

KNOWN_USCC = ["91350100M000100Y43", "91110000600037341L"]
RESIDENT = "11010519491231002X"  # the specimen of GB 11643

bodies = st.tuples(
    st.text(USCC_ALPHABET, min_size=2, max_size=2),
    st.text("0123456789", min_size=6, max_size=6),
    st.text(USCC_ALPHABET, min_size=9, max_size=9),
).map("".join)
usccs = bodies.map(lambda body: body + uscc_check_character(body))
birthdays = st.dates(date(1900, 1, 1), date(2026, 12, 31)).map(lambda d: d.strftime("%Y%m%d"))


@st.composite
def residents(draw):
    body = draw(st.text("0123456789", min_size=6, max_size=6)) + draw(birthdays)
    body += draw(st.text("0123456789", min_size=3, max_size=3))
    # ISO 7064 MOD 11-2 (the system behind GB 11643), computed by its own recursion
    p = 0
    for digit in body:
        p = (p + int(digit)) * 2 % 11
    return body + "0123456789X"[(12 - p) % 11]


def with_character(code, position, character):
    return code[:position] + character + code[position + 1 :]


def swapped(code, position):
    return code[:position] + code[position + 1] + code[position] + code[position + 2 :]


def test_weights_are_those_printed_in_the_norms():
    assert USCC_WEIGHTS == (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
    assert tuple(2 ** (17 - i) % 11 for i in range(17)) == RESIDENT_WEIGHTS
    assert len(USCC_ALPHABET) == 31 and not set(USCC_ALPHABET) & set("IOSVZ")


@pytest.mark.parametrize("code", KNOWN_USCC)
def test_known_codes_are_well_formed_without_remark(code):
    found = check_uscc(code)
    assert found.ok and not found.remarks


def test_parts_of_a_unified_social_credit_code():
    parts = check_uscc("91350100M000100Y43").parts
    assert (parts.department, parts.unit_class, parts.kind) == ("9", "1", "企业")
    assert (parts.division, parts.organisation) == ("350100", "M000100Y4")


def test_a_wrong_check_character_is_told_with_the_right_one():
    found = check_uscc("91350100M000100Y44")
    assert (found.ok, found.position, found.expected, found.cite) == (False, 18, "3", "GB 32100-2015")


@pytest.mark.parametrize(
    ("code", "position"),
    [
        ("91350100M000100Y4", None),
        ("91350100M000100Y433", None),
        ("", None),
        ("9135O100M000100Y43", 5),  # the letter O
        ("91350100I000100Y43", 9),
        ("91350100m000100Y43", 9),
        ("9135010AM000100Y43", 8),  # a letter in the division
    ],
)
def test_length_and_alphabet_are_told_with_the_position(code, position):
    found = check_uscc(code)
    assert not found.ok and found.reason and found.position == position


def test_a_kind_that_is_not_listed_and_an_organisation_code_that_does_not_fit_are_remarks_only():
    body = "Y135010000000001A"
    found = check_uscc(body + uscc_check_character(body))
    assert found.ok and len(found.remarks) == 2


def test_typed_codes_are_brought_into_form_before_they_are_checked():
    typed = " ９１350100-m000100Y4３\t"
    assert normalise_code(typed) == "91350100M000100Y43"


@given(usccs, st.integers(0, 17), st.sampled_from(USCC_ALPHABET))
def test_every_single_wrong_character_of_a_uscc_is_found(code, position, character):
    assume(code[position] != character)
    assert check_uscc(code)
    assert not check_uscc(with_character(code, position, character))


@given(usccs, st.integers(0, 16))
def test_every_swap_of_neighbours_in_a_uscc_is_found(code, position):
    assume(code[position] != code[position + 1])
    assert not check_uscc(swapped(code, position))


@given(st.text(max_size=24))
def test_no_text_breaks_the_checks(text):
    for check in (check_uscc, check_organisation_code, check_resident_number):
        found = check(text)
        assert found.ok or found.reason


def test_organisation_codes():
    # D 2 1 4 3 5 6 9 by 3 7 9 10 5 8 4 2: 39+14+9+40+15+40+24+18 = 199 = 18*11 + 1 -> 10, written X
    assert check_organisation_code("D2143569X").ok
    assert check_organisation_code("D21435690").expected == "X"
    # 1 by 10 at the fourth place and 1 by 4 at the seventh ... 00010010: 10 + 4 = 14 = 11 + 3 -> 8
    assert check_organisation_code("000100108").ok
    # all zero: sum 0 -> 11, written 0
    assert check_organisation_code("000000000").ok


def test_an_organisation_code_cannot_tell_characters_eleven_apart():
    assert ORGANISATION_ALPHABET.index("B") == 11
    assert check_organisation_code("000000000").ok and check_organisation_code("B00000000").ok


def test_parts_of_a_resident_number():
    found = check_resident_number(RESIDENT)
    assert found.ok
    assert (found.parts.division, found.parts.birthday, found.parts.serial) == (
        "110105",
        date(1949, 12, 31),
        "002",
    )


@pytest.mark.parametrize(
    ("number", "position", "expected"),
    [
        ("110105194912310021", 18, "X"),
        ("11010519490231002X", 7, "YYYYMMDD"),
        ("11010519491231002x", 18, "0123456789X"),
    ],
)
def test_a_wrong_resident_number_says_why(number, position, expected):
    found = check_resident_number(number)
    assert (found.ok, found.position, found.expected) == (False, position, expected)


@given(residents())
def test_resident_numbers_of_another_algorithm_of_the_same_system_pass(number):
    assert check_resident_number(number).ok


@given(residents(), st.integers(0, 17), st.sampled_from("0123456789"))
def test_every_single_wrong_digit_of_a_resident_number_is_found(number, position, digit):
    assume(number[position] != digit)
    assert not check_resident_number(with_character(number, position, digit)).ok


@given(residents(), st.integers(0, 16))
def test_every_swap_of_neighbours_in_a_resident_number_is_found(number, position):
    assume(number[position] != number[position + 1])
    assert not check_resident_number(swapped(number, position)).ok


def test_a_leap_day_is_a_birthday_in_leap_years_only():
    assert check_resident_number("110105190002290010").reason == "出生日期不存在"
    assert date(2000, 2, 29) - date(2000, 2, 28) == timedelta(1)
    assert check_resident_number("110105200002290010").reason != "出生日期不存在"
