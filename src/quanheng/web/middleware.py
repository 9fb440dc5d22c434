"""Who acts in this request, since when, and in which form an error is told. Rules are not here."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable

import structlog
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from quanheng.apps.parties import queries as parties
from quanheng.apps.parties.policy import VISITOR
from quanheng.apps.records import action
from quanheng.errors import BadInput, Refused

OPEN_BEFORE_MFA = ("/accounts/", "/static/", "/healthz")


class ActorMiddleware:
    """Sets `request.actor`: the person, the person as somebody's deputy, or a visitor; ends idle sessions."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = action.request_id.set(uuid.uuid4().hex)
        structlog.contextvars.bind_contextvars(request=action.request_id.get())
        try:
            if request.user.is_authenticated and self._idle(request):
                logout(request)
                return redirect(f"{reverse('account_login')}?idle=1")
            request.actor = self._actor(request)
            if self._must_enrol(request):
                return redirect("mfa_index")
            response = self.get_response(request)
            if request.user.is_authenticated:
                response.headers.setdefault("Cache-Control", "no-store")
            return response
        finally:
            action.request_id.reset(token)
            structlog.contextvars.clear_contextvars()

    def _actor(self, request: HttpRequest):
        if not request.user.is_authenticated:
            return VISITOR
        principal = request.session.get("on_behalf")
        return parties.actor_for(request.user, on_behalf=principal) if principal else request.user

    def _idle(self, request: HttpRequest) -> bool:
        now, last = int(time.time()), request.session.get("seen")
        if last and now - last > settings.SESSION_IDLE_SECONDS:
            return True
        if not last or now - last > 60:
            request.session["seen"] = now
        return False

    def _must_enrol(self, request: HttpRequest) -> bool:
        if not request.user.is_authenticated or request.path.startswith(OPEN_BEFORE_MFA):
            return False
        if request.session.get("mfa_ok") == str(request.user.pk):
            return False
        if parties.needs_second_factor(request.user) and not request.user.authenticator_set.exists():
            return True
        request.session["mfa_ok"] = str(request.user.pk)
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
