"""What this app gives to the registries: places in the menu, to-do items and search results."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from quanheng.apps.parties import policy, queries
from quanheng.apps.records.registries import (
    Hit,
    MenuEntry,
    Place,
    Todo,
    attachable,
    menu,
    searches,
    todos,
)
from quanheng.errors import Verdict


def _holding(*roles: str) -> Callable[[Any], bool]:
    """Shown to whoever holds one of these roles."""
    return lambda actor: policy.has_role(actor, *roles).ok


KEEPERS = (*policy.REGULATORS, "system_admin", "security_admin", "audit_admin")

menu.extend(
    [
        MenuEntry("单位与人员", _("单位"), "parties:organisations", 60, _holding(*KEEPERS)),
        MenuEntry("单位与人员", _("人员"), "parties:people", 61, _holding(*policy.MANAGERS, *KEEPERS[2:])),
        MenuEntry("单位与人员", _("人员与资格"), "parties:staff", 62, _holding("centre_manager")),
        MenuEntry(
            "单位与人员", _("角色授予"), "parties:grants", 63, _holding(*policy.MANAGERS, *KEEPERS[2:])
        ),
        MenuEntry("单位与人员", _("专家库"), "parties:experts", 64, _holding("bureau_officer")),
        MenuEntry(
            "单位与人员", _("接口密钥"), "parties:keys", 65, _holding(*policy.MANAGERS, "security_admin")
        ),
        MenuEntry("单位与人员", _("角色与职责分离"), "parties:roles", 66, _holding(*KEEPERS[2:])),
    ]
)


@todos.register("parties.registrations")
def registrations(actor: Any) -> Iterator[Todo]:
    """Registrations that wait for this officer."""
    for unit in queries.pending_for(actor):
        yield Todo(
            number=unit.uscc or unit.code,
            title="确认企业注册",
            url=f"/parties/organisations/{unit.pk}/",
            unit=unit.name,
            stage=str(unit.get_state_display()),
            act="确认",
            kind="parties.organisation",
        )


@searches.register("parties.organisations")
def found_organisations(actor: Any, text: str) -> Iterator[Hit]:
    """Organisations by name, code or USCC."""
    wanted = Q(name__icontains=text) | Q(code__iexact=text) | Q(uscc__iexact=text)
    for unit in queries.organisations(actor).filter(wanted)[:20]:
        yield Hit("单位", unit.name, f"/parties/organisations/{unit.pk}/", unit.uscc)


@searches.register("parties.people")
def found_people(actor: Any, text: str) -> Iterator[Hit]:
    """People by name or login name."""
    for person in queries.people(actor).filter(Q(name__icontains=text) | Q(login__iexact=text))[:20]:
        yield Hit("人员", person.name, f"/parties/people/{person.pk}/", person.login)


@attachable("parties:organisation")
def papers_of_organisation(actor: Any, urn: str) -> Place:
    """An organisation's manager adds its papers; so does an officer who regulates it."""
    unit = queries.organisations(actor).filter(pk=urn.rsplit(":", 1)[-1]).first()
    if unit is None:
        return Place(Verdict(False, _t("没有这个单位，或者不在你的职责范围内")))
    own = policy.has_role(actor, *policy.MANAGERS, organisation=unit)
    return Place(own if own.ok else policy.regulates(actor, unit), unit.pk)
