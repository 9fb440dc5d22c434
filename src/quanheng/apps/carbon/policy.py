"""Who may see and make statements of emission."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from quanheng.apps.carbon.models import ActivityFile, ActivityMonth, ActivityStream, Source, Statement
from quanheng.apps.monitoring import queries as monitoring
from quanheng.apps.parties import policy as parties
from quanheng.apps.records.base import visible
from quanheng.errors import ALLOWED, Verdict

KEEPERS = ("enterprise_manager", "enterprise_clerk")


def _owned(actor: Any) -> Q | None:
    """The owner's people and the regulators of the owner."""
    reach = parties.reach(actor)
    return None if reach is None else Q(owner__in=reach)


for _model in (Source, Statement, ActivityStream, ActivityFile, ActivityMonth):
    visible(_model)(_owned)


def keep_site(actor: Any, given: Any) -> Verdict:
    """Only the owner's people describe its sources and state its emission."""
    return parties.has_role(actor, *KEEPERS, organisation=monitoring.site_named(given.site).owner)


def decide(actor: Any, given: Any) -> Verdict:
    """Only the owner's people decide on a restatement; who may not see it is not told whether it exists."""
    row = Statement.objects.for_user(actor).filter(number=given.statement).select_related("owner").first()
    if row is None:
        return Verdict(False, unseen(given.statement))
    return parties.has_role(actor, *KEEPERS, organisation=row.owner)


def pack(actor: Any, given: Any) -> Verdict:
    """Whoever may see a statement may take its evidence away; who may not is not told whether it exists."""
    seen = Statement.objects.for_user(actor).filter(number=given.statement).exists()
    return ALLOWED if seen else Verdict(False, unseen(given.statement))


def unseen(number: str) -> str:
    """The refusal for a statement that does not exist and for one of somebody else: the same words."""
    return f"不能查看核算结果 {number}：没有这个编号，或者不在你的职责范围内。"


def note_norms(actor: Any, given: Any) -> Verdict:
    """The platform itself, or who runs it."""
    return parties.administers(actor, "system_admin")
