"""Rules for missing hours as data: what the packaged file says, and what it may not say."""

from decimal import Decimal

import pytest

from quanheng.errors import BadInput
from quanheng.norms.substitution import load_rules, substitution_rules

RULE = """
r:
  title: t
  norm: n
  edition: e
  page: p
  verified: none
  source: s
  capture_over: quarter
  bands: [{capture_from: "0.9", take: maximum, of_last: 180}]
  below: nothing
"""


def test_hj75_says_what_is_known_of_it():
    rule = substitution_rules()["hj75"]
    bands = [(b.capture_from, b.gap_up_to, b.take, b.of_last) for b in rule.bands]
    assert bands == [
        (Decimal("0.90"), 24, "maximum", 180),
        (Decimal("0.90"), None, "maximum", 720),
        (Decimal("0.75"), None, "maximum", 2160),
    ]
    assert (rule.capture_over, rule.verified) == ("quarter", "none")
    assert rule.dependency == ("substitution", "hj75", rule.version)


def test_version_follows_content():
    one, two = (load_rules(text)["r"] for text in (RULE, RULE.replace("180", "181")))
    assert one.version != two.version and one.version == load_rules("# remark" + RULE)["r"].version


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("of_last: 180", "of_hours: 180"),
        (", of_last: 180", ""),
        ("take: maximum", "take: guess"),
        ("verified: none", "verified: yes"),
        ("capture_over: quarter", "capture_over: week"),
        ("  below: nothing\n", ""),
        ("title: t", "title: t\n  colour: red"),
    ],
)
def test_unknown_missing_or_ill_formed_key_is_refused(old, new):
    assert old in RULE
    with pytest.raises(BadInput):
        load_rules(RULE.replace(old, new))
