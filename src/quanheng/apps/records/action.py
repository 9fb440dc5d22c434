"""The only way to write. `@action` gives a function its policy verdict, law guard, transaction, ledger entry and events.

    @action("laboratory.certificate.revoke", policy=policy.revoke, title=_("撤销证书"))
    def revoke(act: Act, *, certificate: Ref, reason: Reason) -> Certificate: ...

is called as `revoke(actor, certificate="…", reason="…")`. Parameters are plain values (codes, texts, numbers,
dates), so that a page, the API, the command line and a test call the same function with the same words; their
types make the form and the schema. What this file is not: a place for rules. Those are in policies and guards.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pydantic
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from quanheng.apps.records import events, ledger
from quanheng.apps.records.act import SYSTEM, Act, Actor, System, request_id, running, system_only, validated
from quanheng.apps.records.models import LedgerEntry
from quanheng.errors import BadInput, Problem, Refused, Verdict

__all__ = [
    "REGISTRY",
    "SYSTEM",
    "Act",
    "Actor",
    "Done",
    "Spec",
    "System",
    "action",
    "judge",
    "perform",
    "read_input",
    "request_id",
    "system_only",
    "validated",
]

Policy = Callable[[Any, Any], Verdict]
TRIES = 3  # an act that PostgreSQL ended to break a deadlock is done again


@dataclass(frozen=True)
class Spec:
    """What is known of an action: its name, form, rule and words."""

    verb: str
    function: Callable[..., Any]
    input: type[pydantic.BaseModel]
    policy: Policy
    guard: Policy | None
    title: Any
    note: Any = ""
    scope: str = ""
    irreversible: bool = False
    consequences: Callable[[Any, Any], list[str]] | None = None
    api: bool = True
    prepare: Callable[[Any, Any], Any] | None = None

    @property
    def app(self) -> str:
        return self.verb.split(".", 1)[0]


REGISTRY: dict[str, Spec] = {}


def action(
    verb: str,
    *,
    policy: Policy,
    title: Any,
    guard: Policy | None = None,
    note: Any = "",
    scope: str = "",
    irreversible: bool = False,
    consequences: Callable[[Any, Any], list[str]] | None = None,
    api: bool = True,
    prepare: Callable[[Any, Any], Any] | None = None,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make a function an action. `verb` is app.noun.verb; `policy` is asked before anything is read or written.

    `prepare(actor, given)` does slow work that needs no database lock (reading a file, a computation) after
    the policy allowed the act and before its transaction; its result is `act.prepared`.
    """
    if verb in REGISTRY or verb.count(".") != 2:
        raise RuntimeError(f"{verb!r} is taken or not of the form app.noun.verb")

    def build(function: Callable[..., Any]) -> Callable[..., Any]:
        spec = Spec(
            verb,
            function,
            input_of(verb, function),
            policy,
            guard,
            title,
            note,
            scope or f"{verb.rsplit('.', 1)[0]}:write",
            irreversible,
            consequences,
            api,
            prepare,
        )
        REGISTRY[verb] = spec

        @functools.wraps(function)
        def call(actor: Any, /, **values: Any) -> Any:
            return perform(spec, actor, values).result

        call.spec = spec
        return call

    return build


def input_of(verb: str, function: Callable[..., Any]) -> type[pydantic.BaseModel]:
    """The form of an action's input, from the keyword parameters of its function."""
    hints = inspect.get_annotations(function, eval_str=True)
    fields: dict[str, Any] = {}
    for name, parameter in list(inspect.signature(function).parameters.items())[1:]:
        if parameter.kind is not inspect.Parameter.KEYWORD_ONLY:
            raise RuntimeError(f"{verb}: parameter {name} must be keyword-only")
        default = ... if parameter.default is inspect.Parameter.empty else parameter.default
        fields[name] = (hints[name], default)
    title = "".join(part.title() for part in verb.replace("_", ".").split("."))
    config = pydantic.ConfigDict(extra="forbid", str_strip_whitespace=True, arbitrary_types_allowed=True)
    return pydantic.create_model(title, __config__=config, **fields)


