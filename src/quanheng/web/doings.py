"""可以办的事: the acts that a person may begin from the home page, found by asking each act's own policy.

Only what is certainly allowed is offered; the act asks again. What waits for a person is not here but in 待办.
"""

from __future__ import annotations

import typing
from typing import Any

from django.core.cache import cache
from django.urls import reverse

from quanheng.apps.parties.policy import VISITOR
from quanheng.apps.records.action import REGISTRY, Spec
from quanheng.apps.records.foresight import surely
from quanheng.apps.records.registries import shortcuts

OWNER_FIELDS = ("owner", "organisation", "issuer", "authority")
REMEMBERED = 120  # seconds
MOST = 12


def doings(actor: Any, organisations: list[str]) -> list[dict[str, Any]]:
    """Title and address of each act: first on what is the person's own, then for the person's organisation."""
    key = f"doings:{actor.urn}:{actor.on_behalf_urn}:{','.join(organisations)}"
    verbs = cache.get(key)
    if verbs is None:
        verbs = [found for spec in REGISTRY.values() if (found := _found(spec, actor, organisations))][:MOST]
        cache.set(key, verbs, REMEMBERED)
    own = [{"title": one.title, "url": one.url} for one in shortcuts.collect(actor)]
    offered = {one["url"] for one in own}  # a shortcut to the same form has the better words
    drawn = [_drawn(verb, owner) for verb, owner in verbs if verb in REGISTRY]
    return own + [one for one in drawn if one["url"] not in offered]


def _found(spec: Spec, actor: Any, organisations: list[str]) -> tuple[str, str] | None:
    """The act and the organisation for which it is allowed; None if nothing is certain or everybody may do it."""
    if not spec.api or spec.irreversible or surely(spec, VISITOR):
        return None
    asked = next((name for name in OWNER_FIELDS if name in spec.input.model_fields), "")
    for owner in ["", *(organisations if asked else [])]:
        known = {asked: owner} if owner else {}
        if any(surely(spec, actor, {**known, **choice}) for choice in _choices(spec)):
            return spec.verb, owner
    return None


def _choices(spec: Spec) -> list[dict[str, str]]:
    """Nothing chosen, or one option of the first question that has options: some rules differ between them."""
    for name, info in spec.input.model_fields.items():
        if typing.get_origin(info.annotation) is typing.Literal:
            return [{}, *({name: option} for option in typing.get_args(info.annotation))]
    return [{}]


def _drawn(verb: str, owner: str) -> dict[str, Any]:
    spec, url = REGISTRY[verb], reverse("do", args=[verb])
    field = next((name for name in OWNER_FIELDS if name in spec.input.model_fields), "")
    return {"title": spec.title, "url": f"{url}?{field}={owner}" if owner and field else url}
