"""The programming interface, `/api/v1/`: every action and every readable noun, described as OpenAPI 3.1.

    GET  /api/v1/                         this documentation as a page
    GET  /api/v1/openapi.json             the same for programs
    POST /api/v1/acts/VERB                an act
    GET  /api/v1/APP/NOUNS, …/NOUNS/ID    what the key may see

It is a door, like the pages and the command line: rights and rules are not here.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse

from quanheng.apps.records.reads import load
from quanheng.web.api import acts, lists
from quanheng.web.api.answers import answer
from quanheng.web.api.describe import english, finished
from quanheng.web.api.frame import Api
from quanheng.web.api.manual import ABOUT, page

__all__ = ["api", "description"]


def _build() -> Api:
    made = Api(
        title="权衡 Quanheng",
        version="1",
        description=english(ABOUT),
        docs_url=None,
        openapi_url=None,
        urls_namespace="api",
        openapi_extra={"info": {"license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}}},
    )
    made.get("/openapi.json", auth=None, include_in_schema=False, url_name="openapi")(openapi)
    made.get("/", auth=None, include_in_schema=False, url_name="manual")(manual)
    acts.operations(made)
    lists.operations(made, load())
    return made


@cache
def description() -> dict[str, Any]:
    """The interface as OpenAPI 3.1."""
    return finished(api.get_openapi_schema(), load())


def openapi(request: HttpRequest) -> HttpResponse:
    """The description for programs."""
    return answer(description())


def manual(request: HttpRequest) -> HttpResponse:
    """The description for people."""
    return page(request, description())


api = _build()
