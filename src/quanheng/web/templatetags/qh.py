"""Template filters and tags of the house: numbers, quantities, dates, terms, hashes, and the beams' geometry.

Thin: the writing is in `wording`, the words of terms in `terms`, the geometry in `beam`. A value that cannot be
read raises, because a page that hides a wrong figure is worse than one that fails in a test.
"""

from __future__ import annotations

import datetime as dt
import io
import re
from typing import Any

import segno
from django import template
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect, Select
from django.utils import timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from quanheng.web import beam, terms, wording

register = template.Library()

_FORMULA = re.compile(r"(CO|CH|SF|NF|SO|NH)(\d)(?!\d)|(N|H)(2)(?=O)")
_POWER = re.compile(r"(?<=m)([23])\b|\^(-?\d+)")
CITED = ("article", "title", "number", "gist", "sentence")


def language() -> str:
    return wording.short_language(get_language())


def local_day(value: dt.date | dt.datetime | None) -> dt.date | None:
    """The civil day: a moment is first taken to the installation's time zone. A missing variable is no day."""
    if value is None or value == "":
        return None
    if isinstance(value, dt.datetime):
        return (timezone.localtime(value) if timezone.is_aware(value) else value).date()
    return value


# ---- numbers -----------------------------------------------------------------------------------------------


@register.filter
def qh_number(value: Any, places: int | None = None) -> str:
    """`{{ hours|qh_number }}` → 1 416; `{{ rate|qh_number:1 }}` with equal decimals."""
    return wording.number(value, places)


@register.filter
def qh_signed(value: Any, places: int | None = None) -> str:
    """Errors, corrections, differences: always with + or −."""
    return wording.number(value, places, signed=True)


@register.filter
def qh_percent(value: Any) -> str:
    """A fraction as a percentage: 0.905 → 90.5%."""
    return wording.percent(value)


@register.filter
def qh_unit(unit: str | None) -> SafeString:
    """`t CO2` with its subscript, `m3` with its superscript."""
    text = str(conditional_escape(unit or ""))
    text = _FORMULA.sub(lambda m: f"{m[1] or m[3]}<sub>{m[2] or m[4]}</sub>", text)
    text = _POWER.sub(lambda m: f"<sup>{(m[1] or m[2]).replace('-', wording.MINUS)}</sup>", text)
    return mark_safe(text)


@register.simple_tag
def qh_quantity(
    value: Any, expanded: Any = None, unit: str = "", k: Any = None, digits: int | None = 2
) -> SafeString:
    """`412 860 ± 7 430 t CO₂（k = 2）`: value and U end at the same decimal, the unit once, after U.

    `digits=None` prints figures that were already rounded when they were published.
    """
    parts = wording.quantity(value, expanded, unit, k, digits)
    u = format_html('<span class="pm">±</span>{}', parts.expanded) if parts.expanded else ""
    after = format_html('<span class="u">{}</span>', qh_unit(unit)) if unit else ""
    brackets = ("（", "）") if language() == "zh" else (f"{wording.NBSP}(", ")")
    factor = (
        format_html('<span class="u">{}<i>k</i> = {}{}</span>', brackets[0], parts.factor, brackets[1])
        if parts.factor
        else ""
    )
    return format_html('<span class="qh-q">{}{}{}{}</span>', parts.value, u, after, factor)


# ---- dates -------------------------------------------------------------------------------------------------


@register.filter
def qh_date(value: Any, form: str = "") -> str:
    """2026年11月21日 or 21 November 2026; `:"noyear"` inside one list of the current year."""
    return wording.date(local_day(value), language(), with_year=form != "noyear")


@register.filter
def qh_weekday(value: Any) -> str:
    return wording.weekday(local_day(value), language())


@register.filter
def qh_time(value: Any) -> str:
    """10:26 in the installation's time zone."""
    if isinstance(value, dt.datetime) and timezone.is_aware(value):
        value = timezone.localtime(value)
    return wording.clock_time(value)


@register.filter
def qh_datetime(value: Any) -> str:
    return wording.DASH if not value else f"{qh_date(value)} {qh_time(value)}"


@register.simple_tag
def qh_when(value: Any, form: str = "") -> SafeString | str:
    """A date or moment in `<time datetime>`; forms: noyear, time (date and time)."""
    if not value:
        return wording.DASH
    words = qh_datetime(value) if form == "time" else qh_date(value, form)
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), words)


