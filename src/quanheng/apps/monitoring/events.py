"""What later apps may learn from monitoring: readings that arrived, and what became known of installations.

All times are moments in UTC. `first` and `last` of readings are the starts of the first and last interval, both
included; `first` and `last` of an installation bound the time for which something else is known now than before.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from quanheng.apps.records.events import event


@event("monitoring.readings.arrived")
@dataclass(frozen=True)
class ReadingsArrived:
    """A batch was taken in, late or in time, new or correcting what stood there: the readings differ from `commit` on."""

    site: str
    site_code: str
    batch: str
    commit: int
    points: tuple[str, ...]
    first: dt.datetime
    last: dt.datetime


@event("monitoring.installation.begun")
@dataclass(frozen=True)
class InstallationBegun:
    """An installation was entered; readings from `first` on (to `last`, None: open) are under this instrument now."""

    site: str
    site_code: str
    point: str
    instrument: str
    installation: str
    first: dt.datetime
    last: dt.datetime | None


@event("monitoring.installation.corrected")
@dataclass(frozen=True)
class InstallationCorrected:
    """Other dates are known of an installation: `replaced` no longer holds, `installation` holds since `known_from`.

    Every reading of the point whose instrument may have changed lies in first ≤ time < last (None: open).
    `why`: "corrected" by an act of correction, "ended" where the instrument was taken away.
    """

    site: str
    site_code: str
    point: str
    instrument: str
    replaced: str
    installation: str
    first: dt.datetime
    last: dt.datetime | None
    known_from: dt.datetime
    why: str
    reason: str
