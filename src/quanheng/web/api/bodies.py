"""Reads what a program sent, strictly: one value for each name, nothing unreadable, nothing that cannot be stored.

The result is what a page would hand to the same act: plain values by name, files as `Upload`. What the values
mean is judged by the act's own schema.
"""

from __future__ import annotations

import json
import types
import typing
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pydantic
from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.http import HttpRequest, UnreadablePostError
from django.http.multipartparser import MultiPartParserError

from quanheng.apps.records.media import safe_name
from quanheng.apps.records.storable import misfit
from quanheng.apps.records.uploads import LimitHandler, Upload
from quanheng.errors import Problem
from quanheng.web.api.answers import JSON, Halt, unfit

MULTIPART = "multipart/form-data"
NO_JSON = "the body is not a JSON object"
DEEPEST = 32


def read(request: HttpRequest, form: type[pydantic.BaseModel]) -> dict[str, Any]:
    """The values that were sent for this form."""
    values = _parts(request, form) if takes_files(form) else _json(request)
    unfit(
        Problem(wrong, field=name if not misfit(name) else "")
        for name, value in values.items()
        if (wrong := misfit(name) or misfit(value))
    )
    return values


def takes_files(form: type[pydantic.BaseModel]) -> bool:
    """Whether one of the fields is a file, so that the body comes in parts."""
    return any(_is_file(info.annotation) for info in form.model_fields.values())


def _is_file(annotation: Any) -> bool:
    return annotation is Upload or any(_is_file(part) for part in typing.get_args(annotation))


def _is_list(annotation: Any) -> bool:
    origin = typing.get_origin(annotation)
    if origin in (typing.Annotated, typing.Union, types.UnionType):
        return any(_is_list(part) for part in typing.get_args(annotation))
    return origin is list


def _need(request: HttpRequest, media_type: str, largest: int) -> None:
    if request.content_type != media_type:
        raise Halt(415, f"the body must be {media_type}", {"Accept-Post": media_type})
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdigit() or len(length) > 15 or int(length) > largest:
        raise Halt(413, f"a body may hold {largest} bytes")


# ---- JSON ----------------------------------------------------------------------------------------------------


def _json(request: HttpRequest) -> dict[str, Any]:
    _need(request, JSON, settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
    try:
        text = request.body.decode("utf-8")
        found = json.loads(
            text, parse_float=Decimal, parse_constant=_no_constant, object_pairs_hook=_no_twins
        )
    except RequestDataTooBig:
        raise Halt(413, "the body is too large") from None
    except UnreadablePostError:
        raise Halt(400, "the body broke off") from None
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise Halt(400, f"{NO_JSON}: {_place(error)}") from None
    if not isinstance(found, dict):
        raise Halt(400, NO_JSON)
    if not all(_shallow(value) for value in found.values()):
        raise Halt(400, f"{NO_JSON}: nested deeper than {DEEPEST}")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number of JSON")


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name is given twice in one object")
    return found


def _place(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"line {error.lineno}, column {error.colno}: {error.msg}"
    if isinstance(error, UnicodeDecodeError):
        return f"byte {error.start} is no UTF-8"
    return str(error)[:120] or "too deep"


def _shallow(value: Any, depth: int = DEEPEST) -> bool:
    if not isinstance(value, dict | list):
        return True
    inside = value.values() if isinstance(value, dict) else value
    return depth > 0 and all(_shallow(part, depth - 1) for part in inside)


# ---- parts ---------------------------------------------------------------------------------------------------


def _parts(request: HttpRequest, form: type[pydantic.BaseModel]) -> dict[str, Any]:
    _need(request, MULTIPART, settings.UPLOAD_MAX_BYTES + settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
    request.upload_handlers = [LimitHandler(request), TemporaryFileUploadHandler(request)]
    try:
        texts, files = request.POST, request.FILES
    except RequestDataTooBig as error:
        raise Halt(413, str(error)) from None
    except (MultiPartParserError, SuspiciousOperation, UnreadablePostError, ValueError) as error:
        raise Halt(400, f"the parts cannot be read: {str(error)[:120]}") from None
    unfit(_misplaced(form, texts, files))
    return {**_texts(form, texts), **{name: _upload(files[name]) for name in files}}


def _misplaced(form: type[pydantic.BaseModel], texts: Any, files: Any) -> Iterator[Problem]:
    """A file where none is taken, a text where a file is, a name given twice."""
    fields = {name: info.annotation for name, info in form.model_fields.items()}
    for name in files:
        if not _is_file(fields.get(name)):
            yield Problem("takes no file" if name in fields else "unknown field", field=name)
    for name in set(texts) | set(files):
        given = len(texts.getlist(name)) + len(files.getlist(name))
        if given > 1 and not _is_list(fields.get(name)):
            yield Problem("is given twice", field=name)
    for name in texts:
        if _is_file(fields.get(name)) and texts[name]:
            yield Problem("is not a file", field=name, expected="a part with a file name")


def _texts(form: type[pydantic.BaseModel], texts: Any) -> dict[str, Any]:
    """The text parts; what was left empty is absent, as on a page."""
    fields = {name: info.annotation for name, info in form.model_fields.items()}
    given = {name: texts.getlist(name) if _is_list(fields.get(name)) else texts[name] for name in texts}
    return {name: value for name, value in given.items() if value not in ("", [""])}


def _upload(file: Any) -> Upload:
    return Upload(safe_name(file.name or "file"), Path(file.temporary_file_path()))
