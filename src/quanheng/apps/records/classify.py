"""Classification of every stored field, and the form in which a row enters the ledger.

A model states for each field the level of its content; a system check refuses a model with a field that has
none. The level decides who may see a field and whether its content or only a keyed commitment is recorded.
"""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any

from django.db import models

from quanheng.apps.records.personal import Committer
from quanheng.errors import BadInput


class Level(StrEnum):
    PUBLIC = "public"  # 公开: anybody
    INTERNAL = "internal"  # 内部: the owner, its regulators
    SENSITIVE = "sensitive"  # 敏感: process data, prices, raw records
    PERSONAL = "personal"  # 个人信息: outside the ledger, under a key that can be destroyed
    SECRET = "secret"  # 鉴别信息: password hashes, key digests; shown to nobody
    TECHNICAL = "technical"  # 技术性: caches and counters that are no act of a person


COMMITTED = (Level.PERSONAL, Level.SECRET)


@cache
def levels(model: type[models.Model]) -> dict[str, Level]:
    """The level of each concrete field of a model, as it declares them in `classified`."""
    found: dict[str, Level] = {"id": Level.PUBLIC, "owner": Level.INTERNAL}
    for base in reversed(model.__mro__):
        for level, names in base.__dict__.get("classified", {}).items():
            found.update(dict.fromkeys(names.split(), Level(level)))
    return found


def unclassified(model: type[models.Model]) -> list[str]:
    """Names of the concrete fields that have no level."""
    known = levels(model)
    return [f.name for f in model._meta.concrete_fields if f.name not in known]


def plain(value: Any, field: str = "") -> Any:
    """A field's value as canonical JSON knows it; the same for a value just set and one read back."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    if isinstance(value, list | tuple):
        return [plain(v, field) for v in value]
    if isinstance(value, dict):
        return {str(k): plain(v, field) for k, v in value.items()}
    raise BadInput(
        f"a {type(value).__name__} cannot be recorded", field=field, expected="text for a fraction"
    )


def decimal_text(value: Decimal) -> str:
    """A decimal without exponent and trailing zeros: one text for one number, whatever its digits."""
    if not value.is_finite():
        raise BadInput("not a finite number", found=str(value))
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def key_of(row: models.Model) -> str:
    """The name of a row in the ledger: app, model and primary key."""
    return f"{row._meta.label_lower}:{row.pk}"


def urn_of(row: models.Model) -> str:
    """The permanent name of an object on papers and in interfaces."""
    return f"urn:quanheng:{row._meta.app_label}:{row._meta.model_name}:{row.pk}"


@cache
def recorded_fields(model: type[models.Model]) -> tuple[tuple[str, str, bool], ...]:
    """Name, attribute and whether only a commitment is recorded, for each field that the ledger knows."""
    known = levels(model)
    return tuple(
        (field.name, field.attname, known[field.name] in COMMITTED)
        for field in model._meta.concrete_fields
        if known[field.name] is not Level.TECHNICAL
    )


def snapshot(row: models.Model, committer: Committer | None = None) -> dict[str, Any]:
    """The content of a row as the ledger records it."""
    content: dict[str, Any] = {}
    for name, attname, committed in recorded_fields(type(row)):
        value = plain(getattr(row, attname), name)
        if committed and value not in (None, ""):
            committer = committer or Committer(row.personal_subject())
            value = committer.commitment(name, value)
        content[name] = value
    return content
