"""How the sign-in library meets the house: no open sign-up, every sign-in recorded, passwords changed by acts only.

Who may do what is not decided here. Pages of this room: sign-in and its neighbours, registration, lost password.
"""

from __future__ import annotations

import time
from typing import Any

from allauth.account import views as library
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.signals import authenticator_added, authenticator_removed
from django.conf import settings
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.core.exceptions import ValidationError
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from quanheng.apps.parties import actions
from quanheng.errors import BadInput
from quanheng.web import entrance, sealing
from quanheng.web.problems import spoken


class AccountAdapter(DefaultAccountAdapter):
    """Accounts come from registrations and from administrators, never from an open sign-up form."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": gettext_lazy("登录名或密码不对"),
        "incorrect_password": gettext_lazy("密码不对"),
        "enter_current_password": gettext_lazy("现在的密码不对"),
        "too_many_login_attempts": gettext_lazy("试得太频繁，请 5 分钟后再试"),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def set_password(self, user: Any, password: str) -> None:
        """Who proved to be himself, by the old password or by a link, changes the password."""
        try:
            actions.change_password(user, login=user.login, password=password)
        except BadInput as error:
            raise ValidationError([spoken(problem) for problem in error.problems]) from None
        user.refresh_from_db()

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Whoever signed in a moment ago need not type the password again to enrol a second factor."""
        request = context.request
        records = get_authentication_records(request, request.user)
        fresh = records and time.time() - records[-1]["at"] < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
        return not fresh and super().is_reauthentication_required(app=app, **kwargs)

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        words: dict[str, Promise] = {
            "reauthenticate": gettext_lazy("密码"),
            "mfa_reauthenticate": gettext_lazy("动态口令或备用码"),
            "mfa_reauthenticate:webauthn": gettext_lazy("安全密钥"),
        }
        ways = super().get_reauthentication_methods(user)
        return [{**way, "description": words.get(way["id"], way["description"])} for way in ways]


class FactorAdapter(DefaultMFAAdapter):
    """Second factors: named by the login, and their secrets sealed before they are stored."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": gettext_lazy("口令不对，或者已过期"),
    }

    def get_totp_label(self, user: Any) -> str:
        return str(user.login)

    def encrypt(self, text: str) -> str:
        return sealing.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return sealing.unseal(encrypted_text)


def locked_out(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """The page after too many wrong passwords: how long, why, and what to do instead."""
    page = {"minutes": round(settings.AXES_COOLOFF_TIME * 60), "limit": settings.AXES_FAILURE_LIMIT}
    return render(request, "account/locked.html", page, status=429)


# ---- what is recorded ----------------------------------------------------------------------------------------


@receiver(user_logged_in)
def _signed_in(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    actions.start_session(user, login=user.login)


@receiver(user_logged_out)
def _signed_out(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    if user is not None:
        actions.end_session(user, login=user.login)


@receiver(user_login_failed)
def _refused(
    sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any
) -> None:
    login = str(credentials.get("username") or credentials.get("login") or "")
    actions.refuse_session(actions.SYSTEM, login=login.replace("\0", "")[:40])


@receiver([authenticator_added, authenticator_removed])
def _factor_changed(sender: Any, request: HttpRequest, **kwargs: Any) -> None:
    """Look again whether the person has the second factor that his roles ask for."""
    request.session.pop("factor_checked", None)


# ---- addresses -----------------------------------------------------------------------------------------------


def addresses() -> list[URLPattern | URLResolver]:
    """The pages of the sign-in library that the house uses, and its own. Others of the library have no address."""
    return [
        path("login/", library.login, name="account_login"),
        path("logout/", library.logout, name="account_logout"),
        path("inactive/", library.account_inactive, name="account_inactive"),
        path("reauthenticate/", library.reauthenticate, name="account_reauthenticate"),
        path("password/change/", entrance.change_password, name="account_change_password"),
        path("password/lost/", entrance.lost_password, name="lost_password"),
        path("register/", entrance.register, name="account_signup"),
        path("register/done/", entrance.registered, name="registered"),
        path("2fa/", include("allauth.mfa.urls")),
        *mail_addresses(),
    ]


def mail_addresses() -> list[URLPattern]:
    """Lost password by mail, where the installation has mail."""
    if not settings.HAS_MAIL:
        return []
    return [
        path("password/reset/", library.password_reset, name="account_reset_password"),
        path("password/reset/done/", library.password_reset_done, name="account_reset_password_done"),
        re_path(
            r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
            library.password_reset_from_key,
            name="account_reset_password_from_key",
        ),
        path(
            "password/reset/key/done/",
            library.password_reset_from_key_done,
            name="account_reset_password_from_key_done",
        ),
    ]
