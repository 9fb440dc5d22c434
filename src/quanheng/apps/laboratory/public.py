"""The public page behind the QR code of a certificate. No sign-in; the code on the paper is the key.

A visitor may bring the file that he was given, or its SHA-256: it is hashed while it comes in and thrown away.
"""

from __future__ import annotations

import hashlib
import time
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quanheng.apps.laboratory import verification
from quanheng.apps.records.pages import Page

MOST = 60  # questions of one address
WITHIN = 60  # seconds


class VerifyPage(Page):
    """What the two public pages share: a limit for each address, and nothing kept by anybody's cache."""

    title = gettext_lazy("证书核验")
    public = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if _too_often(request.META.get("REMOTE_ADDR", "")):
            answer = render(request, "laboratory/verify_wait.html", self.context_for(request), status=429)
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


class VerifyStart(VerifyPage):
    """Where a code is typed in."""

    def get(self, request: HttpRequest) -> HttpResponse:
        typed = request.GET.get("code", "").strip()[:200]
        code = verification.readable_code(typed)
        if code:
            return HttpResponseRedirect(reverse("verify:certificate", args=[code]))
        return render(request, "laboratory/verify_start.html", {**self.context(), "typed": typed})


class VerifyCertificate(VerifyPage):
    """How one certificate stands, and whether a file is the registered one."""

    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        return self._answer(code)

    def post(self, request: HttpRequest, code: str) -> HttpResponse:
        upload = request.FILES.get("file")
        if upload is not None:
            return self._answer(code, _hashed(upload))
        pasted = request.POST.get("sha256", "")
        digest = verification.fingerprint(pasted)
        return self._answer(code, digest, problem="" if digest else _("请选择文件，或贴上 64 位的 SHA-256"))

    def _answer(self, code: str, digest: str = "", problem: str = "") -> HttpResponse:
        shown = verification.look_up(code, timezone.localdate())
        compared = verification.compare(shown, digest) if shown and digest else ""
        status = 404 if shown is None else 422 if problem else 200
        page = {**self.context(), "shown": shown, "compared": compared, "digest": digest, "problem": problem}
        return render(self.request, "laboratory/verify.html", page, status=status)


def _hashed(upload: Any) -> str:
    digest = hashlib.sha256()
    for piece in upload.chunks():
        digest.update(piece)
    return digest.hexdigest()
