"""The nouns that programs may read: lists page by page, single objects, and what hangs on them.

The rows come from the apps' own queries; an object that the asker may not see does not exist for him. Fields are
shown by their classification. Nothing is written here.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

import pydantic
from django.http import HttpRequest, HttpResponse
from pydantic import Field, create_model

from quanheng.apps.records.api import HISTORY
from quanheng.apps.records.fields import Sight
from quanheng.apps.records.reads import Noun, Part
from quanheng.apps.records.storable import misfit
from quanheng.errors import BadInput, Problem
from quanheng.web.api.answers import JSON, Halt, answer, unfit
from quanheng.web.api.describe import chinese, page_schema, parameters, problems, row_reference
from quanheng.web.api.keys import KEY, KEY_OR_NONE, need_scope

DEFAULT, MOST = 50, 200
CSV = "text/csv"


class Page(pydantic.BaseModel):
    """Which part of a list: at most `limit` objects, those after `after`."""

    model_config = pydantic.ConfigDict(extra="forbid")
    limit: Annotated[int, Field(ge=1, le=MOST)] = DEFAULT
    after: Annotated[UUID | None, Field(description="`next` of the page before")] = None


class Nothing(pydantic.BaseModel):
    """No parameters."""

    model_config = pydantic.ConfigDict(extra="forbid")


def operations(api: Any, nouns: dict[str, Noun]) -> None:
    """Add list, object and parts of every noun."""
    for address in sorted(nouns):
        noun = nouns[address]
        _list(api, address, noun)
        _object(api, address, noun)
        for part in (*noun.parts, *([] if noun.public else [HISTORY])):
            _part(api, address, noun, part)


def _frame(noun: Noun, name: str, summary: str, *codes: int, **extra: Any) -> dict[str, Any]:
    """What all reading operations share."""
    codes = (401, 422, 429, *codes) if noun.public else (401, 403, 422, 429, *codes)
    scope = "Public; a key may be sent." if noun.public else f"Scope: `{noun.scope}`."
    return {
        "auth": [KEY_OR_NONE] if noun.public else KEY,
        "operation_id": f"{noun.app}_{name}",
        "summary": summary,
        "description": scope,
        "tags": [noun.app],
        "response": {200: None, **problems(*codes)},
        "openapi_extra": {
            "x-scope": "" if noun.public else noun.scope,
            "x-title-zh": chinese(noun.model._meta.verbose_name),
            **extra,
        },
    }


def _ok(**media: Any) -> dict[int, Any]:
    return {200: {"description": "OK", "content": {name: {"schema": one} for name, one in media.items()}}}


# ---- lists ---------------------------------------------------------------------------------------------------


def _list(api: Any, address: str, noun: Noun) -> None:
    texts: dict[str, Any] = {
        name: (Annotated[str | None, Field(max_length=200, description="exactly this value")], None)
        for name in noun.filters
    }
    form = create_model(f"{noun.plural.title()}Page", __base__=Page, **texts)
    frame = _frame(
        noun,
        f"list_{noun.plural}",
        f"List {noun.title}",
        parameters=parameters(form),
        responses=_ok(**{JSON: page_schema(row_reference(noun), {"format": "uuid"})}),
    )

    def listing(request: HttpRequest) -> HttpResponse:
        actor = _asker(request, noun)
        given = asked(request, form)
        wanted = {name: value for name in noun.filters if (value := getattr(given, name)) is not None}
        rows = noun.query(actor).filter(**wanted).order_by("pk")
        if given.after is not None:
            rows = rows.filter(pk__gt=given.after)
        found = list(rows[: given.limit + 1])
        sight = Sight(actor)
        items = [sight.fields(row) for row in found[: given.limit]]
        more = len(found) > given.limit
        return answer({"items": items, "next": items[-1]["id"] if more else None})

    api.get(f"/{address}", **frame)(_named(listing, frame))


def _object(api: Any, address: str, noun: Noun) -> None:
    frame = _frame(
        noun,
        f"get_{noun.noun}",
        f"One of the {noun.title}",
        404,
        responses=_ok(**{JSON: row_reference(noun)}),
    )

    def one(request: HttpRequest, ref: str) -> HttpResponse:
        actor = _asker(request, noun)
        asked(request, Nothing)
        return answer(Sight(actor).fields(_found(noun, actor, ref)))

    api.get(f"/{address}/{{ref}}", **frame)(_named(one, frame))


def _part(api: Any, address: str, noun: Noun, part: Part) -> None:
    """A part of an object; where it is a table, as CSV for those who ask for it."""
    media: dict[str, Any] = {JSON: {"type": "object"}}
    if part.columns:
        media[CSV] = {"type": "string"}
    frame = _frame(
        noun,
        f"{noun.noun}_{part.name}",
        part.title,
        404,
        *([406] if part.columns else []),
        parameters=parameters(part.asked),
        responses=_ok(**media),
    )

    def piece(request: HttpRequest, ref: str) -> HttpResponse:
        actor = _asker(request, noun)
        given = asked(request, part.asked)
        wanted = _preferred(request) if part.columns else JSON
        data = part.read(actor, _found(noun, actor, ref), given)
        return _as_csv(data, part) if wanted == CSV else answer(data)

    api.get(f"/{address}/{{ref}}/{part.name}", **frame)(_named(piece, frame))


def _named(view: Callable[..., HttpResponse], frame: dict[str, Any]) -> Callable[..., HttpResponse]:
    view.__name__ = frame["operation_id"]
    return view


def _asker(request: HttpRequest, noun: Noun) -> Any:
    if not noun.public:
        need_scope(request.auth, noun.scope)
    return request.auth


def _found(noun: Noun, actor: Any, ref: str) -> Any:
    row = noun.find(actor, ref)
    if row is None:
        raise Halt(404, "there is no such object, or it is not within your sight")
    return row


# ---- what was asked ------------------------------------------------------------------------------------------


def asked(request: HttpRequest, form: type[pydantic.BaseModel]) -> Any:
    """The query parameters by this form; an unknown, repeated or unfitting one is named."""
    unfit(
        Problem(wrong, field=name if not misfit(name) else "")
        for name, values in request.GET.lists()
        if (wrong := misfit(name) or misfit(values) or ("is given twice" if len(values) > 1 else ""))
    )
    try:
        return form.model_validate(request.GET.dict())
    except pydantic.ValidationError as error:
        raise BadInput(_problem(one) for one in error.errors(include_url=False)) from None


def _problem(one: Any) -> Problem:
    found = "" if one["type"] == "missing" else str(one["input"])[:80]
    return Problem(one["msg"], field=".".join(map(str, one["loc"])), found=found)


def _preferred(request: HttpRequest) -> str:
    found = request.get_preferred_type([JSON, CSV])
    if found is None:
        raise Halt(406, f"this is to be had as {JSON} or {CSV}")
    return str(found)


def _as_csv(data: dict[str, Any], part: Part) -> HttpResponse:
    """The rows of a table; the cursor of the next page stands in a header."""
    out = io.StringIO()
    rows = csv.DictWriter(out, part.columns, extrasaction="ignore", lineterminator="\r\n")
    rows.writeheader()
    rows.writerows(data["items"])
    headers = {"X-Next": data["next"]} if data.get("next") else {}
    return HttpResponse(out.getvalue(), content_type=f"{CSV}; charset=utf-8", headers=headers)
