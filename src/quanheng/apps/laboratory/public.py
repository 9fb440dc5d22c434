"""The public page behind the QR code of a certificate. No sign-in; the code on the paper is the key.

A visitor may bring the file that he was given, or its SHA-256: it is hashed while it comes in and thrown away.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from quanheng.apps.laboratory import verification
from quanheng.apps.records.public import VerifyPage, sha256_of


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
            return self._answer(code, sha256_of(upload))
        pasted = request.POST.get("sha256", "")
        digest = verification.fingerprint(pasted)
        return self._answer(code, digest, problem="" if digest else _("请选择文件，或贴上 64 位的 SHA-256"))

    def _answer(self, code: str, digest: str = "", problem: str = "") -> HttpResponse:
        shown = verification.look_up(code, timezone.localdate())
        compared = verification.compare(shown, digest) if shown and digest else ""
        status = 404 if shown is None else 422 if problem else 200
        page = {**self.context(), "shown": shown, "compared": compared, "digest": digest, "problem": problem}
        return render(self.request, "laboratory/verify.html", page, status=status)
