"""Who may see and do what with sites, points, installations and readings."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from quanheng.apps.monitoring.models import Batch, Installation, Point, QualityReport, Site
from quanheng.apps.parties import policy as parties
from quanheng.apps.records.base import visible
from quanheng.errors import BadInput, Verdict

KEEPERS = ("enterprise_manager", "enterprise_clerk")


def _owned(actor: Any) -> Q | None:
    """The owner's people and the regulators of the owner."""
    reach = parties.reach(actor)
    return None if reach is None else Q(owner__in=reach)


for _model in (Site, Point, Installation, Batch, QualityReport):
    visible(_model)(_owned)


def site_named(code: str) -> Site:
    """A site by its code."""
    found = Site.objects.filter(code=code).select_related("owner").first()
    if found is None:
        raise BadInput("unknown site", field="site", found=code)
    return found


def register_site(actor: Any, given: Any) -> Verdict:
    """An enterprise's own people keep its sites."""
    return parties.has_role(actor, *KEEPERS, organisation=given.owner)


def keep_site(actor: Any, given: Any) -> Verdict:
    """Only the owner's people change a site or bring readings for it; a regulator reads and never writes."""
    return parties.has_role(actor, *KEEPERS, organisation=site_named(given.site).owner)


def judge_site(actor: Any, given: Any) -> Verdict:
    """The owner's people judge their readings, and so do the regulators who read them."""
    owner = site_named(given.site).owner
    keeper = parties.has_role(actor, *KEEPERS, organisation=owner)
    return keeper if keeper.ok else parties.regulates(actor, owner)
