"""Every version of a reading stays readable, and a span may be asked for in the time of any zone."""

from __future__ import annotations

import zoneinfo
from datetime import timedelta

import pytest
from tests.lake.lake_cases import END, START, hours, put, reading, values

from quanheng.lake import Lake


@pytest.fixture(params=["waiting", "flushed", "half"])
def corrected(request: pytest.FixtureRequest, lake: Lake) -> Lake:
    """Three hours; the middle one corrected twice, by a late batch and by hand. Read from log, table and both."""
    put(lake, "a", hours(3))
    if request.param == "half":
        lake.flush()
    put(lake, "b", [reading(hour=1, value=20.0)])
    put(lake, "c", [reading(hour=1, value=30.0)])
    if request.param == "flushed":
        lake.flush()
    return lake


def test_versions_hold_what_was_corrected_and_the_last_one_is_what_a_read_gives(corrected: Lake) -> None:
    every = corrected.versions(["S/P1"], START, END)
    assert list(zip(values(every), every["seq"].to_pylist(), strict=True)) == [
        (1, 1),
        (2, 1),
        (20, 2),
        (30, 3),
        (3, 1),
    ]
    assert values(corrected.read(["S/P1"], START, END)) == [1, 30, 3]


def test_versions_stop_at_a_pin_and_leave_out_what_is_excluded(corrected: Lake) -> None:
    assert values(corrected.versions(["S/P1"], START, END, at=2)) == [1, 2, 20, 3]
    assert values(corrected.versions(["S/P1"], START, END, exclude=[2])) == [1, 2, 30, 3]


def test_span_in_another_zone_is_the_same_span(lake: Lake) -> None:
    put(lake, "a", hours(10))
    start, end = START + timedelta(hours=3), START + timedelta(hours=6)
    for name in ("Asia/Shanghai", "America/New_York", "Etc/GMT+5"):
        zone = zoneinfo.ZoneInfo(name)
        found = lake.read(None, start.astimezone(zone), end.astimezone(zone))
        assert values(found) == [4, 5, 6]
        assert values(lake.history("S/P1", start.astimezone(zone))) == [4]
