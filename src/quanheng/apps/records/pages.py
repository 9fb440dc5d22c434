"""Lists and single objects as pages: what an actor may see, filtered, ordered, paged, and the same as Excel.

An app's `views.py` derives from `ListPage` and `DetailPage`; it gives a query of its `queries.py` and a table. The
frame stands in the first app so that every app may use it. It writes nothing: acts have their own page.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping
from types import FunctionType, MappingProxyType
from typing import Any, ClassVar
from urllib.parse import quote, urlencode

import lxml.html
from django.apps import apps
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.core.paginator import EmptyPage
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from quanheng.apps.records.action import REGISTRY
from quanheng.apps.records.foresight import foreseen
from quanheng.apps.records.papers import papers_of
from quanheng.errors import Refused, Verdict

PAGE_SIZE = 25
LARGEST_PAGE = 100
LARGEST_EXPORT = 20_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SHEET_TITLE = re.compile(r"[\[\]:*?/\\']")


class Page(View):
    """What all pages share: who may open it, its title, the way to it, and the acts that it offers.

    query: a function of the actor that gives a queryset of what he may see; a plain function of `queries.py` will do.
    acts: what may be done from here, as (verb, values) with the values of the act's form; a value may be a
    function of the object. may_open: a function of the actor that gives a Verdict, asked before anything is read.
    """

    query: ClassVar[Any]
    title: Any = ""
    template_name = ""
    public = False
    may_open: ClassVar[Any] = None
    crumbs: ClassVar[Iterable[tuple[Any, str]]] = ()
    acts: ClassVar[Iterable[tuple[str, Mapping[str, Any]]]] = ()

    def __init_subclass__(cls, **given: Any) -> None:
        super().__init_subclass__(**given)
        for name in ("query", "may_open"):
            function = cls.__dict__.get(name)
            if isinstance(function, FunctionType) and next(iter(function.__code__.co_varnames), "") != "self":
                setattr(cls, name, staticmethod(function))

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not self.public and not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path(), reverse("account_login"))
        verdict = self.may_open(self.actor) if self.may_open else None
        if verdict is not None and not verdict.ok:
            raise Refused(verdict)
        return super().dispatch(request, *args, **kwargs)

    @property
    def actor(self) -> Any:
        return self.request.actor

    def page_title(self) -> Any:
        return self.title

    def crumb_links(self) -> list[dict[str, Any]]:
        return [{"title": title, "url": reverse(name)} for title, name in self.crumbs]

    def act_links(self, thing: Any = None) -> list[dict[str, Any]]:
        """The acts offered here; one that the actor may not do is left out, one that is refused for now says why."""
        links = [act_link(self.actor, verb, values, thing, self.request.path) for verb, values in self.acts]
        return [link for link in links if link]

    def context(self) -> dict[str, Any]:
        """What the template gets; a page adds its own by overriding and joining."""
        return {
            "page_title": self.page_title(),
            "crumbs": self.crumb_links(),
            "base_template": "public.html" if self.public else "base.html",
        }


class ListPage(Page):
    """A table of what the actor may see. Filters and order stand in the address; `?export=xlsx` is the same as a file.

    The table's Meta.order_by gives the order at first sight. `note` stands under the title.
    """

    table_class: Any = None
    filterset_class: Any = None
    template_name = "pages/list.html"
    page_size = PAGE_SIZE
    empty_title: Any = gettext_lazy("这里还没有内容")
    empty_text: Any = ""
    note: Any = ""
    exported = True

    def rows(self) -> Any:
        return self.query(self.actor)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        rows = self.rows()
        filters = (
            self.filterset_class(request.GET, queryset=rows, request=request)
            if self.filterset_class
            else None
        )
        table = self.table_class(self.filtered(filters, rows))
        table.request = request
        order = request.GET.getlist(table.prefixed_order_by_field)
        if order:
            table.order_by = order
        if self.exported and request.GET.get("export") == "xlsx":
            return excel_answer(table, str(self.page_title()))
        self._turn_to_page(table)
        return render(request, self.template_name, {**self.context(), **self._list(table, filters)})

    def filtered(self, filters: Any, rows: Any) -> Any:
        return rows if filters is None else filters.qs

    def _turn_to_page(self, table: Any) -> None:
        """The page asked for; for a page that does not exist the nearest one that does."""
        asked, size = self.request.GET.get(table.prefixed_page_field, "1"), self._size(self.request)
        number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 1
        try:
            table.paginate(page=max(number, 1), per_page=size)
        except EmptyPage:
            table.paginate(page=table.paginator.num_pages, per_page=size)

    def _size(self, request: HttpRequest) -> int:
        given = request.GET.get("per_page", "")
        size = int(given) if given.isascii() and given.isdigit() and len(given) < 5 else self.page_size
        return min(max(size, 1), LARGEST_PAGE)

    def _list(self, table: Any, filters: Any) -> dict[str, Any]:
        asked = [
            name
            for name in (filters.form.fields if filters is not None else ())
            if self.request.GET.get(name)
        ]
        return {
            "table": table,
            "filter": filters,
            "filtered": bool(asked),
            "acts": self.act_links(),
            "empty_title": self.empty_title,
            "empty_text": self.empty_text,
            "note": self.note,
            "exported": self.exported,
        }


class DetailPage(Page):
    """One object that the actor may see; to all others it does not exist. The template finds it as `object`."""

    template_name = "pages/detail.html"
    lookup = "pk"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.find()
        return render(request, self.template_name, self.context())

    def find(self) -> Any:
        try:
            found = self.query(self.actor).filter(**{self.lookup: self.kwargs[self.lookup]}).first()
        except (ValueError, ValidationError):
            found = None
        if found is None:
            raise Http404
        return found

    def page_title(self) -> Any:
        return self.title or str(self.object)

    def facts(self) -> list[dict[str, Any]]:
        """Labels and values for the card of the default template."""
        return []

    def context(self) -> dict[str, Any]:
        own = {
            "object": self.object,
            "acts": self.act_links(self.object),
            "facts": self.facts(),
            "papers": papers_of(self.actor, self.object),
        }
        return {**super().context(), **own}


def act_link(
    actor: Any, verb: str, values: Mapping[str, Any], thing: Any = None, back: str = ""
) -> dict[str, Any] | None:
    """A button for an act: where it leads, and whether it can be done now. None where the person has no such right."""
    spec = REGISTRY.get(verb)
    if spec is None:
        return None
    known = {name: value(thing) if callable(value) else value for name, value in values.items()}
    right, verdict = foreseen(spec, actor, known)
    if not right.ok:
        return None
    query = urlencode({**known, **({"next": back} if back else {})})
    return {
        "verb": verb,
        "title": spec.title,
        "url": f"{reverse('do', args=[verb])}?{query}",
        "verdict": verdict,
        "irreversible": spec.irreversible,
    }


def page_of(thing: Any) -> str:
    """The address of an object's own page, empty if it has none: `get_absolute_url`, else `<app>:<model>`."""
    if hasattr(thing, "get_absolute_url"):
        return str(thing.get_absolute_url())
    if not hasattr(thing, "_meta"):
        return ""
    try:
        return reverse(f"{thing._meta.app_label}:{thing._meta.model_name}", args=[thing.pk])
    except NoReverseMatch:
        return ""


