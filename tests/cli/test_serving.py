"""`quanheng serve` as an operator runs it: started, asked, stopped, killed, and started twice."""

from __future__ import annotations

import http.client
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.test_keeping import quanheng

pytestmark = pytest.mark.faults


class Server:
    """A running `quanheng serve` on a free loopback port."""

    def __init__(self, home: Path) -> None:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("QUANHENG_")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "quanheng.cli", "serve", "--workers", "1"],
            env={**environment, "QUANHENG_HOME": str(home), "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self.process.stdout
        found = re.search(r"http://127\.0\.0\.1:(\d+)/", self.process.stdout.readline())
        assert found, "the server printed no address"
        self.port = int(found[1])
        assert self.answers(), "the server did not answer in time"

    def get(self, path: str) -> tuple[int, str]:
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        link.request("GET", path)
        answer = link.getresponse()
        return answer.status, answer.read().decode()

    def answers(self) -> bool:
        for _ in range(100):
            try:
                return self.get("/healthz")[0] == 200
            except OSError:
                time.sleep(0.3)
        return False

    def family(self) -> list[int]:
        """The process and all that it started."""
        listed = subprocess.run(
            ["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True
        ).stdout
        parents = dict(map(int, line.split()) for line in listed.splitlines())
        found = [self.process.pid]
        for pid in found:
            found += [child for child, parent in parents.items() if parent == pid]
        return found


@pytest.fixture
def home(tmp_path) -> Path:
    assert quanheng(tmp_path / "d", "demo").code == 0
    return tmp_path / "d"


@pytest.fixture
def server(home) -> Iterator[Server]:
    running = Server(home)
    yield running
    for pid in running.family():
        if alive(pid):
            os.kill(pid, signal.SIGKILL)
    running.process.wait()


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def gone(pids: list[int], seconds: float) -> bool:
    until = time.monotonic() + seconds
    while any(map(alive, pids)) and time.monotonic() < until:
        time.sleep(0.2)
    return not any(map(alive, pids))


def test_public_home_is_served_and_a_checkpoint_is_signed_in_the_background(server, home) -> None:
    status, page = server.get("/")
    assert (status, "权衡" in page) == (200, True)
    until = time.monotonic() + 30
    while not list((home / "checkpoints").glob("*")) and time.monotonic() < until:
        time.sleep(0.3)
    assert list((home / "checkpoints").glob("*"))


def test_stopped_server_leaves_no_process(server) -> None:
    family = server.family()
    server.process.send_signal(signal.SIGTERM)
    assert gone(family, 30)


def test_killed_server_leaves_no_process_and_a_sound_ledger(server, home) -> None:
    family = server.family()
    server.process.send_signal(signal.SIGKILL)
    assert gone(family, 30)
    assert quanheng(home, "records", "verify").code == 0


def test_two_servers_on_one_folder_do_not_hinder_each_other(server, home) -> None:
    second = Server(home)
    try:
        assert second.get("/")[0] == server.get("/")[0] == 200
    finally:
        family = second.family()
        second.process.send_signal(signal.SIGTERM)
        assert gone(family, 30)


def test_demonstration_is_not_served_beyond_the_loopback_address(home) -> None:
    refused = quanheng(home, "serve", "--host", "0.0.0.0")
    assert (refused.code, "演示" in refused.err) == (3, True)
