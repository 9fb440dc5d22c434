"""Who may do what with organisations, people, roles, keys and codes: one rule for each act of this app."""

from __future__ import annotations

from typing import Any

from quanheng.apps.parties import policy, roles
from quanheng.apps.parties.models import ApiKey, Deputy, Membership, Person, RoleGrant
from quanheng.apps.parties.policy import MANAGERS, has_role, in_force, named, regulates, today
from quanheng.apps.records.action import System
from quanheng.errors import ALLOWED, BadInput, Verdict

ADMINISTRATORS = ("system_admin", "security_admin", "audit_admin")


def person_named(login: str) -> Person:
    """A person by login name, active or not."""
    found = Person.objects.filter(login=login).first()
    if found is None:
        raise BadInput("unknown person", field="login", found=login)
    return found


def anybody(actor: Any, given: Any) -> Verdict:
    """Open to everybody; the act itself asks for a code or records a fact about the actor."""
    return ALLOWED


def register_organisation(actor: Any, given: Any) -> Verdict:
    """The system administrator registers any unit; an officer registers units under the own authority."""
    verdict = has_role(actor, "system_admin")
    if verdict.ok or not given.authority:
        return verdict
    return has_role(actor, "bureau_officer", organisation=given.authority)


def decide_on_organisation(actor: Any, given: Any) -> Verdict:
    """The district of the place, or the authority, confirms or rejects who registered himself."""
    return regulates(actor, given.organisation)


def change_organisation(actor: Any, given: Any) -> Verdict:
    """Its own manager or its authority."""
    own = has_role(actor, *MANAGERS, organisation=given.organisation)
    return own if own.ok else regulates(actor, given.organisation)


def close_organisation(actor: Any, given: Any) -> Verdict:
    """Only the authority closes a unit."""
    return has_role(actor, "bureau_officer", organisation=named(given.organisation).authority or "")


def keep_people(actor: Any, given: Any) -> Verdict:
    """The system administrator, or a manager for the own organisation."""
    verdict = has_role(actor, "system_admin")
    return verdict if verdict.ok else has_role(actor, *MANAGERS, organisation=given.organisation)


def change_person(actor: Any, given: Any) -> Verdict:
    """Everybody keeps the own contact data; else whoever keeps the people of the organisation."""
    if getattr(actor, "urn", "") == person_named(given.login).urn:
        return ALLOWED
    return _over_person(actor, given.login, "system_admin")


def stop_person(actor: Any, given: Any) -> Verdict:
    """The security administrator, or a manager of the person's organisation; nobody stops himself."""
    if getattr(actor, "urn", "") == person_named(given.login).urn:
        return Verdict(False, "不能停用自己的账号")
    return _over_person(actor, given.login, "security_admin")


def security(actor: Any, given: Any) -> Verdict:
    """Only the security administrator."""
    return has_role(actor, "security_admin")


def issue_code(actor: Any, given: Any) -> Verdict:
    """The security administrator, or a manager for the people of the own organisation."""
    return _over_person(actor, given.login, "security_admin")


def _over_person(actor: Any, login: str, administrator: str) -> Verdict:
    verdict = has_role(actor, administrator)
    if verdict.ok:
        return verdict
    person = person_named(login)
    if policy.held_by(person) & set(ADMINISTRATORS):
        return verdict
    units = Membership.objects.filter(in_force(today()), person=person).select_related("organisation")
    for membership in units:
        own = has_role(actor, *MANAGERS, organisation=membership.organisation)
        if own.ok:
            return own
    return verdict


def grant_role(actor: Any, given: Any) -> Verdict:
    """The security administrator gives any role, a manager the working roles of the own organisation."""
    role = roles.named(given.role)
    if getattr(actor, "urn", "") == person_named(given.login).urn:
        return Verdict(False, "不能给自己授予角色")
    verdict = has_role(actor, "security_admin")
    if verdict.ok or role.given_by != "manager":
        return verdict
    return has_role(actor, *MANAGERS, organisation=given.organisation)


