"""The emission of a site in a year from activity data: fuel by its carbon, bought energy by a factor.

A month is laid evenly on its hours, so that a certificate that ends within a month covers the hours up to its end and
no more, and so that months, coverage and comparison with measured hours take the same road as readings do. What is
drawn once in a month (repeatability, sampling) stays one draw.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import zoneinfo
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from quanheng.apps.carbon import activity_queries, activity_told, activity_values, cems, statements
from quanheng.apps.carbon.activity_models import ActivityMonth, ActivityStream
from quanheng.apps.carbon.coverage import (
    Array,
    Covered,
    Hours,
    Mask,
    Stood,
    cover,
)  # fmt: skip
from quanheng.apps.carbon.measured import SiteYear, SourceYear, as_used, hourly, laid_end_to_end, stood_at
from quanheng.apps.carbon.methods import Given, Touched, method
from quanheng.apps.carbon.stated import stated
from quanheng.apps.laboratory import queries as laboratory
from quanheng.apps.monitoring import queries as monitoring
from quanheng.errors import BadInput
from quanheng.norms import NormValue
from quanheng.science.carbon.cems import MassRate
from quanheng.science.carbon.fuel import carbon_as_received, energy_emission, fuel_emission
from quanheng.science.series.total import Component

KINDS = {"fuel": ("fuel",), "electricity": ("electricity", "heat")}
MEASURED, HEATED, DEFAULT, FACTOR = "measured carbon", "measured heating value", "default", "factor"


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
    months = {dt.date(day.year, day.month, 1) for first, last in touched.days for day in (first, last)}
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
        return _fuel_year(stream, months, frame)
    return _energy_year(stream, months, frame)


# ---- fuel ------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Analysis:
    """Carbon of the fuel in each hour (t per kept unit), its derivatives, and where each kind of value stands."""

    content: Array
    partial: dict[str, Array]
    default_content: Mask
    default_ncv: Mask
    how: dict[int, str]


def _fuel_year(stream: ActivityStream, months: list[ActivityMonth], frame: Frame) -> StreamYear:
    defaults = activity_values.defaults_of(stream.defaults, stream.fuel, frame.on)
    constants = _fuel_constants(stream, defaults, frame)
    amount = frame.lay({m.month: float(m.amount) for m in months}) / _hours_of_month(frame)
    carbon = frame.lay({m.month: float(m.carbon) for m in months if m.carbon is not None})
    gas = defaults.unit == activity_values.GAS
    scale, ncv_unit = (10.0, "MJ/m**3") if gas else (1.0, "GJ/t")  # 1 MJ/m3 = 10 GJ per 10^4 m3
    heated = [m for m in months if m.carbon is None and m.ncv is not None]
    ncv = frame.lay({m.month: float(m.ncv) / scale for m in heated if m.ncv is not None})
    analysed = _analysed(months, frame)
    covered = {
        "fuel_amount_relative": cover(
            "fuel_amount_relative", amount, frame.hours, _stood(stream.meter_id, "", frame), relative=True
        ),
        "carbon": cover("carbon", carbon, analysed, _stood(stream.analyser_id, "%", frame)),
        "ncv": cover("ncv", ncv, analysed, _stood(stream.calorimeter_id, ncv_unit, frame)),
    }
    corrected = {"carbon": carbon + covered["carbon"].correction, "ncv": ncv + covered["ncv"].correction}
    analysis = _analysis(months, corrected["carbon"], corrected["ncv"] * scale, constants, frame)
    analysis.partial["ncv"] *= scale
    measured = frame.lay({m.month: float(m.oxidation) / 100 for m in months if m.oxidation is not None})
    default = (
        float(constants["default_oxidation"].value) / 100 if "default_oxidation" in constants else np.nan
    )
    oxidation = np.where(np.isnan(measured), default, measured)
    rate = _fuel_rate(amount, analysis, oxidation, np.isnan(measured), constants)
    covered |= _stated_defaults(constants, analysis, np.isnan(measured), rate)
    _add_sampling(covered, stream, ~(analysis.default_content & analysis.default_ncv), rate)
    indications = {"fuel_amount_relative": amount, "carbon": carbon, "ncv": ncv}
    others = {"content": analysis.content, "oxidation": oxidation}
    return _year(
        stream, frame, {**indications, **others}, {"fuel_amount_relative": amount, **corrected, **others},
        covered, rate, _taken(constants, analysis, np.isnan(measured), rate), months, analysis.how,
    )  # fmt: skip


def _fuel_constants(
    stream: ActivityStream, defaults: activity_values.Defaults, frame: Frame
) -> dict[str, NormValue]:
    co2, carbon = activity_values.ratio_of(stream.ratio, frame.on)
    found = {"molar_mass_co2": co2, "molar_mass_c": carbon}
    for name, value in (
        ("default_content", defaults.content),
        ("default_ncv", defaults.ncv),
        ("default_oxidation", defaults.oxidation),
    ):
        if value is not None:
            found[name] = value
    return {name: frame.norm(value) for name, value in found.items()}


def _hours_of_month(frame: Frame) -> Array:
    return np.bincount(frame.number, minlength=13).astype(np.float64)[frame.number]


def _analysed(months: Sequence[ActivityMonth], frame: Frame) -> Hours:
    """The days on which the analyses of each hour's fuel were made; the last of the month where nobody said."""
    days = frame.hours.days.copy()
    for m in months:
        here = frame.number == m.month
        days[here] = m.analysed_on.toordinal() if m.analysed_on else days[here].max()
    return Hours(frame.hours.starts, days)


