"""What an act costs beside the same insert without ledger, on the same database, in one run, as a ratio.

The peer is what a Django project does without us: `full_clean` and `save` in one durable transaction. The act adds the
form, the policy, the snapshot and the chained entry; a slow disk, whose commit both pay once, draws the two together. Rounds alternate, so that a slow disk strikes both alike.
Run: python benchmarks/bench_ledger_action.py [ROUNDS] [ACTS]; with --profile it prints where the act's time goes.
"""

from __future__ import annotations

import cProfile
import os
import pstats
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Annotated

os.environ.setdefault("QUANHENG_HOME", tempfile.mkdtemp(prefix="quanheng-bench-"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quanheng.web.settings")

import django

django.setup()

from django.apps import apps
from django.core.management import call_command
from django.db import connection, transaction
from pydantic import Field

from quanheng.apps.records.action import SYSTEM, Act, action, system_only
from quanheng.apps.records.verify import verify

Division = apps.get_model("parties", "Division")
LEAST_RATIO = 0.7


@action("records.benchmark.register", policy=system_only, title="登记", api=False)
def register(act: Act, *, name: Annotated[str, Field(max_length=80)], level: str) -> object:
    """The measured act: one row."""
    return act.create(Division(name=name, level=level))


def with_ledger(name: str) -> None:
    register(SYSTEM, name=name, level="county")


def without_ledger(name: str) -> None:
    with transaction.atomic():
        row = Division(name=name, level="county")
        row.full_clean()
        row.save(force_insert=True)


def rate(deed: Callable[[str], None], acts: int, mark: str) -> float:
    started = time.perf_counter()
    for n in range(acts):
        deed(f"{mark}{n}")
    return acts / (time.perf_counter() - started)


def profile(acts: int) -> None:
    spy = cProfile.Profile()
    spy.enable()
    rate(with_ledger, acts, "profiled")
    spy.disable()
    pstats.Stats(spy).sort_stats("tottime").print_stats(15)


def main(rounds: int, acts: int, profiled: bool) -> int:
    call_command("migrate", verbosity=0)
    rate(with_ledger, 20, "warm")
    rate(without_ledger, 20, "warm bare")
    Division.objects.filter(name__startswith="warm bare").delete()
    ledgered, bare = [], []
    for turn in range(rounds):
        ledgered.append(rate(with_ledger, acts, f"l{turn} "))
        bare.append(rate(without_ledger, acts, f"b{turn} "))
        Division.objects.filter(name__startswith=f"b{turn} ").delete()
    ratio = statistics.median(a / b for a, b in zip(ledgered, bare, strict=True))
    print(f"{connection.vendor}: {statistics.median(ledgered):.0f} acts/s with ledger, ", end="")
    print(f"{statistics.median(bare):.0f} inserts/s without; ratio {ratio:.2f} (target {LEAST_RATIO})")
    print(f"the ledger verifies afterwards: {verify(with_files=False).ok}")
    if profiled:
        profile(acts)
    return 0 if ratio >= LEAST_RATIO else 1


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:] if word.isdigit()]
    sys.exit(main(*(numbers or [7, 200])[:2], "--profile" in sys.argv))
