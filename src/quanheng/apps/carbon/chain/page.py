"""The page of a chain: two rivers, from the figure down to the raw row and from trust down to the certificate.

What the chain says is computed in `chain`; here it is only put into words. A broken step stands in its place.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quanheng.apps.carbon import drawing, queries, words
from quanheng.apps.carbon.chain import chain as way
from quanheng.apps.carbon.models import Statement
from quanheng.apps.monitoring import queries as monitoring
from quanheng.apps.records.pages import DetailPage
from quanheng.errors import BadInput, QuanhengError
from quanheng.science.uncertainty.rounding import format_result, group_digits, round_to_place

Node = dict[str, Any]


class ChainPage(DetailPage):
    """来龙去脉 of one hour of a statement, through one of its inputs."""

    template_name = "carbon/chain.html"
    query = queries.statements
    crumbs = ((gettext_lazy("核算结果"), "carbon:statements"),)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        row = self.find()
        if row.method == Statement.Method.CEMS:
            return super().get(request, *args, **kwargs)
        asked = {"source": request.GET.get("source", "")}  # activity data have their own page
        return redirect(f"{reverse('carbon:activity-chain', args=[row.pk])}?{urlencode(asked)}")

    def page_title(self) -> str:
        return _("来龙去脉：这一吨从哪里来")

    def context(self) -> dict[str, Any]:
        row = self.object
        shown = {"state": words.STATES[row.state], "asked": self.request.GET.get("hour", "")[:16]}
        codes = [one["code"] for one in row.result["sources"]]
        source = self.request.GET.get("source") if self.request.GET.get("source") in codes else None
        shown["codes"], shown["source"] = codes, source or codes[0]
        chain, problem = self._walked(source)
        if chain is None:
            readings = [_figure(row, None), _broken(_("重新计算"), str(problem))]
            return {**super().context(), **shown, "problem": problem, "readings": readings}
        return {**super().context(), **shown, **self._rivers(chain), "problem": problem}

    def _walked(self, source: str | None) -> tuple[dict[str, Any] | None, str]:
        """The chain of the hour asked for; if that hour has none, the default one and why."""
        hour, problem = _hour(self.request.GET.get("hour", ""))
        try:
            return way.chain(self.object, hour, source), problem
        except BadInput as error:
            problem = "；".join(str(HOURS.get(p.message, p.message)) for p in error.problems)
        except QuanhengError as error:
            return None, str(error)
        try:
            return way.chain(self.object, None, source), problem
        except QuanhengError as error:
            return None, str(error)

    def _rivers(self, chain: dict[str, Any]) -> dict[str, Any]:
        ways = [
            (n, m)
            for n, one in enumerate(chain["inputs"])
            for m, _part in enumerate(one["covered_by"] or [None])
        ]
        asked = self.request.GET.get("way", "")
        chosen = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 3 else 0
        n, m = ways[chosen] if chosen < len(ways) else ways[0]
        one = chain["inputs"][n]
        part = one["covered_by"][m] if one["covered_by"] else None
        verdict = part["verdict"] if part else "not covered"
        return {
            "chain": chain,
            "start": dt.datetime.fromisoformat(chain["hour"]["start"]),
            "input": words.named(words.INPUTS, one["input"]),
            "ways": [
                {
                    "n": k,
                    "name": _way_name(chain["inputs"][a], b),
                    "current": (a, b) == (n, m),
                    "verdict": _way_verdict(chain["inputs"][a], b),
                }
                for k, (a, b) in enumerate(ways)
            ],
            "readings": _readings(self.object, chain, one),
            "trust": _trust(part, one, zoneinfo.ZoneInfo(self.object.site.time_zone)),
            "constants": [_constant(value) for value in chain["hour"]["constants"]],
            "met": verdict != "not covered" and not _ended(part),
            "verdict": words.VERDICTS[verdict],
            "lines": [_("同一时刻"), _("同一台器具")] if part and part["certificate"] else [],
            "meeting": _meeting(self.object, chain, one, part),
        }


HOURS = {
    "is not the start of an hour of this year": gettext_lazy("不是本年度里一个小时的起点"),
    "this hour has no complete reading: nothing of it is in the total": gettext_lazy(
        "这个小时的读数不齐，不在合计里"
    ),
}


def _hour(text: str) -> tuple[dt.datetime | None, str]:
    if not text:
        return None, ""
    try:
        return dt.datetime.fromisoformat(text[:25]), ""
    except ValueError:
        return None, _("“%(text)s”不是时间") % {"text": text[:25]}


def _way_name(one: dict[str, Any], part: int) -> str:
    name = str(words.named(words.INPUTS, one["input"]))
    return f"{name}　{one['covered_by'][part]['instrument']['code']}" if one["covered_by"] else name


def _way_verdict(one: dict[str, Any], part: int) -> tuple[str, Any]:
    found = one["covered_by"][part] if one["covered_by"] else None
    if _ended(found):
        return "bad", _("证书已撤销")
    return words.VERDICTS[found["verdict"] if found else "not covered"]


def _ended(part: dict[str, Any] | None) -> bool:
    return bool(part and part["certificate"] and part["certificate"]["ended_since"])


def _broken(kind: str, reason: str, value: str = "") -> Node:
    return {"kind": kind, "value": value or "—", "broken": True, "reason": reason}


# ---- the left river ------------------------------------------------------------------------------------------


def _readings(row: Any, chain: dict[str, Any], one: dict[str, Any]) -> list[Node]:
    hour = chain["hour"]
    zone = zoneinfo.ZoneInfo(row.site.time_zone)
    start = dt.datetime.fromisoformat(hour["start"]).astimezone(zone)
    mass = group_digits(round_to_place(hour["mass_kg"], 0))
    source = next(s for s in row.result["sources"] if s["code"] == hour["source"])
    tonnes = format_result(source["tonnes"], source["U"], "t CO₂") if source["U"] else "—"
    unit = monitoring.quantities()[one["quantity"]].symbol
    indication, corrected = _plain(one["indication"]), _plain(one["corrected"])
    return [
        _figure(row, chain["statement"]),
        {
            "kind": _("排放源"),
            "value": f"{source['code']} {source['name']}",
            "small": tonnes,
            "url": _source_page(row, source["code"]),
        },
        {
            "kind": _("小时值"),
            "value": f"{date_format(start, 'DATE_FORMAT')} {start:%H:%M}　{mass} kg CO₂",
            "note": _("由 %(n)s 个输入量算出，这里看%(input)s")
            % {"n": len(chain["inputs"]), "input": words.named(words.INPUTS, one["input"])},
        },
        {
            "kind": _("修正后的读数"),
            "value": f"{corrected} {unit}",
            "small": _("示值 %(x)s") % {"x": indication} if indication != corrected else _("修正值为零"),
            "note": _("修正值取自证书") if one["covered_by"] and one["covered_by"][0]["certificate"] else "",
            "url": _day_of_point(row, one["point"], start),
        },
        _raw(one["reading"]),
    ]


def _source_page(row: Any, code: str) -> str:
    found = next((one.pk for one in queries.sources_of(row.site) if one.code == code), None)
    return reverse("carbon:source", args=[found]) if found else ""


def _day_of_point(row: Any, code: str, start: dt.datetime) -> str:
    """The page of a point, opened at the day of this hour."""
    page = reverse("monitoring:point", args=[monitoring.point_named(row.site, code).pk])
    return f"{page}?{urlencode({'from': start.date(), 'to': start.date()})}"


def _plain(text: str | None) -> str:
    return "—" if text is None else group_digits(f"{float(text):.9g}")


def _figure(row: Any, again: dict[str, Any] | None) -> Node:
    kind, word = words.STATES[row.state]
    node: Node = {
        "kind": _("核算结果"),
        "chip": {"kind": kind, "word": word},
        "value": format_result(row.value, row.expanded_uncertainty, "t CO₂"),
        "small": f"（k = {row.coverage_factor.normalize()}）",
        "note": f"{row.number}　{row.site.name}　{row.year}",
        "url": reverse("carbon:statement", args=[row.pk]),
    }
    if again is None:
        return node
    if again["recomputed"]["agrees"]:
        return {**node, "note": f"{node['note']}　" + _("按固定的读数重新计算，一致")}
    found = format_result(again["recomputed"]["value_t"], again["recomputed"]["U_t"], "t CO₂")
    return {
        **node,
        "broken": True,
        "reason": _("重新计算得到 %(found)s，与核算结果不一致") % {"found": found},
    }


def _raw(reading: dict[str, Any]) -> Node:
    node: Node = {
        "kind": _("原始行"),
        "value": _("“%(text)s”") % {"text": reading["text"]},
        "small": _("%(file)s 第 %(row)s 行") % {"file": reading["file"], "row": reading["row"]},
        "note": _("第 %(n)s 次提交") % {"n": reading["commit"]},
        "digest": reading["file_sha256"],
        "url": reverse("monitoring:batch", args=[monitoring.batch(reading["commit"]).pk]),
        "end": True,
    }
    if reading["proof"]["holds"]:
        return {**node, "chip": {"kind": "ok", "word": _("校验一致")}}
    return {**node, "broken": True, "reason": _("这一行对不上收到时的默克尔根：文件被改动")}


# ---- the right river -----------------------------------------------------------------------------------------


def _trust(part: Node | None, one: Node, zone: dt.tzinfo) -> list[Node]:
    """From who vouches down to the certificate; without a certificate the river breaks where it would stand."""
    if part is None or part["installed"]["from"] is None:
        return [{**_broken(_("器具"), _("这个时刻测点上没有登记器具")), "end": True}]
    certificate = part["certificate"]
    if certificate is None:
        return [_instrument(part, zone), _certificate(part)]
    return [
        _issuer(certificate),
        {"kind": _("计量标准"), "value": certificate["standards"] or _("证书没有写")},
        _instrument(part, zone),
        _calibration(certificate, one),
        {**_certificate(part), "end": True},
    ]


def _calibration(certificate: Node, one: Node) -> Node:
    """The line of the table nearest to the reading, as the certificate states it."""
    unit = "%" if certificate["basis"] == "relative" else f"\u00a0{certificate['unit']}"
    points = [[float(x) for x in row] for row in certificate["points"]]
    many = _("共 %(n)s 个校准点") % {"n": len(points)}
    if certificate["range_kept"] is None or one["indication"] is None:
        worst = max(points, key=lambda p: p[2] / p[3])
        return {
            "kind": _("校准结果"),
            "value": f"U = {_plain(repr(worst[2]))}{unit}",
            "small": f"k = {worst[3]:g}",
            "note": many,
        }
    low, high = (float(x) for x in certificate["range"])
    kept_low, kept_high = (float(x) for x in certificate["range_kept"])
    slope = (high - low) / (kept_high - kept_low) if kept_high != kept_low else 1.0
    own = low + (float(one["indication"]) - kept_low) * slope
    nominal, error, U, k = min(points, key=lambda p: abs(p[0] - own))
    return {
        "kind": _("校准结果"),
        "value": f"{_('误差')} {group_digits(f'{error:.9g}', signed=True)}{unit}　U = {_plain(repr(U))}{unit}",
        "small": f"k = {k:g}",
        "note": _("最近的校准点 %(x)s %(unit)s，") % {"x": _plain(repr(nominal)), "unit": certificate["unit"]}
        + many,
    }


def _constant(value: Node) -> Node:
    checked = words.CHECKED.get(value["verified"], words.CHECKED["none"])
    name = words.named(words.INPUTS, value["name"])
    return {**value, "name": name, "key": words.norm_in_words(value["norm"]), "checked": checked}


def _issuer(certificate: dict[str, Any]) -> Node:
    issuer = certificate["name"].partition("/")[0]
    entered = {"issuer": _("由出具单位录入"), "confirmed": _("由器具所属单位录入，出具单位已确认")}
    note = entered.get(certificate["entered_by"], _("由器具所属单位录入，出具单位未确认"))
    chip = None if certificate["entered_by"] in entered else {"kind": "prov", "word": _("暂定")}
    more = _("出具单位的资格和计量标准没有在平台核对")
    return {"kind": _("出具单位"), "value": issuer, "note": f"{note}。{more}", "chip": chip}


def _certificate(part: dict[str, Any]) -> Node:
    certificate = part["certificate"]
    if certificate is None:
        return _broken(_("证书"), _("没有证书管到这个时刻，标准不确定度取平台的提案（暂定）"), _("没有证书"))
    low, high = (group_digits(x) for x in certificate["range"])
    until = _day(certificate["valid_until"]) if certificate["valid_until"] else _("没有写")
    ledger = certificate["ledger"] or {}
    node: Node = {
        "kind": _("证书"),
        "value": certificate["name"].partition("/")[2],
        "small": _("%(start)s 至 %(end)s") % {"start": _day(certificate["valid_from"]), "end": until},
        "note": f"({low}～{high}) {certificate['unit']}",
        "digest": ledger.get("digest"),
        "url": reverse("laboratory:certificate", args=[certificate["id"]]),
    }
    if certificate["ended_since"]:
        ended = {**certificate["ended_since"], "on": _day(certificate["ended_since"]["on"])}
        reason = _("核算时有效，%(on)s %(word)s：%(reason)s") % ended
        return {**node, "broken": True, "reason": reason}
    kind, word = words.VERDICTS[part["verdict"]]
    if part["reasons"]:
        reasons = _("、").join(str(words.named(words.REASONS, reason)) for reason in part["reasons"])
        node["note"] = f"{node['note']}　{reasons}"
    return {**node, "chip": {"kind": kind, "word": word}}


def _instrument(part: Node, zone: dt.tzinfo) -> Node:
    one, end = part["instrument"], part["installed"]["to"]
    since = _("%(start)s 起装在这个测点") % {"start": _day(part["installed"]["from"], zone)}
    return {
        "kind": _("器具"),
        "value": f"{one['code']} {one['name']}",
        "small": f"{one['maker']} {one['model']} {one['serial']}",
        "note": since + (_("，%(end)s 拆下") % {"end": _day(end, zone)} if end else ""),
        "url": reverse("laboratory:instrument", args=[one["id"]]),
    }


def _day(text: str, zone: dt.tzinfo | None = None) -> str:
    """A day, or the day of a moment by the clock of the site."""
    day = dt.datetime.fromisoformat(text).astimezone(zone) if zone else dt.date.fromisoformat(text)
    return date_format(day, "DATE_FORMAT")


def _meeting(
    row: Any, chain: dict[str, Any], one: dict[str, Any], part: dict[str, Any] | None
) -> Node | None:
    """Why both rivers meet: the time, the range and the place, with the reading on the scale of the certificate."""
    if part is None or part["certificate"] is None:
        return None
    certificate = part["certificate"]
    meeting: Node = {
        "from": dt.date.fromisoformat(certificate["valid_from"]),
        "until": dt.date.fromisoformat(certificate["valid_until"]) if certificate["valid_until"] else None,
        "reasons": [words.named(words.REASONS, reason) for reason in part["reasons"]],
        "instrument": part["instrument"]["code"],
        "point": one["point"],
        "value": _plain(one["indication"]),
        "unit": monitoring.quantities()[one["quantity"]].symbol,
    }
    if certificate["range_kept"]:
        low, high = (float(x) for x in certificate["range_kept"])
        value = float(one["indication"])
        meeting["drawn"] = drawing.reach(low, high, value)
        meeting["range"] = (_plain(repr(low)), _plain(repr(high)))
        meeting["inside"] = low <= value <= high
    return meeting
