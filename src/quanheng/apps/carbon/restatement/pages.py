"""Pages of restatements: both figures side by side and why; what waits; and for who issued what fell, whom to tell."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quanheng.apps.carbon import drawing, queries, tables, words
from quanheng.apps.carbon.models import Statement
from quanheng.apps.carbon.restatement import restated
from quanheng.apps.laboratory import queries as laboratory
from quanheng.apps.records.classify import urn_of
from quanheng.apps.records.pages import DetailPage, ListPage, Page
from quanheng.science.uncertainty.rounding import group_digits, round_result

WHOLE_FROM = 100  # tonnes: differences of such figures are told in whole tonnes
NUMBER = {"statement": lambda row: row.number}


class RestatementList(ListPage):
    """重述."""

    title = gettext_lazy("重述")
    query = queries.restatements
    table_class = tables.RestatementTable
    filterset_class = tables.StatementFilter
    empty_title = gettext_lazy("没有重述")
    empty_text = gettext_lazy("证书被撤销、安装时间更正、读数迟到或者因子更正时，用到它的核算结果会在这里。")


class RestatementPage(DetailPage):
    """One restatement: old and new figure, what fell, the days touched, the months that differ, and the decision."""

    template_name = "carbon/restatement.html"
    query = queries.restatements
    crumbs = ((gettext_lazy("重述"), "carbon:restatements"),)
    acts = (("carbon.restatement.confirm", NUMBER), ("carbon.restatement.decline", NUMBER))

    def page_title(self) -> str:
        return _("%(year)s 年度核算结果的重述") % {"year": self.object.year}

    def context(self) -> dict[str, Any]:
        row, before = self.object, self.object.replaces
        found = super().context()
        if row.state != Statement.State.PROPOSED:
            found["acts"] = []
        difference = row.value - before.value
        return {
            **found,
            "before": before,
            "state": words.STATES[row.state],
            "state_before": words.STATES[before.state],
            "old": _hero(before),
            "new": _hero(row),
            "pair": drawing.pair(
                [(float(one.value), float(one.expanded_uncertainty)) for one in (before, row)]
            ),
            "difference": difference,
            "places": 0 if abs(before.value) >= WHOLE_FROM else 3,
            "share": difference / before.value * 100 if before.value else None,
            "wider": row.expanded_uncertainty - before.expanded_uncertainty,
            "causes": [self._cause(one) for one in row.causes],
            "strip": _strip(row),
            "year_start": dt.date(row.year, 1, 1),
            "year_end": dt.date(row.year, 12, 31),
            "months": restated.months(row),
            "urn": urn_of(row),
        }

    def _cause(self, cause: dict[str, Any]) -> dict[str, Any]:
        return {
            "kind": words.named(words.CAUSES, cause["kind"]),
            "words": cause["words"],
            "at": dt.datetime.fromisoformat(cause["at"]),
            "url": self._page_of(cause),
            "touched": cause.get("touched") or {},
        }

    def _page_of(self, cause: dict[str, Any]) -> str:
        """Where the reader may look at what fell."""
        if cause["kind"] == "certificate":
            seen = laboratory.certificates(self.actor).filter(pk=cause["id"]).exists()
            return reverse("laboratory:certificate", args=[cause["id"]]) if seen else ""
        if cause["kind"] in ("installation", "readings"):
            return reverse("monitoring:site", args=[self.object.site_id])
        return ""


def _hero(row: Any) -> dict[str, Any]:
    value, expanded = round_result(row.value, row.expanded_uncertainty)
    return {
        "value": group_digits(value),
        "expanded": group_digits(expanded),
    }


def _strip(row: Any) -> list[dict[str, Any]]:
    days = [
        {"from": dt.date.fromisoformat(first), "to": dt.date.fromisoformat(last), "state": "conditional"}
        for first, last in row.touched.get("days", [])
    ]
    return [{"name": "", "segments": days}] if days else []


class FallenPage(Page):
    """要告知的单位: who holds results that stood on a certificate of the reader's own organisation. Counts, no tonnes."""

    title = gettext_lazy("要告知的单位")
    template_name = "carbon/fallen.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return render(request, self.template_name, {**self.context(), "rows": queries.to_tell(self.actor)})
