"""Pages of sites, points and batches. They show; acts have their own page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy

from quanheng.apps.monitoring import pictures, queries, reading_workbooks, tables, words
from quanheng.apps.monitoring.models import Installation
from quanheng.apps.records import queries as records
from quanheng.apps.records.classify import urn_of
from quanheng.apps.records.pages import XLSX, DetailPage, ListPage, act_link, excel_answer

YEARS_SHOWN = 3  # of installations, on the page of a site


class SiteList(ListPage):
    """场所."""

    title = gettext_lazy("场所")
    query = queries.sites
    table_class = tables.SiteTable
    filterset_class = tables.SiteFilter
    acts = (("monitoring.site.register", {}),)
    empty_title = gettext_lazy("还没有场所")
    empty_text = gettext_lazy("先登记场所，再登记测点，然后导入读数。")


class PointList(ListPage):
    """测点."""

    title = gettext_lazy("测点")
    query = queries.points
    table_class = tables.PointTable
    empty_title = gettext_lazy("还没有测点")


class BatchList(ListPage):
    """读数批次."""

    title = gettext_lazy("读数批次")
    query = queries.batches
    table_class = tables.BatchTable
    filterset_class = tables.BatchFilter
    acts = (("monitoring.batch.take_in", {}),)
    empty_title = gettext_lazy("还没有读数")
    empty_text = gettext_lazy("导入一个文件：一列时间，每个测点一列，表头写“测点 [单位]”。")


def _site(row: Any) -> str:
    return str(row.code)


class SitePage(DetailPage):
    """One site: its points and what stood at them."""

    template_name = "monitoring/site.html"
    query = queries.sites
    crumbs = ((gettext_lazy("场所"), "monitoring:sites"),)
    acts = (
        ("monitoring.batch.take_in", {"site": _site}),
        ("monitoring.point.register", {"site": _site}),
        ("monitoring.installation.begin", {"site": _site}),
        ("monitoring.installation.end", {"site": _site}),
    )

    def context(self) -> dict[str, Any]:
        now = timezone.now()
        start = now - dt.timedelta(days=365 * YEARS_SHOWN)
        stood = queries.standing_at(self.actor, self.object)
        every = queries.quantities()
        points = list(self.object.points.all())
        asked = self.request.GET.get("year", "")
        known_year = asked.isascii() and asked.isdigit() and 1970 <= int(asked) <= now.year
        year = int(asked) if known_year else pictures.newest_day(self.actor, self.object).year
        whole = pictures.completeness(self.object, points, year)
        return {
            **super().context(),
            "completeness": whole,
            "other_years": [y for y in (year - 1, year + 1) if y <= now.year],
            "judge": act_link(
                self.actor, "monitoring.quality.judge", {"site": self.object.code}, None, self.request.path
            ),
            "reports": queries.quality_reports(self.actor).filter(site=self.object)[:5],
            "points": [
                {
                    "row": point,
                    "quantity": every[point.quantity],
                    "installed": stood.get(point.pk, []),
                    "strip": _strip(stood.get(point.pk, []), start, now),
                    "whole": whole["strips"][point.pk],
                }
                for point in points
            ],
            "start": start,
            "now": now,
            "years": _years(start, now),
            "batches": queries.batches(self.actor).filter(site=self.object)[:10],
            "urn": urn_of(self.object),
        }


def _place(at: dt.datetime, start: dt.datetime, end: dt.datetime) -> float:
    return 100 * min(1.0, max(0.0, (at - start) / (end - start)))


def _strip(stood: Iterable[Installation], start: dt.datetime, end: dt.datetime) -> list[dict[str, Any]]:
    """Where each installation lies on the strip, in per cent of its width; neighbours take turns in shade."""
    drawn = []
    for n, one in enumerate(stood):
        first, last = _place(one.valid_from, start, end), _place(one.valid_to or end, start, end)
        if last > first:
            shade = "run" if n % 2 == 0 else "band"
            place = {
                "x": f"{first:.2f}%",
                "width": f"{last - first:.2f}%",
                "middle": f"{(first + last) / 2:.2f}%",
            }
            drawn.append({**place, "fill": shade, "one": one})
    return drawn


def _years(start: dt.datetime, end: dt.datetime) -> list[dict[str, Any]]:
    found = []
    for year in range(start.year + 1, end.year + 1):
        at = timezone.make_aware(dt.datetime.fromisoformat(f"{year}-01-01"))
        found.append({"x": f"{_place(at, start, end):.2f}%", "year": year})
    return found


class SiteTemplate(DetailPage):
    """The empty file of a site's readings, to be filled: Excel, or CSV with `?form=csv`."""

    query = queries.sites

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        site = self.find()
        given = (site.code, site.time_zone, list(site.points.all()))
        if request.GET.get("form") == "csv":
            return _file(reading_workbooks.empty_csv(*given), "text/csv; charset=utf-8", f"{site.code}.csv")
        return _file(reading_workbooks.empty_workbook(*given), XLSX, f"{site.code}.xlsx")


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _site_of(row: Any) -> str:
    return str(row.site.code)


