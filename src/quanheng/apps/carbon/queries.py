"""The only reader of sources and statements for other apps and for pages."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from quanheng.apps.carbon.models import Source, Statement
from quanheng.apps.carbon.policy import unseen
from quanheng.apps.laboratory import queries as laboratory
from quanheng.apps.parties import policy as rights
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
        raise Refused(unseen(number))
    return statement


def editions(actor: Any, statement: Statement) -> QuerySet[Statement]:
    """All editions of the same statement that the actor may see, newest first."""
    same = {"site": statement.site_id, "year": statement.year, "method": statement.method}
    return statements(actor).filter(**same).order_by("-edition")


def sources_of(site: Any) -> list[Source]:
    """The measured emission sources of a site."""
    return list(Source.objects.filter(site=site).order_by("code"))


def restatements(actor: Any) -> QuerySet[Statement]:
    """Restatements that this actor may see, whatever became of them: proposed because something fell."""
    rows = statements(actor).exclude(causes=[])
    return rows.select_related("site", "owner", "replaces")


def waiting(actor: Any) -> QuerySet[Statement]:
    """Restatements that wait for a decision of their owner."""
    return restatements(actor).filter(state=Statement.State.PROPOSED)


def to_tell(actor: Any) -> list[dict[str, Any]]:
    """Of the certificates that the actor's own organisation issued and that fell: the holders to tell, with counts only.

    A holder is listed while his restatement waits. Where two things fell before the first was computed, the counts
    are those of both.
    """
    rows = Statement.objects.filter(state=Statement.State.PROPOSED).select_related("owner")
    fell = [
        (row, cause)
        for row in rows.defer("result").order_by("-made_at")
        for cause in row.causes
        if cause["kind"] == "certificate"
    ]
    issued = laboratory.certificates(actor).filter(
        pk__in={cause["id"] for _, cause in fell}, owner__in=rights.own_organisations(actor)
    )
    known = {str(certificate.pk): certificate for certificate in issued} if fell else {}
    found: dict[tuple[str, Any], dict[str, Any]] = {}
    for row, cause in fell:
        if cause["id"] not in known:
            continue
        new = {"certificate": known[cause["id"]], "words": cause["words"], "holder": row.owner}
        line = found.setdefault(
            (cause["id"], row.owner_id), {**new, "statements": 0, "readings": 0, "hours": 0}
        )
        line["statements"] += 1
        counted = cause.get("touched") or row.touched
        line["readings"] += counted.get("readings", 0)
        line["hours"] += counted.get("hours", 0)
    return list(found.values())


def current_of(urns: list[str]) -> list[Statement]:
    """The current statements behind these URNs; a proposal stands for the statement that it would replace."""
    keys = [urn.rsplit(":", 1)[-1] for urn in urns]
    rows = Statement.objects.filter(pk__in=keys, state__in=["current", "proposed"])
    named = {row.pk if row.state == "current" else row.replaces_id for row in rows}
    found = Statement.objects.filter(pk__in=named, state="current").select_related(
        "site", "site__owner", "owner"
    )
    return list(found.order_by("number"))


def by_id(pk: str) -> Statement:
    """A statement by its id, for handlers."""
    return Statement.objects.select_related("site", "owner", "replaces").get(pk=pk)


def by_code(code: str) -> Statement | None:
    """The statement that a paper's code names, whoever asks: the code cannot be guessed, so only who holds the paper has it."""
    return Statement.objects.select_related("site", "owner").filter(pk=code).first()


def newer_than(statement: Statement) -> Statement | None:
    """The statement that stands now in the place of a replaced one."""
    same = {"site": statement.site_id, "year": statement.year, "method": statement.method}
    return Statement.objects.filter(**same, state=Statement.State.CURRENT).exclude(pk=statement.pk).first()
