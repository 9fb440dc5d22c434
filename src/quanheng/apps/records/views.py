"""Pages of the records: the ledger, one entry, what used something, verification, jobs, files. They change nothing themselves."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quanheng.apps.records import actions, checkpoints, files, jobs, policy, queries, tables
from quanheng.apps.records.pages import DetailPage, ListPage, Page, pages_seen
from quanheng.apps.records.registrations import VERIFICATION


class LedgerList(ListPage):
    """台账: what was done, by whom."""

    title = gettext_lazy("台账")
    query = queries.entries
    table_class = tables.LedgerTable
    filterset_class = tables.LedgerFilter
    empty_title = gettext_lazy("还没有记录")
    empty_text = gettext_lazy("每办一件事，这里记一行；被拒绝的也记。")


class ObjectHistory(ListPage):
    """The ledger of one object, for everybody who may see it."""

    title = gettext_lazy("办理记录")
    table_class = tables.LedgerTable
    empty_title = gettext_lazy("没有可看的记录")

    def rows(self) -> Any:
        return queries.entries_about(self.actor, self.kwargs["urn"])


class EntryPage(DetailPage):
    """One entry: who did what to what, before and after, and what proves it."""

    template_name = "records/entry.html"
    lookup = "seq"
    crumbs = ((gettext_lazy("台账"), "records:ledger"),)

    def find(self) -> Any:
        found = queries.readable_entry(self.actor, self.kwargs["seq"])
        if found is None:
            raise Http404
        return found

    def page_title(self) -> str:
        title = tables.act_title(self.object.verb)
        return _("台账第 %(seq)s 号：%(act)s") % {"seq": self.object.seq, "act": title}

    def context(self) -> dict[str, Any]:
        return {
            **super().context(),
            "touched": queries.touched(self.actor, self.object),
            "signed": queries.signed_by(self.object),
            "extra": [item for item in self.object.after.get("_", {}).items() if item[0] != "uses"],
            "object_url": pages_seen(self.actor, [self.object.object]).get(self.object.object, ""),
            "files": queries.attachments(self.actor).filter(file__sha256__in=self.object.files),
        }


class Uses(Page):
    """What used this version of something: the question that a revoked certificate asks."""

    title = gettext_lazy("哪些结果用到它")

    def get(self, request: HttpRequest) -> HttpResponse:
        asked = {name: request.GET.get(name, "").strip() for name in ("kind", "used", "version")}
        seen, others = [], 0
        if asked["kind"] and asked["used"]:
            seen, others = queries.dependents_seen(self.actor, **asked)
        addresses = pages_seen(self.actor, [row.result for row in seen])
        results = [{"row": row, "url": addresses.get(row.result, "")} for row in seen]
        return render(
            request, "records/uses.html", {**self.context(), **asked, "results": results, "others": others}
        )


class Integrity(Page):
    """核验: start a verification, and read the last ones."""

    title = gettext_lazy("台账核验")
    may_open = policy.audit

    def get(self, request: HttpRequest) -> HttpResponse:
        done = queries.jobs(self.actor).filter(kind=VERIFICATION)
        last = done.filter(state="done").first()
        told = {
            "runs": done[:10],
            "last": last,
            "running": done.filter(state__in=("waiting", "running")).first(),
            "fingerprint": checkpoints.fingerprint(),
        }
        return render(request, "records/integrity.html", {**self.context(), **told})

    def post(self, request: HttpRequest) -> HttpResponse:
        made = jobs.start(VERIFICATION, _("核验台账"), self.actor)
        return HttpResponseRedirect(reverse("records:job", args=[made.pk]))


class JobList(ListPage):
    """任务: long jobs of this person."""

    title = gettext_lazy("任务")
    query = queries.jobs
    table_class = tables.JobTable
    empty_title = gettext_lazy("没有任务")
    empty_text = gettext_lazy("耗时较长的核算、导出、核验在后台进行，这里看进度。")


class JobPage(DetailPage):
    """One job: how far it is, how to stop it, what came of it."""

    template_name = "records/job.html"
    query = queries.jobs
    crumbs = ((gettext_lazy("任务"), "records:jobs"),)
    components = {"done": "done", "failed": "failed", "stopped": "cancelled"}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.headers.get("HX-Request"):
            self.template_name = "records/job_progress.html"
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        job = self.find()
        actions.stop_job(self.actor, job=str(job.pk))
        return HttpResponseRedirect(reverse("records:job", args=[job.pk]))

    def context(self) -> dict[str, Any]:
        job = self.object
        shown = {"component_state": self.components.get(job.state, "running")}
        shown["percent"] = 100 * job.done // job.total if job.total else ""
        return {**super().context(), **shown, "address": reverse("records:job", args=[job.pk])}


class Download(Page):
    """One file, verified before the first byte leaves, never shown inside the page."""

    def get(self, request: HttpRequest, pk: Any) -> StreamingHttpResponse:
        found = queries.attachments(self.actor).filter(pk=pk).first()
        if found is None:
            raise Http404
        if problem := files.store().problem(found.file.sha256, found.file.size):
            raise files.StoreFault(f"{found.file.sha256} {problem}")
        answer = StreamingHttpResponse(
            files.store().stream(found.file.sha256), content_type=found.file.media_type
        )
        answer["Content-Length"] = str(found.file.size)
        answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(found.name)}"
        answer["X-Content-Type-Options"] = "nosniff"
        answer["Cache-Control"] = "no-store, private"
        answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
        answer["Repr-Digest"] = f"sha-256=:{_base64(found.file.sha256)}:"
        return answer


def _base64(hexadecimal: str) -> str:
    return base64.b64encode(bytes.fromhex(hexadecimal)).decode()
