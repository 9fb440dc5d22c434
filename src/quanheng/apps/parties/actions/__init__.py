"""The only writer of divisions, organisations, people, roles, keys, codes and qualifications."""

from quanheng.apps.parties.actions.access import (
    appoint_deputy,
    end_deputy,
    grant_role,
    issue_key,
    revoke_key,
    withdraw_role,
)
from quanheng.apps.parties.actions.accounts import (
    change_password,
    end_session,
    issue_code,
    refuse_session,
    set_password,
    start_session,
)
from quanheng.apps.parties.actions.competence import enrol_expert, record_qualification, release_expert
from quanheng.apps.parties.actions.divisions import load_divisions, register_division, succeed
from quanheng.apps.parties.actions.organisations import (
    apply_organisation,
    change_organisation,
    close_organisation,
    confirm_organisation,
    name_partner,
    register_organisation,
    reject_organisation,
)
from quanheng.apps.parties.actions.people import (
    change_person,
    end_membership,
    erase_person,
    join,
    register_person,
    resume_person,
    stop_person,
)
from quanheng.apps.records.action import SYSTEM

__all__ = [
    "SYSTEM",
    "apply_organisation",
    "appoint_deputy",
    "change_organisation",
    "change_password",
    "change_person",
    "close_organisation",
    "confirm_organisation",
    "end_deputy",
    "end_membership",
    "end_session",
    "enrol_expert",
    "erase_person",
    "grant_role",
    "issue_code",
    "issue_key",
    "join",
    "load_divisions",
    "name_partner",
    "record_qualification",
    "refuse_session",
    "register_division",
    "register_organisation",
    "register_person",
    "reject_organisation",
    "release_expert",
    "resume_person",
    "revoke_key",
    "set_password",
    "start_session",
    "stop_person",
    "succeed",
    "withdraw_role",
]
