"""Pages of activity data: streams with their months, files with their report, and the way back from a tonne to a month."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from quanheng.apps.carbon import queries, words
from quanheng.apps.carbon.activity import files as activity_files
from quanheng.apps.carbon.activity import queries as activity_queries
from quanheng.apps.carbon.activity import tables as activity_tables
from quanheng.apps.carbon.activity.values import RATIOS, defaults_of
from quanheng.apps.carbon.chain import chain as way
from quanheng.apps.carbon.measured import constant
from quanheng.apps.carbon.words import norm_in_words
from quanheng.apps.records.classify import urn_of
from quanheng.apps.records.pages import XLSX, DetailPage, ListPage
from quanheng.errors import BadInput, QuanhengError

ENTER = ("carbon.activity.enter", {"site": lambda row: row.site.code, "stream": lambda row: row.code})


class StreamList(ListPage):
    """燃料与外购能源."""

    title = gettext_lazy("燃料与外购能源")
    query = activity_queries.streams
    table_class = activity_tables.StreamTable
    acts = (("carbon.stream.register", {}), ("carbon.activity.take_in", {}))
    empty_title = gettext_lazy("还没有活动数据")
    empty_text = gettext_lazy("先登记燃料或外购的电力热力，再按月录入，或者用模板导入。")


class FileList(ListPage):
    """活动数据文件."""

    title = gettext_lazy("活动数据文件")
    query = activity_queries.files
    table_class = activity_tables.FileTable
    acts = (("carbon.activity.take_in", {}),)
    empty_title = gettext_lazy("还没有导入文件")


class StreamPage(DetailPage):
    """One stream: its instruments, the norm values that it takes, and its months with all their versions."""

    template_name = "carbon/stream.html"
    query = activity_queries.streams
    crumbs = ((gettext_lazy("燃料与外购能源"), "carbon:streams"),)
    acts = (
        ENTER,
        ("carbon.activity.take_in", {"site": lambda row: row.site.code}),
        ("carbon.stream.stop", {"site": lambda row: row.site.code, "stream": lambda row: row.code}),
    )

    def context(self) -> dict[str, Any]:
        row = self.object
        months = (
            activity_queries.months(self.actor).filter(stream=row).order_by("-year", "-month", "-known_from")
        )
        roles = (
            (_("计量器具"), row.meter),
            (_("元素碳分析仪器"), row.analyser),
            (_("发热量分析仪器"), row.calorimeter),
        )
        return {
            **super().context(),
            "instruments": [{"role": role, "row": one} for role, one in roles if one is not None],
            "values": [_value(one) for one in _values_of(row)],
            "months": months[:120],
            "urn": urn_of(row),
        }


def _values_of(row: Any) -> list[Any]:
    on = row.known_from.date()
    if row.kind != "fuel":
        return [constant(row.factor, on)]
    given = defaults_of(row.defaults, row.fuel, on)
    chosen = [given.ncv, given.content, given.oxidation, *(constant(key, on) for key in RATIOS[row.ratio])]
    return [one for one in chosen if one is not None]


def _value(one: Any) -> dict[str, Any]:
    return {
        "value": one.value,
        "unit": one.unit,
        "key": norm_in_words(one.id),
        "source": one.source,
        "checked": words.CHECKED[one.verified],
    }


class FilePage(DetailPage):
    """One file of months: how many rows came in, and why each other row did not."""

    template_name = "carbon/activity_file.html"
    query = activity_queries.files
    crumbs = (
        (gettext_lazy("燃料与外购能源"), "carbon:streams"),
        (gettext_lazy("活动数据文件"), "carbon:activity-files"),
    )

    def context(self) -> dict[str, Any]:
        return {**super().context(), "problems": self.object.problems, "urn": urn_of(self.object)}


class Template(View):
    """The empty workbook for months."""

    def get(self, request: HttpRequest) -> HttpResponse:
        answer = HttpResponse(activity_files.empty_template(), content_type=XLSX)
        answer["Content-Disposition"] = 'attachment; filename="activity.xlsx"'
        return answer


class ActivityChainPage(DetailPage):
    """来龙去脉 of one month of a statement of activity data."""

    template_name = "carbon/activity_chain.html"
    query = queries.statements
    crumbs = ((gettext_lazy("核算结果"), "carbon:statements"),)

    def page_title(self) -> str:
        return _("来龙去脉：这一吨从哪里来")

    def context(self) -> dict[str, Any]:
        row = self.object
        stream, month = self.request.GET.get("source", ""), self.request.GET.get("month", "")
        codes = [one["code"] for one in row.result["sources"]]
        at = dt.datetime(row.year, int(month), 1) if month in MONTHS else None  # noqa: DTZ001  (of the site)
        chain, problem = _walked(row, at, stream if stream in codes else None)
        shown = {**super().context(), "chain": chain, "problem": problem, "codes": codes}
        if chain is None:
            return shown
        return {
            **shown,
            "asked": chain["month"]["stream"],
            "months": sorted(
                e["month"]
                for e in row.result["activity"]
                if e["stream"] == chain["month"]["stream"] and e["tonnes"]
            ),
            "how": words.HOW.get(chain["month"]["how"], ""),
            "constants": [
                {
                    **one,
                    "name": words.named(words.INPUTS, one["name"]),
                    "key": norm_in_words(one["norm"]),
                    "checked": words.CHECKED[one["verified"]],
                }
                for one in chain["month"]["constants"]
            ],
            "inputs": [_input(one) for one in chain["inputs"]],
            "list_url": reverse("carbon:streams"),
        }


MONTHS = tuple(str(n) for n in range(1, 13))


def _walked(row: Any, at: dt.datetime | None, stream: str | None) -> tuple[dict[str, Any] | None, str]:
    """The chain of the month asked for; if that month has none, the default one and why."""
    try:
        return way.chain(row, at, stream), ""
    except BadInput:
        problem = _("这个月没有进入合计")
    except QuanhengError as error:
        return None, str(error)
    try:
        return way.chain(row, None, stream), problem
    except QuanhengError as error:
        return None, str(error)


def _input(one: dict[str, Any]) -> dict[str, Any]:
    parts = [
        {
            **part,
            "words": words.VERDICTS[part["verdict"]],
            "why": [words.named(words.REASONS, reason) for reason in part["reasons"]],
        }
        for part in one["covered_by"]
    ]
    return {**one, "name": words.named(words.INPUTS, one["input"]), "parts": parts}