def _symbol(row: Any) -> str:
    return queries.quantities()[row.quantity].symbol


class PointPage(DetailPage):
    """One point: its readings over a period with what the rules say of them, and what stood there when."""

    template_name = "monitoring/point.html"
    query = queries.points
    crumbs = ((gettext_lazy("场所"), "monitoring:sites"),)
    acts = (
        ("monitoring.reading.enter", {"site": _site_of, "point": _site, "unit": _symbol}),
        ("monitoring.installation.begin", {"site": _site_of, "point": _site}),
    )

    def context(self) -> dict[str, Any]:
        newest = pictures.newest_day(self.actor, self.object.site)
        first, last, wrong = pictures.asked_days(self.request.GET, newest)
        return {
            **super().context(),
            **pictures.point_period(self.object, first, last),
            "first": first,
            "last": last,
            "wrong": wrong,
            "quantity": queries.quantities()[self.object.quantity],
            "installations": self._installations(),
            "urn": urn_of(self.object),
        }

    def _installations(self) -> list[dict[str, Any]]:
        """What is and was known, each row that holds with the way to its correction."""
        fixed = {"site": self.object.site.code, "point": self.object.code}
        link = act_link(self.actor, "monitoring.installation.correct", fixed, None, self.request.path)
        rows = queries.known_of(self.actor, self.object)
        return [{"one": row, "correct": _correct(link["url"], row) if link else ""} for row in rows]


def _correct(url: str, row: Installation) -> str:
    """The form of a correction, filled with what is known; its times are those of the reader's clock."""
    if row.known_to:
        return ""
    given = {"instrument": row.instrument.code, "known_start": row.valid_from, "valid_from": row.valid_from}
    times = {**given, **({"valid_to": row.valid_to} if row.valid_to else {})}
    shown = {
        name: f"{timezone.localtime(value):%Y-%m-%dT%H:%M}" if isinstance(value, dt.datetime) else value
        for name, value in times.items()
    }
    return f"{url}&{urlencode(shown)}"


class QualityList(ListPage):
    """数据质量评价."""

    title = gettext_lazy("数据质量评价")
    query = queries.quality_reports
    table_class = tables.QualityTable
    acts = (("monitoring.quality.judge", {}),)
    empty_title = gettext_lazy("还没有数据质量评价")
    empty_text = gettext_lazy("选一个场所和一段日期，按规则评价它的读数。")


class QualityPage(DetailPage):
    """One judgement of a site's readings: the score, why, and every defective stretch."""

    template_name = "monitoring/quality.html"
    query = queries.quality_reports
    crumbs = ((gettext_lazy("数据质量评价"), "monitoring:quality"),)

    def page_title(self) -> str:
        return _t("%(site)s 数据质量评价") % {"site": self.object.site.code}

    def context(self) -> dict[str, Any]:
        return {**super().context(), **pictures.report_page(self.object), "urn": urn_of(self.object)}


class BatchProblems(DetailPage):
    """The rows of a file that were not taken in, as Excel."""

    query = queries.batches

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        batch = self.find()
        rows = [{name: str(value) for name, value in one.items()} for one in words.told(batch.problems)]
        return excel_answer(tables.ProblemTable(rows), _t("未收的行 %(n)s") % {"n": batch.seq})


class BatchPage(DetailPage):
    """One file of readings: how many came in, and why each other row did not."""

    template_name = "monitoring/batch.html"
    query = queries.batches
    crumbs = ((gettext_lazy("读数批次"), "monitoring:batches"),)

    def page_title(self) -> str:
        return str(self.object.name)

    def context(self) -> dict[str, Any]:
        return {
            **super().context(),
            "problems": words.told(self.object.problems),
            "entry": records.first_entry(f"monitoring.batch:{self.object.pk}"),
            "urn": urn_of(self.object),
        }
