"""The page on which two methods of one site are held against each other. What it shows is computed in `comparing`."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy

from quanheng.apps.carbon import queries, words
from quanheng.apps.carbon.comparison import comparing
from quanheng.apps.carbon.drawing import BASE, LEFT, RIGHT, TOP, nice
from quanheng.apps.monitoring import queries as monitoring
from quanheng.apps.records.pages import Page
from quanheng.errors import QuanhengError

FILLS = ("band", "run")
THOUSANDS_FROM = 2000.0  # t; from here on the axis counts in thousands


class ComparePage(Page):
    """两种方法比较."""

    title = gettext_lazy("两种方法比较")
    query = queries.statements
    template_name = "carbon/compare.html"
    crumbs = ((gettext_lazy("核算结果"), "carbon:statements"),)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        sites = list(monitoring.sites(self.actor)[:200])
        chosen, year = self._asked(sites)
        methods = self._methods()
        shown: dict[str, Any] = {
            "sites": sites,
            "site": chosen,
            "year": year,
            "methods": [
                {"key": key, "name": name, "chosen": key in methods} for key, name in words.METHODS.items()
            ],
            "names": [words.METHODS[key] for key in methods],
        }
        if chosen is not None:
            try:
                shown |= _shown(comparing.compare(chosen, year, methods), methods)
            except QuanhengError as error:
                shown["problem"] = error
        return render(request, self.template_name, {**self.context(), **shown})

    def _asked(self, sites: list[Any]) -> tuple[Any, int]:
        """The site and year asked for; else those of the newest statement that the reader may see."""
        newest = queries.statements(self.actor).order_by("-made_at").first()
        code = self.request.GET.get("site") or (newest.site.code if newest else "")
        chosen = next((one for one in sites if one.code == code), None)
        text = self.request.GET.get("year", "")
        if text.isascii() and text.isdigit() and len(text) == 4:
            return chosen, int(text)
        return chosen, newest.year if newest else timezone.localdate().year - 1

    def _methods(self) -> tuple[str, ...]:
        asked = [key for key in self.request.GET.getlist("method") if key in words.METHODS]
        return tuple(dict.fromkeys(asked)) if len(set(asked)) == 2 else comparing.PAIR


def _shown(data: dict[str, Any], methods: tuple[str, ...]) -> dict[str, Any]:
    rows = [{**m, "sides": [m.get(key) for key in methods]} for m in data["months"]]
    return {
        "data": data,
        "sides": [{"key": key, "name": words.METHODS[key], **data["methods"][key]} for key in methods],
        "only": [
            (words.METHODS[key], data["hours"]["only"][key]) for key in methods if data["hours"]["only"][key]
        ],
        "months": rows,
        "chart": chart(rows),
        "contributions": [_contribution(one, methods) for one in data["contributions"]],
    }


def _contribution(one: dict[str, Any], methods: tuple[str, ...]) -> dict[str, Any]:
    """A line of the budget of the difference: of which method, or shared by both."""
    side, _colon, name = one["name"].partition(": ")
    of = words.METHODS[methods[int(side) - 1]] if side in ("1", "2") and name else ""
    label = (name if of else one["name"]).partition("（")[0].replace(" · ", " ")
    return {
        "name": label,
        "correlation": of or (gettext_lazy("两者共有") if "/" in label else gettext_lazy("比较本身")),
        "share": Decimal(one["share"] or "0"),
        "kind": "common",
    }


def chart(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Two bars for each month with ±U, in t or kt; a month that one of the methods lacks has none."""
    known = [m for m in rows if m["hours"]]
    largest = max((float(s["tonnes"]) + float(s["U"]) for m in known for s in m["sides"]), default=0.0)
    by = 1000.0 if largest >= THOUSANDS_FROM else 1.0
    largest /= by
    if largest <= 0:
        return {"bars": [], "lines": []}
    step = nice(largest)
    top = step * math.ceil(largest / step)

    def height(tonnes: float) -> float:
        return BASE - (BASE - TOP) * max(0.0, tonnes) / by / top

    width = (RIGHT - LEFT) / 12
    bars = [
        _bar(side, LEFT + width * (m["month"] - 0.68 + 0.36 * n), width, FILLS[n], height)
        for m in known
        for n, side in enumerate(m["sides"])
    ]
    places = max(0, -math.floor(math.log10(step)))
    lines = [
        {
            "y": f"{height(by * n * step):.1f}",
            "text": f"{height(by * n * step) + 4:.1f}",
            "value": round(n * step, places),
        }
        for n in range(round(top / step) + 1)
    ]
    labels = [{"x": f"{LEFT + width * (n - 0.5):.2f}%", "month": n} for n in range(1, 13)]
    return {"bars": bars, "lines": lines, "labels": labels, "places": places, "thousands": by > 1}


def _bar(side: dict[str, str], middle: float, width: float, fill: str, height: Any) -> dict[str, str]:
    value, u = float(side["tonnes"]), float(side["U"])
    return {
        "x": f"{middle - 0.16 * width:.2f}%",
        "width": f"{0.32 * width:.2f}%",
        "y": f"{height(value):.1f}",
        "height": f"{BASE - height(value):.1f}",
        "middle": f"{middle:.2f}%",
        "high": f"{height(value + u):.1f}",
        "low": f"{height(value - u):.1f}",
        "fill": fill,
    }
