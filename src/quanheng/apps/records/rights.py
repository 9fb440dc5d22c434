"""What the first app asks about people and organisations, which are kept by the app above it.

The answers come from the module that the settings name (as they name the model of a user), so that nothing here
imports upwards. What this file is not: a rule.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from quanheng.errors import Verdict

PROVIDER = "quanheng.apps.parties.policy"


def _ask(question: str) -> Any:
    return import_string(f"{getattr(settings, 'RIGHTS_PROVIDER', PROVIDER)}.{question}")


def reach(actor: Any) -> Any:
    """Ids of the organisations whose matters the actor may see; None for a visitor."""
    return _ask("reach")(actor)


def own_organisations(actor: Any) -> Any:
    """Ids of the organisations that the actor's person belongs to."""
    return _ask("own_organisations")(actor)


def has_role(actor: Any, *roles: str, organisation: Any = None) -> Verdict:
    """Whether the actor holds one of these roles, in this organisation where one is named."""
    return _ask("has_role")(actor, *roles, organisation=organisation)


def people_of(actor: Any) -> Any:
    """Ids of the people whose personal data an actor sees in full."""
    return _ask("people_of")(actor)