@dataclass(frozen=True)
class Done:
    """What came of an act: what its function returned, and the ledger entry that tells of it."""

    result: Any
    entry: LedgerEntry


def perform(spec: Spec, actor: Any, values: dict[str, Any]) -> Done:
    """Carry out an action: form, policy, guard, rows and one ledger entry in one transaction, then events."""
    given = read_input(spec, values)
    try:
        prepared = _prepared(spec, actor, given)
        return _insistently(lambda: _transact(spec, actor, given, prepared))
    except Refused as refusal:
        if not running.get():
            record_refusal(spec.verb, actor, refusal)
        raise


def _insistently(work: Callable[[], Done], tries: int = TRIES) -> Done:
    try:
        return work()
    except OperationalError as error:
        deadlock = getattr(error.__cause__, "sqlstate", "") in ("40P01", "40001")
        if not deadlock or connection.in_atomic_block or tries == 1:
            raise
    return _insistently(work, tries - 1)


def read_input(spec: Spec, values: dict[str, Any]) -> Any:
    """The values in the form of the action's input; every wrong one is named."""
    try:
        return spec.input.model_validate(values)
    except pydantic.ValidationError as error:
        raise BadInput(_problems(error, _secrets(spec))) from None


def _secrets(spec: Spec) -> set[str]:
    """Names of the parameters whose content is never repeated in a message."""
    return {name for name, info in spec.input.model_fields.items() if "Secret" in str(info.annotation)}


def judge(spec: Spec, actor: Any, given: Any) -> Verdict:
    """What policy and guard say to this act, without doing it."""
    verdict = spec.policy(actor, given)
    if verdict.ok and spec.guard is not None:
        verdict = spec.guard(actor, given)
    return verdict


def _transact(spec: Spec, actor: Any, given: Any, prepared: Any) -> Done:
    enclosing = running.get()
    kept = [dict(outer.changes) for outer in enclosing]
    try:
        with transaction.atomic():
            return _carry_out(Act(spec, actor, timezone.now(), given, prepared=prepared, enclosing=enclosing))
    except Exception:
        for outer, changes in zip(enclosing, kept, strict=True):
            outer.changes = changes  # what the failed act changed in their rows was rolled back
        raise


def _carry_out(act: Act) -> Done:
    verdict = judge(act.spec, act.actor, act.given)
    if not verdict.ok:
        raise Refused(verdict)
    act.cite = verdict.cite
    token = running.set((*act.enclosing, act))
    try:
        values = {name: getattr(act.given, name) for name in type(act.given).model_fields}
        result = act.spec.function(act, **values)
    finally:
        running.reset(token)
    entry = act.record()
    if act.happened:
        transaction.on_commit(events.deliver_pending, robust=True)
    return Done(result, entry)


def _prepared(spec: Spec, actor: Any, given: Any) -> Any:
    if spec.prepare is None:
        return None
    verdict = judge(spec, actor, given)
    if not verdict.ok:
        raise Refused(verdict)
    return spec.prepare(actor, given)


def record_refusal(verb: str, actor: Any, refusal: Refused) -> None:
    """A refused act leaves its trace too; nothing else of it was stored."""
    with transaction.atomic():
        ledger.append(
            ledger.Draft(
                at=timezone.now(),
                actor=actor.urn,
                actor_name=actor.display_name,
                on_behalf=actor.on_behalf_urn,
                on_behalf_name=actor.on_behalf_name,
                verb="records.act.refused",
                object="",
                object_name=verb,
                cite=refusal.verdict.cite,
                request_id=request_id.get(),
                extra={"verb": verb, "reason": refusal.verdict.reason},
            )
        )


def _problems(error: pydantic.ValidationError, secret: set[str]) -> list[Problem]:
    return [
        Problem(
            message=one["msg"].removeprefix("Value error, "),
            field=".".join(str(part) for part in one["loc"]),
            found=""
            if one["type"] == "missing" or one["loc"][0] in secret
            else str(one.get("input", ""))[:80],
        )
        for one in error.errors(include_url=False)
    ]
