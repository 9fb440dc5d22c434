"""Who may attach, declare, read and stop what belongs to the first app. Deny by default."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, Value
from django.db.models.functions import Concat

from quanheng.apps.records import rights
from quanheng.apps.records.base import UuidText, visible
from quanheng.apps.records.models import Attachment, Job
from quanheng.apps.records.registries import PAPERS_SEEN, Place, place_of
from quanheng.errors import ALLOWED, BadInput, Verdict

AUDITOR = "audit_admin"


@visible(Attachment)
def attachments(actor: Any) -> Q | None:
    """The files of one's own organisation, of those that one regulates, and of objects whose app opens them to him."""
    reach = rights.reach(actor)
    if reach is None:
        return None
    found = Q(owner__in=reach)
    for kind, rule in PAPERS_SEEN.items():
        found |= Q(object__in=_urns(kind, rule(actor)))
    return found


def _urns(kind: str, rows: Any) -> Any:
    """The URNs of rows, as a query inside the query of their files."""
    return (
        rows.order_by().annotate(urn_=Concat(Value(f"urn:quanheng:{kind}:"), UuidText("pk"))).values("urn_")
    )


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
    """Whoever may attach to the object may hand in a newer version of what his own organisation brought there.

    Others may read a file; a version of it in their hands would pass for its owner's.
    """
    found = attachment_seen(actor, given.attachment)
    place = place_of(actor, found.object)
    if place.verdict.ok and place.owner != found.owner_id:
        return Verdict(False, "只有提交这份文件的单位可以替换它")
    return place.verdict


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
