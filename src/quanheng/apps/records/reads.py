"""What programs may read: each app names its nouns here, in its `api.py`; the interface on the roof serves them all.

A noun is a query that already answers only what an actor may see. Nothing here knows HTTP.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import pydantic
from django.apps import apps
from django.db import models

from quanheng.apps.records.storable import misfit


@dataclass(frozen=True)
class Part:
    """Something that hangs on one object and is no noun: `read(actor, row, asked)` gives plain data.

    `columns` are given where the answer is a table `{"items": [...]}` that may also be had as CSV.
    """

    name: str
    title: str
    read: Callable[[Any, Any, Any], dict[str, Any]]
    asked: type[pydantic.BaseModel]
    columns: Sequence[str] = ()


@dataclass(frozen=True)
class Noun:
    """One kind of object: its name in addresses and scopes, who answers for it, and by what else it is found.

    key: a unique field that finds one object besides its identifier. filters: text fields that a list may be
    narrowed by. public: readable without a key.
    """

    app: str
    plural: str
    noun: str
    title: str
    model: type[models.Model]
    query: Callable[[Any], models.QuerySet]
    key: str = ""
    filters: Sequence[str] = ()
    parts: Sequence[Part] = field(default_factory=tuple)
    public: bool = False

    @property
    def scope(self) -> str:
        """What a key must be given to read it."""
        return f"{self.app}.{self.noun}:read"

    def find(self, actor: Any, ref: str) -> models.Model | None:
        """The object by identifier, URN or key, if the actor may see it."""
        if misfit(ref):
            return None
        rows = self.query(actor)
        prefix = f"urn:quanheng:{self.model._meta.app_label}:{self.model._meta.model_name}:"
        pk = _uuid(ref.removeprefix(prefix))
        if pk is not None:
            return rows.filter(pk=pk).first()
        return rows.filter(**{self.key: ref}).first() if self.key else None


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text) if len(text) == 36 else None
    except ValueError:
        return None


NOUNS: dict[str, Noun] = {}


def readable(noun: Noun) -> Noun:
    """Open a noun to programs."""
    address = f"{noun.app}/{noun.plural}"
    if address in NOUNS:
        raise RuntimeError(f"{address} is served twice")
    NOUNS[address] = noun
    return noun


def load() -> dict[str, Noun]:
    """All nouns, after every app had its say."""
    for config in apps.get_app_configs():
        if config.name.startswith("quanheng.apps.") and find_spec(f"{config.name}.api"):
            import_module(f"{config.name}.api")
    return NOUNS
