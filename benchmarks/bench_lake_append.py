"""How long an acknowledgement of the lake takes beside its peers, in one run, as ratios.

Peers: the same segment bytes written and synced with nothing around them (the floor), and a plain delta-rs commit of
the same rows (which syncs nothing). Run: python benchmarks/bench_lake_append.py [BATCHES] [ROWS]
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import write_deltalake

from quanheng.evidence import merkle
from quanheng.lake import READING, Lake, canonical_lines
from quanheng.lake.rows import batch_table

START = datetime(2026, 1, 1, tzinfo=UTC)


def batch(number: int, rows: int) -> pa.Table:
    """Readings of 50 points at 15 minutes, two decimals, as a gateway hands them over."""
    places = np.arange(rows) + number * rows
    values = np.random.default_rng(number).normal(100, 5, rows).round(2)
    times = int(START.timestamp()) * 1_000_000 + (places // 50) * 900_000_000
    columns = [
        pa.array([f"SITE/P{n % 50:03d}" for n in places]),
        pa.array(times, pa.timestamp("us", "UTC")),
        pa.array(values),
        pa.array(["mg/m3"] * rows),
        pa.array([f"{v:.2f}" for v in values]),
        pa.array(np.zeros(rows, "i2")),
        pa.array(np.arange(rows)),
        pa.array([f"{number:064x}"] * rows),
    ]
    return pa.table(columns, schema=READING)


def timed(deed: Callable[[int], object], count: int) -> list[float]:
    times = []
    for number in range(count):
        begin = time.perf_counter()
        deed(number)
        times.append(time.perf_counter() - begin)
    return times


def floor(folder: Path, blobs: list[bytes]) -> Callable[[int], object]:
    """Write and sync the bytes of one segment, and the folder: what the disk alone asks for."""

    def write(number: int) -> None:
        handle = os.open(folder / str(number), os.O_WRONLY | os.O_CREAT)
        os.write(handle, blobs[number])
        os.fdatasync(handle)
        os.close(handle)
        names = os.open(folder, os.O_RDONLY)
        os.fsync(names)
        os.close(names)

    return write


def show(name: str, times: list[float], base: list[float]) -> None:
    p50, p95 = statistics.median(times) * 1e3, statistics.quantiles(times, n=20)[-1] * 1e3
    ratio = statistics.median(times) / statistics.median(base)
    print(f"{name:48s} p50 {p50:8.2f} ms  p95 {p95:8.2f} ms  ratio to the floor {ratio:7.2f}")


def small_batches(home: Path, count: int, rows: int) -> None:
    tables = [batch(n, rows) for n in range(count)]
    lake = Lake(home / "lake")
    acks = timed(lambda n: lake.append(f"k{n}", tables[n], site="S", received_at=START), count)
    blobs = [lake.segments.path(n + 1).read_bytes() for n in range(count)]
    (home / "raw").mkdir()
    base = timed(floor(home / "raw", blobs), count)
    delta = timed(lambda n: write_deltalake(home / "delta", tables[n], mode="append"), count)
    checked = [batch_table(table) for table in tables]
    proofs = timed(lambda n: merkle.root(canonical_lines(checked[n])), count)
    print(f"{count} batches of {rows} rows, {len(blobs[0])} bytes each")
    show("floor: same bytes, fdatasync, folder fsync", base, base)
    show("lake append (durable, provable)", acks, base)
    show("  of which canonical lines and root", proofs, base)
    show("delta-rs commit (not durable)", delta, base)
    begin = time.perf_counter()
    lake.flush()
    flushed = time.perf_counter() - begin
    print(
        f"flush of all: {flushed * 1e3:.0f} ms = {flushed / sum(delta):.2f} of the delta-rs commits one by one"
    )


def bulk(home: Path, rows: int) -> None:
    table = batch(0, rows)
    lake = Lake(home / "bulk")
    appended, flushed = (
        timed(deed, 1)[0]
        for deed in (
            lambda _: lake.append("k", table, site="S", received_at=START),
            lambda _: lake.flush(),
        )
    )
    raw = timed(lambda _: pq.write_table(table, home / "raw.parquet", compression="zstd"), 1)[0]
    plain = timed(lambda _: write_deltalake(home / "plain", table), 1)[0]
    size = sum(path.stat().st_size for path in (home / "bulk" / "readings").rglob("*.parquet"))
    print(f"one batch of {rows} rows, ratio to raw Parquet ({raw:.2f} s):")
    print(f"  append {appended / raw:.2f}, flush {flushed / raw:.2f}, plain delta-rs {plain / raw:.2f}")
    print(
        f"  {size / rows:.2f} bytes a row in the table, {(home / 'raw.parquet').stat().st_size / rows:.2f} raw"
    )


if __name__ == "__main__":
    given = [int(text) for text in sys.argv[1:3]]
    batches, per_batch = given + [100, 1000][len(given) :]
    with tempfile.TemporaryDirectory(dir=os.environ.get("QUANHENG_BENCH_DIR")) as folder:
        small_batches(Path(folder), batches, per_batch)
        bulk(Path(folder), 500_000)
