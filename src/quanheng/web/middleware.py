"""Who acts in this request, since when, and in which form an error is told. Rules are not here."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import structlog
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from quanheng.apps.parties import queries as parties
from quanheng.apps.parties.policy import VISITOR
from quanheng.apps.records import action
from quanheng.errors import BadInput, Refused

OPEN_BEFORE_MFA = ("/accounts/", "/static/", "/healthz")
FACTOR_CHECKED_FOR = 300  # seconds; a role given meanwhile asks for its second factor after that
SECOND_FACTORS = ("totp", "webauthn")  # recovery codes alone are none


class ActorMiddleware:
    """Sets `request.actor`: the person, the person as somebody's deputy, or a visitor; ends sessions in time."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = action.request_id.set(uuid.uuid4().hex)
        structlog.contextvars.bind_contextvars(request=action.request_id.get())
        try:
            return self._answered(request)
        finally:
            action.request_id.reset(token)
            structlog.contextvars.clear_contextvars()

    def _answered(self, request: HttpRequest) -> HttpResponse:
        ended = self._ended(request)
        if ended:
            logout(request)
            return redirect(f"{reverse('account_login')}?{ended}")
        request.actor = self._actor(request)
        duty = self._duty(request)
        if duty:
            return redirect(duty)
        response = self.get_response(request)
        if request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    def _actor(self, request: HttpRequest) -> Any:
        if not request.user.is_authenticated:
            return VISITOR
        person: Any = request.user
        try:
            return parties.actor_for(person, on_behalf=request.session.get("on_behalf"))
        except Refused as refusal:
            del request.session["on_behalf"]
            messages.warning(request, refusal.verdict.reason)
            return person

    # ---- time-outs ----

    def _ended(self, request: HttpRequest) -> str:
        """Why the session is over, as the query of the sign-in page; empty while it lasts."""
        if not request.user.is_authenticated:
            return ""
        now = int(time.time())
        since, seen = request.session.setdefault("since", now), request.session.get("seen")
        back = {"next": request.get_full_path()} if request.method == "GET" else {}
        if now - since > settings.SESSION_COOKIE_AGE:
            return urlencode({"ended": 1, **back})
        if seen and now - seen > settings.SESSION_IDLE_SECONDS:
            return urlencode({"idle": 1, **back})
        if not seen or now - seen > 60:
            request.session["seen"] = now
        return ""

    # ---- what must be done before anything else ----

    def _duty(self, request: HttpRequest) -> str:
        """Where a person is led who must first set a password or enrol a second factor."""
        if not request.user.is_authenticated or request.path.startswith(OPEN_BEFORE_MFA):
            return ""
        if request.user.must_change_password:
            return reverse("account_change_password")
        return reverse("mfa_activate_totp") if self._must_enrol(request) else ""

    def _must_enrol(self, request: HttpRequest) -> bool:
        user: Any = request.user
        person, checked = request.session.get("factor_checked", ["", 0])
        if person == str(user.pk) and time.time() - checked < FACTOR_CHECKED_FOR:
            return False
        has_one = user.authenticator_set.filter(type__in=SECOND_FACTORS).exists()
        if not has_one and parties.needs_second_factor(user):
            return True
        request.session["factor_checked"] = [str(user.pk), int(time.time())]
        return False


class ErrorsMiddleware:
    """Turns the two errors of the house into pages: refused (403) and bad input (400)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if request.path.startswith("/api/"):
            return None
        if isinstance(error, Refused):
            return render(request, "403.html", {"verdict": error.verdict}, status=403)
        if isinstance(error, BadInput):
            return render(request, "400.html", {"problems": error.problems}, status=400)
        return None
