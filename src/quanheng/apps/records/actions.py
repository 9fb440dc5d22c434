"""The only writer of files and of the keys to personal data. Notices and jobs are no acts of a person and stand apart."""

from __future__ import annotations

import uuid
from typing import Annotated

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from quanheng.apps.records import intake, jobs, personal, policy
from quanheng.apps.records.action import Act, action
from quanheng.apps.records.models import Attachment, Job
from quanheng.apps.records.registries import place_of
from quanheng.apps.records.uploads import Upload
from quanheng.errors import BadInput

Urn = Annotated[str, Field(pattern=r"^urn:quanheng:[a-z]+:[a-z]+:.+$", max_length=160, title=_("对象标识"))]
Kind = Annotated[str, Field(min_length=1, max_length=60, title=_("种类"))]
DECLARATION = _("所交材料真实、合法、有效，由本单位负责。")


@action(
    "records.attachment.add",
    policy=policy.add_attachment,
    title=_("提交文件"),
    prepare=lambda actor, given: intake.take_in(given.file),
)
def add_attachment(
    act: Act, *, object: Urn, kind: Kind, file: Annotated[Upload, Field(title=_("文件"))]
) -> Attachment:
    """Hand in a file to an object; what it tells about people beside its content is taken away and named."""
    place = place_of(act.actor, object)
    return intake.attach(act, act.prepared, owner=place.owner, object=object, kind=kind)


@action(
    "records.attachment.replace",
    policy=policy.replace_attachment,
    title=_("替换文件"),
    note=_("原文件仍可查阅；须重新声明真实性。"),
    prepare=lambda actor, given: intake.take_in(given.file),
)
def replace_attachment(
    act: Act,
    *,
    attachment: Annotated[uuid.UUID, Field(title=_("原文件"))],
    file: Annotated[Upload, Field(title=_("新文件"))],
) -> Attachment:
    """Hand in a newer version: the old one stays readable, and the new one has not been declared yet."""
    old = intake.newest(policy.attachment_seen(act.actor, attachment))
    if old.file.sha256 == act.prepared.sha256:
        raise BadInput("is the same content", field="file", found=act.prepared.sha256[:12])
    return intake.attach(
        act, act.prepared, owner=old.owner_id, object=old.object, kind=old.kind, replaces=old
    )


@action(
    "records.attachment.declare",
    policy=policy.declare,
    title=_("声明材料真实"),
    note=DECLARATION,
    irreversible=True,
)
def declare(
    act: Act, *, attachments: Annotated[list[uuid.UUID], Field(min_length=1, max_length=500, title=_("文件"))]
) -> list[Attachment]:
    """Answer for papers by their hashes. A paper that was replaced since is named, not silently declared."""
    found = [intake.newest(policy.attachment_seen(act.actor, pk)) for pk in attachments]
    act.extra["declaration"] = str(DECLARATION)
    act.extra["hashes"] = sorted(one.file.sha256 for one in found)
    return [act.update(one, declared=True) for one in found]


@action(
    "records.key.destroy",
    policy=policy.destroy_key,
    title=_("销毁个人信息密钥"),
    irreversible=True,
    api=False,
)
def destroy_key(act: Act, *, subject: Annotated[uuid.UUID, Field(title=_("个人标识"))]) -> None:
    """Nothing that the ledger holds can be tied to this person's data any more; the chain stays whole."""
    if not personal.destroy(subject, act.at):
        raise BadInput("is destroyed already", field="subject", found=str(subject))
    act.extra["subject"] = str(subject)


@action("records.job.stop", policy=policy.stop_job, title=_("停止任务"))
def stop_job(act: Act, *, job: Annotated[uuid.UUID, Field(title=_("任务"))]) -> Job:
    """Ask a job to stop at its next step; what it did until then stays."""
    found = Job.objects.get(pk=job)
    act.about(found)
    return jobs.ask_to_stop(found)
