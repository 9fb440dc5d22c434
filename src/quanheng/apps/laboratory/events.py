"""What later apps may learn from the laboratory."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from quanheng.apps.records.events import event


@event("laboratory.certificate.revoked")
@dataclass(frozen=True)
class CertificateRevoked:
    """A certificate no longer stands; everything that used it must be found.

    certificate: its id; name: ISSUER/NUMBER; version: how it now stands in the records of what was used.
    """

    certificate: str
    name: str
    reason: str
    version: str
    at: dt.datetime


@event("laboratory.certificate.replaced")
@dataclass(frozen=True)
class CertificateReplaced:
    """A newer certificate of the same issuer stands in the place of an older one.

    certificate, name, version: as of a revoked one; by, by_name: id and ISSUER/NUMBER of the newer one.
    """

    certificate: str
    name: str
    by: str
    by_name: str
    reason: str
    version: str
    at: dt.datetime
