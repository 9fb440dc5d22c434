"""The only way to write. `@action` gives a function its policy verdict, law guard, transaction, ledger entry and events.

    @action("laboratory.certificate.revoke", policy=policy.revoke, title=_("撤销证书"))
    def revoke(act: Act, *, certificate: Ref, reason: Reason) -> Certificate: ...

is called as `revoke(actor, certificate="…", reason="…")`. Parameters are plain values (codes, texts, numbers,
dates), so that a page, the API, the command line and a test call the same function with the same words; their
types make the form and the schema. What this file is not: a place for rules. Those are in policies and guards.
"""

from __future__ import annotations

import contextvars
import datetime as dt
import functools
import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

import pydantic
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models, transaction
from django.utils import timezone

from quanheng.apps.records import events, ledger
from quanheng.apps.records.base import Record
from quanheng.apps.records.classify import key_of, snapshot, urn_of
from quanheng.apps.records.models import Dependency, LedgerEntry
from quanheng.errors import ALLOWED, BadInput, Problem, Refused, Verdict

R = TypeVar("R", bound=Record)
Policy = Callable[[Any, Any], Verdict]

request_id: contextvars.ContextVar[str] = contextvars.ContextVar("request_id", default="")
_depth: contextvars.ContextVar[int] = contextvars.ContextVar("depth", default=0)


class Actor(Protocol):
    """Who acts: a person, a person's deputy, a program with a key, or the system itself."""

    urn: str
    display_name: str
    on_behalf_urn: str
    on_behalf_name: str


@dataclass(frozen=True)
class System:
    """The platform acting by itself, for example when it carries out what an event asks for."""

    urn: str = "urn:quanheng:system"
    display_name: str = "系统"
    on_behalf_urn: str = ""
    on_behalf_name: str = ""


SYSTEM = System()


def system_only(actor: Any, given: Any) -> Verdict:
    """Policy of acts that only the platform itself does."""
    return ALLOWED if isinstance(actor, System) else Verdict(False, "这件事只由系统办理")


@dataclass(slots=True)
class Act:
    """One act while it runs: through it rows are made and changed, and through it alone."""

    spec: Spec
    actor: Any
    at: dt.datetime
    given: Any = None
    subject: models.Model | None = None
    changes: dict[str, ledger.Change] = field(default_factory=dict)
    happened: list[Any] = field(default_factory=list)
    used: list[tuple[str, str, str, str, str]] = field(default_factory=list)
    files: set[str] = field(default_factory=set)
    cite: str = ""
    extra: dict[str, Any] = field(default_factory=dict)
    bulk: bool = False
    entry: LedgerEntry | None = None
    prepared: Any = None

    def create(self, row: R) -> R:
        """Store a new row and record it. The first row of an act is its object."""
        validated(row)
        row.save(force_insert=True)
        self._changed(row, None)
        return row

    def create_many(self, rows: Iterable[R]) -> list[R]:
        """Store many like rows as one bulk act; the ledger holds the Merkle root over them."""
        made = list(rows)
        for row in made:
            row.clean_fields()
        if made:
            type(made[0])._base_manager.bulk_create(made, batch_size=500)
        for row in made:
            self._changed(row, None)
        self.bulk = True
        return made

    def update(self, row: R, **values: Any) -> R:
        """Change a stored row; what it was before is read from the database, under a lock."""
        stored = type(row)._base_manager.select_for_update().get(pk=row.pk)
        before = snapshot(stored)
        for name, value in values.items():
            setattr(stored, name, value)
        validated(stored)
        stored.save(update_fields=list(values))
        self._changed(stored, before)
        for name in values:
            setattr(row, name, getattr(stored, name))
        return stored

    def remove(self, row: R) -> None:
        """Take a row away; its last content stays in the ledger."""
        stored = type(row)._base_manager.select_for_update().get(pk=row.pk)
        before, key = snapshot(stored), key_of(stored)
        self.subject = self.subject or stored
        stored.delete()
        self.changes[key] = (key, self._first_before(key, before), None)

    def about(self, row: models.Model) -> None:
        """Name the object of the act where it is not the first row that changes."""
        self.subject = row

    def emit(self, happened: Any) -> None:
        """Announce a typed fact to later apps; delivered after the commit."""
        self.happened.append(happened)

    def uses(self, result_kind: str, result: str, kind: str, used: str, version: str) -> None:
        """Record that a derived result used a version of something."""
        self.used.append((result_kind, result, kind, used, version))

    def _changed(self, row: models.Model, before: dict[str, Any] | None) -> None:
        self.subject = self.subject or row
        key = key_of(row)
        self.changes[key] = (key, self._first_before(key, before), snapshot(row))

    def _first_before(self, key: str, before: dict[str, Any] | None) -> dict[str, Any] | None:
        return self.changes[key][1] if key in self.changes else before


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

        call.spec = spec  # type: ignore[attr-defined]
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
    depth = _depth.set(_depth.get() + 1)
    try:
        return _transact(spec, actor, given)
    except Refused as refusal:
        if _depth.get() == 1:
            record_refusal(spec.verb, actor, refusal)
        raise
    finally:
        _depth.reset(depth)


