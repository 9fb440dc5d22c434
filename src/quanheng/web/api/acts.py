"""Every action as an operation of its own: `POST /api/v1/acts/VERB`, made from the action's input schema.

The operation reads the body, asks the scope of the key, and calls the action as a page does. Who may and what is
allowed is said by the action alone, so page and program get the same refusal.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

from quanheng.apps.records import replays
from quanheng.apps.records.action import REGISTRY, Spec, perform, record_refusal
from quanheng.apps.records.uploads import Upload
from quanheng.errors import Refused
from quanheng.web.api import bodies
from quanheng.web.api.answers import Halt, answer
from quanheng.web.api.describe import body_of, chinese, english, problems
from quanheng.web.api.keys import KEY, need_scope
from quanheng.web.api.shapes import Done

IDEMPOTENCY = "Idempotency-Key"
LONGEST_KEY = 200


def operations(api: Any) -> None:
    """Add every action that is open to programs."""
    for spec in sorted(REGISTRY.values(), key=lambda one: one.verb):
        if spec.api:
            _operation(api, spec)


def _operation(api: Any, spec: Spec) -> None:
    api.post(
        f"/acts/{spec.verb}",
        auth=KEY,
        operation_id=spec.verb.replace(".", "_"),
        summary=english(spec.title),
        description=_description(spec),
        tags=[spec.app],
        response={201: Done, **problems(400, 401, 403, 409, 413, 415, 422, 429)},
        openapi_extra={
            "requestBody": body_of(spec),
            "parameters": [HEADER],
            "x-scope": spec.scope,
            "x-title-zh": chinese(spec.title),
        },
    )(_view(spec))


HEADER = {
    "name": IDEMPOTENCY,
    "in": "header",
    "required": False,
    "description": "1 to 200 visible ASCII characters; a repeated request with the same key and body is not a "
    "second act and gets the first answer again",
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY, "pattern": "^[!-~]+$"},
}


def _description(spec: Spec) -> str:
    told = [(spec.function.__doc__ or "").strip(), english(spec.note)]
    told.append("Cannot be taken back." if spec.irreversible else "")
    told.append(f"Scope: `{spec.scope}`.")
    return " ".join(part for part in told if part)


def _view(spec: Spec) -> Callable[[HttpRequest], HttpResponse]:
    def act(request: HttpRequest) -> HttpResponse:
        actor = request.auth
        _ask_scope(spec, actor)
        key = _key(request)
        values = bodies.read(request, spec.input)
        if key is None:
            return answer(_do(spec, actor, values), status=201)
        return _once(spec, actor, key, values)

    act.__name__ = spec.verb.replace(".", "_")
    return act


def _ask_scope(spec: Spec, actor: Any) -> None:
    try:
        need_scope(actor, spec.scope)
    except Refused as refusal:
        record_refusal(spec.verb, actor, refusal)
        raise


def _do(spec: Spec, actor: Any, values: dict[str, Any]) -> dict[str, Any]:
    try:
        return told(perform(spec, actor, values).entry)
    except IntegrityError:
        raise Halt(409, "another act at the same time stored what contradicts this one") from None


def told(entry: Any) -> dict[str, Any]:
    """The answer to an act, from its ledger entry alone, so that it can be given again."""
    return {
        "urn": entry.object,
        "kind": ".".join(entry.object.split(":")[2:4]),
        "name": entry.object_name,
        "ledger": {"seq": entry.seq, "digest": entry.digest},
    }


# ---- once ----------------------------------------------------------------------------------------------------


def _key(request: HttpRequest) -> str | None:
    key = request.headers.get(IDEMPOTENCY)
    if key is not None and not (0 < len(key) <= LONGEST_KEY and all("!" <= c <= "~" for c in key)):
        raise Halt(400, f"{IDEMPOTENCY} must be 1 to {LONGEST_KEY} visible ASCII characters")
    return key


def _once(spec: Spec, actor: Any, key: str, values: dict[str, Any]) -> HttpResponse:
    try:
        first = replays.once(
            actor.urn, key, _fingerprint(spec, values), spec.verb, lambda: _do(spec, actor, values), told
        )
    except replays.OtherContent:
        raise Halt(409, f"this {IDEMPOTENCY} was used for another request") from None
    except replays.StillRunning:
        again = {"Retry-After": "5"}
        raise Halt(409, "the first request with this key has not ended", again) from None
    return answer(first.body, status=201, headers={"Idempotent-Replayed": "true"} if first.again else None)


def _fingerprint(spec: Spec, values: dict[str, Any]) -> str:
    """What was asked, whatever the order of names or the boundary between parts; keyed, since it may hold secrets."""
    plain = {name: _content(value) for name, value in values.items()}
    text = json.dumps([spec.verb, plain], sort_keys=True, cls=DjangoJSONEncoder)
    return salted_hmac(__name__, text, algorithm="sha256").hexdigest()


def _content(value: Any) -> Any:
    return [value.name, value.sha256()] if isinstance(value, Upload) else value
