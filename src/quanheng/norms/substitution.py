"""Rules for replacing missing hours, as data with their citation. What they do is in ``quanheng.science.series``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any

import yaml

from quanheng.errors import BadInput
from quanheng.norms.schema import VERIFIED, Verified, fingerprint

KEYS = {"title", "norm", "edition", "page", "verified", "source", "capture_over", "bands", "below"}
BAND_KEYS = {"capture_from", "gap_up_to", "take", "of_last", "percentile"}
TAKES = ("maximum", "neighbours", "neighbours_or_percentile")


@dataclass(frozen=True, slots=True)
class BandText:
    """One band as the norm prints it: from which share of valid hours, up to which gap, what is taken of how many hours."""

    capture_from: Decimal
    gap_up_to: int | None
    take: str
    of_last: int | None
    percentile: Decimal | None


@dataclass(frozen=True, slots=True)
class SubstitutionRule:
    """One rule: its bands from the best share of valid hours down, where it stands, and its version."""

    key: str
    title: str
    norm: str
    edition: str
    page: str
    verified: Verified
    source: str
    capture_over: str
    bands: tuple[BandText, ...]
    below: str
    version: str

    @property
    def cite(self) -> str:
        """Norm and edition in one line, and the page where it is known."""
        page = "" if self.page == "page not known" else f", {self.page}"
        return f"{self.norm} ({self.edition}){page}"

    @property
    def dependency(self) -> tuple[str, str, str]:
        """(kind, id, version) for the dependency record of a derived result."""
        return "substitution", self.key, self.version


@cache
def substitution_rules() -> Mapping[str, SubstitutionRule]:
    """The rules that come with the house, by key.

    Raises
    ------
    BadInput : an unknown, missing or ill-formed key of the packaged file
    """
    file = resources.files("quanheng.norms") / "rules" / "substitution.yaml"
    return load_rules(file.read_text(encoding="utf-8"))


def load_rules(text: str) -> Mapping[str, SubstitutionRule]:
    """Read rules from YAML text.

    Parameters
    ----------
    text : key -> title, norm, edition, page, verified, source, capture_over (quarter or year), bands, below

    Raises
    ------
    BadInput : an unknown, missing or ill-formed key
    """
    document = yaml.safe_load(text)
    if not isinstance(document, dict):
        raise BadInput("a file of rules is a mapping", field="rules")
    return {str(key): _rule(str(key), content) for key, content in document.items()}


def _rule(key: str, content: Any) -> SubstitutionRule:
    _refuse_other_keys(content, KEYS, KEYS, key)
    if content["verified"] not in VERIFIED or content["capture_over"] not in ("quarter", "year"):
        raise BadInput("ill-formed", field=key, expected="a known mark and quarter or year")
    bands = tuple(_band(one, f"{key}.bands[{n}]") for n, one in enumerate(content["bands"]))
    words = {name: str(content[name]) for name in ("title", "norm", "edition", "page", "source", "below")}
    return SubstitutionRule(
        key,
        verified=content["verified"],
        capture_over=content["capture_over"],
        bands=bands,
        version=fingerprint(content),
        **words,
    )


def _band(content: Any, where: str) -> BandText:
    _refuse_other_keys(content, BAND_KEYS, {"capture_from", "take"}, where)
    needs = {"maximum": {"of_last"}, "neighbours_or_percentile": {"of_last", "percentile"}}
    lacking = needs.get(content["take"], set()) - set(content)
    if content["take"] not in TAKES or lacking:
        raise BadInput("ill-formed", field=where, expected=" / ".join(TAKES) + " with of_last and percentile")
    percentile = content.get("percentile")
    return BandText(
        Decimal(str(content["capture_from"])),
        content.get("gap_up_to"),
        content["take"],
        content.get("of_last"),
        None if percentile is None else Decimal(str(percentile)),
    )


def _refuse_other_keys(content: Any, known: set[str], needed: set[str], where: str) -> None:
    if not isinstance(content, dict) or set(content) - known or needed - set(content):
        found = ", ".join(sorted(content)) if isinstance(content, dict) else str(content)
        raise BadInput("unknown or missing key", field=where, found=found, expected=", ".join(sorted(known)))
