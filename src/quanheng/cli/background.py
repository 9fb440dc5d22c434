"""The background process of `quanheng serve`: runs jobs, delivers notices, moves readings into their tables, signs checkpoints.

Everything it does may be repeated or interrupted: a killed process loses nothing and doubles nothing.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from types import FrameType

CHECKPOINT_EVERY = 3600.0
PAUSE = 2.0


def main(parent: int) -> None:
    """Work until told to stop, or until the server that started this process is gone."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quanheng.web.settings")
    import django

    django.setup()
    stop: list[int] = []

    def told(number: int, frame: FrameType | None) -> None:
        stop.append(number)

    signal.signal(signal.SIGTERM, told)
    signal.signal(signal.SIGINT, told)
    jobs = subprocess.Popen(
        [sys.executable, "-m", "django", "db_worker", "--queue-name", "*", "--no-startup-delay"]
    )
    signed = 0.0
    try:
        while not stop and os.getppid() == parent:
            signed = round_of_work(signed)
            time.sleep(PAUSE)
    finally:
        jobs.send_signal(signal.SIGTERM)
        jobs.wait(timeout=15)


def round_of_work(signed: float) -> float:
    """One round: notices, the lake; at the start and once an hour factors that changed, and a checkpoint. Gives its time."""
    import structlog

    from quanheng.apps.carbon.restatement import norms_in_force
    from quanheng.apps.monitoring import queries as monitoring
    from quanheng.apps.records import checkpoints, events, jobs
    from quanheng.apps.records.action import SYSTEM

    log = structlog.get_logger(__name__)
    try:
        events.deliver_pending()
        jobs.recover()
        monitoring.lake().flush()
        if time.monotonic() - signed > CHECKPOINT_EVERY or not signed:
            norms_in_force.note_changed(SYSTEM)
            checkpoints.checkpoint()
            return time.monotonic()
    except Exception:  # the next round tries again; a stopped background process would be worse
        log.exception("background round failed")
    return signed


if __name__ == "__main__":
    main(int(sys.argv[1]))
