"""Runs every benchmark of benchmarks/ (files named bench_*.py), one process each, and fails if one fails.

A benchmark prints its own ratios against its peer; this file only finds and runs them.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main(names: list[str]) -> int:
    found = sorted((ROOT / "benchmarks").rglob("bench_*.py"))
    chosen = [path for path in found if not names or path.stem.removeprefix("bench_") in names]
    if not chosen:
        print(f"bench: nothing to run (have: {', '.join(p.stem for p in found) or 'none'})", file=sys.stderr)
        return 2
    failed = [path.stem for path in chosen if not _run(path)]
    if failed:
        print(f"bench: failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def _run(path: Path) -> bool:
    print(f"== {path.stem}", flush=True)
    with tempfile.TemporaryDirectory(prefix="quanheng-bench-") as folder:
        environment = {**os.environ, "QUANHENG_HOME": folder}
        return (
            subprocess.run([sys.executable, str(path)], cwd=ROOT, env=environment, check=False).returncode
            == 0
        )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
