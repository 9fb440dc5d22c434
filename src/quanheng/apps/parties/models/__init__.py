"""What the parties app stores: divisions, organisations, people, what people may, and what they can."""

from quanheng.apps.parties.models.access import ApiKey, Deputy, Membership, OneTimeCode, RoleGrant
from quanheng.apps.parties.models.competence import Expert, Qualification
from quanheng.apps.parties.models.divisions import Division, Succession
from quanheng.apps.parties.models.organisations import Organisation, Partnership
from quanheng.apps.parties.models.people import Person

__all__ = [
    "ApiKey",
    "Deputy",
    "Division",
    "Expert",
    "Membership",
    "OneTimeCode",
    "Organisation",
    "Partnership",
    "Person",
    "Qualification",
    "RoleGrant",
    "Succession",
]
