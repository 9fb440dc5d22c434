"""The frame around every operation: errors become problem details, each answer has its number, nothing is cached.

What is inside stays inside: an unforeseen error is logged with the number of the request and told as a fault
without details.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern, re_path
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from quanheng.apps.records.action import request_id
from quanheng.errors import BadInput, Refused
from quanheng.web.api.answers import Halt, bad_input, problem, refused

logger = logging.getLogger(__name__)


class Api(NinjaAPI):
    """Ninja with the house's errors and headers."""

    @property
    def urls(self) -> Any:
        patterns, app, namespace = super().urls
        for pattern in patterns:
            if isinstance(pattern, URLPattern):
                pattern.callback = framed(pattern.callback)
        return [*patterns, re_path(r"^", framed(_nothing_here), name="nothing")], app, namespace

    def set_default_exception_handlers(self) -> None:
        for kind, handler in HANDLERS.items():
            self.add_exception_handler(kind, handler)


def framed(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view whose answers carry the headers of the interface."""

    @functools.wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response = view(request, *args, **kwargs)
        except Exception as error:
            response = _handler(error)(request, error)
        if isinstance(response, HttpResponseNotAllowed):
            response = problem(405, "this address knows other methods", {"Allow": response["Allow"]})
        response["X-Request-Id"] = request_id.get()
        response["Cache-Control"] = "no-store"
        return response

    inner.csrf_exempt = True  # no session acts here, see `keys`
    return inner


def _handler(error: Exception) -> Callable[[HttpRequest, Any], HttpResponse]:
    return next(HANDLERS[kind] for kind in type(error).__mro__ if kind in HANDLERS)


def _nothing_here(request: HttpRequest) -> HttpResponse:
    return problem(404, "there is nothing at this address; see /api/v1/ for what there is")


def _fault(request: HttpRequest, error: Exception) -> HttpResponse:
    logger.exception("request %s failed", request_id.get(), exc_info=error)
    return problem(500, "something went wrong here; tell the operator the number of the request")


def _unfit(request: HttpRequest, error: ValidationError) -> HttpResponse:
    found = [
        {"field": ".".join(map(str, one["loc"][1:])), "message": str(one["msg"])} for one in error.errors
    ]
    return problem(422, "the address cannot be taken", problems=found)


HANDLERS: dict[type[Exception], Callable[[HttpRequest, Any], HttpResponse]] = {
    Exception: _fault,
    Halt: lambda request, error: problem(error.status, error.detail, error.headers),
    Refused: lambda request, error: refused(error),
    BadInput: lambda request, error: bad_input(error),
    Http404: lambda request, error: _nothing_here(request),
    AuthenticationError: lambda request, error: problem(401, "the key is unknown, ended or revoked"),
    HttpError: lambda request, error: problem(error.status_code, str(error)),
    ValidationError: _unfit,
}
