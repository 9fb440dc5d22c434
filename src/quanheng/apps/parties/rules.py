"""Who may do what with organisations, people, roles, keys and codes: one rule for each act of this app.

Rights over a person follow from where the person works: an administrator or manager must keep all of these places,
or a second job would hand an account over to whoever offers it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from quanheng.apps.parties import policy, roles
from quanheng.apps.parties.models import ApiKey, Deputy, Membership, Organisation, Person, RoleGrant
from quanheng.apps.parties.policy import (
    ADMINISTRATORS,
    AUTHORITIES,
    MANAGERS,
    administers,
    has_role,
    himself,
    in_force,
    named,
    people_behind,
    regulates,
    today,
)
from quanheng.apps.records.action import System
from quanheng.errors import ALLOWED, BadInput, Verdict

# Kinds that register themselves; the others are established by an authority.
APPLICANTS = (Organisation.Kind.ENTERPRISE, Organisation.Kind.INSTITUTION)


def person_named(login: str, field: str = "login") -> Person:
    """A person by login name, active or not."""
    found = Person.objects.filter(login=login).first()
    if found is None:
        raise BadInput("unknown person", field=field, found=login)
    return found


def anybody(actor: Any, given: Any) -> Verdict:
    """Open to everybody; the act itself asks for a code or an officer's confirmation."""
    return ALLOWED


def own_session(actor: Any, given: Any) -> Verdict:
    """Coming, going and the own password: only by the person, in his own name."""
    person = himself(actor)
    own = isinstance(actor, System) or (person is not None and person.login == given.login)
    return ALLOWED if own else policy.refused("登录、退出和修改密码只由本人办理")


def _either(*verdicts: Verdict) -> Verdict:
    """The first that allows; else the first that refuses, which names the office responsible."""
    return next((verdict for verdict in verdicts if verdict.ok), verdicts[0])


# ---- organisations -------------------------------------------------------------------------------------------


def register_organisation(actor: Any, given: Any) -> Verdict:
    """A system administrator registers units under his authority, an officer those that are no authorities.

    Units without an authority above them, and bureaus, are registered by whoever runs the platform.
    """
    if isinstance(actor, System):
        return ALLOWED
    if given.kind == Organisation.Kind.OPERATOR:
        return policy.refused("平台运行单位只在安装时登记")
    if not given.authority or given.kind == Organisation.Kind.BUREAU:
        return administers(actor, "system_admin")
    above = named(given.authority, "authority")
    verdict = administers(actor, "system_admin", above)
    if verdict.ok or given.kind in AUTHORITIES:
        return verdict
    return _either(verdict, has_role(actor, "bureau_officer", organisation=above))


def decide_on_organisation(actor: Any, given: Any) -> Verdict:
    """The district of the place, or the authority, confirms or rejects who registered himself; nobody his own."""
    verdict = regulates(actor, given.organisation)
    if verdict.ok and _involved(actor, named(given.organisation)):
        return policy.refused("不能办理自己所在单位的注册")
    return verdict


def _involved(actor: Any, unit: Organisation) -> bool:
    """Whether somebody behind the act works there, or can be reached where the applicant can."""
    behind = people_behind(actor)
    applicants = Person.objects.filter(memberships__organisation=unit)
    contacts = {one for p in applicants for one in (p.phone, p.email.casefold()) if one}
    works_there = any(p.pk in {a.pk for a in applicants} for p in behind)
    return works_there or any({p.phone, p.email.casefold()} & contacts for p in behind)


def change_organisation(actor: Any, given: Any) -> Verdict:
    """Its own manager or whoever supervises it; name and place, which others rely on, only the latter.

    A district cannot send a unit to another district, nor rename what the authority established.
    """
    unit = named(given.organisation)
    over = regulates(actor, unit)
    if unit.kind in AUTHORITIES:
        over = _either(over, administers(actor, "system_admin", unit))
    if not over.ok and given.name is None and given.division is None:
        return _either(over, has_role(actor, *MANAGERS, organisation=unit))
    established = given.name is not None and unit.kind not in APPLICANTS
    if over.ok and (given.division is not None or established) and not _for_all_districts(actor, unit):
        return policy.refused("这项由主管的市场监管局变更")
    own = has_role(actor, *MANAGERS, organisation=unit)
    return policy.refused("名称和所在地由监管部门变更") if own.ok and not over.ok else over


def _for_all_districts(actor: Any, unit: Organisation) -> bool:
    authority = unit.authority or unit
    officer = has_role(actor, "bureau_officer", organisation=authority)
    return officer.ok or administers(actor, "system_admin", authority).ok


def close_organisation(actor: Any, given: Any) -> Verdict:
    """Only the authority closes a unit."""
    unit = named(given.organisation)
    if unit.authority is None:
        return policy.refused("没有主管的市场监管局，不能在平台上注销")
    return has_role(actor, "bureau_officer", organisation=unit.authority)


