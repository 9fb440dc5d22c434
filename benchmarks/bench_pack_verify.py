"""What checking an evidence pack of a plant-year costs with the single file alone, from start to end of the process.

The pack is that of `bench_statement`: one source of four hourly quantities (8 760 h), 12 instruments, 30 certificates.
The peer, in the same run and the same bare Python, only opens the same ZIP and hashes every member: it proves no
leaf, checks no signature and computes nothing. Making the pack is told beside it.
Run: python benchmarks/bench_pack_verify.py [ROUNDS]
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QUANHENG_HOME", tempfile.mkdtemp(prefix="quanheng-bench-"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quanheng.web.settings")

import bench_statement
from django.core.management import call_command

from quanheng.apps.carbon import actions as carbon
from quanheng.apps.carbon.evidence.pack import pack
from quanheng.apps.records.action import SYSTEM
from quanheng.evidence.single import single_file

TARGET = 2.0  # seconds
PEER = """import hashlib, sys, zipfile
archive = zipfile.ZipFile(sys.argv[1])
print(len([hashlib.sha256(archive.read(name)).hexdigest() for name in archive.namelist()]))
"""


def timed(command: list[str], rounds: int) -> float:
    """The median time of a process, in seconds."""
    took = []
    for _ in range(rounds):
        started = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        took.append(time.perf_counter() - started)
    return statistics.median(took)


def main(rounds: int) -> int:
    call_command("migrate", verbosity=0)
    bench_statement.plant()
    statement = carbon.state(SYSTEM, site="S1", year=bench_statement.YEAR)
    started = time.perf_counter()
    packed = pack(statement)
    making = time.perf_counter() - started
    folder = Path(tempfile.mkdtemp())
    for name, content in (("p.zip", packed.content), ("v.py", single_file()), ("peer.py", PEER.encode())):
        (folder / name).write_bytes(content)
    bare = [sys.executable, "-I", "-S"]
    ours = timed([*bare, str(folder / "v.py"), str(folder / "p.zip"), "--key", packed.fingerprint], rounds)
    peer = timed([*bare, str(folder / "peer.py"), str(folder / "p.zip")], rounds)
    print(f"pack: {len(packed.content) / 1e6:.1f} MB, made and checked in {making:.2f} s")
    print(f"peer, hashes of the members only: {peer:.3f} s")
    verdict = "ok" if ours < TARGET else "MISSED"
    print(f"verify: {ours:.3f} s, target {TARGET} s, {ours / peer:.1f} x peer: {verdict}")
    return 0 if ours < TARGET else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 3))
