"""What the interface says when it says no: problem details (RFC 9457), the same reason and article as on a page.

Nothing is judged here, and nothing of the inside of the house is told.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpResponse

from quanheng.apps.records.action import request_id
from quanheng.errors import BadInput, Problem, Refused

JSON = "application/json"
PROBLEM = "application/problem+json"
KINDS = {
    400: ("unreadable", "Unreadable request"),
    401: ("no-key", "No valid key"),
    403: ("refused", "Refused"),
    404: ("not-found", "Not found"),
    405: ("method", "Method not allowed"),
    406: ("not-acceptable", "No such form"),
    409: ("conflict", "Conflict"),
    413: ("too-large", "Too large"),
    415: ("media-type", "Unsupported media type"),
    422: ("bad-input", "Bad input"),
    429: ("too-many", "Too many requests"),
    500: ("fault", "Fault"),
}


class Halt(Exception):
    """Ends a request with a status and one clear line."""

    def __init__(self, status: int, detail: str, headers: Mapping[str, str] | None = None) -> None:
        self.status, self.detail, self.headers = status, detail, headers or {}
        super().__init__(detail)


def answer(data: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """Plain data as JSON."""
    return _json(data, status, JSON, headers)


def problem(status: int, detail: str, headers: Mapping[str, str] | None = None, **more: Any) -> HttpResponse:
    """A problem as RFC 9457 wants it."""
    kind, title = KINDS[status]
    said = {
        "type": f"urn:quanheng:problem:{kind}",
        "title": title,
        "status": status,
        "detail": detail,
        **{name: value for name, value in more.items() if value},
        "request": request_id.get(),
    }
    return _json(said, status, PROBLEM, headers)


def _json(data: Any, status: int, media_type: str, headers: Mapping[str, str] | None) -> HttpResponse:
    content = json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False, allow_nan=False)
    return HttpResponse(content, status=status, content_type=media_type, headers=dict(headers or {}))


def refused(refusal: Refused) -> HttpResponse:
    """A refusal by right or rule, with the article and the way that is open instead."""
    verdict = refusal.verdict
    return problem(403, verdict.reason, cite=verdict.cite, instead=verdict.instead)


def bad_input(error: BadInput) -> HttpResponse:
    """Every problem of the input, each with its field, row and file."""
    detail = error.problems[0].line() if error.problems else "the input cannot be taken"
    return problem(422, detail, problems=[_one(one) for one in error.problems])


def _one(one: Problem) -> dict[str, object]:
    return {"field": one.field, **one.as_dict()}


def unfit(problems: Iterable[Problem]) -> None:
    """Raise BadInput if anything was found."""
    found = list(problems)
    if found:
        raise BadInput(found)
