"""What later apps may learn from the laboratory."""

from __future__ import annotations

from dataclasses import dataclass

from quanheng.apps.records.events import event


@event("laboratory.certificate.revoked")
@dataclass(frozen=True)
class CertificateRevoked:
    """A certificate no longer stands; everything that used it must be found."""

    certificate: str
    name: str
    reason: str
