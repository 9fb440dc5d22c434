"""What this app gives to the registries: its places in the menu, and verification as a long job."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from quanheng.apps.records import jobs, policy, queries
from quanheng.apps.records.registries import MenuEntry, menu
from quanheng.apps.records.verify import verify

VERIFICATION = "records.verify"


def _audits(actor: object) -> bool:
    return policy.audit(actor).ok


def _has_jobs(actor: object) -> bool:
    return queries.jobs(actor).exists()


menu.extend(
    [
        MenuEntry("监督", _("台账"), "records:ledger", 80, _audits),
        MenuEntry("监督", _("台账核验"), "records:integrity", 81, _audits),
        MenuEntry("我的", _("任务"), "records:jobs", 4, _has_jobs),
    ]
)


@jobs.job(VERIFICATION)
def run_verification(job: jobs.Running) -> dict[str, Any]:
    """Verification in the worker process, since a large ledger takes a minute."""
    return verify(job.report).as_dict()
