"""Who may see and do what with instruments and certificates."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from quanheng.apps.laboratory import queries
from quanheng.apps.laboratory.models import (
    Certificate,
    Check,
    Instrument,
    Intake,
    Placement,
    StandardUse,
)
from quanheng.apps.parties import policy as parties
from quanheng.apps.parties import queries as people
from quanheng.apps.records.base import visible
from quanheng.errors import Verdict

HOLDERS = ("enterprise_manager", "enterprise_clerk")
ISSUERS = ("technician", "checker", "signatory", "centre_manager")


@visible(Instrument)
def instruments(actor: Any) -> Q | None:
    """Its owner, whoever issued a certificate for it, and the regulators of its owner."""
    reach = parties.reach(actor)
    if reach is None:
        return None
    certified = Certificate.objects.filter(owner__in=parties.own_organisations(actor))
    return Q(owner__in=reach) | Q(pk__in=certified.values("instrument"))


@visible(Certificate)
def certificates(actor: Any) -> Q | None:
    """Its issuer, the holder of the instrument, and the regulators of either."""
    reach = parties.reach(actor)
    return None if reach is None else Q(owner__in=reach) | Q(instrument__owner__in=reach)


@visible(Check)
def checks(actor: Any) -> Q | None:
    """Who keeps it, the holder of the instrument, and the regulators of either."""
    reach = parties.reach(actor)
    return None if reach is None else Q(owner__in=reach) | Q(instrument__owner__in=reach)


@visible(StandardUse)
def standard_uses(actor: Any) -> Q | None:
    """Whoever sees the certificate or the check sees which standards it names."""
    reach = parties.reach(actor)
    if reach is None:
        return None
    of_certificate = Q(certificate__instrument__owner__in=reach)
    return Q(owner__in=reach) | of_certificate | Q(check_record__instrument__owner__in=reach)


@visible(Placement)
def placements(actor: Any) -> Q | None:
    """The owner of the instrument and its regulators."""
    reach = parties.reach(actor)
    return None if reach is None else Q(owner__in=reach)


@visible(Intake)
def intakes(actor: Any) -> Q | None:
    """The organisation for which a file was taken in, and its regulators."""
    reach = parties.reach(actor)
    return None if reach is None else Q(owner__in=reach)


def register_instrument(actor: Any, given: Any) -> Verdict:
    """An organisation's own people keep its list of instruments."""
    return parties.has_role(actor, *HOLDERS, *ISSUERS, organisation=given.owner)


def enter_certificate(actor: Any, given: Any) -> Verdict:
    """The issuer's people, or the holder who enters a certificate that he received on paper."""
    issuer = of_issuer(actor, given.issuer)
    return issuer if issuer.ok else parties.has_role(actor, *HOLDERS, organisation=given.owner)


def people_of(actor: Any) -> list[str]:
    """Ids of everybody who stands behind an act: also the one for whom a deputy acts, and who answers for a key."""
    return sorted(str(person.pk) for person in parties.people_behind(actor))


def confirm_certificate(actor: Any, given: Any) -> Verdict:
    """The issuer's people, as they enter one; never who entered it, so that two people have read the paper."""
    issuer = of_issuer(actor, given.certificate.split("/")[0])
    return may_confirm(actor, queries.certificate_named(given.certificate)) if issuer.ok else issuer


def may_confirm(actor: Any, row: Certificate) -> Verdict:
    """Whether the actor may confirm this certificate for its issuer."""
    if set(row.entered_people) & set(people_of(actor)):
        return Verdict(False, _("录入这张证书的人不能自己确认，请出具单位的另一个人确认"))
    return of_issuer(actor, row.owner)


def issuer_takes_part(row: Certificate) -> bool:
    """Whether anybody works here for the issuer of a certificate; else it can only stay unconfirmed."""
    return bool(people.holders_of(row.owner, *ISSUERS))


def of_issuer(actor: Any, issuer: Any) -> Verdict:
    """Whether the actor speaks for the organisation that issued a certificate."""
    return parties.has_role(actor, *ISSUERS, organisation=issuer)


def keep_records(actor: Any, given: Any) -> Verdict:
    """An organisation's own people record its checks and placements, and take in its files."""
    return parties.has_role(actor, *HOLDERS, *ISSUERS, organisation=given.owner)


def end_certificate(actor: Any, given: Any) -> Verdict:
    """Only who answers for the issuer's certificates revokes or replaces one."""
    return parties.has_role(
        actor, "signatory", "centre_manager", organisation=given.certificate.split("/")[0]
    )