def separation(actor: Any, given: Any) -> Verdict:
    """Roles that exclude each other are not held by one person; the role must fit the kind of organisation."""
    role, unit, person = roles.named(given.role), named(given.organisation), person_named(given.login)
    if unit.kind not in role.organisations:
        return Verdict(False, f"{unit.get_kind_display()}不设“{role.name}”")
    member = Membership.objects.filter(in_force(today()), person=person, organisation=unit).exists()
    if not member:
        return Verdict(False, f"{person.name}不是{unit.name}的人员")
    if role.territory and not given.territory:
        return Verdict(False, f"“{role.name}”要写明辖区")
    return roles.together(policy.held_by(person), given.role)


def withdraw_role(actor: Any, given: Any) -> Verdict:
    """Whoever may give a role may take it back."""
    grant = RoleGrant.objects.filter(pk=given.grant).select_related("organisation").first()
    if grant is None:
        raise BadInput("unknown role grant", field="grant", found=str(given.grant))
    verdict = has_role(actor, "security_admin")
    if verdict.ok or roles.named(grant.role).given_by != "manager":
        return verdict
    return has_role(actor, *MANAGERS, organisation=grant.organisation)


def appoint_deputy(actor: Any, given: Any) -> Verdict:
    """A person appoints his own deputy among the people of the same organisation, for a limited time."""
    if isinstance(actor, System):
        return ALLOWED
    if isinstance(actor, policy.Deputised) or getattr(actor, "person", None) is None:
        return Verdict(False, "代理人不能再委托别人")
    held = [g for g in policy.grants(actor) if g.role == given.role]
    if not held:
        return Verdict(False, f"你没有“{roles.named(given.role).name}”这个角色")
    deputy = person_named(given.deputy)
    same = Membership.objects.filter(
        in_force(today()), person=deputy, organisation=held[0].organisation
    ).exists()
    if not same or not deputy.is_active:
        return Verdict(False, f"{deputy.name}不是{held[0].organisation.name}的在职人员")
    return roles.together(policy.held_by(deputy), given.role)


def end_deputy(actor: Any, given: Any) -> Verdict:
    """Either of the two ends it, or the security administrator."""
    found = Deputy.objects.filter(pk=given.deputy).first()
    if found is None:
        raise BadInput("unknown deputy", field="deputy", found=str(given.deputy))
    person = getattr(actor, "person", None)
    mine = person is not None and person.pk in (found.principal_id, found.deputy_id)
    return ALLOWED if mine else has_role(actor, "security_admin")


def issue_key(actor: Any, given: Any) -> Verdict:
    """A manager for the own organisation; the security administrator for any."""
    verdict = has_role(actor, "security_admin")
    return verdict if verdict.ok else has_role(actor, *MANAGERS, organisation=given.organisation)


def revoke_key(actor: Any, given: Any) -> Verdict:
    """Whoever may issue one, and the person who answers for it."""
    from_key = _key(given.key)
    person = getattr(actor, "person", None)
    if person is not None and person.pk == from_key.person_id:
        return ALLOWED
    verdict = has_role(actor, "security_admin")
    return verdict if verdict.ok else has_role(actor, *MANAGERS, organisation=from_key.owner)


def _key(prefix: str) -> Any:
    found = ApiKey.objects.filter(prefix=prefix).select_related("owner").first()
    if found is None:
        raise BadInput("unknown key", field="key", found=prefix, expected="the prefix of a key")
    return found


def keep_experts(actor: Any, given: Any) -> Verdict:
    """An authority keeps its own expert pool."""
    return has_role(actor, "bureau_officer", organisation=given.authority)


def keep_qualifications(actor: Any, given: Any) -> Verdict:
    """An organisation's manager keeps what its people are qualified for."""
    return has_role(actor, *MANAGERS, organisation=given.organisation)


def keep_partners(actor: Any, given: Any) -> Verdict:
    """An organisation's manager names its partners."""
    return has_role(actor, *MANAGERS, organisation=given.organisation)


def keep_divisions(actor: Any, given: Any) -> Verdict:
    """The system administrator enters a change of divisions."""
    return has_role(actor, "system_admin")
