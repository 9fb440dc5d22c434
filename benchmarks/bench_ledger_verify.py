"""How long the verification of a ledger of a million entries takes, and how it splits.

Each noun is made once and changed three times by acts, so a million entries stand for 250 000 present rows. The
rows are inserted in bulk, properly chained; the peer is what a database alone can say in the same run: reading
every column of the same tables through the same cursor without checking anything.
Run: python benchmarks/bench_ledger_verify.py [ENTRIES]
"""

from __future__ import annotations

import datetime as dt
import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterator

os.environ.setdefault("QUANHENG_HOME", tempfile.mkdtemp(prefix="quanheng-bench-"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quanheng.web.settings")

import django

django.setup()

from django.apps import apps
from django.core.management import call_command
from django.db import connection, transaction

from quanheng.apps.records import checkpoints, ledger
from quanheng.apps.records.classify import key_of, snapshot
from quanheng.apps.records.models import LedgerEntry
from quanheng.apps.records.verify import verify
from quanheng.evidence.chain import GENESIS, link

Division = apps.get_model("parties", "Division")
LIMIT_SECONDS = 60
ACTS_PER_ROW = 4
BATCH = 5000
START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def entries(rows: list, seq: int, prev: str) -> Iterator[LedgerEntry]:
    """The entries of one batch of rows: made, then changed three times."""
    contents = {key_of(row): snapshot(row) for row in rows}
    for act in range(ACTS_PER_ROW):
        for row in rows:
            key = key_of(row)
            after = {**contents[key], "source": "" if act == ACTS_PER_ROW - 1 else f"第 {act} 稿"}
            entry = LedgerEntry(
                seq=seq + 1,
                at=START + dt.timedelta(seconds=seq),
                actor="urn:quanheng:parties:person:01900000-0000-7000-8000-000000000001",
                actor_name="张三",
                verb="parties.division.describe" if act else "parties.division.register",
                object=f"urn:quanheng:parties:division:{row.pk}",
                object_name=row.name,
                before={key: contents[key] if act else None},
                after={key: after},
                files=[],
                prev=prev,
            )
            entry.digest = prev = link(ledger.body_of(entry), prev)
            contents[key], seq = after, seq + 1
            yield entry


def fill(count: int) -> None:
    """Insert `count` entries and the rows that they fold to."""
    seq, prev = 0, GENESIS
    while seq < count:
        rows = [Division(name=f"区划{n}", level="county") for n in range(BATCH // ACTS_PER_ROW)]
        made = list(entries(rows, seq, prev))
        with transaction.atomic():
            Division.objects.bulk_create(rows)
            LedgerEntry.objects.bulk_create(made, batch_size=500)
        seq, prev = made[-1].seq, made[-1].digest


def bare_read() -> float:
    """The peer: every column of both tables, unchecked."""
    started = time.perf_counter()
    with connection.cursor() as cursor:
        for model in (LedgerEntry, Division):
            cursor.execute(f'SELECT * FROM "{model._meta.db_table}"')  # noqa: S608  (a name of our own)
            while cursor.fetchmany(2000):
                pass
    return time.perf_counter() - started


def main(count: int) -> int:
    call_command("migrate", verbosity=0)
    fill(count)
    checkpoints.checkpoint()
    findings = verify()
    bare = bare_read()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    allowed = LIMIT_SECONDS * findings.entries / 1_000_000
    print(f"{connection.vendor}: {findings.entries} entries, {findings.rows} rows, sound: {findings.ok}")
    print(f"verification {findings.seconds:.1f} s (limit {allowed:.0f} s), {memory:.0f} MB at most")
    print(
        f"bare read of the same tables {bare:.1f} s; verification takes {findings.seconds / bare:.1f} times as long"
    )
    return 0 if findings.ok and findings.seconds <= allowed else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))
