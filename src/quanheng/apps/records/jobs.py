"""Long work outside a request: started by a person, done by a worker process, with progress and a way to stop it.

A kind of job is a function `(job, **arguments)` registered under a name; it reports its progress and thereby learns
that it is to stop. What it writes, it writes by acts; the job itself is no act and proves nothing.
"""

from __future__ import annotations

import datetime as dt
import json
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django_tasks import task

from quanheng.apps.records import notices
from quanheng.apps.records.models import Job
from quanheng.apps.records.policy import person_of
from quanheng.errors import QuanhengError, Refused

log = structlog.get_logger(__name__)
KINDS: dict[str, Callable[..., Any]] = {}
SILENT_FOR = dt.timedelta(hours=1)


class Cancelled(Exception):
    """Somebody asked the job to stop."""


@dataclass(slots=True)
class Running:
    """A job in the hands of its function."""

    row: Job

    @property
    def person(self) -> Any:
        """The id of the person who started it."""
        return self.row.person

    def report(self, done: int, total: int = 0, step: str = "") -> None:
        """Tell how far the work is; raises Cancelled when it is to stop."""
        if Job.objects.filter(pk=self.row.pk, cancel=True).exists():
            raise Cancelled
        _set(self.row, done=done, total=total or self.row.total, step=step[:120] or self.row.step)


def job(kind: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a function as a kind of job; it gets a Running and the arguments, and returns plain values."""

    def keep(function: Callable[..., Any]) -> Callable[..., Any]:
        if kind in KINDS:
            raise RuntimeError(f"two jobs are called {kind}")
        KINDS[kind] = function
        return function

    return keep


def start(kind: str, title: str, actor: Any, **arguments: Any) -> Job:
    """Have a job done by a worker once the present transaction is committed; returns its row for the progress page."""
    person = person_of(actor)
    if person is None:
        raise Refused("只有登录的人可以发起任务")
    if kind not in KINDS:
        raise KeyError(kind)
    row = Job.objects.create(kind=kind, title=title[:200], person=person, arguments=_storable(arguments))
    transaction.on_commit(lambda: run.enqueue(str(row.pk)))
    return row


def ask_to_stop(row: Job) -> Job:
    """Mark a job to be stopped; one that waits is stopped at once, one that is finished stays as it is."""
    Job.objects.filter(pk=row.pk, state="waiting").update(state="stopped", cancel=True)
    Job.objects.filter(pk=row.pk, state="running").update(cancel=True)
    row.refresh_from_db()
    return row


def recover(now: dt.datetime | None = None) -> int:
    """Name as failed what no worker has reported of for an hour: its worker was killed. Returns how many."""
    silent = (now or timezone.now()) - SILENT_FOR
    lost = Job.objects.filter(state="running", changed_at__lt=silent)
    for row in lost:
        _finish(row, "failed", error="the worker process ended before the job did")
    return len(lost)


@task()
def run(pk: str) -> None:
    """Carry out one job; called by the worker process."""
    if not Job.objects.filter(pk=pk, state="waiting").update(state="running"):
        return  # stopped while it waited, or taken by another worker
    row = Job.objects.get(pk=pk)
    try:
        result = KINDS[row.kind](Running(row), **row.arguments)
        _finish(row, "done", result=_storable(result))
    except Cancelled:
        _finish(row, "stopped")
    except QuanhengError as problem:
        _finish(row, "failed", error=str(problem))
    except Exception:
        log.exception("job failed", job=pk, kind=row.kind)
        _finish(row, "failed", error=traceback.format_exc(limit=-3))


WORDS = {"done": "已完成", "failed": "未能完成", "stopped": "已停止"}


def _storable(value: Any) -> Any:
    """Plain values as JSON keeps them; dates, decimals and identifiers become text."""
    return json.loads(json.dumps(value, cls=DjangoJSONEncoder))


def _finish(row: Job, state: str, **values: Any) -> None:
    _set(row, state=state, **values)
    notices.notify(row.person, "records.job", f"{row.title}：{WORDS[state]}", _address(row))


def _set(row: Job, **values: Any) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=[*values, "changed_at"])


def _address(row: Job) -> str:
    try:
        return reverse("records:job", args=[row.pk])
    except NoReverseMatch:
        return ""
