"""What an act would be answered, before it is asked for: so that a page can say why a button cannot be used now.

A policy that needs the input cannot be foreseen; then the act is offered and answered when it is done. This file
does nothing and promises nothing: the act asks policy and guard again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from quanheng.errors import ALLOWED, BadInput, Refused, Verdict

# How a rule stumbles over an input that is not there yet; a refusal is an answer, but not a certain one.
UNKNOWN = (AttributeError, TypeError, KeyError, ValueError, BadInput, Refused)


def foreseen(spec: Any, actor: Any, values: Mapping[str, Any] | None = None) -> tuple[Verdict, Verdict]:
    """The verdict of the policy, and of policy and guard together, for the values known so far.

    Unknown counts as allowed: a policy or guard that stumbles over a missing value has not refused.
    """
    given = _given(spec, values or {})
    right = _asked(spec.policy, actor, given)
    if not right.ok or spec.guard is None:
        return right, right
    return right, _asked(spec.guard, actor, given)


def surely(spec: Any, actor: Any, values: Mapping[str, Any] | None = None) -> bool:
    """Whether policy and guard allow the act for certain, whatever else is filled in."""
    given = _given(spec, values or {})
    try:
        return all(rule(actor, given).ok for rule in (spec.policy, spec.guard) if rule is not None)
    except UNKNOWN:
        return False


def _given(spec: Any, values: Mapping[str, Any]) -> Any:
    """The input as far as it is known: checked if it is complete, else loosely put together."""
    known = {name: value for name, value in values.items() if name in spec.input.model_fields}
    try:
        return spec.input.model_validate(known)
    except ValueError:
        return spec.input.model_construct(**known) if known else None


def _asked(rule: Any, actor: Any, given: Any) -> Verdict:
    try:
        return rule(actor, given)
    except Refused as refusal:
        return refusal.verdict
    except UNKNOWN:
        return ALLOWED  # the answer depends on what is not known yet
