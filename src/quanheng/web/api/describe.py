"""Describes the interface as OpenAPI 3.1: schemas of inputs, rows and answers, in English where there is English.

What is described here is what the other files do; a test walks the description against the running interface.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pydantic
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import translation
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import core_schema

from quanheng.apps.records.action import Spec
from quanheng.apps.records.fields import readable
from quanheng.apps.records.reads import Noun
from quanheng.apps.records.uploads import Upload
from quanheng.web.api import bodies
from quanheng.web.api.answers import JSON, PROBLEM
from quanheng.web.api.shapes import ProblemDetails

REFERENCE = "#/components/schemas/{model}"
ENGLISH = "en"


def english(words: Any) -> str:
    """Words in English where the catalogue has them."""
    with translation.override(ENGLISH):
        return str(words)


def chinese(words: Any) -> str:
    """Words as the pages say them."""
    with translation.override("zh-hans"):
        return str(words)


def plain(schema: Any) -> Any:
    """A schema as plain JSON, its lazy titles spoken in English."""
    with translation.override(ENGLISH):
        return json.loads(json.dumps(schema, cls=DjangoJSONEncoder))


def problems(*codes: int) -> dict[int, Any]:
    """Responses by problem details."""
    return dict.fromkeys(codes, ProblemDetails)


class InputSchema(GenerateJsonSchema):
    """JSON schema of an action's input, in which a file is a binary part."""

    def is_instance_schema(self, schema: core_schema.IsInstanceSchema) -> dict[str, Any]:
        if schema["cls"] is Upload:
            return {"type": "string", "format": "binary"}
        return super().is_instance_schema(schema)

    def dataclass_schema(self, schema: core_schema.DataclassSchema) -> dict[str, Any]:
        if schema["cls"] is Upload:
            return {"type": "string", "format": "binary"}
        return super().dataclass_schema(schema)


def input_schema(form: type[pydantic.BaseModel]) -> dict[str, Any]:
    """The schema of a form, with its definitions inside it."""
    return dict(plain(form.model_json_schema(schema_generator=InputSchema)))


def body_of(spec: Spec) -> dict[str, Any]:
    """The request body of an action."""
    media_type = bodies.MULTIPART if bodies.takes_files(spec.input) else JSON
    schema = _inlined(input_schema(spec.input))
    return {"required": True, "content": {media_type: {"schema": schema}}}


def _inlined(schema: dict[str, Any]) -> dict[str, Any]:
    """The same schema with each definition put where it is used: inputs are small and never recursive."""
    definitions = schema.pop("$defs", {})

    def put(node: Any) -> Any:
        if isinstance(node, list):
            return [put(part) for part in node]
        if not isinstance(node, dict):
            return node
        if "$ref" in node:
            rest = {name: value for name, value in node.items() if name != "$ref"}
            return put({**definitions[node["$ref"].rsplit("/", 1)[1]], **rest})
        return {name: put(value) for name, value in node.items()}

    return dict(put(schema))


def parameters(form: type[pydantic.BaseModel]) -> list[dict[str, Any]]:
    """The query parameters of a form."""
    schema = _inlined(input_schema(form))
    needed = schema.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in needed, "schema": _without_null(one)}
        for name, one in schema["properties"].items()
    ]


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A query cannot say null; an optional parameter is left out."""
    kinds = [one for one in schema.get("anyOf", []) if one.get("type") != "null"]
    kept = {name: value for name, value in schema.items() if name not in ("anyOf", "default")}
    return {**kept, **kinds[0]} if len(kinds) == 1 else schema


# ---- rows ----------------------------------------------------------------------------------------------------

_KINDS: tuple[tuple[type[models.Field], dict[str, Any]], ...] = (
    (models.ForeignKey, {"type": "string", "description": "URN"}),
    (models.UUIDField, {"type": "string", "format": "uuid"}),
    (models.BooleanField, {"type": "boolean"}),
    (models.DecimalField, {"type": "string", "description": "decimal"}),
    (models.DateTimeField, {"type": "string", "format": "date-time"}),
    (models.DateField, {"type": "string", "format": "date"}),
    (models.IntegerField, {"type": "integer"}),
    (models.JSONField, {}),
)


@cache
def row_schema(model: type[models.Model]) -> dict[str, Any]:
    """What a row looks like; a field that the asker may not see is absent."""
    fields = {field.name: _field_schema(field) for field, _level in readable(model)}
    return {
        "type": "object",
        "title": model.__name__,
        "properties": {"urn": {"type": "string"}, **fields},
        "required": ["urn", "id"],
        "additionalProperties": False,
    }


def _field_schema(field: models.Field) -> dict[str, Any]:
    found = next((kind for cls, kind in _KINDS if isinstance(field, cls)), {"type": "string"})
    schema = dict(found)
    if field.null and "type" in schema:
        schema["type"] = [schema["type"], "null"]
    if field.choices:
        schema["enum"] = [value for value, _words in field.flatchoices] + [""] * field.blank
    return {"title": english(field.verbose_name), **schema}


def row_reference(noun: Noun) -> dict[str, str]:
    """Where the schema of a noun's rows stands."""
    return {"$ref": REFERENCE.format(model=row_name(noun))}


def row_name(noun: Noun) -> str:
    return f"{noun.app.title()}{noun.model.__name__}"


def page_schema(items: dict[str, Any], cursor: dict[str, Any] | None = None) -> dict[str, Any]:
    """A page of a list; `next` is what to hand in as `after`, null on the last page."""
    return {
        "type": "object",
        "properties": {
            "items": {"type": "array", "items": items},
            "next": {"type": ["string", "null"], **(cursor or {})},
        },
        "required": ["items", "next"],
    }


# ---- the whole -----------------------------------------------------------------------------------------------


def finished(schema: dict[str, Any], nouns: dict[str, Noun]) -> dict[str, Any]:
    """The description with rows as components, problems as their own media type, and the usual headers."""
    found = dict(plain(schema))
    components = found["components"]
    components["schemas"].update({row_name(noun): row_schema(noun.model) for noun in nouns.values()})
    components["responses"] = {}
    components["securitySchemes"] = {
        "Key": {**components["securitySchemes"]["Key"], "bearerFormat": "qh_PREFIX_SECRET"}
    }
    for path in found["paths"].values():
        for operation in path.values():
            operation["security"] = [{"Key": []}] if operation["x-scope"] else [{"Key": []}, {}]
            operation["responses"] = {
                status: _shared(components["responses"], status, one)
                if status.startswith("4")
                else _with_number(one)
                for status, one in operation["responses"].items()
            }
    return found


def _with_number(response: dict[str, Any]) -> dict[str, Any]:
    return {**response, "headers": {"X-Request-Id": {"schema": {"type": "string"}}}}


def _shared(kept: dict[str, Any], status: str, response: dict[str, Any]) -> dict[str, str]:
    """A problem is described once and named wherever it may come."""
    name = f"Problem{status}"
    if name not in kept:
        shape = {"schema": {"$ref": REFERENCE.format(model="ProblemDetails")}}
        kept[name] = _with_number({"description": response["description"], "content": {PROBLEM: shape}})
        if status == "429":
            kept[name]["headers"]["Retry-After"] = {"schema": {"type": "integer"}}
    return {"$ref": f"#/components/responses/{name}"}
