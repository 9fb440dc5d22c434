"""Restatements: proposed by the platform when something fell, confirmed or declined by the owner; nothing overwritten."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from quanheng.apps.carbon import policy
from quanheng.apps.carbon.actions.words import Reason, StatementNumber
from quanheng.apps.carbon.events import (
    NormChanged,
    RestatementDeclined,
    RestatementProposed,
    StatementReplaced,
)
from quanheng.apps.carbon.methods import Computed, Touched
from quanheng.apps.carbon.models import Statement
from quanheng.apps.carbon.restatement.recomputing import anew, differs, touched_between
from quanheng.apps.carbon.rows import note_uses, row_of
from quanheng.apps.records import queries as records
from quanheng.apps.records.action import Act, action, system_only
from quanheng.apps.records.classify import urn_of
from quanheng.apps.records.restating import Cause
from quanheng.errors import BadInput

State = Statement.State


class NothingToPropose(BadInput):
    """What fell changes no figure, or was proposed already. No act takes place then, and the ledger tells of none."""


@dataclass(frozen=True, slots=True)
class Anew:
    """What was computed before the transaction."""

    computed: Computed
    touched: Touched | None
    by_cause: Touched | None


def _anew(actor: Any, given: Any) -> Anew:
    before = Statement.objects.select_related("site", "site__owner").get(number=given.statement)
    _refuse_known(before, given.cause)
    computed = anew(before)
    if not differs(before, computed):
        return Anew(computed, None, None)
    touched = touched_between(before, computed)
    waiting = _waiting_for(before)
    return Anew(computed, touched, touched_between(waiting, computed) if waiting else touched)


def _waiting_for(before: Statement) -> Statement | None:
    rows = Statement.objects.filter(replaces=before, state=State.PROPOSED)
    return rows.select_related("site", "site__owner").first()


@action("carbon.restatement.propose", policy=system_only, title=_("提出重述"), prepare=_anew, api=False)
def propose(act: Act, *, statement: StatementNumber, cause: Cause) -> Statement:
    """Keep what a current statement would be now that something fell, next to it. A newer proposal takes the place of an older one.

    Raises NothingToPropose where no figure changes, and where this cause was proposed already.
    """
    computed: Computed = act.prepared.computed
    before = Statement.objects.select_for_update().get(number=statement)
    waiting = _waiting_for(before)
    _refuse_known(before, cause)
    if not differs(before, computed):
        return _withdraw(act, waiting)
    if waiting is not None and not differs(waiting, computed):
        return _one_more_cause(act, waiting, cause)
    by_cause: Touched | None = act.prepared.by_cause
    own = {"touched": by_cause.as_dict()} if by_cause else {}  # of this cause, beside what waits already
    causes = [*_causes_so_far(before), {**cause.as_dict(), **own}]
    if waiting is not None:
        act.update(waiting, state=State.SUPERSEDED, decided_at=act.at)
    found: Touched | None = act.prepared.touched
    touched = found.as_dict() if found else {}
    made = act.create(
        row_of(
            computed,
            before.method,
            act.at,
            replaces=before,
            state=State.PROPOSED,
            causes=causes,
            touched=touched,
        )
    )
    act.about(made)
    note_uses(act, made, computed)
    act.emit(RestatementProposed(statement=str(made.pk), replaces=str(before.pk)))
    return made


def _refuse_known(before: Statement, cause: Cause) -> None:
    if before.state != State.CURRENT:
        raise NothingToPropose("is not the current statement", field="statement", found=before.number)
    if list(cause.key) in [[one["kind"], one["id"], one["version"]] for one in _causes_so_far(before)]:
        raise NothingToPropose("was proposed already", field="cause", found=cause.words)
    if _already_in(before, cause):
        raise NothingToPropose("is in the statement already", field="cause", found=cause.words)


def _already_in(before: Statement, cause: Cause) -> bool:
    """Whether a statement was made with what this cause tells of: an event may be delivered late, or once more."""
    if cause.kind == "readings":
        lake = before.result["lake"]
        return int(cause.version) <= lake["version"] and int(cause.version) not in lake["without"]
    return cause.key in records.uses_of(urn_of(before))


def _causes_so_far(before: Statement) -> list[dict[str, Any]]:
    """All that fell since the current statement was made and changed it, each once, whatever became of its proposal."""
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    for row in Statement.objects.filter(replaces=before).exclude(causes=[]).order_by("edition"):
        for one in row.causes:
            found[one["kind"], one["id"], one["version"]] = one
    return list(found.values())


def _withdraw(act: Act, waiting: Statement | None) -> Statement:
    """What fell gives back the figure that stands; a proposal that still waits has lost its ground."""
    if waiting is None:
        raise NothingToPropose("changes no figure", field="cause", found=act.given.cause.words)
    act.update(waiting, state=State.SUPERSEDED, decided_at=act.at)
    return waiting


def _one_more_cause(act: Act, waiting: Statement, cause: Cause) -> Statement:
    """Two things fell before the first was computed: its proposal holds both. What fell later and changes nothing is no cause."""
    if cause.at > waiting.made_at:
        raise NothingToPropose("changes no figure", field="cause", found=cause.words)
    act.update(waiting, causes=[*waiting.causes, cause.as_dict()])
    return waiting


@action(
    "carbon.restatement.confirm",
    policy=policy.decide,
    title=_("确认重述"),
    note=_("原核算结果保留可查，标为已被替换。"),
)
def confirm(act: Act, *, statement: StatementNumber) -> Statement:
    """Let a proposed restatement stand in the place of the statement that it was computed for."""
    row = _waiting(statement)
    before = row.replaces
    act.about(row)
    act.update(before, state=State.REPLACED)
    act.update(row, state=State.CURRENT, decided_at=act.at)
    act.emit(StatementReplaced(statement=str(before.pk), by=str(row.pk), at=act.at))
    return row


@action(
    "carbon.restatement.decline",
    policy=policy.decide,
    title=_("不采纳重述"),
    note=_("原核算结果继续有效；这次重述和不采纳的原因都保留，监管人员可以看到。"),
)
def decline(act: Act, *, statement: StatementNumber, reason: Reason) -> Statement:
    """Keep the earlier figure; the proposal stays readable with the reason why it was not taken."""
    row = _waiting(statement)
    act.update(row, state=State.DECLINED, decided_at=act.at, reason=reason)
    act.emit(RestatementDeclined(statement=str(row.pk), keeps=str(row.replaces_id), reason=reason))
    return row


def _waiting(number: str) -> Statement:
    """A proposal that waits, locked. Who decides on it was judged by the policy."""
    found = Statement.objects.select_for_update().filter(number=number).first()
    if found is None or found.state != State.PROPOSED:
        raise BadInput(
            "does not wait for a decision",
            field="statement",
            found=f"{number}: {found.get_state_display()}" if found else number,
            expected="the number of a proposed restatement",
        )
    return found


@action("carbon.norm.note", policy=policy.note_norms, title=_("登记因子变更"), api=False)
def note_norm(
    act: Act,
    *,
    of: Annotated[str, Field(max_length=40)],
    id: Annotated[str, Field(max_length=200)],
    version: Annotated[str, Field(max_length=80)],
    words: Annotated[str, Field(max_length=600)],
) -> NormChanged:
    """Announce that another version of a norm value is in force than the one that current statements used."""
    happened = NormChanged(of=of, id=id, version=version, words=words, at=timezone.now())
    act.extra["norm"] = {"kind": of, "id": id, "version": version, "words": words}
    act.emit(happened)
    return happened
