"""What later apps and notices may learn from parties."""

from __future__ import annotations

from dataclasses import dataclass

from quanheng.apps.records.events import event


@event("parties.organisation.applied")
@dataclass(frozen=True)
class OrganisationApplied:
    """A unit registered itself and waits for confirmation."""

    organisation: str
    name: str


@event("parties.organisation.decided")
@dataclass(frozen=True)
class OrganisationDecided:
    """An officer confirmed or rejected a registration."""

    organisation: str
    name: str
    confirmed: bool
    reason: str


@event("parties.code.issued")
@dataclass(frozen=True)
class CodeIssued:
    """Somebody issued a code with which the password of a person can be set."""

    person: str
    by: str
