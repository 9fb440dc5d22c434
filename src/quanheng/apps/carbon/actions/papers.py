"""What leaves the house of a statement: its signed paper, registered once, and its evidence pack, each time recorded."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated, Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from quanheng.apps.carbon import policy, queries
from quanheng.apps.carbon.evidence import pack as evidence
from quanheng.apps.carbon.models import Statement
from quanheng.apps.carbon.papers import paper
from quanheng.apps.records import evidence as ledger
from quanheng.apps.records import files, intake, seals
from quanheng.apps.records import queries as records
from quanheng.apps.records.action import Act, action
from quanheng.apps.records.classify import urn_of
from quanheng.errors import Refused

Number = Annotated[str, Field(max_length=200, title=_("核算结果编号"))]
STANDS = (Statement.State.CURRENT, Statement.State.REPLACED)


def _signed(actor: Any, given: Any) -> tuple[Statement, intake.Taken | None]:
    """Set and sign the paper before the transaction; nothing if one is registered already."""
    statement = queries.statement_named(actor, given.statement)
    if statement.state not in STANDS:
        raise Refused(f"{statement.number} 还没有确认，不能发布。", instead="先确认这项重述。")
    if ledger.published(urn_of(statement)):
        return statement, None
    now = timezone.now()
    content = paper.typeset(statement, seals.seal(now), now)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "paper.pdf"
        path.write_bytes(content)
        sha256, size = files.store().put(path)
    return statement, intake.Taken(sha256, size, "application/pdf", paper.name_of(statement))


@action(
    "carbon.statement.publish",
    policy=policy.decide,
    title=_("发布签名核算结果"),
    note=_("生成带签名的 PDF/A 并登记校验码。已经登记的不会被改写：再次发布得到同一个文件。"),
    prepare=_signed,
)
def publish(act: Act, *, statement: Number) -> Any:
    """Register the signed paper of a statement. Done again it gives the registered one."""
    row, taken = act.prepared
    act.about(row)
    registered = ledger.published(urn_of(row))
    if registered or taken is None:
        act.files.add(registered[0])
        return records.attachment_of(urn_of(row), registered[0])
    return intake.attach(act, taken, owner=row.owner_id, object=urn_of(row), kind=paper.KIND)


def _packed(actor: Any, given: Any) -> evidence.Packed:
    return evidence.pack(queries.statement_named(actor, given.statement))


@action("carbon.statement.pack", policy=policy.pack, title=_("取证据包"), prepare=_packed, api=False)
def pack(act: Act, *, statement: Number) -> evidence.Packed:
    """Hand out the evidence pack of a statement; who took it and its hash are recorded."""
    made: evidence.Packed = act.prepared
    act.about(made.statement)
    act.extra.update({"sha256": made.sha256, "bytes": str(len(made.content))})
    return made


__all__ = ["pack", "publish"]
