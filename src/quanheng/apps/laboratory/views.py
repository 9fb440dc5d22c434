"""Pages of instruments and certificates. They show; acts have their own page."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quanheng.apps.laboratory import drawing, policy, queries, sheets, tables, traceability, words
from quanheng.apps.records import queries as records
from quanheng.apps.records.classify import urn_of
from quanheng.apps.records.pages import XLSX, DetailPage, ListPage, Page

CONFIRM = "laboratory.certificate.confirm"


class InstrumentList(ListPage):
    """计量器具."""

    title = gettext_lazy("计量器具")
    query = queries.instruments_with_standing
    table_class = tables.InstrumentTable
    filterset_class = tables.InstrumentFilter
    acts = (("laboratory.instrument.register", {}), ("laboratory.intake.take_in", {}))
    empty_title = gettext_lazy("还没有器具")
    empty_text = gettext_lazy("登记一台器具，再录入它的证书。")


class CertificateList(ListPage):
    """证书."""

    title = gettext_lazy("证书")
    query = queries.certificates
    table_class = tables.CertificateTable
    filterset_class = tables.CertificateFilter
    acts = (("laboratory.certificate.enter", {}), ("laboratory.intake.take_in", {}))
    empty_title = gettext_lazy("还没有证书")
    empty_text = gettext_lazy("器具没有证书，它的读数就没有覆盖。")


class InstrumentPage(DetailPage):
    """One instrument and its certificates."""

    template_name = "laboratory/instrument.html"
    query = queries.instruments
    crumbs = ((gettext_lazy("计量器具"), "laboratory:instruments"),)
    acts = (
        (
            "laboratory.certificate.enter",
            {
                "owner": lambda row: row.owner.code,
                "instrument": lambda row: row.code,
                "unit": lambda row: row.unit,
            },
        ),
        (
            "laboratory.check.record",
            {
                "owner": lambda row: row.owner.code,
                "instrument": lambda row: row.code,
                "unit": lambda row: row.unit,
            },
        ),
    )

    def facts(self) -> list[dict[str, Any]]:
        row = self.object
        s = row.repeatability
        shown = (
            _("没有给出")
            if s is None
            else f"{s.normalize():f}{' %' if row.repeatability_basis == 'relative' else ''}"
        )
        return [
            {"label": _("所属单位"), "value": row.owner.name},
            {"label": _("名称"), "value": row.name},
            {"label": _("制造单位"), "value": row.maker},
            {"label": _("型号规格"), "value": row.model},
            {"label": _("出厂编号"), "value": row.serial},
            {"label": _("被测量"), "value": row.quantity},
            {"label": _("计量单位"), "value": row.unit or _("没有给出")},
            {"label": _("重复性标准偏差"), "value": shown},
        ]

    def context(self) -> dict[str, Any]:
        day, held = _day(self.request), list(queries.certificates(self.actor).filter(instrument=self.object))
        best = queries.best_of(held, day)
        traced = _traced(self.actor, traceability.of_certificate(best, day), day) if best else {}
        return {
            **super().context(),
            **traced,
            "certificates": [{"row": row, "standing": tables.standing(row)} for row in held],
            "checks": queries.checks(self.actor).filter(instrument=self.object),
            "placements": queries.placements(self.actor).filter(instrument=self.object),
            "urn": urn_of(self.object),
        }


def _day(request: Any) -> dt.date:
    """The day at which the graph is judged: `?day=2026-01-31`, else today."""
    try:
        return dt.date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return timezone.localdate()


def _traced(actor: Any, node: traceability.Node, day: dt.date) -> dict[str, Any]:
    seen = queries.certificates(actor).filter(pk__in=words.ids(node)).values_list("pk", flat=True)
    visible = {str(pk) for pk in seen}
    return {"trace": words.shown(node, visible), "weak": words.weak(node), "day": day}


def _page(urn: str) -> str:
    """The page of a result of a later app, by its URN; empty if it has none."""
    app, model, key = urn.split(":")[-3:]
    try:
        return reverse(f"{app}:{model}", args=[key])
    except NoReverseMatch:
        return ""


class CertificatePage(DetailPage):
    """One certificate: what it states, how it stands, and what used it."""

    template_name = "laboratory/certificate.html"
    query = queries.certificates
    crumbs = ((gettext_lazy("证书"), "laboratory:certificates"),)
    acts = (
        (CONFIRM, {"certificate": lambda row: row.name}),
        ("laboratory.certificate.replace", {"certificate": lambda row: row.name}),
        ("laboratory.certificate.revoke", {"certificate": lambda row: row.name}),
    )

    def page_title(self) -> str:
        return f"{self.object.get_kind_display()} {self.object.number}"

    def act_links(self, thing: Any = None) -> list[dict[str, Any]]:
        """What its issuer entered or confirmed already is not offered for confirmation."""
        waits = thing is not None and thing.unconfirmed and thing.state == thing.State.VALID
        return [link for link in super().act_links(thing) if waits or link["verb"] != CONFIRM]

    def context(self) -> dict[str, Any]:
        row, day = self.object, _day(self.request)
        kind, word = tables.standing(row)
        seen, others = records.dependents_seen(self.actor, "certificate", str(row.pk))
        standing_on, unseen = traceability.standing_on(self.actor, row.name)
        code = reverse("verify:certificate", args=[row.verification_code])
        return {
            **super().context(),
            **_traced(self.actor, traceability.of_certificate(row, day), day),
            "kind": kind,
            "word": word,
            "plot": drawing.errors(row.points),
            "corrections": [_correction(point) for point in row.points] if row.gives == "correction" else [],
            "standing_on": standing_on,
            "standing_on_unseen": unseen,
            "verify_url": self.request.build_absolute_uri(code),
            "uses": [{"row": one, "url": _page(one.result)} for one in seen],
            "others": others,
            "issuer_here": policy.issuer_takes_part(row),
            "confirmed": records.entries_about(self.actor, urn_of(row)).filter(verb=CONFIRM).first(),
            "urn": urn_of(row),
            "first_entry": records.first_entry(f"laboratory.certificate:{row.pk}"),
        }


def _correction(point: dict[str, str]) -> dict[str, Any]:
    """The line as the paper prints it: the correction is the error with the opposite sign."""
    return {**point, "correction": -Decimal(point["error"])}


class CheckPage(DetailPage):
    """One check: readings against references, without an uncertainty, and the standards that it used."""

    template_name = "laboratory/check.html"
    query = queries.checks
    crumbs = ((gettext_lazy("计量器具"), "laboratory:instruments"),)

    def page_title(self) -> str:
        return f"{_('核查')} {self.object.number}"

    def context(self) -> dict[str, Any]:
        day = _day(self.request)
        traced = _traced(self.actor, traceability.of_check(self.object, day), day)
        return {**super().context(), **traced, "urn": urn_of(self.object)}


class IntakeList(ListPage):
    """导入记录."""

    title = gettext_lazy("导入记录")
    query = queries.intakes
    table_class = tables.IntakeTable
    acts = (("laboratory.intake.take_in", {}),)
    crumbs = ((gettext_lazy("计量器具"), "laboratory:instruments"),)
    empty_title = gettext_lazy("还没有导入过")
    empty_text = gettext_lazy("下载空的模板，填好再导入。")
    template_name = "laboratory/intakes.html"


class IntakePage(DetailPage):
    """One file: how many records landed, and why each other did not."""

    template_name = "laboratory/intake.html"
    query = queries.intakes
    crumbs = ((gettext_lazy("导入记录"), "laboratory:intakes"),)

    def context(self) -> dict[str, Any]:
        row = self.object
        return {
            **super().context(),
            "counts": [
                {"kind": words.KINDS[kind], "landed": row.landed.get(kind, 0), "known": row.known.get(kind, 0),
                 "refused": row.refused.get(kind, 0)}
                for kind in words.KINDS
                if kind in row.landed or kind in row.known or kind in row.refused
            ],
            "taken": sum(row.landed.values()),
            "problems": words.told(row.problems),
            "not_taken": sum(row.refused.values()),
            "urn": urn_of(row),
        }  # fmt: skip


class Template(Page):
    """The empty workbook."""

    def get(self, request: Any) -> HttpResponse:
        answer = HttpResponse(sheets.template(), content_type=XLSX)
        answer["Content-Disposition"] = 'attachment; filename="laboratory.xlsx"'
        return answer
