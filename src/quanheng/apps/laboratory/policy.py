"""Who may see and do what with instruments and certificates."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from quanheng.apps.laboratory.models import Certificate, Instrument
from quanheng.apps.parties import policy as parties
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


def register_instrument(actor: Any, given: Any) -> Verdict:
    """An organisation's own people keep its list of instruments."""
    return parties.has_role(actor, *HOLDERS, *ISSUERS, organisation=given.owner)


def enter_certificate(actor: Any, given: Any) -> Verdict:
    """The issuer's people, or the holder who enters a certificate that he received on paper."""
    issuer = of_issuer(actor, given.issuer)
    return issuer if issuer.ok else parties.has_role(actor, *HOLDERS, organisation=given.owner)


def of_issuer(actor: Any, issuer: Any) -> Verdict:
    """Whether the actor speaks for the organisation that issued a certificate."""
    return parties.has_role(actor, *ISSUERS, organisation=issuer)


def revoke_certificate(actor: Any, given: Any) -> Verdict:
    """Only who answers for the issuer's certificates revokes one."""
    return parties.has_role(
        actor, "signatory", "centre_manager", organisation=given.certificate.split("/")[0]
    )