def _analysis(
    months: Sequence[ActivityMonth], carbon: Array, ncv: Array, constants: dict[str, NormValue], frame: Frame
) -> Analysis:
    size = frame.number.size
    partial = {name: np.zeros(size) for name in ("carbon", "moisture_ar", "moisture_ad", "ncv")}
    found = Analysis(np.full(size, np.nan), partial, np.zeros(size, bool), np.zeros(size, bool), {})
    per_heat = float(constants["default_content"].value) if "default_content" in constants else np.nan
    for m in months:
        here = frame.number == m.month
        if m.carbon is not None:
            found.how[m.month] = MEASURED
            _as_received(m, carbon[here], here, found)
            continue
        found.how[m.month] = DEFAULT if m.ncv is None else HEATED
        heat = ncv[here] if m.ncv is not None else float(constants["default_ncv"].value)
        found.content[here], found.default_content[here] = heat * per_heat, True
        found.default_ncv[here] = m.ncv is None
        partial["ncv"][here] = per_heat if m.ncv is not None else 0.0
    return found


def _as_received(m: ActivityMonth, carbon: Array, here: Mask, found: Analysis) -> None:
    moisture = {
        name: float(getattr(m, name))
        for name in ("moisture_ar", "moisture_ad")
        if getattr(m, name) is not None
    }
    answer = carbon_as_received(carbon, basis=m.basis, **moisture)  # type: ignore[arg-type]
    found.content[here] = answer.value / 100
    for name, values in answer.sensitivities.items():
        found.partial[name][here] = values / 100


def _fuel_rate(
    amount: Array,
    analysis: Analysis,
    oxidation: Array,
    default_oxidation: Mask,
    constants: dict[str, NormValue],
) -> MassRate:
    """The mass of each hour, answering to what is measured, and in relative terms to what is not."""
    plain = fuel_emission(
        amount,
        analysis.content,
        oxidation,
        molar_mass_co2=float(constants["molar_mass_co2"].value),
        molar_mass_c=float(constants["molar_mass_c"].value),
    )
    mass, by = plain.mass, plain.sensitivities
    answers = {
        "fuel_amount_relative": mass,
        "molar_mass_co2": by["molar_mass_co2"],
        "molar_mass_c": by["molar_mass_c"],
    }
    answers |= {name: by["carbon"] * slope for name, slope in analysis.partial.items()}
    answers["default_content_relative"] = mass * analysis.default_content
    answers["default_ncv_relative"] = mass * analysis.default_ncv
    answers["default_oxidation_relative"] = mass * default_oxidation
    answers["oxidation"] = by["oxidation"] * ~default_oxidation
    answers["sampling_relative"] = mass * ~analysis.default_ncv
    acting = {name: values for name, values in answers.items() if np.nan_to_num(values).any()}
    return MassRate(mass, acting, plain.missing)