def read_input(spec: Spec, values: dict[str, Any]) -> Any:
    """The values in the form of the action's input; every wrong one is named."""
    try:
        return spec.input.model_validate(values)
    except pydantic.ValidationError as error:
        raise BadInput(_problems(error)) from None


def judge(spec: Spec, actor: Any, given: Any) -> Verdict:
    """What policy and guard say to this act, without doing it."""
    verdict = spec.policy(actor, given)
    if verdict.ok and spec.guard is not None:
        verdict = spec.guard(actor, given)
    return verdict


def _transact(spec: Spec, actor: Any, given: Any) -> Done:
    prepared = _prepared(spec, actor, given)
    with transaction.atomic():
        verdict = judge(spec, actor, given)
        if not verdict.ok:
            raise Refused(verdict)
        act = Act(spec, actor, timezone.now(), given, cite=verdict.cite, prepared=prepared)
        values = {name: getattr(given, name) for name in type(given).model_fields}
        result = spec.function(act, **values)
        entry = _record(act)
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


def _record(act: Act) -> LedgerEntry:
    subject = act.subject
    entry = ledger.append(
        ledger.Draft(
            at=act.at,
            actor=act.actor.urn,
            actor_name=act.actor.display_name,
            on_behalf=act.actor.on_behalf_urn,
            on_behalf_name=act.actor.on_behalf_name,
            verb=act.spec.verb,
            object=urn_of(subject) if subject is not None else "",
            object_name=subject.record_name() if isinstance(subject, Record) else "",
            changes=[c for c in act.changes.values() if c[1] != c[2]],
            bulk=act.bulk,
            files=tuple(act.files),
            cite=act.cite,
            request_id=request_id.get(),
            extra=act.extra,
        )
    )
    act.entry = entry
    if act.used:
        Dependency.objects.bulk_create(
            [Dependency(result_kind=a, result=b, kind=c, used=d, version=e, entry=entry) for a, b, c, d, e in act.used]
        )
    for happened in act.happened:
        events.store(happened, entry)
    return entry


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


def validated(row: models.Model) -> None:
    """Check a row against its model and answer in the words of the house."""
    try:
        row.full_clean()
    except ValidationError as error:
        raise BadInput(
            Problem(message, field="" if name == NON_FIELD_ERRORS else name, found=_found(row, name))
            for name, messages in error.message_dict.items()
            for message in messages
        ) from None


def _found(row: models.Model, name: str) -> str:
    value = getattr(row, name, "") if name != NON_FIELD_ERRORS else ""
    return "" if value in (None, "") else str(value)[:80]


def _problems(error: pydantic.ValidationError) -> list[Problem]:
    return [
        Problem(
            message=one["msg"].removeprefix("Value error, "),
            field=".".join(str(part) for part in one["loc"]),
            found="" if one["type"] == "missing" else str(one.get("input", ""))[:80],
        )
        for one in error.errors(include_url=False)
    ]
