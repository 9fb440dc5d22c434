"""Statements: an emission is computed and stated. What stood before stays readable and is marked as replaced."""

from __future__ import annotations

from typing import Annotated, Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from quanheng.apps.carbon import policy
from quanheng.apps.carbon.actions.words import SiteCode
from quanheng.apps.carbon.events import StatementReplaced
from quanheng.apps.carbon.methods import AS_STORED, Computed, MethodKey, method_named
from quanheng.apps.carbon.models import Statement
from quanheng.apps.carbon.rows import note_uses, row_of
from quanheng.apps.monitoring import queries as monitoring
from quanheng.apps.records.action import Act, action


def _computed(actor: Any, given: Any) -> Computed:
    """Compute before the transaction: no other act has to wait for it."""
    compute = method_named(given.method).compute
    site = monitoring.site_named(given.site)
    found = compute(site, given.year, monitoring.pin_now(), timezone.now(), AS_STORED)
    found.as_result()  # told here, and kept for the transaction
    return found


@action("carbon.statement.make", policy=policy.keep_site, title=_("核算排放量"), prepare=_computed)
def state(
    act: Act,
    *,
    site: SiteCode,
    year: Annotated[int, Field(ge=1990, le=2100, title=_("年度"))],
    method: Annotated[MethodKey, Field(title=_("方法"))] = "cems",
) -> Statement:
    """State the emission of a site in a year. An earlier statement stays readable and is marked as replaced."""
    computed: Computed = act.prepared
    same = Statement.objects.filter(site=computed.site, year=year, method=method)
    before = same.filter(state=Statement.State.CURRENT).first()
    for waiting in same.filter(state=Statement.State.PROPOSED):
        act.update(waiting, state=Statement.State.SUPERSEDED, decided_at=act.at)
    if before is not None:
        act.update(before, state=Statement.State.REPLACED)
    made = act.create(row_of(computed, method, act.at, replaces=before))
    act.about(made)
    note_uses(act, made, computed)
    if before is not None:
        act.emit(StatementReplaced(statement=str(before.pk), by=str(made.pk), at=act.at))
    return made