@register.simple_tag
def qh_term(result: Any, left: Any = None) -> terms.Term | None:
    """`{% qh_term clock_result as term %}`: due, kind, words, provisional, earliest, latest, steps."""
    return terms.read_term(result, left)


# ---- identifiers -------------------------------------------------------------------------------------------


@register.filter
def qh_hash(digest: str | None) -> str:
    """The first 12 digits of a hash, 校验码."""
    return wording.hash12(digest)


@register.filter
def qh_mask(text: Any, kind: str = "") -> str:
    """Personal data with the middle hidden: `{{ phone|qh_mask:"phone" }}`."""
    return wording.masked(None if text is None else str(text), kind)


@register.filter
def qh_size(count: int | None) -> str:
    return wording.size(count, language())


@register.filter
def qh_circled(index: int) -> str:
    """①…⑳ for the steps of a chain, (21) behind them."""
    return chr(0x2460 + index - 1) if 1 <= index <= 20 else f"({index})"


@register.simple_tag
def qh_qrcode(text: str, label: str = "", scale: int = 3) -> SafeString:
    """A QR code as inline SVG with error correction M; `label` says what it leads to."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        out,
        kind="svg",
        scale=scale,
        xmldecl=False,
        svgns=False,
        title=label or text,
        lineclass=None,
        svgclass="qh-qr",
    )
    return mark_safe(out.getvalue().decode().replace("<svg ", '<svg role="img" ', 1))


# ---- forms -------------------------------------------------------------------------------------------------


@register.filter
def qh_widget(field: BoundField) -> SafeString:
    """The widget of a bound field with the classes of the house; Django adds the aria attributes."""
    widget = field.field.widget
    if isinstance(widget, (RadioSelect, CheckboxSelectMultiple)):
        return field.as_widget()
    if isinstance(widget, CheckboxInput):
        style = "form-check-input"
    else:
        style = "form-select" if isinstance(widget, Select) else "form-control"
    classes = f"{style} {widget.attrs.get('class', '')}".strip()
    return field.as_widget(attrs={**widget.attrs, "class": classes})


@register.filter
def qh_is_group(field: BoundField) -> bool:
    """True where several inputs share one question: they need a fieldset and a legend."""
    return isinstance(field.field.widget, (RadioSelect, CheckboxSelectMultiple))


# ---- beams -------------------------------------------------------------------------------------------------


@register.simple_tag
def qh_band(value: Any, expanded: Any) -> dict[str, Any]:
    return beam.band(value, expanded)


@register.simple_tag
def qh_bars(rows: Any) -> list[dict[str, Any]]:
    return beam.bars(rows)


@register.simple_tag
def qh_coverage(rows: Any, start: dt.date, end: dt.date) -> dict[str, Any]:
    return beam.coverage(rows, start, end, language())


@register.simple_tag
def qh_ruler(working_days: Any, marks: Any, today: dt.date) -> dict[str, Any]:
    """Geometry of the ruler of terms, with `finding`: the sentence that a screen reader gets."""
    drawn = beam.ruler(list(working_days), list(marks), today, language())
    return {**drawn, "finding": _finding(drawn)}


def _finding(drawn: dict[str, Any]) -> str:
    if not drawn["counts"]:
        return _("未来这些工作日没有到期事项")
    parts = []
    for entry in drawn["counts"]:
        name = {0: _("超期"), 1: _("今天")}.get(entry["slot"]) or wording.date(
            entry["day"], language(), False
        )
        parts.append(_("%(day)s %(count)s 项") % {"day": name, "count": entry["count"]})
    return _("到期事项：%(list)s") % {"list": _("，").join(parts)}


# ---- small things that templates need ----------------------------------------------------------------------


@register.filter
def qh_share(fraction: Any) -> str:
    """A fraction in per cent with one decimal and no sign, for columns headed by %."""
    return wording.DASH if fraction in (None, "") else wording.number(wording.to_decimal(fraction) * 100, 1)


@register.simple_tag
def qh_cite(of: Any, *words: str) -> dict[str, str]:
    """A citation as a mapping, from a string, from anything with the names of CITED, or from loose words."""
    if of is None or of == "":
        return dict(zip(CITED, words, strict=False))
    if isinstance(of, str):
        return {"article": of}
    return {name: terms.member(of, name) or "" for name in CITED}


@register.simple_tag(takes_context=True)
def qh_parameter(context: Any, name: str) -> str:
    """A parameter of the present address, so that a filter form can carry it along."""
    return context["request"].GET.get(name, "") if "request" in context else ""
