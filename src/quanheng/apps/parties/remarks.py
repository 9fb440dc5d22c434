"""What an officer should look at before he confirms a unit: oddities of its code, none of which is an error.

A unified social credit code keeps the division of its first registration for ever, so a unit that moved, or whose
district was merged, carries an old one. That is a hint and never a refusal.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from quanheng.apps.parties.models import Division, Organisation, Succession
from quanheng.law.identity import check_uscc


def on_code(unit: Organisation) -> list[str]:
    """Remarks on the code of a unit, in words."""
    if not unit.uscc:
        return [_("没有填统一社会信用代码")]
    checked = check_uscc(unit.uscc)
    if not checked.ok or checked.parts is None:
        return [_(checked.reason)]
    found = [_(remark) for remark in checked.remarks]
    if unit.division is not None and checked.parts.division not in set(codes_around(unit.division)):
        words = {"inside": checked.parts.division, "place": unit.division.name}
        found.append(_("代码里的行政区划 %(inside)s 与所在地%(place)s不同，可能是迁址或区划调整") % words)
    return found


def codes_around(division: Division) -> Iterator[str]:
    """Codes that a unit in this division may well carry: its own, those above it, those that it took over."""
    place: Division | None = division
    while place is not None:
        yield place.code
        place = place.parent
    for taken in Succession.objects.filter(new=division).select_related("old"):
        yield taken.old.code
