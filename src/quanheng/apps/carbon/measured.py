"""The emission of a site in a year from continuous measurement: readings, certificates and norms made one result.

It gathers plain facts from the earlier apps, lets `science` compute, and keeps what the way back needs.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from quanheng import norms
from quanheng.apps.carbon.coverage import Covered, Hours, Part, Stood, cover
from quanheng.apps.carbon.models import Source
from quanheng.apps.laboratory import queries as laboratory
from quanheng.apps.monitoring import queries as monitoring
from quanheng.errors import BadInput
from quanheng.norms import NormValue
from quanheng.science.carbon.cems import MassRate, co2_mass_rate, reported_mass_rate
from quanheng.science.series.total import Component, Total, total

Array = NDArray[np.float64]
Kind = Literal["common", "independent"]
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

    def parts(self) -> list[Part]:
        return [part for covered in self.covered.values() for part in covered.parts]


@dataclass(slots=True)
class SiteYear:
    """All sources of a site over a year, and the total with its budget."""

    site: Any
    year: int
    lake_version: int
    known_at: dt.datetime
    sources: list[SourceYear]
    total: Total
    names: dict[str, str]


def measure(
    site: Any, sources: Sequence[Source], year: int, lake_version: int, known_at: dt.datetime
) -> SiteYear:
    """Compute the emission of a site in a year at a pinned version of its readings."""
    if not sources:
        raise BadInput("the site has no measured emission source", field="site", found=site.code)
    start, end = monitoring.year_of(site, year)
    hours = Hours.between(start, end, site.time_zone)
    measured = [_source_year(source, site, hours, start, end, lake_version, known_at) for source in sources]
    components, sensitivities, names = _laid_end_to_end(measured)
    mass = np.concatenate([one.rate.mass for one in measured])
    if np.isnan(mass).all():
        raise BadInput("no hour of this year has all its readings", field="year", found=str(year))
    return SiteYear(
        site,
        year,
        lake_version,
        known_at,
        measured,
        total(mass, sensitivities, components, unit="t", k=2.0),
        names,
    )


def _source_year(
    source: Source,
    site: Any,
    hours: Hours,
    start: dt.datetime,
    end: dt.datetime,
    pin: int,
    known_at: dt.datetime,
) -> SourceYear:
    points = monitoring.points_of(site)
    chosen = {name: points[source.points[name]] for name in INPUTS[source.form] if name in source.points}
    ids = {name: str(point.pk) for name, point in chosen.items()}
    table = monitoring.readings(list(ids.values()), start, end, at=pin)
    indications = {name: _hourly(table, point_id, hours) for name, point_id in ids.items()}
    stood = stood_at(list(ids.values()), known_at)
    if source.form == Source.Form.MASS:
        return _reported(source, hours, indications, stood[ids["mass"]])
    return _computed(source, hours, indications, {name: stood[point] for name, point in ids.items()}, start)


def _hourly(table: pa.Table, point: str, hours: Hours) -> Array:
    """The readings of a point laid on the hours of the year; NaN where there is none."""
    mine = table.filter(pa.compute.equal(table["point"], point))
    times = mine["ts"].cast(pa.int64()).to_numpy()
    values = mine["value"].to_numpy(zero_copy_only=False).astype(np.float64)
    laid = np.full(hours.starts.size, np.nan)
    place = np.searchsorted(hours.starts, times)
    fits = (place < hours.starts.size) & (hours.starts[np.minimum(place, hours.starts.size - 1)] == times)
    laid[place[fits]] = values[fits]
    return laid


def stood_at(points: Sequence[str], known_at: dt.datetime) -> dict[str, list[Stood]]:
    """What stood at each point and under which certificates, as known at a time."""
    installations = monitoring.installations_of(points, known_at)
    ids = {one.instrument for one in installations}
    instruments = laboratory.instrument_facts(ids)
    certificates: dict[str, list[laboratory.CertificateFacts]] = {}
    for certificate in laboratory.certificates_of(ids):
        certificates.setdefault(certificate.instrument, []).append(certificate)
    found: dict[str, list[Stood]] = {point: [] for point in points}
    for one in installations:
        held = certificates.get(one.instrument, [])
        stood = Stood(one.id, one.version, instruments[one.instrument], one.valid_from, one.valid_to, held)
        found[one.point].append(stood)
        found.setdefault(f"{one.point}/{one.acts_on}", []).append(stood)
    return found


def _reported(
    source: Source, hours: Hours, indications: Mapping[str, Array], stood: Sequence[Stood]
) -> SourceYear:
    rate = reported_mass_rate(indications["mass"])
    acting = {name: [s for s in stood if _acts(s, name)] for name in rate.sensitivities}
    covered = {
        name: cover(name, indications["mass"], hours, ones, relative=True) for name, ones in acting.items()
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
    start: dt.datetime,
) -> SourceYear:
    covered = {name: cover(name, x, hours, stood[name]) for name, x in indications.items()}
    corrected = {name: indications[name] + covered[name].correction for name in indications}
    constants = {
        "molar_mass": _constant(source.molar_mass, start.date()),
        "molar_volume": _constant(source.molar_volume, start.date()),
    }
    rate = co2_mass_rate(
        **{name: corrected[name] for name in INPUTS["concentration"] if name in corrected},
        basis=source.basis,
        molar_mass=float(constants["molar_mass"].value),
        molar_volume=float(constants["molar_volume"].value),
    )
    needed = {name: covered[name] for name in covered if name in rate.sensitivities}
    return SourceYear(source, hours, indications, corrected, needed, rate, constants)


def _constant(name: str, on: dt.date) -> NormValue:
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


def _laid_end_to_end(
    sources: Sequence[SourceYear],
) -> tuple[list[Component], dict[str, Array], dict[str, str]]:
    """All sources as one series, so that an instrument that serves two of them is one error in both."""
    size = sum(one.rate.mass.size for one in sources)
    sensitivities: dict[str, Array] = {}
    merged: dict[tuple[str, str, Kind], tuple[Array, NDArray[np.bool_]]] = {}
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
    labels = [label for label, _, _ in merged]
    components, names = [], {}
    for (label, name, kind), (u, mask) in merged.items():
        unique = label if labels.count(label) == 1 else f"{label}（{name}）"
        components.append(Component(unique, name, kind, u, mask))
        names[unique] = label
    return components, sensitivities, names
