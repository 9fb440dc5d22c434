"""How the sign-in library meets the house: no open sign-up, every sign-in recorded, a lock-out that explains itself."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from quanheng.apps.parties import actions


class AccountAdapter(DefaultAccountAdapter):
    """Accounts come from registrations and from administrators, never from an open sign-up form."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


def locked_out(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """The page after too many wrong passwords."""
    return render(request, "account/locked.html", status=429)


@receiver(user_logged_in)
def _signed_in(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    actions.start_session(user, login=user.login)


@receiver(user_logged_out)
def _signed_out(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    if user is not None:
        actions.end_session(user, login=user.login)


@receiver(user_login_failed)
def _refused(sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any) -> None:
    actions.refuse_session(actions.SYSTEM, login=str(credentials.get("username") or credentials.get("login") or "")[:40])