def keep_partners(actor: Any, given: Any) -> Verdict:
    """An organisation's manager names its partners."""
    return has_role(actor, *MANAGERS, organisation=given.organisation)


# ---- people --------------------------------------------------------------------------------------------------


def keep_people(actor: Any, given: Any) -> Verdict:
    """The system administrator, or a manager for the own organisation."""
    unit = named(given.organisation)
    return _either(administers(actor, "system_admin", unit), has_role(actor, *MANAGERS, organisation=unit))


def join(actor: Any, given: Any) -> Verdict:
    """Whoever keeps the people there; and he must keep the person already, or nobody may at present."""
    verdict = keep_people(actor, given)
    return over_person(actor, person_named(given.login), "system_admin") if verdict.ok else verdict


def leave(actor: Any, given: Any) -> Verdict:
    """Whoever keeps the people there; an administrator leaves only after his role was withdrawn."""
    verdict = keep_people(actor, given)
    held = policy.held_by(person_named(given.login)) if verdict.ok else set()
    if not isinstance(actor, System) and held & set(ADMINISTRATORS):
        return policy.refused("管理员离职前，先由安全管理员收回其角色")
    return verdict


def change_person(actor: Any, given: Any) -> Verdict:
    """Everybody keeps the own contact data; else whoever keeps the people of the organisation.

    An e-mail address opens the way to a new password: others change it only where they may issue a code.
    """
    person = person_named(given.login)
    mine = himself(actor)
    if mine is not None and mine.pk == person.pk:
        return ALLOWED
    if given.email is not None:
        return issue_code(actor, given)
    return over_person(actor, person, "system_admin")


def stop_person(actor: Any, given: Any) -> Verdict:
    """The security administrator, or a manager of the person's organisation; nobody stops himself."""
    person = person_named(given.login)
    if person.pk in {one.pk for one in people_behind(actor)}:
        return policy.refused("不能停用自己的账号")
    return over_person(actor, person, "security_admin")


def resume_person(actor: Any, given: Any) -> Verdict:
    """The security administrator: who stopped the account may have had a reason that a manager does not know."""
    return secure_person(actor, given)


def secure_person(actor: Any, given: Any) -> Verdict:
    """Only the security administrator over the person."""
    return _administers_person(actor, person_named(given.login), "security_admin")


def issue_code(actor: Any, given: Any) -> Verdict:
    """The security administrator; a manager for the first code of his people, later for those without duties of
    their own: who may set the password of a checker could check his own papers."""
    person = person_named(given.login)
    verdict = _administers_person(actor, person, "security_admin")
    if verdict.ok:
        return verdict
    if person.has_usable_password() and any(roles.named(one).staff for one in policy.held_by(person)):
        return Verdict(False, verdict.reason, verdict.cite, "由安全管理员签发")
    return _manages_person(actor, person, verdict)


def over_person(actor: Any, person: Person, administrator: str) -> Verdict:
    """Whether the actor keeps a person: as administrator, or as manager, of every place where the person works."""
    verdict = _administers_person(actor, person, administrator)
    return verdict if verdict.ok else _manages_person(actor, person, verdict)


def _administers_person(actor: Any, person: Person, role: str) -> Verdict:
    verdict = administers(actor, role)
    if verdict.ok:
        return verdict
    return _all(administers(actor, role, unit) for unit in _places(person)) or verdict


def _manages_person(actor: Any, person: Person, otherwise: Verdict) -> Verdict:
    """A manager keeps people with the working roles that he gives himself, and no other manager."""
    held = policy.held_by(person, lenders_aside=people_behind(actor))
    if any(roles.named(one).given_by != "manager" for one in held):
        return otherwise
    return _all(has_role(actor, *MANAGERS, organisation=unit) for unit in _places(person)) or otherwise


def _all(verdicts: Iterable[Verdict]) -> Verdict | None:
    """Allowed where there is one at least and all allow; else the first refusal."""
    found = list(verdicts)
    return next((verdict for verdict in found if not verdict.ok), ALLOWED) if found else None


def _places(person: Person) -> list[Organisation]:
    """Where a person works; of one who left everywhere, where he worked."""
    rows = Membership.objects.filter(person=person).select_related("organisation")
    present = rows.filter(in_force(today()))
    return [membership.organisation for membership in (present or rows)]


# ---- roles and deputies --------------------------------------------------------------------------------------


def grant_role(actor: Any, given: Any) -> Verdict:
    """The security administrator gives any role, a manager the working roles of the own organisation."""
    role, unit = roles.named(given.role), named(given.organisation)
    if given.login in {one.login for one in people_behind(actor)}:
        return policy.refused("不能给自己授予角色")
    verdict = administers(actor, "security_admin", unit)
    if verdict.ok or role.given_by != "manager":
        return verdict
    return _either(verdict, has_role(actor, *MANAGERS, organisation=unit))


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
    grant = _grant(given.grant)
    verdict = administers(actor, "security_admin", grant.organisation)
    if verdict.ok or roles.named(grant.role).given_by != "manager":
        return verdict
    return _either(verdict, has_role(actor, *MANAGERS, organisation=grant.organisation))


