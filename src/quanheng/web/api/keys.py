"""Who asks: the program behind a key, how often it may ask, and what its key was given for.

Only keys count here. A session of the pages is no key: nothing that a browser sends by itself acts through this
door, so forged requests of other sites find nothing to use. The rights are looked up at each request.
"""

from __future__ import annotations

import re
import time
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from ninja.security import HttpBearer

from quanheng.apps.parties import queries as parties
from quanheng.apps.parties.policy import VISITOR
from quanheng.errors import Refused, Verdict
from quanheng.web.api.answers import Halt

FORM = re.compile(r"qh_[A-Za-z0-9]{4,12}_[A-Za-z0-9_-]{20,120}")
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="quanheng"'}
WINDOW = 60  # seconds
REQUESTS = 600  # of one key in one window, unless the settings say otherwise
REQUESTS_WITHOUT_KEY = 120  # of one address


class Key(HttpBearer):
    """`Authorization: Bearer qh_PREFIX_SECRET`."""

    def __call__(self, request: HttpRequest) -> Any:
        if "Authorization" not in request.headers:
            raise Halt(401, "this needs a key: Authorization: Bearer qh_…", CHALLENGE)
        holder = super().__call__(request)
        if holder is None:
            brake(f"from:{request.META.get('REMOTE_ADDR', '')}", REQUESTS_WITHOUT_KEY)
            raise Halt(401, "the key is unknown, ended or revoked", CHALLENGE)
        return holder

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        holder = parties.key_holder(token) if FORM.fullmatch(token) else None
        if holder is not None:
            brake(f"key:{holder.key}", getattr(settings, "API_REQUESTS_PER_MINUTE", REQUESTS))
            request.actor = holder
        return holder


class KeyOrNone(Key):
    """For what is public: a key may be sent and must then be good; without one a visitor asks."""

    def __call__(self, request: HttpRequest) -> Any:
        if "Authorization" in request.headers:
            return super().__call__(request)
        brake(f"from:{request.META.get('REMOTE_ADDR', '')}", REQUESTS_WITHOUT_KEY)
        request.actor = VISITOR
        return VISITOR


KEY, KEY_OR_NONE = Key(), KeyOrNone()


def brake(who: str, most: int) -> None:
    """Count a request in the present window; Halt with the seconds to wait when there were too many.

    The count lies in the cache of the process: with several web workers each counts for itself.
    """
    now = int(time.time())
    name = f"api:{who}:{now // WINDOW}"
    cache.add(name, 0, WINDOW)
    try:
        asked = cache.incr(name)
    except ValueError:  # the window ended between the two lines
        asked = 1
    if asked > most:
        wait = WINDOW - now % WINDOW
        raise Halt(429, f"more than {most} requests in {WINDOW} s", {"Retry-After": str(wait)})


def need_scope(actor: Any, scope: str) -> None:
    """Refuse what the key was not given for; a scope narrows the rights of its person and never widens them."""
    if scope not in getattr(actor, "scopes", ()):
        instead = "请由签发人另发一个带有此范围的密钥"
        raise Refused(Verdict(False, f"这个密钥不含范围 {scope}", "", instead))
