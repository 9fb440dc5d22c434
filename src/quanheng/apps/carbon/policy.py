"""Who may see and make statements of emission."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from quanheng.apps.carbon.models import Source, Statement
from quanheng.apps.monitoring import queries as monitoring
from quanheng.apps.parties import policy as parties
from quanheng.apps.records.base import visible
from quanheng.errors import Verdict

KEEPERS = ("enterprise_manager", "enterprise_clerk")


def _owned(actor: Any) -> Q | None:
    """The owner's people and the regulators of the owner."""
    reach = parties.reach(actor)
    return None if reach is None else Q(owner__in=reach)


for _model in (Source, Statement):
    visible(_model)(_owned)


def keep_site(actor: Any, given: Any) -> Verdict:
    """Only the owner's people describe its sources and state its emission."""
    return parties.has_role(actor, *KEEPERS, organisation=monitoring.site_named(given.site).owner)
