"""A page that fails says that this was noted; then the server's own output must hold it."""

from __future__ import annotations

import os
import subprocess
import sys

ASKED = """
from unittest import mock
import django
django.setup()
from django.test import Client
with mock.patch("quanheng.apps.laboratory.verification.readable_code", side_effect=RuntimeError("a broken part")):
    answer = Client(raise_request_exception=False).get("/verify/?code=x", HTTP_HOST="127.0.0.1")
print(answer.status_code)
"""


def test_a_failure_stands_in_the_output_of_the_server_with_its_place(tmp_path) -> None:
    env = {
        **os.environ, "QUANHENG_HOME": str(tmp_path), "DJANGO_SETTINGS_MODULE": "quanheng.web.settings",
        "QUANHENG_SECRET_KEY": "only-for-tests",
    }  # fmt: skip
    done = subprocess.run([sys.executable, "-c", ASKED], env=env, capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "500", done.stderr
    assert "/verify/" in done.stderr and "RuntimeError: a broken part" in done.stderr
    assert "laboratory/public.py" in done.stderr
