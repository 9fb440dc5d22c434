"""Who may attach, declare, read and stop what belongs to the first app. Deny by default."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from quanheng.apps.records import rights
from quanheng.apps.records.base import visible
from quanheng.apps.records.models import Attachment, Job
from quanheng.apps.records.registries import Place, place_of
from quanheng.errors import ALLOWED, BadInput, Verdict

AUDITOR = "audit_admin"


@visible(Attachment)
def attachments(actor: Any) -> Q | None:
    """The files of one's own organisation, and of those that one regulates."""
    reach = rights.reach(actor)
    return None if reach is None else Q(owner__in=reach)


@visible(Job)
def jobs(actor: Any) -> Q | None:
    """One's own jobs."""
    person = person_of(actor)
    return None if person is None else Q(person=person)


def person_of(actor: Any) -> Any:
    """The id of the human behind an actor, of a deputy his own; None for visitors and the system."""
    person = getattr(actor, "deputy", None) or getattr(actor, "person", None)
    return getattr(person, "pk", None)


def add_attachment(actor: Any, given: Any) -> Verdict:
    """The app that keeps an object says who may attach to it."""
    return place_of(actor, given.object).verdict


def replace_attachment(actor: Any, given: Any) -> Verdict:
    """Whoever may attach to the object may hand in a newer version of what he sees there."""
    found = attachment_seen(actor, given.attachment)
    return place_of(actor, found.object).verdict


def declare(actor: Any, given: Any) -> Verdict:
    """Only the organisation that handed papers in answers for them."""
    own = set(rights.own_organisations(actor))
    foreign = [a for a in (attachment_seen(actor, pk) for pk in given.attachments) if a.owner_id not in own]
    return Verdict(False, "只有提交材料的单位可以声明其真实性") if foreign else ALLOWED


def destroy_key(actor: Any, given: Any) -> Verdict:
    """Destroying the key to personal data is for the security administrator."""
    return rights.has_role(actor, "security_admin")


def stop_job(actor: Any, given: Any) -> Verdict:
    """One's own jobs."""
    seen = Job.objects.for_user(actor).filter(pk=given.job).exists()
    return ALLOWED if seen else Verdict(False, "只有发起人可以停止这项任务")


def audit(actor: Any) -> Verdict:
    """Whether an actor may read the whole ledger and have it verified."""
    verdict = rights.has_role(actor, AUDITOR)
    return (
        verdict if verdict.ok else Verdict(False, "只有审计管理员可以查看全部台账", "GB/T 22239-2019 8.1.4.3")
    )


def attachment_seen(actor: Any, pk: Any) -> Attachment:
    """An attachment that the actor may see; otherwise it does not exist for him."""
    found = Attachment.objects.for_user(actor).filter(pk=pk).first()
    if found is None:
        raise BadInput("unknown attachment", field="attachment", found=str(pk))
    return found


__all__ = ["Place", "audit", "person_of"]
