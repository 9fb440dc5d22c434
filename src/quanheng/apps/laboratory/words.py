"""How certificates and the graph of standards are said on a page: a word beside each shape and colour."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from quanheng.apps.laboratory.models import Certificate
from quanheng.apps.laboratory.traceability import LEVEL_OF, Node, own_standing

MESSAGES = {
    "Field required": gettext_lazy("没有填。"),
    "is empty": gettext_lazy("没有填。"),
    "is a formula": gettext_lazy("是公式，请填它的值。"),
    "unknown word": gettext_lazy("不是可填的词。"),
    "unknown instrument": gettext_lazy("没有这个器具。"),
    "unknown organisation": gettext_lazy("没有这个单位。"),
    "not a number": gettext_lazy("不是数字。"),
    "not a finite number": gettext_lazy("不是有限的、最多 15 位的数字。"),
    "must be greater than 0": gettext_lazy("应大于 0。"),
    "lies outside the stated range": gettext_lazy("在证书写明的范围之外。"),
    "lies before its beginning": gettext_lazy("早于起点。"),
    "lies in the future": gettext_lazy("在将来。"),
    "unknown unit, or a unit of another quantity": gettext_lazy("不认识的单位，或者是另一种量的单位。"),
    "needs the error or the correction": gettext_lazy("示值误差和修正值填且只填一个。"),
    "gives errors and corrections at once": gettext_lazy("同一张证书不能既给误差又给修正值。"),
    "a certificate without a point says nothing": gettext_lazy("证书没有一个校准点。"),
    "belongs to no certificate of this file": gettext_lazy("文件里没有它所属的证书。"),
    "stands here already with another value": gettext_lazy("已经录入过，值不同；录入的不改写。"),
    "no section of the mapping takes this row": gettext_lazy("对照文件里没有收这一行的规定。"),
    "the mapping has no word for this": gettext_lazy("对照文件里没有这个词。"),
    "differs from the first row of its group": gettext_lazy("与同组第一行不同。"),
    "String should match pattern": gettext_lazy("格式不对。"),
    "String should have at": gettext_lazy("长度不对。"),
    "Input should be a valid date": gettext_lazy("不是日期。"),
    "Input should be a valid decimal": gettext_lazy("不是数字。"),
    "Input should be greater": gettext_lazy("太小。"),
    "Input should be": gettext_lazy("不是可填的值。"),
}
SOON = 30  # days before the end of validity in which a certificate is said to end soon
CHIPS = {"ok": "ok", "unknown": "mute", "warn": "warn", "bad": "bad"}
OWN = {
    "in_force": gettext_lazy("有效"),
    "recorded": gettext_lazy("核查记录"),
    "national": gettext_lazy("国家基准、国家标准物质"),
    "stated": gettext_lazy("按纸面记载，本平台没有它的证书"),
    "not_named": gettext_lazy("没有写明所用标准"),
    "replaced": gettext_lazy("已被替换"),
    "not_yet": gettext_lazy("尚未生效"),
    "expired": gettext_lazy("已过期"),
    "expired_at_use": gettext_lazy("使用时已过期"),
    "not_yet_at_use": gettext_lazy("使用时尚未生效"),
    "revoked": gettext_lazy("已撤销"),
    "circular": gettext_lazy("循环引用"),
}
KINDS = {
    "instruments": gettext_lazy("计量器具"),
    "certificates": gettext_lazy("证书"),
    "placements": gettext_lazy("装用记载"),
    "checks": gettext_lazy("核查记录"),
    "rows": gettext_lazy("其他行"),
}
LEVELS = {
    "ok": gettext_lazy("溯源链完整"),
    "unknown": gettext_lazy("溯源链有一段在本平台查不到"),
    "warn": gettext_lazy("所用标准的证书已被替换"),
    "bad": gettext_lazy("溯源链断开"),
}


def standing(certificate: Certificate, day: dt.date) -> tuple[str, Any]:
    """How a certificate stands on a day, as kind of chip and word."""
    own, _since = own_standing(certificate, day)
    if own == "revoked":
        return "bad", _("证书已撤销")
    if own == "replaced":
        return "mute", _("已被新证书替换")
    if own == "expired":
        return "bad", _("已过有效期")
    if own == "not_yet":
        return "info", _("尚未生效")
    left = (certificate.valid_until - day).days if certificate.valid_until else None
    if left is not None and left <= SOON:
        return "warn", _("有效，剩 %(n)s 天") % {"n": left}
    return "ok", _("证书有效")


@dataclass(frozen=True, slots=True)
class Shown:
    """One node of the graph as a page shows it."""

    name: str
    title: str
    chip: str
    word: str
    url: str
    valid_until: dt.date | None
    used_on: dt.date | None
    repeated: bool
    level_chip: str
    level_word: str
    parents: tuple[Shown, ...]


def shown(node: Node, visible: Collection[str]) -> Shown:
    """The graph for a page; a certificate is a link only where its page may be seen (`visible` ids)."""
    url = reverse("laboratory:certificate", args=[node.id]) if node.id and node.id in visible else ""
    return Shown(
        node.name,
        node.title,
        CHIPS[LEVEL_OF[node.own]],
        str(OWN[node.own]),
        url,
        node.valid_until,
        node.used_on,
        node.repeated,
        CHIPS[node.level],
        str(LEVELS[node.level]),
        tuple(shown(parent, visible) for parent in node.parents),
    )


def ids(node: Node) -> set[str]:
    """The certificates in a graph that this installation holds."""
    own = {node.id} if node.id and node.kind == "certificate" else set()
    return own.union(*(ids(parent) for parent in node.parents))


def weak(node: Node) -> str:
    """The broken or unknown parts in one sentence; empty where everything holds."""
    said = [" ".join(part for part in (n.name or n.title, str(OWN[n.own])) if part) for n in node.weak()]
    return _("、").join(said)


def told(problems: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Stored problems as the page of an import says them; a sentence without words here is shown as it is."""
    if (get_language() or "").startswith("en"):
        return [dict(problem) for problem in problems]
    return [{**problem, "message": _said(str(problem["message"])), "remedy": ""} for problem in problems]


def _said(message: str) -> str:
    return next((str(words) for start, words in MESSAGES.items() if message.startswith(start)), message)
