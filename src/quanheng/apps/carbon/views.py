"""Pages of sources and statements: they show what was computed and kept, and compute nothing themselves."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quanheng.apps.carbon import drawing, queries, tables, words
from quanheng.apps.carbon.coverage import enlargements
from quanheng.apps.carbon.flagged import flagged
from quanheng.apps.carbon.papers.leaving import leaving
from quanheng.apps.carbon.words import norm_in_words
from quanheng.apps.monitoring import queries as monitoring
from quanheng.apps.records.classify import urn_of
from quanheng.apps.records.pages import DetailPage, ListPage
from quanheng.science.uncertainty.rounding import group_digits, round_result, round_uncertainty

STATE_OF_STRIP = {"covered": "covered", "conditional": "conditional", "not covered": "none"}


class StatementList(ListPage):
    """核算结果."""

    title = gettext_lazy("核算结果")
    query = queries.statements
    table_class = tables.StatementTable
    filterset_class = tables.StatementFilter
    acts = (("carbon.statement.make", {}),)
    empty_title = gettext_lazy("还没有核算结果")
    empty_text = gettext_lazy("登记排放源、导入读数以后，就可以核算一年的排放量。")


class SourceList(ListPage):
    """排放源与方法."""

    title = gettext_lazy("排放源与方法")
    query = queries.sources
    table_class = tables.SourceTable
    acts = (("carbon.source.register", {}),)
    empty_title = gettext_lazy("还没有排放源")
    empty_text = gettext_lazy("先登记场所和测点，再说明排放源由哪些测点测量。")


class SourcePage(DetailPage):
    """One source: which points carry its inputs, and which constants its method takes."""

    template_name = "carbon/source.html"
    query = queries.sources
    crumbs = ((gettext_lazy("排放源与方法"), "carbon:sources"),)
    acts = (("carbon.statement.make", {"site": lambda row: row.site.code}),)

    def context(self) -> dict[str, Any]:
        source = self.object
        points = monitoring.points_of(source.site)
        inputs = [
            {"name": words.named(words.INPUTS, name), "point": points.get(code), "code": code}
            for name, code in source.points.items()
        ]
        return {**super().context(), "inputs": inputs, "urn": urn_of(source)}


class StatementPage(DetailPage):
    """One statement: figure, where its uncertainty comes from, months, coverage, factors, and what is not in it."""

    template_name = "carbon/statement.html"
    query = queries.statements
    crumbs = ((gettext_lazy("核算结果"), "carbon:statements"),)
    acts = (
        (
            "carbon.statement.make",
            {
                "site": lambda row: row.site.code,
                "year": lambda row: row.year,
                "method": lambda row: row.method,
            },
        ),
    )

    def page_title(self) -> str:
        return _("%(year)s 年度二氧化碳排放核算结果") % {"year": self.object.year}

    def context(self) -> dict[str, Any]:
        row = self.object
        result = row.result
        editions = list(queries.editions(self.actor, row))
        value, expanded = round_result(row.value, row.expanded_uncertainty)
        comparison = drawing.comparison(result["months"], float(row.expanded_uncertainty))
        return {
            **super().context(),
            "state": words.STATES[row.state],
            "leaving": leaving(self.actor, row, self.request.path),
            "standing": _standing(row, editions),
            "method": words.named(words.METHODS, row.method),
            "relative": row.expanded_uncertainty / row.value if row.value else None,
            "editions": [{"row": one, "state": words.STATES[one.state]} for one in editions],
            "change": _change(row, editions),
            "missing": row.hours_of_year - row.hours,
            "complete": row.hours - result.get("substituted", {}).get("hours", 0),
            "unfinished": row.made_at < monitoring.year_of(row.site, row.year)[1],
            "contributions": _contributions(row),
            "thousands": (row.value / 1000, row.expanded_uncertainty / 1000),
            "hero": {"value": group_digits(value), "expanded": group_digits(expanded)},
            "comparison": comparison,
            "apart": group_digits(round_uncertainty(comparison["apart_u"])) if comparison else "",
            "months": result["months"],
            "chart": drawing.months(result["months"]),
            "sources": _sources(row),
            "strips": _strips(row),
            "year_start": dt.date(row.year, 1, 1),
            "year_end": dt.date(row.year, 12, 31),
            "shares": _shares(row),
            "used": _used(row),
            "factors": _factors(row),
            "left_out": [words.named(words.INPUTS, name) for name in result["without_uncertainty"]],
            "silent": result["repeatability_not_stated"],
            "read": row.hours - result["substituted"]["hours"],
            "monthly": row.method != row.Method.CEMS,
            "substituted": _substituted(row),
            "activity": _activity(row),
            "flagged": flagged(row),
            "urn": urn_of(row),
        }


def _standing(row: Any, editions: list[Any]) -> list[dict[str, Any]]:
    """In words, where a statement is not simply the current one: by what it was or may be replaced, each with its page."""
    said = []
    for one in editions:
        of = "carbon:restatement" if one.causes else "carbon:statement"
        link = {"number": one.number, "url": reverse(of, args=[one.pk])}
        if one.replaces_id == row.pk and one.state == "proposed":
            said.append({"text": _("有一项重述等待确认，这个数可能不再成立："), **link})
        elif one.replaces_id == row.pk and one.state in ("current", "replaced"):
            said.append({"text": _("这一版已被替换，不再有效。现在见："), **link})
        elif one.replaces_id == row.pk and one.state == "declined":
            said.append({"text": _("有一项重述没有采纳，原因：%(why)s。见：") % {"why": one.reason}, **link})
        elif one.pk == row.pk and row.causes:
            said.append({"text": _("这一版是一项重述，起因和差别见："), **link})
    return said


def _change(row: Any, editions: list[Any]) -> dict[str, Any] | None:
    """The difference from the edition before, if the reader may see it."""
    before = next((one for one in editions if one.pk == row.replaces_id), None)
    if before is None:
        return None
    difference = row.value - before.value
    return {
        "before": before,
        "tonnes": difference,
        "share": difference / before.value * 100 if before.value else None,
    }


SMALLEST_SHARE = Decimal("0.0005")  # of the variance; smaller ones are told together


def _contributions(row: Any) -> list[dict[str, Any]]:
    listed = [_contribution(row, one) for one in row.result["contributions"]]
    small = [one for one in listed if one["share"] < SMALLEST_SHARE]
    if len(small) < 2:
        return listed
    rest = {
        "name": _("其余 %(n)s 项") % {"n": len(small)},
        "correlation": "",
        "share": sum((one["share"] for one in small), Decimal(0)),
        "kind": "independent",
    }
    return [*(one for one in listed if one["share"] >= SMALLEST_SHARE), rest]


def _contribution(row: Any, one: dict[str, Any]) -> dict[str, Any]:
    common = one["kind"] == "common"
    whole = one["readings"] == row.hours
    correlation = _("全年共同") if whole else _("%(n)s 小时共同") % {"n": group_digits(one["readings"])}
    conditional = [used["component"] for used in row.result["enlargements"]["used"]]
    enlarged = any(one["name"] == c or one["name"].startswith(f"{c}（") for c in conditional)
    instrument, _dot, error = one["name"].partition(" · ")
    of = error.rpartition("/")[2].partition("（")[0]
    return {
        "name": f"{instrument} {words.named(words.INPUTS, one['input'])}{_('：')}{of}",
        "correlation": correlation if common else _("各月独立") if _by_months(row) else _("各时独立"),
        "share": Decimal(one["share"] or "0"),
        "kind": "conditional" if common and enlarged else one["kind"],
    }


def _by_months(row: Any) -> bool:
    """Whether what is drawn anew is drawn once in a month: activity data that nobody reads at a point."""
    return any(one["record"] for one in row.result.get("activity", ()))


def _sources(row: Any) -> list[dict[str, Any]]:
    return [
        {**one, "share": Decimal(one["tonnes"]) / row.value if row.value else None}
        for one in row.result["sources"]
    ]


def _substituted(row: Any) -> list[dict[str, Any]]:
    """What was put in by rule, source by source, with what the rule says of itself."""
    return [
        {
            **one,
            "share": Decimal(one["tonnes"]) / row.value if row.value else None,
            "checked": words.CHECKED[one["verified"]],
        }
        for one in row.result["substituted"]["sources"]
        if one["hours"] or one["left"]
    ]


def _activity(row: Any) -> list[dict[str, Any]]:
    """The months of activity data that entered the figure."""
    listed = (one for one in row.result.get("activity", ()) if one["tonnes"] is not None)
    return [{**one, "how": words.named(words.HOW, one["how"])} for one in listed]


def _strips(row: Any) -> list[dict[str, Any]]:
    found = []
    for strip in row.result["strips"]:
        shares = {key: Decimal(share) if share else None for key, share in strip["shares"].items()}
        found.append(
            {
                "name": f"{strip['point']}　{words.named(words.INPUTS, strip['input'])}",
                "note": "、".join(
                    [*strip["instruments"], *(c.partition("/")[2] for c in strip["certificates"])]
                ),
                "segments": [
                    {
                        "from": dt.date.fromisoformat(part["from"]),
                        "to": dt.date.fromisoformat(part["to"]),
                        "state": STATE_OF_STRIP[part["state"]],
                    }
                    for part in strip["segments"]
                ],
                "covered": shares["covered"],
                "conditional": shares["conditional"],
                "none": shares["not covered"],
            }
        )
    return found


def _shares(row: Any) -> dict[str, Decimal | None]:
    tonnes = {key: Decimal(value) for key, value in row.result["coverage"]["tonnes"].items()}
    whole = sum(tonnes.values())
    return {STATE_OF_STRIP[key]: value / whole if whole else None for key, value in tonnes.items()}


def _used(row: Any) -> list[dict[str, Any]]:
    """Each enlargement in words: what was done is read from the same data that did it."""
    return [
        {
            "verdict": words.VERDICTS[one["verdict"]],
            "component": words.component(one["component"], one["input"]).replace(" · ", " "),
            "reasons": [words.named(words.REASONS, reason) for reason in one["reasons"]],
            "hours": one["hours"],
            "tonnes": one["tonnes"],
            "done": _done(row, one),
        }
        for one in row.result["enlargements"]["used"]
    ]


def _done(row: Any, one: dict[str, Any]) -> str:
    rules = enlargements()
    if row.result["enlargements"]["version"] != rules["version"]:
        return ""
    laid_down = next((r for r in ("no_certificate", "default", "substituted") if r in one["reasons"]), None)
    if laid_down:
        stated = rules[laid_down][one["input"]]
        size = f"{stated['relative']}%" if "relative" in stated else stated["absolute"]
        return _("标准不确定度取 %(size)s") % {"size": size}
    factor = Decimal(1)
    for reason in one["reasons"]:
        factor *= Decimal(rules[reason]["factor"])
    return _("标准不确定度加大到 %(factor)s 倍") % {"factor": factor.normalize()} if factor != 1 else ""


def _factors(row: Any) -> list[dict[str, Any]]:
    found = {}
    for source in row.result["sources"]:
        for name, value in source["constants"].items():
            checked = words.CHECKED.get(value["verified"], words.CHECKED["none"])
            shown = {
                "name": words.named(words.INPUTS, name),
                "key": norm_in_words(value["id"]),
                "checked": checked,
            }
            found[value["id"]] = {**value, **shown}
    return list(found.values())
