"""Many at once: the chain does not fork, and each subscriber is called once."""

from __future__ import annotations

import pytest
from tests.records.installation import Installation

pytestmark = pytest.mark.django_db(transaction=True)

WRITE = """
errors = []
def write(n):
    try:
        for turn in range(2):
            sample.add(sample.OFFICER, name=f"{sys.argv} {n} {turn}")
    except Exception as error:
        errors.append(repr(error))
    finally:
        connection.close()
threads = [threading.Thread(target=write, args=(n,)) for n in range(16)]
[t.start() for t in threads]
[t.join() for t in threads]
print(json.dumps(errors))
"""

JUDGE = """
from quanheng.apps.records.models import LedgerEntry
from quanheng.apps.records.verify import verify
findings = verify(with_files=False)
prevs = list(LedgerEntry.objects.values_list("prev", flat=True))
print(json.dumps({"faults": [f.line() for f in findings.faults], "entries": len(prevs), "heads": len(set(prevs))}))
"""

DISPATCH = """
from quanheng.apps.records import events
import pathlib
def handler(name):
    def note(happened):
        with open(LOG, "a") as out:
            out.write(name + " " + happened.division + "\\n")
    return note
for name in ("one", "two"):
    events.subscribe("records.sample.named", name)(handler(name))
done = 0
while True:
    try:
        done = events.deliver_pending()
        break
    except django.db.OperationalError:
        continue
print(json.dumps(done))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("installation")


def test_64_parallel_writers_make_one_unforked_chain(folder) -> None:
    installation = Installation(folder)
    before = installation.run(JUDGE)[0]["entries"]
    assert installation.run(WRITE, copies=4) == [[], [], [], []]
    (answer,) = installation.run(JUDGE)
    assert answer["faults"] == []
    assert answer["entries"] == answer["heads"] == before + 128


def test_parallel_dispatchers_deliver_once_per_subscriber(folder, tmp_path) -> None:
    installation, log = Installation(folder), tmp_path / "log"
    installation.run(
        "from quanheng.apps.records.models import OutboxEvent\n"
        "for n in range(20): sample.add(sample.OFFICER, name=str(n))\n"
        "OutboxEvent.objects.filter(pk__in=list(OutboxEvent.objects.order_by('-id').values_list('pk', flat=True)[:20]))"
        ".update(settled=False)"
    )
    installation.run(f"LOG = {str(log)!r}\n{DISPATCH}", copies=4)
    lines = log.read_text().split("\n")[:-1]
    assert len(lines) == 40
    assert len(set(lines)) == 40
