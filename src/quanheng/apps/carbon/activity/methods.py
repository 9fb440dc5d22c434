"""The emission of a site in a year from activity data: fuel by its carbon, bought energy by a factor.

Both stand in the registry of methods. What one stream gives is computed in `burning` and here.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import zoneinfo
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from quanheng.apps.carbon import cems, statements
from quanheng.apps.carbon.activity import queries as activity_queries
from quanheng.apps.carbon.activity import told as activity_told
from quanheng.apps.carbon.activity import values as activity_values
from quanheng.apps.carbon.activity.burning import fuel_year
from quanheng.apps.carbon.activity.models import ActivityMonth, ActivityStream
from quanheng.apps.carbon.activity.stream_years import Frame, StreamYear, hours_of_month, laid, stood_by
from quanheng.apps.carbon.coverage import Array, Covered, Hours, Stood, cover
from quanheng.apps.carbon.measured import SiteYear, hourly, laid_end_to_end, stood_at
from quanheng.apps.carbon.methods import Given, Touched, method
from quanheng.apps.monitoring import queries as monitoring
from quanheng.errors import BadInput
from quanheng.norms import NormValue
from quanheng.science.carbon.cems import MassRate
from quanheng.science.carbon.fuel import energy_emission
from quanheng.science.series.total import Component

KINDS = {"fuel": ("fuel",), "electricity": ("electricity", "heat")}
FACTOR = "factor"


@dataclass(slots=True)
class ActivityYear(SiteYear):
    """All streams of a site over a year by one method."""

    def as_result(self) -> dict[str, Any]:
        return {**statements.as_result(self), **activity_told.as_result(self)}

    def used(self) -> Iterator[tuple[str, str, str]]:
        yield from statements.used(self)
        yield from activity_told.used(self)


def _compute(
    key: str, site: Any, year: int, pin: monitoring.Pin, known_at: dt.datetime, given: Given
) -> ActivityYear:
    streams = activity_queries.streams_of(site, KINDS[key], known_at, given.only)
    if not streams:
        raise BadInput(
            "the site has no activity data for this method", field="site", found=f"{site.code}, {key}"
        )
    start, end = monitoring.year_of(site, year)
    hours = Hours.between(start, end, site.time_zone)
    days, at = np.unique(hours.days, return_inverse=True)
    number = np.asarray([dt.date.fromordinal(day).month for day in days.tolist()])[at]
    on = start.astimezone(zoneinfo.ZoneInfo(site.time_zone)).date()
    frame = Frame(site, hours, number, on, pin, known_at, given)
    months = activity_queries.months_of(streams, year, known_at)
    years = [_stream_year(stream, months.get(stream.pk, []), frame) for stream in streams]
    series = laid_end_to_end(years)
    if np.isnan(series.mass).all():
        raise BadInput("no month of this year is known", field="year", found=str(year))
    return ActivityYear(site, year, pin, known_at, list(years), series, series.total())


def differing(old: ActivityYear, new: ActivityYear) -> Touched:
    """What of an earlier result stands on something else in a later one; readings are months here, or hours at a point."""
    touched = cems.between(old, new)  # type: ignore[arg-type]  # asks only what both have
    months = {
        month for first, last in touched.days for month in range(first.month, last.month + 1)
    }  # of one year
    monthly = not any(one.source.stream.point for one in old.sources)
    return dataclasses.replace(touched, readings=len(months)) if monthly else touched


@method("fuel", differing=differing)
def fuel(site: Any, year: int, pin: monitoring.Pin, known_at: dt.datetime, given: Given) -> ActivityYear:
    """Burnt fuel: amount, carbon and oxidation of each month."""
    return _compute("fuel", site, year, pin, known_at, given)


@method("electricity", differing=differing)
def electricity(
    site: Any, year: int, pin: monitoring.Pin, known_at: dt.datetime, given: Given
) -> ActivityYear:
    """Bought electricity and heat: energy read by a meter, times a factor."""
    return _compute("electricity", site, year, pin, known_at, given)


def _stream_year(stream: ActivityStream, months: list[ActivityMonth], frame: Frame) -> StreamYear:
    if stream.kind == ActivityStream.Kind.FUEL:
        return fuel_year(stream, months, frame)
    return _energy_year(stream, months, frame)


def _energy_year(stream: ActivityStream, months: list[ActivityMonth], frame: Frame) -> StreamYear:
    factor = frame.norm(activity_values.factor_of(stream.factor, stream.kind, frame.on))
    if stream.point:
        amount, stood = _at_point(stream, frame)
    else:
        amount = frame.lay({m.month: float(m.amount) for m in months}) / hours_of_month(frame)
        stood = stood_by(stream.meter_id, "", frame)
    plain = energy_emission(amount, activity_values.kg_per_unit(factor))
    rate = MassRate(plain.mass, {"energy_relative": plain.mass, "factor_relative": plain.mass}, plain.missing)
    covered = {"energy_relative": cover("energy_relative", amount, frame.hours, stood, relative=True)}
    _add_factor(covered["energy_relative"], factor, rate)
    inputs = {"energy_relative": amount}
    how = {m.month: FACTOR for m in months}
    return laid(stream, frame, inputs, dict(inputs), covered, rate, {"emission_factor": factor}, months, how)


def _at_point(stream: ActivityStream, frame: Frame) -> tuple[Array, list[Stood]]:
    """Energy of each hour as a meter was read, and the meters that stood there."""
    point = monitoring.point_named(frame.site, stream.point)
    year = (dt.datetime.fromtimestamp(int(frame.hours.starts[n]) / 1e6, dt.UTC) for n in (0, -1))
    first, last = year
    table = monitoring.readings([str(point.pk)], first, last + dt.timedelta(hours=1), at=frame.pin)
    stood = stood_at({str(point.pk): point.unit}, frame.known_at, frame.given.fallen)[str(point.pk)]
    return hourly(table, str(point.pk), frame.hours), stood


def _add_factor(covered: Covered, factor: NormValue, rate: MassRate) -> None:
    """A factor whose norm states an uncertainty has it in the budget; of any other the statement says that it has none."""
    if factor.standard_uncertainty is not None:
        mask = ~np.isnan(rate.mass)
        u = float(factor.standard_uncertainty / factor.value) if factor.value else 0.0
        covered.components.append(
            Component(f"因子 · {factor.id}", "factor_relative", "common", np.where(mask, u, 0.0), mask)
        )
