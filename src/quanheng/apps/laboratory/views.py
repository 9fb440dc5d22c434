"""Pages of instruments and certificates. They show; acts have their own page."""

from __future__ import annotations

from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quanheng.apps.laboratory import queries, tables
from quanheng.apps.records import queries as records
from quanheng.apps.records.classify import urn_of
from quanheng.apps.records.pages import DetailPage, ListPage


class InstrumentList(ListPage):
    """计量器具."""

    title = gettext_lazy("计量器具")
    query = queries.instruments
    table_class = tables.InstrumentTable
    filterset_class = tables.InstrumentFilter
    acts = (("laboratory.instrument.register", {}),)
    empty_title = gettext_lazy("还没有器具")
    empty_text = gettext_lazy("登记一台器具，再录入它的证书。")


class CertificateList(ListPage):
    """证书."""

    title = gettext_lazy("证书")
    query = queries.certificates
    table_class = tables.CertificateTable
    filterset_class = tables.CertificateFilter
    acts = (("laboratory.certificate.enter", {}),)
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
            {"label": _("计量单位"), "value": row.unit},
            {"label": _("重复性标准偏差"), "value": shown},
        ]

    def context(self) -> dict[str, Any]:
        held = queries.certificates(self.actor).filter(instrument=self.object)
        return {
            **super().context(),
            "certificates": [{"row": row, "standing": tables.standing(row)} for row in held],
            "urn": urn_of(self.object),
        }


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
    acts = (("laboratory.certificate.revoke", {"certificate": lambda row: f"{row.owner.code}/{row.number}"}),)

    def page_title(self) -> str:
        return f"{self.object.get_kind_display()} {self.object.number}"

    def context(self) -> dict[str, Any]:
        kind, word = tables.standing(self.object)
        seen, others = records.dependents_seen(self.actor, "certificate", str(self.object.pk))
        return {
            **super().context(),
            "kind": kind,
            "word": word,
            "uses": [{"row": one, "url": _page(one.result)} for one in seen],
            "others": others,
            "urn": urn_of(self.object),
            "first_entry": records.first_entry(f"laboratory.certificate:{self.object.pk}"),
        }
