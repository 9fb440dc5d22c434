"""The emission of a site in a year from continuous measurement: readings, certificates and norms made one result.

It gathers plain facts from the earlier apps, lets `science` compute, and keeps what the way back needs.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import zoneinfo
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from quanheng import norms
from quanheng.apps.carbon.coverage import Covered, Hours, Part, Stood
from quanheng.apps.carbon.methods import AS_STORED, Given
from quanheng.apps.carbon.models import Source
from quanheng.apps.carbon.restatement.reuse import covered as covered_by
from quanheng.apps.carbon.restatement.reuse import hours_of, series_of
from quanheng.apps.carbon.substituting import Filled, filled
from quanheng.apps.laboratory import queries as laboratory
from quanheng.apps.monitoring import queries as monitoring
from quanheng.errors import BadInput, Problem
from quanheng.norms import NormValue
from quanheng.science.carbon.cems import MassRate, co2_mass_rate, reported_mass_rate
from quanheng.science.series.total import Component, Total, total

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Kind = Literal["common", "independent"]
Fallen = frozenset[tuple[str, str]]
INPUTS = {
    "concentration": ("concentration", "flow", "temperature", "pressure", "moisture"),
    "mass": ("mass",),
}
QUANTITY_OF = {
    "concentration": "co2_concentration",
    "flow": "flow",
    "temperature": "temperature",
    "pressure": "pressure",
    "moisture": "moisture",
    "mass": "co2_mass_rate",
}


@dataclass(slots=True)
class SourceYear:
    """One source over the hours of a year: its inputs as read and as corrected, its mass, and who covered it."""

    source: Source
    hours: Hours
    indications: dict[str, Array]
    corrected: dict[str, Array]
    covered: dict[str, Covered]
    rate: MassRate
    constants: dict[str, NormValue] = field(default_factory=dict)
    filled: Filled | None = None

    def parts(self) -> list[Part]:
        return [part for covered in self.covered.values() for part in covered.parts]


@dataclass(slots=True)
class SiteYear:
    """All sources of a site over a year, and the total with its budget."""

    site: Any
    year: int
    pin: monitoring.Pin
    known_at: dt.datetime
    sources: list[SourceYear]
    series: Series
    total: Total

    @property
    def hours(self) -> int:
        """Hours of the year, counted for each source."""
        return sum(one.hours.starts.size for one in self.sources)


def measure(
    site: Any,
    sources: Sequence[Source],
    year: int,
    pin: monitoring.Pin,
    known_at: dt.datetime,
    given: Given = AS_STORED,
) -> SiteYear:
    """Compute the emission of a site in a year from its readings at a pin, and from what was known at a time."""
    if not sources:
        raise BadInput("the site has no measured emission source", field="site", found=site.code)
    start, end = monitoring.year_of(site, year)
    hours = hours_of(start, end, site.time_zone)
    measured = [
        filled(_source_year(source, site, hours, start, end, pin, known_at, given), known_at)
        for source in sources
    ]
    series = laid_end_to_end(measured)
    if np.isnan(series.mass).all():
        raise BadInput("no hour of this year has all its readings", field="year", found=str(year))
    return SiteYear(site, year, pin, known_at, measured, series, series.total())


def _source_year(
    source: Source,
    site: Any,
    hours: Hours,
    start: dt.datetime,
    end: dt.datetime,
    pin: monitoring.Pin,
    known_at: dt.datetime,
    given: Given,
) -> SourceYear:
    points = monitoring.points_of(site)
    chosen = {name: points[source.points[name]] for name in INPUTS[source.form] if name in source.points}
    ids = {name: str(point.pk) for name, point in chosen.items()}

    def read(wanted: Sequence[str]) -> dict[str, Array]:
        table = monitoring.readings(list(wanted), start, end, at=pin)
        return {point: hourly(table, point, hours) for point in wanted}

    series = series_of(site, list(dict.fromkeys(ids.values())), start, end, pin, read)
    indications = {name: series[point] for name, point in ids.items()}
    stood = stood_at({str(point.pk): point.unit for point in chosen.values()}, known_at, given.fallen)
    if source.form == Source.Form.MASS:
        return _reported(source, hours, indications, stood[ids["mass"]])
    first_day = start.astimezone(zoneinfo.ZoneInfo(site.time_zone)).date()
    constants = {
        name: as_used(constant(key, first_day), given)
        for name, key in (("molar_mass", source.molar_mass), ("molar_volume", source.molar_volume))
    }
    return _computed(
        source, hours, indications, {name: stood[point] for name, point in ids.items()}, constants
    )


def hourly(table: pa.Table, point: str, hours: Hours) -> Array:
    """The readings of a point laid on the hours of the year; NaN where there is none."""
    mine = table.filter(pa.compute.equal(table["point"], point))
    times = mine["ts"].cast(pa.int64()).to_numpy()
    values = mine["value"].to_numpy(zero_copy_only=False).astype(np.float64)
    laid = np.full(hours.starts.size, np.nan)
    place = np.searchsorted(hours.starts, times)
    fits = (place < hours.starts.size) & (hours.starts[np.minimum(place, hours.starts.size - 1)] == times)
    laid[place[fits]] = values[fits]
    return laid


def stood_at(
    units: Mapping[str, str], known_at: dt.datetime, fallen: Fallen = frozenset()
) -> dict[str, list[Stood]]:
    """What stood at each point (with the unit of its readings) and under which certificates, as known at a time."""
    installations = [
        one
        for one in monitoring.installations_of(list(units), known_at)
        if ("installation", one.id) not in fallen
    ]
    ids = {one.instrument for one in installations}
    instruments = laboratory.instrument_facts(ids)
    certificates: dict[str, list[laboratory.CertificateFacts]] = {}
    for certificate in laboratory.certificates_of(ids, known_at):
        if ("certificate", certificate.id) in fallen:
            certificate = dataclasses.replace(certificate, state="revoked", version="revoked")
        certificates.setdefault(certificate.instrument, []).append(certificate)
    found: dict[str, list[Stood]] = {point: [] for point in units}
    for one in installations:
        held, instrument, unit = (
            certificates.get(one.instrument, []),
            instruments[one.instrument],
            units[one.point],
        )
        stood = Stood(one.id, one.version, instrument, one.valid_from, one.valid_to, held, unit)
        found[one.point].append(stood)
    return found


def _reported(
    source: Source, hours: Hours, indications: Mapping[str, Array], stood: Sequence[Stood]
) -> SourceYear:
    rate = reported_mass_rate(indications["mass"])
    acting = {name: [s for s in stood if _acts(s, name)] for name in rate.sensitivities}
    covered = {
        name: covered_by(name, indications["mass"], hours, ones, relative=True)
        for name, ones in acting.items()
    }
    return SourceYear(source, hours, dict(indications), dict(indications), covered, rate)


def _acts(stood: Stood, name: str) -> bool:
    """An analyser acts on the concentration, a flow monitor on the flow."""
    wanted = {"concentration_relative": "co2_concentration", "flow_relative": "flow"}[name]
    return stood.instrument.quantity == wanted


def _computed(
    source: Source,
    hours: Hours,
    indications: dict[str, Array],
    stood: Mapping[str, Sequence[Stood]],
    constants: dict[str, NormValue],
) -> SourceYear:
    covered = {name: covered_by(name, x, hours, stood[name]) for name, x in indications.items()}
    corrected = {name: indications[name] + covered[name].correction for name in indications}
    given = {name: corrected[name] for name in INPUTS["concentration"] if name in corrected}
    rate = _rated(source, hours, given, constants)
    needed = {name: covered[name] for name in covered if name in rate.sensitivities}
    return SourceYear(source, hours, indications, corrected, needed, rate, constants)


def _rated(
    source: Source, hours: Hours, given: Mapping[str, Array], constants: Mapping[str, NormValue]
) -> MassRate:
    """The mass of each hour; a reading without physical meaning is named by its point and its time."""
    try:
        return co2_mass_rate(
            **given,
            basis=source.basis,
            molar_mass=float(constants["molar_mass"].value),
            molar_volume=float(constants["molar_volume"].value),
        )
    except BadInput as error:
        raise BadInput(_placed(problem, source, hours) for problem in error.problems) from None


def _placed(problem: Problem, source: Source, hours: Hours) -> Problem:
    if problem.row is None or problem.field not in source.points:
        return problem
    start = dt.datetime.fromtimestamp(int(hours.starts[problem.row]) / 1e6, dt.UTC)
    point, zone = source.points[problem.field], zoneinfo.ZoneInfo(source.site.time_zone)
    remedy = f"the first one is of {start.astimezone(zone):%Y-%m-%d %H:%M}; send a file that corrects it"
    return Problem(problem.message, point, None, "", problem.found, problem.expected, remedy)


def constant(name: str, on: dt.date) -> NormValue:
    """A norm value by its full key, `norm | edition | table | item | basis`."""
    keys = [part.strip() for part in name.split("|")]
    if len(keys) != 5:
        raise BadInput(
            "not the key of a norm value",
            field="norm",
            found=name,
            expected="norm | edition | table | item | basis",
        )
    norm, edition, table, item, basis = keys
    return norms.value(norm=norm, edition=edition, table=table, item=item, basis=basis, on=on)


def as_used(value: NormValue, given: Given) -> NormValue:
    """A norm value as an earlier figure used it, where the norm has another one now."""
    used = given.constants.get(value.id)
    if used is None or used == str(value.value):
        return value
    return dataclasses.replace(value, value=Decimal(used), version="superseded")


@dataclass(slots=True)
class Series:
    """All sources laid end to end, so that an instrument that serves two of them is one error in both."""

    mass: Array
    sensitivities: dict[str, Array]
    components: list[Component]

    def total(self, keep: Mask | None = None) -> Total:
        """The sum over all readings, or over those kept."""
        mass = self.mass if keep is None else np.where(keep, self.mass, np.nan)
        return total(mass, self.sensitivities, self.components, unit="t", k=2.0)


def laid_end_to_end(sources: Sequence[SourceYear]) -> Series:
    """Sources as one series. A calibration error met in two sources is one component over both."""
    size = sum(one.rate.mass.size for one in sources)
    sensitivities: dict[str, Array] = {}
    merged: dict[tuple[str, str, Kind], tuple[Array, Mask]] = {}
    offset = 0
    for one in sources:
        here = slice(offset, offset + one.rate.mass.size)
        for name, values in one.rate.sensitivities.items():
            sensitivities.setdefault(name, np.zeros(size))[here] = values
        for component in (c for covered in one.covered.values() for c in covered.components):
            key = (component.name, component.input, component.kind)
            u, mask = merged.setdefault(key, (np.zeros(size), np.zeros(size, dtype=bool)))
            u[here], mask[here] = component.u, component.mask
        offset += one.rate.mass.size
    _join_shared_draws(sources, sensitivities, merged)
    labels = [label for label, _, _ in merged]
    components = [
        Component(label if labels.count(label) == 1 else f"{label}（{name}）", name, kind, u, mask)
        for (label, name, kind), (u, mask) in merged.items()
    ]
    mass = np.concatenate([one.rate.mass for one in sources])
    return Series(mass, sensitivities, components)


def _join_shared_draws(
    sources: Sequence[SourceYear],
    sensitivities: Mapping[str, Array],
    merged: Mapping[tuple[str, str, Kind], tuple[Array, Mask]],
) -> None:
    """One reading that serves two sources has one repeatability error: its effects add up before they are squared.

    The joint effect (c₁+c₂)·u stands in the first source's hour, and the second source's hour adds nothing to it.
    """
    size = sources[0].hours.starts.size
    users: dict[tuple[str, str], list[int]] = {}
    for n, one in enumerate(sources):
        for name in one.covered:
            at = "mass" if one.source.form == Source.Form.MASS else name
            point = one.source.points.get(
                at, f"{one.source.code}/{at}"
            )  # what is not read is shared with nobody
            users.setdefault((point, name), []).append(n)
    for (_, name), (first, *others) in users.items():
        for (_, of, kind), (u, _) in merged.items():
            if kind == "independent" and of == name:
                c, uu = sensitivities[name].reshape(-1, size), u.reshape(-1, size)
                for other in others:
                    joined = (uu[first] > 0) & (uu[other] > 0) & np.isfinite(c[first]) & np.isfinite(c[other])
                    joined &= c[first] != 0
                    both = np.abs(uu[first] * c[first] + uu[other] * c[other])[joined]
                    uu[first][joined] = both / np.abs(c[first][joined])
                    uu[other][joined] = 0.0
