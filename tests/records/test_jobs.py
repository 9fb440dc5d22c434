"""Long work: done by a worker process, with progress, stopped when asked, told when finished."""

from __future__ import annotations

import datetime as dt
import io
import uuid

import pytest
from django.core.management import call_command
from django.utils import timezone
from tests.records.sample import Somebody

from quanheng.apps.records import jobs, notices
from quanheng.apps.records.models import Job, LedgerEntry, Notification
from quanheng.errors import BadInput, Refused

pytestmark = pytest.mark.django_db


class Clerk(Somebody):
    """An actor with a person behind."""

    def __init__(self) -> None:
        object.__setattr__(self, "person", type("P", (), {"pk": uuid.uuid4()})())
        super().__init__("urn:t:clerk", "填报员")


@pytest.fixture
def clerk() -> Clerk:
    return Clerk()


@pytest.fixture
def kinds(monkeypatch) -> dict:
    monkeypatch.setattr(jobs, "KINDS", {})
    return jobs.KINDS


@pytest.fixture
def start(clerk, django_capture_on_commit_callbacks):
    def started(kind: str, **arguments) -> Job:
        with django_capture_on_commit_callbacks(execute=True):
            return jobs.start(kind, "核算 2025 年度", clerk, **arguments)

    return started


def work() -> None:
    """Carry out what waits, as the worker does."""
    for row in Job.objects.filter(state="waiting"):
        jobs.run.call(str(row.pk))


@pytest.mark.django_db(transaction=True)
def test_the_worker_process_of_the_platform_carries_out_what_was_started(kinds, clerk) -> None:
    jobs.job("test.nothing")(lambda job: {"ran": True})
    row = jobs.start("test.nothing", "试运行", clerk)
    call_command("db_worker", "--batch", "--no-startup-delay", "--interval", "0", stdout=io.StringIO())
    row.refresh_from_db()
    assert (row.state, row.result) == ("done", {"ran": True})


def test_a_job_tells_its_progress_and_keeps_its_result(kinds, start) -> None:
    @jobs.job("test.count")
    def count(job, *, upto: int):
        for n in range(upto):
            job.report(n + 1, upto, f"第 {n + 1} 步")
        return {"counted": upto}

    row = start("test.count", upto=3)
    assert row.state == "waiting"
    work()
    row.refresh_from_db()
    assert (row.state, row.done, row.total, row.step) == ("done", 3, 3, "第 3 步")
    assert row.result == {"counted": 3}


def test_a_finished_job_is_told_to_who_started_it(kinds, start, clerk) -> None:
    jobs.job("test.nothing")(lambda job: None)
    start("test.nothing")
    work()
    (notice,) = Notification.objects.all()
    assert notice.person == clerk.person.pk
    assert notice.text == "核算 2025 年度：已完成"


def test_a_job_that_is_asked_to_stop_learns_it_when_it_reports(kinds, start) -> None:
    @jobs.job("test.endless")
    def endless(job):
        n = 0
        while True:
            n += 1
            job.report(n)
            if n == 5:
                jobs.ask_to_stop(Job.objects.get())

    row = start("test.endless")
    work()
    row.refresh_from_db()
    assert (row.state, row.done) == ("stopped", 5)


def test_a_job_stopped_while_it_waits_never_runs(kinds, start) -> None:
    ran = []
    jobs.job("test.nothing")(lambda job: ran.append(1))
    row = jobs.ask_to_stop(start("test.nothing"))
    work()
    assert row.state == "stopped"
    assert ran == []


def test_a_failed_job_keeps_one_clear_line(kinds, start) -> None:
    def fails(job):
        raise BadInput("not a number", file="a.csv", row=3)

    jobs.job("test.fails")(fails)
    row = start("test.fails")
    work()
    row.refresh_from_db()
    assert (row.state, row.error) == ("failed", "a.csv, row 3: not a number")


def test_a_job_whose_worker_was_killed_is_named_as_failed(kinds, start) -> None:
    jobs.job("test.nothing")(lambda job: None)
    row = start("test.nothing")
    Job.objects.update(state="running")
    assert jobs.recover() == 0
    assert jobs.recover(timezone.now() + dt.timedelta(hours=2)) == 1
    row.refresh_from_db()
    assert (row.state, row.error) == ("failed", "the worker process ended before the job did")


def test_an_unknown_kind_and_a_visitor_are_refused(kinds, clerk) -> None:
    with pytest.raises(KeyError):
        jobs.start("test.unknown", "x", clerk)
    with pytest.raises(Refused):
        jobs.start("test.unknown", "x", Somebody())


def test_a_job_is_no_act_and_leaves_no_entry(kinds, start) -> None:
    jobs.job("test.nothing")(lambda job: None)
    start("test.nothing")
    work()
    assert not LedgerEntry.objects.exists()


def test_a_notice_is_left_once_until_it_is_read(clerk) -> None:
    for _n in range(2):
        notices.notify(clerk.person, "test", "证书已撤销", "/x/")
    assert Notification.objects.count() == 1
    assert notices.mark_read(clerk) == 1
    notices.notify(clerk.person, "test", "证书已撤销", "/x/")
    assert Notification.objects.count() == 2


def test_nobody_marks_another_persons_notices(clerk) -> None:
    notice = notices.notify(clerk.person, "test", "证书已撤销")
    assert notices.mark_read(Clerk(), [notice.pk]) == 0
    assert notices.mark_read(Somebody()) == 0
