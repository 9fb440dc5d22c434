"""Check digits of the identity codes of China: unified social credit code, organisation code, resident number.

Well formed is not the same as issued: no register is asked here. Codes are taken strictly as they must be
stored; ``normalise_code`` brings what people type or paste into that form first.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources

import yaml

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100-2015: without I, O, S, V, Z
USCC_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))  # GB 32100-2015, 5: 3^(i-1) mod 31
ORGANISATION_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"  # GB 11714-1997
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)  # GB 11714-1997
RESIDENT_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643-1999: 2^(18-i) mod 11
RESIDENT_CHECKS = "10X98765432"  # GB 11643-1999, by sum mod 11


@dataclass(frozen=True, slots=True)
class CodeParts:
    """What a well-formed code says: only the fields that its kind has are filled.

    department, unit_class: first two characters of the unified social credit code; kind: their label, empty
    if not listed; division: six digits of GB/T 2260; organisation: nine characters of GB 11714; birthday,
    serial: of the resident number.
    """

    department: str = ""
    unit_class: str = ""
    kind: str = ""
    division: str = ""
    organisation: str = ""
    birthday: date | None = None
    serial: str = ""


@dataclass(frozen=True, slots=True)
class CodeCheck:
    """Whether a code is well formed, and if not, why.

    reason: one fixed sentence (a message that can be translated), empty if ok; position: of the first
    character at fault, counted from 1, or None; expected: what belongs there, as far as it is known; cite:
    the norm; remarks: what is odd without making the code wrong.
    """

    ok: bool
    reason: str = ""
    position: int | None = None
    expected: str = ""
    cite: str = ""
    parts: CodeParts | None = None
    remarks: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self.ok


def normalise_code(text: str) -> str:
    """Full width to half width, small to capital letters, blanks and hyphens gone.

    References: Unicode standard annex 15 (NFKC)
    """
    wide = unicodedata.normalize("NFKC", text).upper()
    return "".join(c for c in wide if not c.isspace() and c not in "-\u2010\u2011\u2012\u2013\u2212")


def check_uscc(text: str) -> CodeCheck:
    """Unified social credit code (统一社会信用代码), 18 characters.

    Returns
    -------
    CodeCheck with department, class, division and organisation code; a wrong check character of the
    embedded organisation code, or an unlisted kind, is a remark

    Notes
    -----
    check = (31 - sum(c_i · 3^(i-1)) mod 31) mod 31 over the first 17 characters. 31 is prime, so every
    single wrong character and every swap of two neighbours is found.

    References
    ----------
    GB 32100-2015
    """
    cite = "GB 32100-2015"
    fault = _shape(text, 18, [USCC_ALPHABET] * 2 + ["0123456789"] * 6 + [USCC_ALPHABET] * 10, cite)
    if fault is not None:
        return fault
    expected = uscc_check_character(text[:17])
    if text[17] != expected:
        return CodeCheck(False, "校验码不符", 18, expected, cite)
    kind = _kinds().get(text[:2], "")
    remarks: tuple[str, ...] = () if kind else ("登记管理部门与机构类别代码未列入",)
    if not check_organisation_code(text[8:17]):
        remarks += ("主体标识码的校验码不符",)
    parts = CodeParts(text[0], text[1], kind, text[2:8], text[8:17])
    return CodeCheck(True, cite=cite, parts=parts, remarks=remarks)


def uscc_check_character(first17: str) -> str:
    """Check character for the first 17 characters of a unified social credit code.

    Raises ValueError if a character is outside the alphabet. References: GB 32100-2015
    """
    weighted = _weighted(first17, USCC_ALPHABET, USCC_WEIGHTS)
    return USCC_ALPHABET[-weighted % 31]


def check_organisation_code(text: str) -> CodeCheck:
    """Organisation code (组织机构代码), 8 characters and a check character, without the hyphen.

    Notes
    -----
    check = 11 - sum(c_i w_i) mod 11, with 10 written X and 11 written 0. The modulus is 11 and letters go
    up to 35: exchanging characters that differ by a multiple of 11 (0 and B) is not found.

    References
    ----------
    GB 11714-1997
    """
    cite = "GB 11714-1997"
    fault = _shape(text, 9, [ORGANISATION_ALPHABET] * 8 + ["0123456789X"], cite)
    if fault is not None:
        return fault
    expected = "0123456789X"[-_weighted(text[:8], ORGANISATION_ALPHABET, ORGANISATION_WEIGHTS) % 11]
    if text[8] != expected:
        return CodeCheck(False, "校验码不符", 9, expected, cite)
    return CodeCheck(True, cite=cite, parts=CodeParts(organisation=text))


def check_resident_number(text: str) -> CodeCheck:
    """Resident identity number (公民身份号码), 18 characters. Personal data: store it encrypted, show it masked.

    Notes
    -----
    The check character is looked up by sum(d_i · 2^(18-i)) mod 11. Whether the day of birth lies in the
    past is not asked, because no clock is read here.

    References
    ----------
    GB 11643-1999
    """
    cite = "GB 11643-1999"
    fault = _shape(text, 18, ["0123456789"] * 17 + ["0123456789X"], cite)
    if fault is not None:
        return fault
    birthday = _birthday(text[6:14])
    if birthday is None:
        return CodeCheck(False, "出生日期不存在", 7, "YYYYMMDD", cite)
    expected = RESIDENT_CHECKS[_weighted(text[:17], "0123456789", RESIDENT_WEIGHTS) % 11]
    if text[17] != expected:
        return CodeCheck(False, "校验码不符", 18, expected, cite)
    parts = CodeParts(division=text[:6], birthday=birthday, serial=text[14:17])
    return CodeCheck(True, cite=cite, parts=parts)


def _shape(text: str, length: int, alphabets: Sequence[str], cite: str) -> CodeCheck | None:
    if len(text) != length:
        return CodeCheck(False, "长度不符", None, str(length), cite)
    for position, (character, alphabet) in enumerate(zip(text, alphabets, strict=True), start=1):
        if character not in alphabet:
            return CodeCheck(False, "含有不允许的字符", position, alphabet, cite)
    return None


def _weighted(text: str, alphabet: str, weights: Sequence[int]) -> int:
    return sum(alphabet.index(character) * w for character, w in zip(text, weights, strict=True))


def _birthday(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


@cache
def _kinds() -> dict[str, str]:
    table = resources.files("quanheng.law") / "codes" / "uscc.yaml"
    return dict(yaml.safe_load(table.read_text(encoding="utf-8"))["pairs"])
