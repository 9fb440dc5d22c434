"""Typed registries in the first app that later apps fill: to-do items, menu entries, search results.

What must travel up the ladder travels as a registration, so that no app imports one above it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from quanheng.errors import Verdict


@dataclass(frozen=True, slots=True)
class Todo:
    """One matter that waits for a person: what, for whom, until when, and by which article."""

    number: str
    title: str
    url: str
    unit: str = ""
    stage: str = ""
    due: dt.date | None = None
    cite: str = ""
    cite_title: str = ""
    act: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """One entry of the side menu: in which group, under which words, seen by whom."""

    group: str
    title: Any
    url_name: str
    order: int
    shown: Callable[[Any], bool]
    count: Callable[[Any], int | None] | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """One search result."""

    kind: str
    title: str
    url: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Shortcut:
    """An act on something of the actor's own, offered on the home page."""

    title: str
    url: str


@dataclass
class Registry:
    """Named sources, each a function of the actor; the name says which app fills it."""

    sources: dict[str, Callable[..., Iterable[Any]]] = field(default_factory=dict)

    def register(self, name: str) -> Callable[[Callable[..., Iterable[Any]]], Callable[..., Iterable[Any]]]:
        def keep(source: Callable[..., Iterable[Any]]) -> Callable[..., Iterable[Any]]:
            if name in self.sources:
                raise RuntimeError(f"{name} is registered twice")
            self.sources[name] = source
            return source

        return keep

    def collect(self, *args: Any) -> list[Any]:
        return [one for source in self.sources.values() for one in source(*args)]


todos = Registry()
done_matters = Registry()
started_matters = Registry()
searches = Registry()
figures = Registry()
shortcuts = Registry()
menu: list[MenuEntry] = []


def todo_list(actor: Any) -> list[Todo]:
    """What waits for this actor, earliest due date first; matters without a date come last."""
    return sorted(todos.collect(actor), key=lambda t: (t.due is None, t.due or dt.date.max, t.number))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a file may be attached: to whom it will belong, and whether this actor may."""

    verdict: Verdict
    owner: Any = None


PLACES: dict[str, Callable[[Any, str], Place]] = {}


def attachable(kind: str) -> Callable[[Callable[[Any, str], Place]], Callable[[Any, str], Place]]:
    """Let files be attached to objects of a kind (`app:model`, as in their URN); the rule gets actor and URN."""

    def keep(rule: Callable[[Any, str], Place]) -> Callable[[Any, str], Place]:
        if kind in PLACES:
            raise RuntimeError(f"{kind} has two rules for attachments")
        PLACES[kind] = rule
        return rule

    return keep


PAPERS_SEEN: dict[str, Callable[[Any], Any]] = {}


def papers_seen(kind: str) -> Callable[[Callable[[Any], Any]], Callable[[Any], Any]]:
    """Let the files of objects of a kind be read by others than their owners; the rule gives the rows for an actor.

    Without a rule nobody reads a file but its owner and who regulates him. The rule answers with a queryset of the
    objects (`app:model`) whose files this actor may read, whoever brought them.
    """

    def keep(rule: Callable[[Any], Any]) -> Callable[[Any], Any]:
        if kind in PAPERS_SEEN:
            raise RuntimeError(f"{kind} has two rules for reading its files")
        PAPERS_SEEN[kind] = rule
        return rule

    return keep


def place_of(actor: Any, urn: str) -> Place:
    """What the app that keeps an object says of attaching a file to it; no where no app says anything."""
    kind = ":".join(urn.split(":")[2:4])
    rule = PLACES.get(kind)
    return rule(actor, urn) if rule else Place(Verdict(False, "这类对象不收文件"))
