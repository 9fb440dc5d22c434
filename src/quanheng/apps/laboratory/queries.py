"""The only reader of instruments, certificates and checks for other apps and for pages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from quanheng.apps.laboratory import traceability
from quanheng.apps.laboratory.facts import CertificateFacts, Ended, InstrumentFacts
from quanheng.apps.laboratory.models import Certificate, Check, Instrument, Intake, Placement
from quanheng.apps.laboratory.units import conversion
from quanheng.apps.parties import queries as parties
from quanheng.errors import BadInput

__all__ = ["CertificateFacts", "Ended", "InstrumentFacts", "certificate_facts", "conversion"]


def instruments(actor: Any) -> QuerySet[Instrument]:
    """Instruments that this actor may see."""
    return Instrument.objects.for_user(actor).select_related("owner")


def certificates(actor: Any) -> QuerySet[Certificate]:
    """Certificates that this actor may see."""
    rows = Certificate.objects.for_user(actor)
    return rows.select_related("owner", "instrument", "instrument__owner")


def unconfirmed(actor: Any) -> QuerySet[Certificate]:
    """Certificates in force that holders entered and their issuers have not confirmed, as far as this actor sees them."""
    waits = {"entered_by": Certificate.EnteredBy.HOLDER, "state": Certificate.State.VALID}
    return certificates(actor).filter(**waits)


def checks(actor: Any) -> QuerySet[Check]:
    """Checks that this actor may see."""
    return Check.objects.for_user(actor).select_related("owner", "instrument")


def placements(actor: Any) -> QuerySet[Placement]:
    """Where instruments served, as far as this actor may see it."""
    return Placement.objects.for_user(actor).select_related("owner", "instrument")


def placed_at(actor: Any, place: str, day: dt.date) -> QuerySet[Placement]:
    """Which instruments served at a place on a day; on the day of a change the old and the new one."""
    running = Q(valid_until=None) | Q(valid_until__gte=day)
    return placements(actor).filter(running, place=place, valid_from__lte=day)


def intakes(actor: Any) -> QuerySet[Intake]:
    """Files of instruments and certificates that were taken in, as far as this actor may see them."""
    return Intake.objects.for_user(actor).select_related("owner")


def readable_certificate(actor: Any, name: str) -> Certificate:
    """A certificate by `ISSUER/NUMBER`, if the actor may see it; to all others it does not exist."""
    issuer, _, number = name.partition("/")
    found = certificates(actor).filter(owner__code=issuer, number=number).first()
    if found is None:
        raise BadInput("unknown certificate", field="certificate", found=name, expected="ISSUER/NUMBER")
    return found


def traced(actor: Any, certificate: str, day: dt.date) -> traceability.Node:
    """The standards above a certificate as they stood on a day; an expired or revoked one makes it `bad`."""
    return traceability.of_certificate(readable_certificate(actor, certificate), day)


def instruments_with_standing(actor: Any) -> QuerySet[Instrument]:
    """Instruments with those of their certificates that the actor may see, as `seen_certificates`."""
    seen = Certificate.objects.for_user(actor).order_by("-valid_from")
    return instruments(actor).prefetch_related(
        Prefetch("certificates", queryset=seen, to_attr="seen_certificates")
    )


def best_of(listed: Iterable[Certificate], day: dt.date) -> Certificate | None:
    """Of these certificates the one that serves longest from a day on; if none is in force, the latest."""
    far = dt.date.max

    def rank(row: Certificate) -> tuple[bool, dt.date, dt.date]:
        in_force = traceability.own_standing(row, day)[0] == "in_force"
        return in_force, row.valid_until or far, row.valid_from

    return max(listed, key=rank, default=None)


def instrument_named(owner: str, code: str) -> Instrument:
    """An instrument by its owner and code."""
    found = Instrument.objects.filter(owner=parties.organisation(owner), code=code).first()
    if found is None:
        raise BadInput("unknown instrument", field="instrument", found=f"{owner}/{code}")
    return found


def certificate_named(name: str, field: str = "certificate") -> Certificate:
    """A certificate by `ISSUER/NUMBER`."""
    issuer, _, number = name.partition("/")
    found = (
        Certificate.objects.filter(owner=parties.organisation(issuer), number=number)
        .select_related("owner", "instrument")
        .first()
    )
    if found is None:
        raise BadInput("unknown certificate", field=field, found=name, expected="ISSUER/NUMBER")
    return found


def instrument_facts(ids: Iterable[str]) -> dict[str, InstrumentFacts]:
    """Instruments by their id."""
    return {str(row.pk): _instrument(row) for row in Instrument.objects.filter(pk__in=list(ids))}


def certificates_of(instruments: Iterable[str], known_at: dt.datetime) -> list[CertificateFacts]:
    """All certificates of these instruments as they were known at a moment, oldest first; with their state."""
    rows = Certificate.objects.filter(instrument__in=list(instruments), known_from__lte=known_at)
    rows = rows.select_related("owner").order_by("valid_from", "issued_on", "number")
    return [_certificate(row, known_at) for row in rows]


def ended_since(ids: Iterable[str]) -> dict[str, Ended]:
    """Of these certificates those that do not stand now."""
    rows = Certificate.objects.filter(pk__in=list(ids)).exclude(state=Certificate.State.VALID)
    return {str(row.pk): Ended(str(row.get_state_display()), row.ended_on, row.reason) for row in rows}


def certificate_facts(row: Certificate, known_at: dt.datetime) -> CertificateFacts:
    """One certificate as it was known at a moment."""
    return _certificate(row, known_at)


def _instrument(row: Instrument) -> InstrumentFacts:
    repeatability = None if row.repeatability is None else format(row.repeatability.normalize(), "f")
    return InstrumentFacts(
        str(row.pk), row.code, row.name, row.maker, row.model, row.serial, row.quantity, row.unit,
        repeatability, row.repeatability_basis,
    )  # fmt: skip


def _certificate(row: Certificate, known_at: dt.datetime) -> CertificateFacts:
    return CertificateFacts(
        id=str(row.pk),
        name=f"{row.owner.code}/{row.number}",
        instrument=str(row.instrument_id),
        kind=row.kind,
        issued_on=row.issued_on,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        unit=row.unit,
        basis=row.basis,
        points=tuple((p["nominal"], p["error"], p["U"], p["k"]) for p in row.points),
        range_low=format(row.range_low.normalize(), "f"),
        range_high=format(row.range_high.normalize(), "f"),
        standards=row.standards,
        state=row.state_at(known_at),
        entered_by=row.entered_by_at(known_at),
        version=row.state_at(known_at),
    )
