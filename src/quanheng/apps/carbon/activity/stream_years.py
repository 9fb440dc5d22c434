"""One stream of activity data laid on the hours of a year, so that it takes the road of measured sources.

A month is laid evenly on its hours, so that a certificate that ends within a month covers the hours up to its end and
no more. What is drawn once in a month (repeatability, sampling) stays one draw.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from quanheng.apps.carbon.activity import values as activity_values
from quanheng.apps.carbon.activity.models import ActivityMonth, ActivityStream
from quanheng.apps.carbon.coverage import Array, Covered, Hours, Mask, Stood
from quanheng.apps.carbon.measured import SourceYear, as_used
from quanheng.apps.carbon.methods import Given
from quanheng.apps.laboratory import queries as laboratory
from quanheng.apps.monitoring import queries as monitoring
from quanheng.norms import NormValue
from quanheng.science.carbon.cems import MassRate
from quanheng.science.series.total import Component


@dataclass(frozen=True, slots=True)
class StreamSource:
    """A stream in the place of a measured source: what statements, pictures and chains ask of one."""

    stream: ActivityStream
    code: str
    name: str
    form: str
    points: dict[str, str]
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Frame:
    """What holds for all streams of one computation: the hours of the year and their months, and what is known."""

    site: Any
    hours: Hours
    number: np.ndarray[Any, np.dtype[np.int64]]
    on: dt.date
    pin: monitoring.Pin
    known_at: dt.datetime
    given: Given

    def lay(self, values: dict[int, float]) -> Array:
        """One value for each month on all its hours; NaN where a month has none."""
        table = np.full(13, np.nan)
        for month, value in values.items():
            table[month] = value
        return table[self.number]

    def norm(self, value: NormValue) -> NormValue:
        return as_used(value, self.given)


@dataclass(slots=True)
class StreamYear(SourceYear):
    """One stream over the hours of a year, with the months it was made of and how each got its carbon."""

    months: list[ActivityMonth] = field(default_factory=list)
    how: dict[int, str] = field(default_factory=dict)
    number: Any = None
    unit: str = ""

    @property
    def amount(self) -> Array:
        """The amount in each hour, in the kept unit."""
        return next(
            self.indications[n] for n in ("fuel_amount_relative", "energy_relative") if n in self.indications
        )

    def hours_of(self, month: int) -> Mask:
        mask: Mask = self.number == month
        return mask


def hours_of_month(frame: Frame) -> Array:
    return np.bincount(frame.number, minlength=13).astype(np.float64)[frame.number]


def laid(
    stream: ActivityStream,
    frame: Frame,
    indications: dict[str, Array],
    corrected: dict[str, Array],
    covered: dict[str, Covered],
    rate: MassRate,
    constants: dict[str, NormValue],
    months: list[ActivityMonth],
    how: dict[int, str],
) -> StreamYear:
    acting = {name: one for name, one in covered.items() if one.components}
    if not stream.point:
        for one in acting.values():
            one.components = [_once_a_month(c, rate, frame) for c in one.components]
    points = dict.fromkeys((*acting, *indications), stream.point or stream.code)
    source: Any = StreamSource(stream, stream.code, stream.name, stream.kind, points)
    return StreamYear(
        source=source,
        hours=frame.hours,
        indications=indications,
        corrected=corrected,
        covered=acting,
        rate=rate,
        constants=constants,
        months=months,
        how=how,
        number=frame.number,
        unit=activity_values.kept_unit(stream, frame.on),
    )


def _once_a_month(component: Component, rate: MassRate, frame: Frame) -> Component:
    """An error that is drawn once in a month: its effect on all hours of the month stands in the first of them."""
    if component.kind == "common":
        return component
    c = np.nan_to_num(rate.sensitivities[component.input])
    u = np.where(np.asarray(component.mask), np.asarray(component.u), 0.0)
    drawn = np.zeros(u.size)
    for month in np.unique(frame.number):
        here = np.flatnonzero((frame.number == month) & (u > 0) & (c != 0))
        if here.size:
            drawn[here[0]] = np.abs(c[here] * u[here]).sum() / abs(c[here[0]])
    return dataclasses.replace(component, u=drawn)


def stood_by(instrument: Any, unit: str, frame: Frame) -> list[Stood]:
    """An instrument that a stream names, with its certificates as they were known; nobody where it names none."""
    if instrument is None:
        return []
    key = str(instrument)
    certificates = [
        dataclasses.replace(c, state="revoked", version="revoked")
        if ("certificate", c.id) in frame.given.fallen
        else c
        for c in laboratory.certificates_of([key], frame.known_at)
    ]
    return [Stood("", "", laboratory.instrument_facts([key])[key], None, None, certificates, unit)]
