"""How a statement leaves the house by its page: the signed paper, the evidence pack, and the program that checks it."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from quanheng.apps.carbon import actions, queries
from quanheng.apps.carbon.actions.papers import STANDS
from quanheng.apps.carbon.papers import paper
from quanheng.apps.records import evidence as ledger
from quanheng.apps.records import queries as records
from quanheng.apps.records import seals
from quanheng.apps.records.classify import urn_of
from quanheng.apps.records.pages import Page, act_link
from quanheng.evidence.single import single_file

VERIFIER = "quanheng_pack_verifier.py"


def leaving(actor: Any, statement: Any, path: str) -> dict[str, Any]:
    """What the page of a statement shows of it: the registered paper or the way to it, and the fingerprints."""
    registered = ledger.published(urn_of(statement))
    row = records.attachment_of(urn_of(statement), registered[0]) if registered else None
    link = act_link(actor, "carbon.statement.publish", {"statement": statement.number}, statement, path)
    return {
        "paper": row,
        "paper_url": reverse("records:attachment", args=[row.pk]) if row else "",
        "page_url": reverse("verify-statement", args=[paper.code_of(statement)]) if row else "",
        "publish": link if row is None and statement.state in STANDS else None,
        "seal": seals.seal(timezone.now()).fingerprint if row else "",
        "key": ledger.fingerprint(),
    }


class TakeEvidence(Page):
    """The evidence pack, handed out by an act: who took it is recorded."""

    title = gettext_lazy("证据包")

    def post(self, request: HttpRequest, pk: Any) -> HttpResponse:
        row = queries.statements(self.actor).filter(pk=pk).first()
        if row is None:
            raise Http404
        made = actions.pack(self.actor, statement=row.number)
        return _download(made.content, "application/zip", made.name)


class TakeVerifier(Page):
    """The single file that checks packs; everybody may have it."""

    title = gettext_lazy("核验程序")
    public = True

    def get(self, request: HttpRequest) -> HttpResponse:
        return _download(single_file(), "text/x-python", VERIFIER)


def _download(content: bytes, media_type: str, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=media_type)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "no-store, private"
    return answer
