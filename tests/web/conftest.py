"""Tests of the page shell: they render templates and store nothing, so they need no database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import lxml.html
import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage.fallback import FallbackStorage
from django.template import engines
from django.test import RequestFactory
from django.utils import translation

from quanheng.web import catalogs


@pytest.fixture(scope="session", autouse=True)
def _english() -> None:
    catalogs.compile_catalogue()


@pytest.fixture(autouse=True)
def _chinese_first() -> Iterator[None]:
    with translation.override("zh-hans"):
        yield


def make_request(path: str = "/somewhere/"):
    request = RequestFactory().get(path)
    request.user = AnonymousUser()
    request.session = {}
    request._messages = FallbackStorage(request)
    return request


@pytest.fixture
def ask() -> Callable[..., Any]:
    """`ask("/path/?q=1")` is a request of a visitor."""
    return make_request


@pytest.fixture
def render() -> Callable[..., str]:
    """`render("{% cotton … %}", {...})` is the text of a template with the shell's context."""

    def _render(source: str, context: dict[str, Any] | None = None, path: str = "/somewhere/") -> str:
        return engines["django"].from_string(source).render(context or {}, make_request(path))

    return _render


@pytest.fixture
def component(render: Callable[..., str]) -> Callable[..., lxml.html.HtmlElement]:
    """`component("steps", steps=[…])` is the element tree of one cotton component, wrapped in a div."""

    def _component(name: str, slot: str = "", /, **attributes: Any) -> lxml.html.HtmlElement:
        given = "".join(f" :{key}={key}" for key in attributes)
        html = render(f"{{% cotton {name}{given} %}}{slot}{{% endcotton %}}", attributes)
        return lxml.html.fragment_fromstring(html, create_parent="div")

    return _component
