"""The home page of each person and its neighbours: 待办, 已办, 我发起的, 通知; visitors get the public home."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import requires_csrf_token
from django.views.decorators.http import require_GET

from quanheng.apps.parties import queries as parties
from quanheng.apps.portal import views as portal
from quanheng.apps.records import notices as notes
from quanheng.apps.records import queries as records
from quanheng.apps.records.pages import ListPage
from quanheng.apps.records.registries import done_matters, figures, started_matters, todo_list
from quanheng.law import clock
from quanheng.web import todo
from quanheng.web.doings import doings

NOTICES_BESIDE = 5


def home(request: HttpRequest) -> HttpResponseBase:
    """The address `/`: work for who signed in, the public home for everybody else."""
    if request.user.is_authenticated:
        return Workbench.as_view()(request)
    return portal.front(request)


@require_GET
def healthz(request: HttpRequest) -> HttpResponse:
    """Answers while the process lives."""
    return HttpResponse("ok", content_type="text/plain")


class WorkList(ListPage):
    """One of the lists of a person's work; they share tabs."""

    tab = ""

    def tabs(self) -> list[dict[str, Any]]:
        words = (("home", _("待办")), ("done", _("已办")), ("started", _("我发起的")))
        return [{"title": title, "url": reverse(name), "current": name == self.tab} for name, title in words]

    def context(self) -> dict[str, Any]:
        return {**super().context(), "tabs": self.tabs()}


class Workbench(WorkList):
    """待办: what waits, until when, and what is new."""

    title = gettext_lazy("工作台")
    template_name = "home/workbench.html"
    table_class = todo.TodoTable
    filterset_class = todo.TodoFilter
    tab = "home"

    def rows(self) -> list[dict[str, Any]]:
        self.today = timezone.localdate()
        self.waiting = todo.with_days(todo_list(self.actor), self.today)
        return self.waiting

    def context(self) -> dict[str, Any]:
        days = todo.coming_days(self.today)
        marks = [row for row in self.waiting if row["due"]]
        return {
            **super().context(),
            "today": self.today,
            "weekday_left": _left_this_week(self.today, days),
            "figures": todo.figures(self.waiting),
            "days": days,
            "provisional": clock.working_days_left(
                self.today, days[-1], todo.published_calendar()
            ).provisional,
            "marks": marks,
            "next_due": min((row["due"] for row in marks), default=None),
            "notices": list(records.notices_to(self.actor)[:NOTICES_BESIDE]),
            "strip": figures.collect(self.actor),
            "doings": doings(self.actor, [unit.code for unit in parties.own_units(self.actor)]),
        }


def _left_this_week(today: dt.date, days: list[dt.date]) -> int:
    sunday = today + dt.timedelta(6 - today.weekday())
    return sum(1 for day in days if day <= sunday)


class DoneList(WorkList):
    """已办: the acts of this person, from the ledger."""

    title = gettext_lazy("已办")
    template_name = "home/acts.html"
    table_class = todo.DoneTable
    filterset_class = todo.DoneFilter
    query = records.acts_by
    tab = "done"
    empty_title = gettext_lazy("还没有办过的事")
    empty_text = gettext_lazy("每办一件，这里记一行，连同台账序号。")

    def context(self) -> dict[str, Any]:
        return {**super().context(), "matters": done_matters.collect(self.actor)}


class StartedList(WorkList):
    """我发起的: what this person brought about."""

    title = gettext_lazy("我发起的")
    template_name = "home/acts.html"
    table_class = todo.DoneTable
    filterset_class = todo.DoneFilter
    query = records.begun_by
    tab = "started"
    empty_title = gettext_lazy("还没有发起过")
    empty_text = gettext_lazy("登记、申请、录入的东西会列在这里。")

    def context(self) -> dict[str, Any]:
        return {**super().context(), "matters": started_matters.collect(self.actor)}


class NoticeList(ListPage):
    """通知: short notices to this person; to mark them as read is no act."""

    title = gettext_lazy("通知")
    template_name = "home/notices.html"
    table_class = todo.NoticeTable
    query = records.notices_to
    exported = False
    empty_title = gettext_lazy("没有通知")
    empty_text = gettext_lazy("证书撤销、登记结果、任务完成时，这里会有一行。")

    def post(self, request: HttpRequest) -> HttpResponse:
        notes.mark_read(request.actor)
        return HttpResponseRedirect(reverse("notices"))


# ---- errors --------------------------------------------------------------------------------------------------


@requires_csrf_token
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "404.html", status=404)


@requires_csrf_token
def refused(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "403.html", status=403)


@requires_csrf_token
def unreadable(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "400.html", status=400)
