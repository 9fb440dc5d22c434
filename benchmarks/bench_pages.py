"""Pages under load: a list beside a bare Django list of the same rows, and the first pages at 50 requests a second.

The bare list is Django's own ListView: the same rows and columns in a plain table inside the same shell, without
filters, sorting, rights or export. The load is a few keep-alive connections to `quanheng serve` on the loopback
address, bounded in number and time. Run: python benchmarks/bench_pages.py
"""

from __future__ import annotations

import http.client
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable

os.environ.setdefault("QUANHENG_HOME", tempfile.mkdtemp(prefix="quanheng-bench-"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quanheng.web.settings")

import django

django.setup()

from django.conf import settings
from django.core.management import call_command
from django.db import connection, reset_queries
from django.template import engines
from django.test import Client, RequestFactory
from django.test.utils import override_settings
from django.views.generic import ListView

from quanheng.apps.parties import actions, queries
from quanheng.apps.parties.models import Organisation
from quanheng.apps.records.action import SYSTEM
from quanheng.web.middleware import FACTOR_CHECKED_FOR

ROWS, ROUNDS = 5000, 60
LIST = "/parties/organisations/"
RATE, SECONDS, CONNECTIONS = 50, 10, 4
COLUMNS = ("code", "name", "uscc", "kind", "state")
BARE = """{% extends "base.html" %}{% block content %}<table>{% for o in page_obj %}<tr>
<td>{{ o.code }}</td><td>{{ o.name }}</td><td>{{ o.uscc }}</td><td>{{ o.get_kind_display }}</td>
<td>{{ o.division.name }}</td><td>{{ o.get_state_display }}</td></tr>{% endfor %}</table>{% endblock %}"""


class BareList(ListView):
    """What Django gives by itself."""

    queryset = Organisation.objects.select_related("division").order_by("name")
    paginate_by = 25

    def render_to_response(self, context, **kwargs):
        from django.http import HttpResponse

        return HttpResponse(engines["django"].from_string(BARE).render(context, self.request))


def prepare() -> Client:
    """An authority with many units, and its officer signed in."""
    call_command("migrate", verbosity=0)
    actions.load_divisions(SYSTEM)
    bureau = actions.register_organisation(
        SYSTEM, code="BENCH", name="示例局", kind="bureau", division="500000"
    )
    actions.register_person(SYSTEM, login="bench", name="陈静", organisation="BENCH")
    actions.grant_role(SYSTEM, login="bench", organisation="BENCH", role="bureau_officer")
    where = queries.division("500103")
    Organisation.objects.bulk_create(  # beside the ledger: this folder is thrown away, and only reading is measured
        Organisation(code=f"U{n}", name=f"示例单位 {n}", kind="enterprise", division=where, authority=bureau)
        for n in range(ROWS)
    )
    return signed_in()


def signed_in() -> Client:
    client = Client()
    client.force_login(queries.person("bench"), backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    session["factor_checked"] = [str(queries.person("bench").pk), int(time.time()) + 10 * FACTOR_CHECKED_FOR]
    session.save()
    return client


def median(deed: Callable[[], object], rounds: int = ROUNDS) -> float:
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        deed()
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def compare(client: Client) -> None:
    request = RequestFactory().get(LIST)
    request.user = request.actor = queries.person("bench")
    request.session = client.session
    bare_view = BareList.as_view()

    def ours() -> None:
        assert client.get(LIST).status_code == 200

    def bare() -> None:
        assert bare_view(request).status_code == 200

    ours(), bare()
    with override_settings(DEBUG=True):
        reset_queries()
        ours()
        count = len(connection.queries)
    mine, peer = median(ours), median(bare)
    print(f"list of 25 of {ROWS} rows: {count} queries (target: at most 12)")
    print(
        f"  ours, with session, rights, filters, sorting {1000 * mine:.1f} ms; bare Django list {1000 * peer:.1f} ms"
    )
    print(f"  ratio of rates ours : bare = {peer / mine:.2f} (target: at least 0.8)")


def load(client: Client) -> None:
    port = free_port()
    command = [sys.executable, "-m", "quanheng.cli", "serve", "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(port)
        cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
        for name, path, headers in (
            ("public home", "/", {}),
            ("home of an officer", "/", {"Cookie": cookie}),
            ("list", LIST, {"Cookie": cookie}),
        ):
            answers = hammer(port, path, headers)
            slow = statistics.quantiles(answers, n=20)[18]
            print(
                f"{name} at {RATE}/s for {SECONDS} s: median {1000 * statistics.median(answers):.0f} ms, 95 % {1000 * slow:.0f} ms, largest {1000 * max(answers):.0f} ms (target: under 100 ms)"
            )
    finally:
        server.terminate()
        server.wait(timeout=30)


def hammer(port: int, path: str, headers: dict[str, str]) -> list[float]:
    """Ask at a fixed rate from a few connections; an answer is timed from the moment it was due."""
    answers: list[float] = []
    threads = [
        threading.Thread(target=_one, args=(port, path, headers, n, answers)) for n in range(CONNECTIONS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def _one(port: int, path: str, headers: dict[str, str], n: int, answers: list[float]) -> None:
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    began = time.perf_counter() + n / RATE
    for turn in range(RATE * SECONDS // CONNECTIONS):
        due = began + turn * CONNECTIONS / RATE
        time.sleep(max(0.0, due - time.perf_counter()))
        link.request("GET", path, headers=headers)
        answer = link.getresponse()
        answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path} answered {answer.status}")
        answers.append(time.perf_counter() - due)


def free_port() -> int:
    from quanheng.cli.server import free_port as free

    return free("127.0.0.1")


def wait_for(port: int) -> None:
    for _ in range(120):
        try:
            link = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            link.request("GET", "/healthz")
            if link.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.25)
    raise RuntimeError("the server did not start")


if __name__ == "__main__":
    officer = prepare()
    compare(officer)
    load(officer)
