"""The public page behind the code of a statement's paper. No sign-in; the code on the paper is the key.

Who holds the paper learns whether his file is the registered one and whether the statement still stands, and nothing
that is not on the paper. A file that he brings is hashed while it comes in and thrown away.
"""

from __future__ import annotations

import re
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quanheng.apps.carbon import queries, words
from quanheng.apps.carbon.papers.printing import printed
from quanheng.apps.records import evidence as ledger
from quanheng.apps.records.classify import urn_of
from quanheng.apps.records.public import VerifyPage, sha256_of
from quanheng.science.uncertainty.rounding import group_digits

_DIGEST = re.compile(r"[0-9a-f]{64}")


class VerifyStatement(VerifyPage):
    """How a published statement stands, and whether a file is the registered one."""

    title = gettext_lazy("核算结果核验")

    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        return self._answer(code)

    def post(self, request: HttpRequest, code: str) -> HttpResponse:
        upload = request.FILES.get("file")
        digest = (
            sha256_of(upload)
            if upload is not None
            else re.sub(r"[\s:]", "", request.POST.get("sha256", "")).lower()
        )
        if not _DIGEST.fullmatch(digest):
            return self._answer(code, problem=_("请选择文件，或贴上 64 位的 SHA-256"))
        return self._answer(code, digest)

    def _answer(self, code: str, digest: str = "", problem: str = "") -> HttpResponse:
        shown = look_up(code)
        page = {**self.context(), "shown": shown, "digest": digest, "problem": problem}
        if shown and digest:
            page["compared"] = "unchanged" if digest in shown["hashes"] else "altered"
        status = 404 if shown is None else 422 if problem else 200
        return render(self.request, "carbon/verify.html", page, status=status)


def look_up(code: str) -> dict[str, Any] | None:
    """The published statement behind a code; what was never published is not known here."""
    row = queries.by_code(code) if re.fullmatch(r"[0-9a-f]{32}", code) else None
    hashes = ledger.published(urn_of(row)) if row else []
    if row is None or not hashes:
        return None
    value, expanded = printed(row)
    return {
        "row": row,
        "hashes": hashes,
        "state": words.STATES[row.state],
        "replaced": row.state == "replaced",
        "newer": queries.newer_than(row) if row.state == "replaced" else None,
        "value": group_digits(value),
        "expanded": group_digits(expanded),
    }