def not_the_last(actor: Any, given: Any) -> Verdict:
    """Without a security administrator nobody could give a role any more."""
    grant = _grant(given.grant)
    if isinstance(actor, System) or grant.role != "security_admin":
        return ALLOWED
    others = RoleGrant.objects.filter(in_force(today()), role=grant.role, person__is_active=True)
    left = others.filter(organisation=grant.organisation).exclude(person=grant.person_id)
    return ALLOWED if left.exists() else Verdict(False, "这是最后一名安全管理员", instead="先任命接替的人")


def _grant(pk: Any) -> RoleGrant:
    found = RoleGrant.objects.filter(pk=pk).select_related("organisation").first()
    if found is None:
        raise BadInput("unknown role grant", field="grant", found=str(pk))
    return found


def appoint_deputy(actor: Any, given: Any) -> Verdict:
    """A person appoints his own deputy among the people of the same organisation, for a limited time."""
    mine = himself(actor)
    if mine is None:
        return policy.refused("代理由本人委托；代理人和程序不能再委托别人")
    held = [g for g in policy.grants(actor) if g.role == given.role]
    if not held:
        return Verdict(False, f"你没有“{roles.named(given.role).name}”这个角色")
    deputy = person_named(given.deputy, "deputy")
    homes = [grant.organisation for grant in held]
    same = Membership.objects.filter(in_force(today()), person=deputy, organisation__in=homes).exists()
    if not same or not deputy.is_active:
        return Verdict(False, f"代理人不是{homes[0].name}的在职人员")
    return roles.together(policy.held_by(deputy), given.role)


def end_deputy(actor: Any, given: Any) -> Verdict:
    """Either of the two ends it, or the security administrator."""
    found = Deputy.objects.filter(pk=given.deputy).select_related("principal").first()
    if found is None:
        raise BadInput("unknown deputy", field="deputy", found=str(given.deputy))
    mine = himself(actor)
    if mine is not None and mine.pk in (found.principal_id, found.deputy_id):
        return ALLOWED
    return _administers_person(actor, found.principal, "security_admin")


# ---- keys ----------------------------------------------------------------------------------------------------


def issue_key(actor: Any, given: Any) -> Verdict:
    """The security administrator, or a manager for the own organisation.

    Whoever issues a key sees its secret. So nobody issues one that gives him duties that exclude his own, and a
    manager none in the name of a person with duties of that person's own.
    """
    unit, person = named(given.organisation), person_named(given.login)
    verdict = administers(actor, "security_admin", unit)
    if verdict.ok:
        return verdict if isinstance(actor, System) else _compatible(actor, person)
    own = has_role(actor, *MANAGERS, organisation=unit)
    if not own.ok or person.pk in {one.pk for one in people_behind(actor)}:
        return _either(verdict, own)
    duties = [roles.named(one) for one in sorted(policy.own_roles(person))]
    if any(role.staff or role.manages for role in duties):
        return policy.refused(f"{person.name}有自己的职责，不能替他签发密钥", instead="以自己的名义签发")
    return own


def _compatible(actor: Any, person: Person) -> Verdict:
    held = {grant.role for grant in policy.grants(actor)}
    found = (roles.together(held, role) for role in sorted(policy.own_roles(person) - held))
    return next((verdict for verdict in found if not verdict.ok), ALLOWED)


def revoke_key(actor: Any, given: Any) -> Verdict:
    """Whoever may issue one, and the person who answers for it."""
    found = _key(given.key)
    mine = himself(actor)
    if mine is not None and mine.pk == found.person_id:
        return ALLOWED
    verdict = administers(actor, "security_admin", found.owner)
    return _either(verdict, has_role(actor, *MANAGERS, organisation=found.owner))


def _key(prefix: str) -> Any:
    found = ApiKey.objects.filter(prefix=prefix).select_related("owner").first()
    if found is None:
        raise BadInput("unknown key", field="key", found=prefix, expected="the prefix of a key")
    return found


# ---- competence, divisions -----------------------------------------------------------------------------------


def keep_experts(actor: Any, given: Any) -> Verdict:
    """An authority keeps its own expert pool."""
    return has_role(actor, "bureau_officer", organisation=given.authority)


def keep_qualifications(actor: Any, given: Any) -> Verdict:
    """An organisation's manager keeps what its people are qualified for."""
    return has_role(actor, *MANAGERS, organisation=given.organisation)


def keep_divisions(actor: Any, given: Any) -> Verdict:
    """Divisions are common to all: whoever runs the platform enters a change."""
    return administers(actor, "system_admin")
