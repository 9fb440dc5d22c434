"""The description of the interface as a page in the look of the house: from OpenAPI alone, without scripts.

What stands there is what `/api/v1/openapi.json` says; nothing is described twice.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

ABOUT = gettext_lazy(
    "对程序开放的全部办理事项，以及一把密钥可以读取的内容。权限是密钥责任人在该单位的权限，范围只收窄不扩大。"
)


@dataclass(frozen=True)
class Entry:
    """One operation as the page shows it."""

    id: str
    method: str
    path: str
    title: str
    description: str
    media_type: str
    fields: list[dict[str, Any]]
    responses: list[str]
    example: str


def page(request: HttpRequest, description: dict[str, Any]) -> HttpResponse:
    """Draw the page."""
    groups: dict[str, list[Entry]] = {}
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            groups.setdefault(operation["tags"][0], []).append(_entry(path, method, operation))
    context = {"groups": groups, "page_title": _("编程接口"), "about": ABOUT}
    return render(request, "api/manual.html", context)


def _entry(path: str, method: str, operation: dict[str, Any]) -> Entry:
    media_type, schema = _body(operation)
    fields = [*_parameters(operation), *_fields(schema)]
    return Entry(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        title=_title(operation),
        description=operation.get("description", ""),
        media_type=media_type,
        fields=fields,
        responses=list(operation["responses"]),
        example=_example(schema) if media_type == "application/json" else "",
    )


def _title(operation: dict[str, Any]) -> str:
    english = (get_language() or "").startswith("en")
    return str(operation["summary"] if english else operation.get("x-title-zh") or operation["summary"])


def _body(operation: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    content = operation.get("requestBody", {}).get("content", {})
    media_type = next(iter(content), "")
    return media_type, content.get(media_type, {}).get("schema", {})


def _parameters(operation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for one in operation.get("parameters", []):
        yield _field(one["name"], one["schema"], one.get("required", False), one["in"])


def _fields(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for name, one in schema.get("properties", {}).items():
        yield _field(name, one, name in schema.get("required", []), "")


def _field(name: str, schema: dict[str, Any], required: bool, place: str) -> dict[str, Any]:
    return {
        "name": name,
        "place": place,
        "required": required,
        "title": schema.get("title", "") or schema.get("description", ""),
        "kind": _kind(schema),
        "limits": ", ".join(_limits(schema)),
    }


def _kind(schema: dict[str, Any]) -> str:
    if "anyOf" in schema:
        return " | ".join(_kind(one) for one in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    kind = schema.get("const") or schema.get("format") or schema.get("type", "")
    if kind == "array":
        return f"[{_kind(schema.get('items', {}))}]"
    return " | ".join(kind) if isinstance(kind, list) else str(kind)


def _limits(schema: dict[str, Any]) -> Iterator[str]:
    signs = {"minimum": "≥ ", "maximum": "≤ ", "minLength": "≥ ", "maxLength": "≤ ", "pattern": ""}
    for name, sign in signs.items():
        if name in schema:
            unit = " " + _("字") if name.endswith("Length") else ""
            yield f"{sign}{schema[name]}{unit}"


def _example(schema: dict[str, Any]) -> str:
    """A body with the required fields, in which only the values are to be put."""
    names = schema.get("required", [])
    kinds = {name: _kind(schema["properties"][name]) for name in names}
    return json.dumps(kinds, ensure_ascii=False, indent=2)