def pages_seen(actor: Any, urns: Iterable[str]) -> dict[str, str]:
    """The addresses of objects named in the ledger, only of those that the actor may see: one query for each noun."""
    found: dict[str, str] = {}
    for model, keys in _by_model(urns).items():
        try:
            seen = {
                str(pk)
                for pk in model._default_manager.for_user(actor)
                .filter(pk__in=keys)
                .values_list("pk", flat=True)
            }
            found |= {keys[key]: _own_page(model, key) for key in keys if key in seen}
        except (AttributeError, ValueError, ValidationError):
            continue  # a noun without rule, or a key that is none: nothing to lead to
    return {urn: address for urn, address in found.items() if address}


def _by_model(urns: Iterable[str]) -> dict[Any, dict[str, str]]:
    groups: dict[Any, dict[str, str]] = {}
    for urn in urns:
        parts = urn.split(":", 4)
        if len(parts) == 5 and parts[2] in apps.app_configs and parts[3] in apps.all_models[parts[2]]:
            groups.setdefault(apps.get_model(parts[2], parts[3]), {})[parts[4]] = urn
    return groups


def _own_page(model: Any, key: str) -> str:
    try:
        return reverse(f"{model._meta.app_label}:{model._meta.model_name}", args=[key])
    except NoReverseMatch:
        return ""


class LinksObjects:
    """For tables whose rows name objects: `addresses` holds the page of each that the reader may see."""

    addresses: Mapping[str, str] = MappingProxyType({})

    def before_render(self, request: HttpRequest) -> None:
        rows = [row.record for row in self.paginated_rows]
        self.addresses = pages_seen(request.actor, [row.object for row in rows])


# ---- the same list as a file ---------------------------------------------------------------------------------


def excel_answer(table: Any, title: str) -> HttpResponse:
    """All rows of a table as they stand on the screen: same columns, same order, same texts."""
    if len(table.rows) > LARGEST_EXPORT:
        reason = _("这张表有 %(n)s 行，一次最多导出 %(most)s 行") % {
            "n": len(table.rows),
            "most": LARGEST_EXPORT,
        }
        raise Refused(Verdict(False, reason, instead=_("先用筛选缩小范围，再导出")))
    answer = HttpResponse(workbook(table, title), content_type=XLSX)
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(title or 'list')}.xlsx"
    return answer


def workbook(table: Any, title: str) -> bytes:
    """An Excel file of the table. Every cell is text, so that Excel neither computes nor rounds what it shows."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_SHEET_TITLE.sub(" ", title)[:31] or "list")
    for row in shown_rows(table):
        sheet.append([_text_cell(sheet, text) for text in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def shown_rows(table: Any) -> Iterable[list[str]]:
    """The table as texts: its head, then every row; a column without a head holds buttons and is left out."""
    columns = [column for column in table.columns if str(column.header).strip()]
    yield [str(column.header) for column in columns]
    for row in table.rows:
        yield [shown_text(row.get_cell(column.name)) for column in columns]


def shown_text(cell: Any) -> str:
    """What a reader sees of a rendered cell: without markup, hidden words and folded explanations."""
    text = str(cell)
    if "<" not in text and "&" not in text:
        return text.strip()
    tree = lxml.html.fragment_fromstring(text, create_parent="div")
    for hidden in tree.xpath(
        ".//*[contains(concat(' ', @class, ' '), ' qh-sr ') or (self::div and @class='pop')]"
    ):
        hidden.drop_tree()
    return re.sub(r"[ \t\r\n]+", " ", tree.text_content()).strip()


def _text_cell(sheet: Any, text: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", text)[:32767])
    cell.data_type = "s"  # a text that begins with = is a text, not a formula
    return cell


__all__ = [
    "DetailPage",
    "LinksObjects",
    "ListPage",
    "Page",
    "act_link",
    "excel_answer",
    "page_of",
    "pages_seen",
    "shown_rows",
    "shown_text",
    "workbook",
]
