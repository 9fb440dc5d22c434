"""Text size and language of one reader: read from ?text= and ?lang=, kept in cookies, drawn by the server.

A plain link is enough to switch, so it works without scripts and without a session. This file changes nothing
but the two cookies.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import escape_leading_slashes

TEXT_COOKIE = "qh_text"
TEXT_SIZES = ("normal", "large", "huge")
LANGUAGES = ("zh-hans", "en")
A_YEAR = 365 * 24 * 3600


def text_size(request: HttpRequest) -> str:
    """The text size that this reader chose, `normal` if none or if the cookie holds something else."""
    chosen = request.COOKIES.get(TEXT_COOKIE, "")
    return chosen if chosen in TEXT_SIZES else "normal"


def chosen(request: HttpRequest) -> dict[str, str]:
    """Cookies to set: only values that are ours, so that a filter named `text` passes through untouched."""
    cookies = {}
    if request.GET.get("text") in TEXT_SIZES:
        cookies[TEXT_COOKIE] = request.GET["text"]
    if request.GET.get("lang") in LANGUAGES:
        cookies[settings.LANGUAGE_COOKIE_NAME] = request.GET["lang"]
    return cookies


def address_without_choice(request: HttpRequest) -> str:
    """The address asked for, less the parameters that were a choice; never an address of another host."""
    query = request.GET.copy()
    if query.get("text") in TEXT_SIZES:
        del query["text"]
    if query.get("lang") in LANGUAGES:
        del query["lang"]
    path = escape_leading_slashes(request.path)
    return f"{path}?{query.urlencode()}" if query else path


class PreferencesMiddleware:
    """Answers a switch link with the cookie and a redirect to the same page. Stands before LocaleMiddleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Chinese first: only the reader's own choice changes the language. Browsers of an English desktop would
        # otherwise bring an officer an English page that nobody asked for.
        request.META.pop("HTTP_ACCEPT_LANGUAGE", None)
        cookies = chosen(request) if request.method in ("GET", "HEAD") else {}
        if not cookies:
            return self.get_response(request)
        response = HttpResponseRedirect(address_without_choice(request))
        for name, value in cookies.items():
            response.set_cookie(
                name, value, max_age=A_YEAR, secure=request.is_secure(), httponly=True, samesite="Lax"
            )
        return response
