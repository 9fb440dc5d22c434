"""The rows of a list, written in one pass: what a column says of itself is asked once, not at every cell."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.simple_tag
def qh_rows(table: Any) -> SafeString:
    """The `<tr>`s of a django_tables2 table's page; the column named by `Meta.attrs["lead"]` heads its row."""
    columns = [(one.name, *_frame(one, table.attrs.get("lead"))) for one in table.columns]
    return mark_safe("".join(_row(row, columns) for row in table.paginated_rows))  # each cell was escaped


def _frame(column: Any, lead: str | None) -> tuple[str, str]:
    """What stands before and after each cell of a column."""
    classes = column.attrs.get("td", {}).get("class", "") or ""
    if column.name == lead:
        return format_html('<th scope="row" class="lead {}">', classes), "</th>"
    label = format_html(' data-l="{}"', column.header) if column.header else ""
    return format_html('<td class="{}" data-k="{}"{}>', classes, column.name, label), "</td>"


def _row(row: Any, columns: list[tuple[str, str, str]]) -> str:
    cells = (f"{before}{conditional_escape(row.get_cell(name))}{after}" for name, before, after in columns)
    return f"<tr {row.attrs.as_html()}>{''.join(cells)}</tr>"
