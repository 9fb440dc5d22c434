"""What later apps may learn from carbon: restatements proposed and decided, and norm values that changed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from quanheng.apps.records.events import event


@event("carbon.restatement.proposed")
@dataclass(frozen=True)
class RestatementProposed:
    """A statement was computed anew because something fell; it waits for its owner."""

    statement: str
    replaces: str


@event("carbon.restatement.declined")
@dataclass(frozen=True)
class RestatementDeclined:
    """The owner keeps the earlier figure and says why."""

    statement: str
    keeps: str
    reason: str


@event("carbon.statement.replaced")
@dataclass(frozen=True)
class StatementReplaced:
    """A statement no longer holds; `by` stands in its place. Results that used it fall with it."""

    statement: str
    by: str
    at: dt.datetime


@event("carbon.norm.changed")
@dataclass(frozen=True)
class NormChanged:
    """Another value of a norm (or another version of a rule of the house) is in force than statements used."""

    of: str
    id: str
    version: str
    words: str
    at: dt.datetime
