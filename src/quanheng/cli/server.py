"""Serving: the web workers, and one background process for jobs, notices, checkpoints and the lake.

A demonstration folder holds accounts with printed codes; it is served on the loopback address only.
"""

from __future__ import annotations

import ipaddress
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import click
from django.conf import settings

from quanheng.cli.frame import Answer
from quanheng.errors import Refused


def run(host: str, port: int, workers: int) -> Answer:
    """Listen until stopped; the background process ends with the server, however that ends."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    if settings.DEMO and not _loopback(host):
        raise Refused("演示数据只能在本机打开", instead="用 --host 127.0.0.1")
    port = port or free_port(host)
    Path(settings.STATIC_ROOT).mkdir(exist_ok=True)
    os.environ["QUANHENG_SERVER_PID"] = str(os.getpid())
    background = subprocess.Popen([sys.executable, "-m", "quanheng.cli.background", str(os.getpid())])
    click.echo(f"http://{host}:{port}/  (stop with Ctrl-C)")
    try:
        Granian(
            "quanheng.web.wsgi:application",
            host,
            port,
            interface=Interfaces.WSGI,
            workers=workers,
            websockets=False,
            log_level=LogLevels.warning,
        ).serve()
    finally:
        background.send_signal(signal.SIGTERM)
        background.wait(timeout=20)
    return Answer({"stopped": time.time()}, ["stopped"])


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def free_port(host: str) -> int:
    """A port that nobody listens on at this moment."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])
