"""What all public pages behind a code on a paper share: a limit for each address, and nothing kept of what a visitor brings."""

from __future__ import annotations

import hashlib
import time
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy

from quanheng.apps.records.pages import Page

MOST = 60  # questions of one address
WITHIN = 60  # seconds


class VerifyPage(Page):
    """A page that anybody may ask, so often in a minute, and that nobody's cache keeps."""

    title = gettext_lazy("证书核验")
    public = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if _too_often(request.META.get("REMOTE_ADDR", "")):
            answer = render(request, "records/verify_wait.html", self.context_for(request), status=429)
            answer["Retry-After"] = str(WITHIN)
        else:
            answer = super().dispatch(request, *args, **kwargs)
        answer["Cache-Control"] = "no-store"
        answer["X-Robots-Tag"] = "noindex"
        return answer

    def context_for(self, request: HttpRequest) -> dict[str, Any]:
        return {"page_title": self.title, "base_template": "public.html"}


def _too_often(address: str) -> bool:
    key = f"verify:{address}:{int(time.time()) // WITHIN}"
    cache.add(key, 0, WITHIN)
    try:
        return cache.incr(key) > MOST
    except ValueError:  # it ran out between the two
        return False


def sha256_of(upload: Any) -> str:
    """The hash of a file that a visitor brings, taken while it comes in."""
    digest = hashlib.sha256()
    for piece in upload.chunks():
        digest.update(piece)
    return digest.hexdigest()
