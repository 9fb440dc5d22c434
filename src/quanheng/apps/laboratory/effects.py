"""What would fall or has fallen with a certificate: what later apps tell, and which certificates stand on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from quanheng.apps.laboratory import queries, traceability
from quanheng.apps.laboratory.registries import Effect, Kind, effects
from quanheng.apps.records.action import judge, read_input
from quanheng.errors import BadInput, Refused
from quanheng.science.uncertainty.rounding import format_result, group_digits, round_to_place


def foretold(actor: Any, certificate: str, kind: Kind) -> dict[str, Effect]:
    """What each app says would follow if this certificate (ISSUER/NUMBER) fell; nothing is written.

    `laboratory.certificates` is this app's own part: the certificates and checks that name it as their standard,
    directly or by others; by name where the actor may see them, else counted.
    """
    row = queries.certificate_named(certificate)
    seen, others = traceability.standing_on(actor, row.name)
    own: Effect = {"certificates": seen, "others": others}
    facts = queries.certificate_facts(row, timezone.now())
    return {"laboratory.certificates": own, **effects.of(actor, facts, kind)}


def refuse_unless_possible(spec: Any, actor: Any, given: Mapping[str, Any]) -> None:
    """Ask shape, right and state beforehand, so that what cannot be done is not foretold either."""
    verdict = judge(spec, actor, read_input(spec, dict(given)))
    if not verdict.ok:
        raise Refused(verdict)
    row = queries.certificate_named(given["certificate"])
    if row.state != "valid":
        raise BadInput("is not in force", field="certificate", found=str(row.get_state_display()))


def lines(told: Mapping[str, Effect]) -> list[str]:
    """The same in sentences, for the page of the act and the command line."""
    found = [line for effect in told.values() for line in _lines(effect)]
    return found or [_("没有结果用到它")]


def _lines(effect: Effect) -> list[str]:
    said = []
    named, others = effect.get("certificates", []), effect.get("others", 0)
    if named or others:
        count = len(named) + others
        text = ngettext("%(n)s 份证书或核查以它为标准", "%(n)s 份证书或核查以它为标准", count) % {"n": count}
        said.append(f"{text}{_('：')}{'、'.join(named)}" if named else text)
    if effect.get("readings") or effect.get("hours"):
        told = {"readings": effect.get("readings", 0), "hours": effect.get("hours", 0)}
        said.append(_("涉及 %(readings)s 个读数、%(hours)s 小时") % told)
    if effect.get("tonnes") not in (None, "", "0"):
        tonnes = group_digits(round_to_place(effect["tonnes"], 0 if float(effect["tonnes"]) >= 100 else -1))
        said.append(_("涉及 %(tonnes)s t") % {"tonnes": tonnes})
    said += [_statement(one) for one in effect.get("statements", [])]
    said += [
        _("要告知 %(organisation)s：%(count)s 项")
        % {"organisation": one.get("name") or one["organisation"], "count": one["count"]}
        for one in effect.get("tell", [])
    ]
    return said


def _statement(one: Mapping[str, Any]) -> str:
    old, new = one.get("old"), one.get("proposed")
    if not old or not new:
        return _("核算结果 %(number)s（%(owner)s）须重述") % {"number": one["number"], "owner": one["owner"]}
    told = {
        "number": one["number"],
        "owner": one["owner"],
        "old": format_result(old["value"], old["U"], "t"),
        "new": format_result(new["value"], new["U"], "t"),
    }
    return _("核算结果 %(number)s（%(owner)s）：%(old)s，拟改为 %(new)s") % told
