"""What may make a statement of activity data fall: a month that was corrected or came late, a stream that was stopped."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from quanheng.apps.records.events import event


@event("carbon.activity.changed")
@dataclass(frozen=True)
class ActivityChanged:
    """A month of a stream has another value than was known, or has one for the first time."""

    stream: str
    site_code: str
    month: str
    version: str
    words: str
    at: dt.datetime
    first: dt.datetime
    last: dt.datetime
