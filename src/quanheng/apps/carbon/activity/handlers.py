"""A month that was corrected or came late makes the statements fall that used the month before, or its stream."""

from __future__ import annotations

from quanheng.apps.carbon.activity.events import ActivityChanged
from quanheng.apps.records.restating import Cause, falls_with


def _changed(happened: ActivityChanged) -> Cause:
    """A first value is found by its stream: a statement made without it never used the month."""
    also = (("activity_stream", f"{happened.site_code}/{happened.stream}"),)
    return Cause(
        "activity_month", happened.month, happened.version, happened.words, happened.at,
        happened.first, happened.last, also,
    )  # fmt: skip


falls_with(ActivityChanged.kind, "records.restate", _changed)