def _stated_defaults(
    constants: dict[str, NormValue], analysis: Analysis, default_oxidation: Mask, rate: MassRate
) -> dict[str, Covered]:
    """The uncertainty of default values: stated by the house where the guideline states none, common to all months."""
    known = ~np.isnan(rate.mass)
    masks = {
        "default_content": analysis.default_content & known,
        "default_ncv": analysis.default_ncv & known,
        "default_oxidation": default_oxidation & known,
    }
    found = {}
    for name, mask in masks.items():
        if mask.any():
            key = f"{name}_relative"
            reasons = (
                () if name == "default_oxidation" else ("default",)
            )  # nobody measures oxidation each month
            found[key] = stated(f"缺省值 · {constants[name].id}", key, "default", mask, reasons)
    return found


def _add_sampling(
    covered: dict[str, Covered], stream: ActivityStream, measured: Mask, rate: MassRate
) -> None:
    mask = measured & ~np.isnan(rate.mass)
    if stream.sampling is not None and mask.any():
        u = np.where(mask, float(stream.sampling) / 100, 0.0)
        covered["carbon"].components.append(
            Component(f"{stream.code} · 采制样", "sampling_relative", "independent", u, mask)
        )


def _taken(
    constants: dict[str, NormValue], analysis: Analysis, default_oxidation: Mask, rate: MassRate
) -> dict[str, NormValue]:
    """The norm values that entered the figure."""
    known = ~np.isnan(rate.mass)
    masks = {
        "default_content": analysis.default_content, "default_ncv": analysis.default_ncv,
        "default_oxidation": default_oxidation,
    }  # fmt: skip
    return {
        name: value for name, value in constants.items() if name not in masks or (masks[name] & known).any()
    }


# ---- bought energy ---------------------------------------------------------------------------------------------


def _energy_year(stream: ActivityStream, months: list[ActivityMonth], frame: Frame) -> StreamYear:
    factor = frame.norm(activity_values.factor_of(stream.factor, stream.kind, frame.on))
    if stream.point:
        amount, stood = _at_point(stream, frame)
    else:
        amount = frame.lay({m.month: float(m.amount) for m in months}) / _hours_of_month(frame)
        stood = _stood(stream.meter_id, "", frame)
    plain = energy_emission(amount, activity_values.kg_per_unit(factor))
    rate = MassRate(plain.mass, {"energy_relative": plain.mass, "factor_relative": plain.mass}, plain.missing)
    covered = {"energy_relative": cover("energy_relative", amount, frame.hours, stood, relative=True)}
    _add_factor(covered["energy_relative"], factor, rate)
    inputs = {"energy_relative": amount}
    how = {m.month: FACTOR for m in months}
    return _year(stream, frame, inputs, dict(inputs), covered, rate, {"emission_factor": factor}, months, how)


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


# ---- both ------------------------------------------------------------------------------------------------------


def _year(
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
    points = {name: stream.point or f"{stream.code}/{name}" for name in acting}
    source: Any = StreamSource(stream, stream.code, stream.name, stream.kind, points)
    told = {"months": months, "how": how, "number": frame.number}
    unit = activity_values.kept_unit(stream, frame.on)
    return StreamYear(source, frame.hours, indications, corrected, acting, rate, constants, unit=unit, **told)


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


def _stood(instrument: Any, unit: str, frame: Frame) -> list[Stood]:
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
