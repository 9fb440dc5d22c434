"""A program that appends, flushes and compacts until it is killed; each line that it prints is an acknowledgement.

Run by test_lake_faults; arguments: the lake's folder and a name for its batch keys.
"""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from quanheng.lake import Lake, Reading

lake = Lake(Path(sys.argv[1]))
start = datetime(2026, 1, 1, tzinfo=UTC)
number = 0
while True:
    key = f"{sys.argv[2]}-{number}"
    rows = [
        Reading(key, start + timedelta(hours=200 * n), n + 0.25, "kg", str(n), 0, n, "ab" * 32)
        for n in range(8)
    ]
    receipt = lake.append(key, rows, site="S", received_at=start)
    sys.stdout.write(f"{receipt.seq} {key} {receipt.root}\n")
    sys.stdout.flush()
    number += 1
    if number % 3 == 0:
        lake.flush()
    if number % 20 == 0:
        lake.compact(keep_hours=0)
