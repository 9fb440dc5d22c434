"""What makes statements fall, read from the events of earlier apps; and who is told of a restatement.

Each event becomes one cause; `records.restating` finds what used it and calls back here for statements. It runs
after the commit of what happened, outside of any transaction, and twice for one event gives one proposal.
"""

from __future__ import annotations

import datetime as dt

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from quanheng.apps.carbon import queries
from quanheng.apps.carbon.actions import propose
from quanheng.apps.carbon.actions.restatements import NothingToPropose
from quanheng.apps.carbon.events import NormChanged, RestatementDeclined, RestatementProposed
from quanheng.apps.carbon.models import Statement
from quanheng.apps.carbon.policy import KEEPERS
from quanheng.apps.laboratory import queries as laboratory
from quanheng.apps.laboratory.events import CertificateReplaced, CertificateRevoked
from quanheng.apps.monitoring import queries as monitoring
from quanheng.apps.monitoring.events import InstallationBegun, InstallationCorrected, ReadingsArrived
from quanheng.apps.parties import queries as parties
from quanheng.apps.records import notices
from quanheng.apps.records.action import SYSTEM
from quanheng.apps.records.classify import urn_of
from quanheng.apps.records.events import subscribe
from quanheng.apps.records.restating import Cause, falls_with, restater
from quanheng.errors import BadInput


def _revoked(happened: CertificateRevoked) -> Cause:
    words = _("证书 %(name)s 被撤销：%(reason)s") % {"name": happened.name, "reason": happened.reason}
    return Cause("certificate", happened.certificate, happened.version, words, happened.at)


def _replaced(happened: CertificateReplaced) -> Cause:
    words = _("证书 %(name)s 被 %(by)s 替换：%(reason)s") % {
        "name": happened.name,
        "by": happened.by_name,
        "reason": happened.reason,
    }
    return Cause("certificate", happened.certificate, happened.version, words, happened.at)


def _installed(happened: InstallationBegun) -> Cause | None:
    """An instrument that was entered late covers readings that were stated without it: found by the site's readings."""
    known = monitoring.installations_of([happened.point], timezone.now())
    version = next((one.version for one in known if one.id == happened.installation), None)
    if version is None:
        return None  # corrected since: the correction tells what holds
    at = dt.datetime.fromisoformat(version)
    return _of_installation(happened, at, _("登记安装"), ("readings", happened.site_code))


def _corrected(happened: InstallationCorrected) -> Cause:
    what = _("登记拆除") if happened.why == "ended" else _("更正安装时间")
    what += f"：{happened.reason}" if happened.reason else ""
    also = (("readings", happened.site_code), ("installation", happened.replaced))
    return _of_installation(happened, happened.known_from, what, *also)


def _of_installation(
    happened: InstallationBegun | InstallationCorrected, at: dt.datetime, what: str, *also: tuple[str, str]
) -> Cause:
    point = monitoring.points(SYSTEM).get(pk=happened.point)
    instrument = laboratory.instrument_facts([happened.instrument])[happened.instrument]
    words = f"{point} {instrument.code}：{what}"
    span = happened.first, happened.last
    return Cause("installation", happened.installation, str(at), words, at, *span, also)


def _arrived(happened: ReadingsArrived) -> Cause:
    batch = monitoring.batch(happened.commit)
    words = _("%(site)s 收到读数：%(name)s（第 %(n)s 次提交）") % {
        "site": happened.site_code,
        "name": batch.name,
        "n": happened.commit,
    }
    last = happened.last + dt.timedelta(microseconds=1)  # the last interval is included
    commit = str(happened.commit)
    return Cause("readings", happened.site_code, commit, words, batch.received_at, happened.first, last)


def _changed(happened: NormChanged) -> Cause:
    return Cause(happened.of, happened.id, happened.version, happened.words, happened.at)


falls_with(CertificateRevoked.kind, "records.restate", _revoked)
falls_with(CertificateReplaced.kind, "records.restate", _replaced)
falls_with(InstallationBegun.kind, "records.restate", _installed)
falls_with(InstallationCorrected.kind, "records.restate", _corrected)
falls_with(ReadingsArrived.kind, "records.restate", _arrived)
falls_with(NormChanged.kind, "records.restate", _changed)


@restater("statement")
def restate(cause: Cause, urns: list[str]) -> list[str]:
    """Propose a restatement of each current statement behind these URNs whose figures are other ones now."""
    proposed = []
    for statement in queries.current_of(urns):
        year = monitoring.year_of(statement.site, statement.year)
        if cause.concerns(*year) and not continues(statement, cause):
            made = _proposed(statement, cause)
            proposed += [urn_of(made)] if made is not None else []
    return proposed


def continues(statement: Statement, cause: Cause) -> bool:
    """Whether readings only carry on a year that had not ended when it was stated: they are not late, and nothing fell."""
    known_at = dt.datetime.fromisoformat(statement.result["known_at"])
    return cause.kind == "readings" and cause.first is not None and cause.first >= known_at


def _proposed(statement: Statement, cause: Cause) -> Statement | None:
    try:
        made: Statement = propose(SYSTEM, statement=statement.number, cause=cause)
        return made
    except NothingToPropose:
        return None
    except BadInput as error:  # no figure comes out now: its owner has to mend what stands in the way
        text = f"{statement.number} 因“{cause.words}”要重述，但算不出来：{error.problems[0].line()}"
        people = parties.holders_of(statement.owner, *KEEPERS)
        notices.notify_all(people, "carbon.restatement.stuck", text, _page(statement))
        return None


def _page(statement: Statement) -> str:
    return reverse("carbon:statement", args=[statement.pk])


def _restatement(row: Statement) -> str:
    return reverse("carbon:restatement", args=[row.pk])


@subscribe("carbon.restatement.proposed", "carbon.tell_owner")
def tell_owner(happened: RestatementProposed) -> None:
    """The owner's people learn that a figure of theirs is to be restated."""
    row = queries.by_id(happened.statement)
    text = f"{row.replaces.number} 要重述，等你单位确认：{row.causes[-1]['words']}"
    people = parties.holders_of(row.owner, *KEEPERS)
    notices.notify_all(people, "carbon.restatement.proposed", text, _restatement(row))


@subscribe("carbon.restatement.declined", "carbon.tell_officers")
def tell_officers(happened: RestatementDeclined) -> None:
    """The officers over the owner learn that he keeps a figure although something under it fell."""
    row = queries.by_id(happened.statement)
    text = f"{row.owner.name}没有采纳 {row.replaces.number} 的重述：{happened.reason}"
    notices.notify_all(parties.officers_of(row.owner), "carbon.restatement.declined", text, _restatement(row))
