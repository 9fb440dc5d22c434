"""The page of one act: `/do/<verb>/` draws the form of any action, asks beforehand, does it, and says what was done.

Every act has this page; a page of its own is worth writing only where the work needs more than a form. Rights and
rules are not here: the act answers, this page shows the answer.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pydantic
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from quanheng.apps.records.action import REGISTRY, Done, Spec, perform
from quanheng.apps.records.foresight import foreseen
from quanheng.apps.records.pages import page_of
from quanheng.errors import BadInput, Refused, Verdict
from quanheng.web.act_forms import ActForm

REASON = "reason"
CONFIRMED_DIGITS = 4


class ActPage(View):
    """The form of any action that is open to pages and programs."""

    template_name = "pages/act.html"
    final_template_name = "pages/irreversible.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path(), reverse("account_login"))
        spec = REGISTRY.get(kwargs["verb"])
        if spec is None or not spec.api:
            raise Http404
        self.spec: Spec = spec
        self.actor = request.actor
        self.back = local_address(request, request.POST.get("next") or request.GET.get("next") or "")
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, verb: str) -> HttpResponse:
        known = {name: request.GET[name] for name in self.spec.input.model_fields if name in request.GET}
        if self.spec.irreversible and self._subject_known(known):
            return FinalStep(self, known).show()
        only = self._subject_fields() if self.spec.irreversible else None
        return self._show(ActForm(self.spec, initial=known, only=only), known)

    def post(self, request: HttpRequest, verb: str) -> HttpResponse:
        if self.spec.irreversible:
            return FinalStep(self, request.POST.dict()).do()
        form = ActForm(self.spec, request.POST, request.FILES)
        try:
            return self.attempt(form) or self._show(form, request.POST.dict(), status=422)
        except Refused as refusal:
            return self._show(form, request.POST.dict(), refused=refusal.verdict, status=403)
        finally:
            form.clean_up()

    # ---- doing ----

    def attempt(self, form: ActForm, kept: dict[str, Any] | None = None) -> HttpResponse | None:
        """Do the act if the form holds; None if something must be mended, which the form then names."""
        if not form.is_valid():
            return None
        values = {**(kept or {}), **form.values()}
        try:
            self.spec.input.model_validate(values)
            return self.done(perform(self.spec, self.actor, values))
        except (pydantic.ValidationError, BadInput) as error:
            form.blame(error)
            return None

    def done(self, done: Done) -> HttpResponse:
        """Say what was done and go on: where the reader came from, else to the page of what came of it."""
        words = {"title": self.spec.title, "name": done.entry.object_name, "n": done.entry.seq}
        said = (
            _("已办：%(title)s，%(name)s。台账第 %(n)s 条。")
            if words["name"]
            else _("已办：%(title)s。台账第 %(n)s 条。")
        )
        messages.success(self.request, said % words)
        return HttpResponseRedirect(self.back or page_of(done.result) or reverse("home"))

    # ---- showing ----

    def _show(
        self, form: ActForm, known: dict[str, Any], refused: Verdict | None = None, status: int = 200
    ) -> HttpResponse:
        blocked, right = (None, True) if status != 200 else self.blocked(known)
        against = refused if refused is not None else blocked  # a verdict that refuses is false
        page = {**self.context(), **refusal(against), "form": form, "blocked": blocked is not None}
        page["gathering"] = self.spec.irreversible
        return render(self.request, self.template_name, page, status=status if right else 403)

    def blocked(self, known: dict[str, Any]) -> tuple[Verdict | None, bool]:
        """What already stands against the act, and whether the person has the right to it at all."""
        filled = {name: value for name, value in known.items() if value != ""}
        right, verdict = foreseen(self.spec, self.actor, filled)
        return (None if verdict.ok else verdict), right.ok

    def context(self) -> dict[str, Any]:
        return {
            "page_title": self.spec.title,
            "spec": self.spec,
            "next": self.back,
            "way_back": self.back or reverse("home"),
        }

    # ---- irreversible acts come in two steps ----

    def _subject_fields(self) -> list[str]:
        """What must be known before consequences can be counted: everything required but the reason."""
        return [n for n, info in self.spec.input.model_fields.items() if info.is_required() and n != REASON]

    def _subject_known(self, known: dict[str, Any]) -> bool:
        return all(known.get(name) for name in self._subject_fields())


class FinalStep:
    """The second step of an irreversible act: consequences counted, reason, and the last digits typed by hand."""

    def __init__(self, page: ActPage, given: dict[str, Any]) -> None:
        self.page, self.spec = page, page.spec
        fields = page._subject_fields()
        self.subject = {name: given.get(name, "") for name in fields}
        self.rest = [name for name in self.spec.input.model_fields if name not in fields]

    def name(self) -> str:
        """The name of what the act takes away, as the reader knows it."""
        return str(next(iter(self.subject.values()), "")) or str(self.spec.title)

    def show(self) -> HttpResponse:
        initial = {name: value for name, value in self.page.request.GET.items() if name in self.rest}
        form = ActForm(self.spec, initial=initial, only=self.rest)
        blocked, right = self.page.blocked(self.subject)
        return self._render(form, refused=blocked, status=200 if right else 403)

    def do(self) -> HttpResponse:
        form = ActForm(self.spec, self.page.request.POST, self.page.request.FILES, only=self.rest)
        typed = self.page.request.POST.get("confirm", "").strip()
        try:
            if typed != self.digits():
                form.is_valid()
                return self._render(
                    form, confirm_error=_("与“%(name)s”的后四位不同") % {"name": self.name()}, status=422
                )
            return self.page.attempt(form, kept=self.subject) or self._render(form, status=422)
        except Refused as refusal:
            return self._render(form, refused=refusal.verdict, status=403)
        finally:
            form.clean_up()

    def digits(self) -> str:
        return self.name()[-CONFIRMED_DIGITS:]

    def consequences(self) -> list[str]:
        """What follows, counted by the app; nothing if the input is not complete enough to count."""
        if self.spec.consequences is None:
            return []
        try:
            values = {**{n: gettext_lazy("（理由）") for n in self.rest if n == REASON}, **self.subject}
            given = self.spec.input.model_construct(**values)
            return list(self.spec.consequences(self.page.actor, given))
        except (BadInput, Refused, AttributeError):
            return []

    def _render(
        self, form: ActForm, refused: Verdict | None = None, confirm_error: str = "", status: int = 200
    ) -> HttpResponse:
        labels = self.spec.input.model_fields
        facts = [
            {"label": labels[name].title or name, "value": value} for name, value in self.subject.items()
        ]
        page = {
            **self.page.context(),
            "page_title": f"{self.spec.title} {self.name()}",
            "form": form,
            **refusal(refused),
            "facts": facts,
            "subject": self.subject,
            "consequences": self.consequences() if refused is None else [],
            "confirm_error": confirm_error,
            "confirm": self.page.request.POST.get("confirm", ""),
            "digits": CONFIRMED_DIGITS,
        }
        return render(self.page.request, self.page.final_template_name, page, status=status)


def refusal(verdict: Verdict | None) -> dict[str, Any]:
    """A refusal as the component wants it."""
    return {} if verdict is None else {"refused": verdict, "reasons": [verdict.reason]}


def local_address(request: HttpRequest, address: str) -> str:
    """An address of this host, else nothing: no act sends its person to a foreign page."""
    allowed = url_has_allowed_host_and_scheme(
        address, {request.get_host()}, require_https=request.is_secure()
    )
    return address if address and allowed else ""


def do_link(verb: str, **values: Any) -> str:
    """The address of an act's page with what is known already."""
    query = urlencode({k: v for k, v in values.items() if v not in (None, "")})
    return reverse("do", args=[verb]) + (f"?{query}" if query else "")


__all__ = ["ActPage", "do_link", "local_address"]
