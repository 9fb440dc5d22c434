"""The only reader of sources and statements for other apps and for pages."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from quanheng.apps.carbon.models import Source, Statement
from quanheng.errors import Refused


def statements(actor: Any) -> QuerySet[Statement]:
    """Statements that this actor may see."""
    return Statement.objects.for_user(actor).select_related("site", "owner")


def sources(actor: Any) -> QuerySet[Source]:
    """Emission sources that this actor may see."""
    return Source.objects.for_user(actor).select_related("site", "owner")


def statement_named(actor: Any, number: str) -> Statement:
    """A statement by its printed number or URN, if the actor may see it."""
    rows = statements(actor)
    found = (
        rows.filter(pk=number.rsplit(":", 1)[-1]) if number.startswith("urn:") else rows.filter(number=number)
    )
    statement = found.first()
    if statement is None:
        raise Refused(f"不能查看核算结果 {number}：没有这个编号，或者不在你的职责范围内。")
    return statement


def editions(actor: Any, statement: Statement) -> QuerySet[Statement]:
    """All editions of the same statement that the actor may see, newest first."""
    same = {"site": statement.site_id, "year": statement.year, "method": statement.method}
    return statements(actor).filter(**same).order_by("-edition")


def sources_of(site: Any) -> list[Source]:
    """The measured emission sources of a site."""
    return list(Source.objects.filter(site=site).order_by("code"))
