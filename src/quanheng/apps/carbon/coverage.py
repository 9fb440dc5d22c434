"""Which certificate covered each reading, and what its calibration contributes to the uncertainty.

A certificate speaks for its own time and range. Where it does not, the reading is kept and a stated
enlargement is used; the hours concerned are counted and shown. It computes on plain values and reads no database.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import numpy as np
import yaml
from numpy.typing import NDArray

from quanheng.apps.laboratory.queries import CertificateFacts, InstrumentFacts
from quanheng.science.calibration import CalibrationCurve, CalibrationPoint
from quanheng.science.series.total import Component

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

COVERED, CONDITIONAL, NOT_COVERED = "covered", "conditional", "not covered"


@cache
def enlargements() -> dict[str, Any]:
    """What is done where no certificate speaks in full; proposals, and marked so."""
    return yaml.safe_load((files(__package__) / "enlargements.yaml").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Stood:
    """An instrument at a point from one moment to another (None: still there)."""

    installation: str
    version: str
    instrument: InstrumentFacts
    start: dt.datetime
    end: dt.datetime | None
    certificates: Sequence[CertificateFacts]


@dataclass(frozen=True, slots=True)
class Hours:
    """The hours of a period: their starts in UTC, as microseconds, and their days at the site."""

    starts: NDArray[np.int64]
    days: NDArray[np.int64]

    @classmethod
    def between(cls, start: dt.datetime, end: dt.datetime, zone: str) -> Hours:
        step = 3600 * 1_000_000
        first, last = (int(t.timestamp()) * 1_000_000 for t in (start, end))
        starts = np.arange(first, last, step, dtype=np.int64)
        return cls(starts, _local_days(starts, zone))

    def within(self, start: dt.datetime, end: dt.datetime | None) -> Mask:
        mask = self.starts >= int(start.timestamp() * 1_000_000)
        return mask if end is None else mask & (self.starts < int(end.timestamp() * 1_000_000))


def _local_days(starts: NDArray[np.int64], zone: str) -> NDArray[np.int64]:
    tz = zoneinfo.ZoneInfo(zone)
    ordinals = [dt.datetime.fromtimestamp(s / 1e6, tz).date().toordinal() for s in starts.tolist()]
    return np.asarray(ordinals, dtype=np.int64)


@dataclass(slots=True)
class Covered:
    """What the certificates of one input give: corrections, components, and a verdict for each hour."""

    correction: Array
    components: list[Component] = field(default_factory=list)
    conditional: Mask = field(default_factory=lambda: np.zeros(0, dtype=bool))
    bare: Mask = field(default_factory=lambda: np.zeros(0, dtype=bool))
    parts: list[Part] = field(default_factory=list)

    def add(
        self, label: str, name: str, kind: Literal["common", "independent"], u: Array, mask: Mask
    ) -> None:
        """Add a component; the same certificate met again (a second stretch) is the same error, not a new one."""
        for n, known in enumerate(self.components):
            if (known.name, known.input, known.kind) == (label, name, kind):
                both = np.asarray(known.mask) | mask
                u = np.where(mask, u, np.asarray(known.u))
                self.components[n] = Component(label, name, kind, u, both)
                return
        self.components.append(Component(label, name, kind, np.where(mask, u, 0.0), mask))


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of readings under one certificate (or none): what the chain needs to name it."""

    component: str
    input: str
    stood: Stood
    certificate: CertificateFacts | None
    verdict: str
    mask: Mask


def cover(
    name: str, indications: Array, hours: Hours, stood: Sequence[Stood], *, relative: bool = False
) -> Covered:
    """Judge every reading of one input. `relative`: the input is an error in 1 whose indication is unknown."""
    found = Covered(np.zeros(hours.starts.size))
    found.conditional = np.zeros(hours.starts.size, dtype=bool)
    known = ~np.isnan(indications)
    left = known.copy()
    for one in stood:
        here = known & hours.within(one.start, one.end)
        left &= ~here
        _cover_instrument(found, name, indications, hours, one, here, relative)
    if left.any():
        nobody = Stood("", "", _nobody(name), dt.datetime.min, None, ())
        _bare(found, name, indications, nobody, left, relative)
    found.bare = np.zeros(hours.starts.size, dtype=bool)
    for part in found.parts:
        if part.verdict == NOT_COVERED:
            found.bare |= part.mask
        elif part.verdict == CONDITIONAL:
            found.conditional |= part.mask
    return found


def _nobody(name: str) -> InstrumentFacts:
    return InstrumentFacts("", "—", name, "", "", "", name, "", None, "relative")


def _cover_instrument(
    found: Covered, name: str, x: Array, hours: Hours, stood: Stood, here: Mask, relative: bool
) -> None:
    taken = np.zeros(here.size, dtype=bool)
    for certificate, mask, expired in _terms(stood, hours):
        mask = here & mask & ~taken
        if mask.any():
            taken |= mask
            _under(found, name, x, stood, certificate, mask, expired, relative)
    if (here & ~taken).any():
        _bare(found, name, x, stood, here & ~taken, relative)
    _repeatability(found, name, x, stood, here, relative)


def _terms(stood: Stood, hours: Hours) -> Iterator[tuple[CertificateFacts, Mask, bool]]:
    """Certificates in force, the newest first; then those that ran out, the latest first."""
    standing = [c for c in stood.certificates if c.state == "valid"]
    newest = sorted(standing, key=lambda c: (c.valid_from, c.issued_on, c.name), reverse=True)
    for certificate in newest:
        mask = hours.days >= certificate.valid_from.toordinal()
        if certificate.valid_until is not None:
            mask = mask & (hours.days <= certificate.valid_until.toordinal())
        yield certificate, mask, False
    for certificate in sorted(newest, key=lambda c: c.valid_until or dt.date.max, reverse=True):
        if certificate.valid_until is not None:
            yield certificate, hours.days > certificate.valid_until.toordinal(), True


def curve_of(certificate: CertificateFacts) -> CalibrationCurve:
    """A certificate's table, ready to be asked."""
    points = tuple(CalibrationPoint(*(float(x) for x in row)) for row in certificate.points)
    return CalibrationCurve(points, "percent" if certificate.basis == "relative" else "absolute")


def _under(
    found: Covered,
    name: str,
    x: Array,
    stood: Stood,
    certificate: CertificateFacts,
    mask: Mask,
    expired: bool,
    relative: bool,
) -> None:
    label = f"{stood.instrument.code} · {certificate.name}"
    if relative:
        u, outside = np.full(x.size, _relative_u(certificate)), np.zeros(x.size, dtype=bool)
    else:
        answer = curve_of(certificate).at(np.where(mask, x, np.nan), outside="hold")
        found.correction[mask] = answer.correction[mask]
        low, high = float(certificate.range_low), float(certificate.range_high)
        u, outside = answer.u, mask & ((x < low) | (x > high))
    factors = enlargements()
    u = np.where(outside, u * float(factors["out_of_range"]["factor"]), u)
    u = u * float(factors["expired"]["factor"]) if expired else u
    found.add(label, name, "common", u, mask)
    partly = mask if expired else outside
    for verdict, part in ((COVERED, mask & ~partly), (CONDITIONAL, partly)):
        if part.any():
            found.parts.append(Part(label, name, stood, certificate, verdict, part))


def _relative_u(certificate: CertificateFacts) -> float:
    """Of an input whose indication is not recorded: the largest u of the table, and the errors not corrected for.

    u² = max(U/k)² + (max|e|/√3)², in 1; the error of indication cannot be corrected without the indication.
    """
    rows = [tuple(float(x) for x in row) for row in certificate.points]
    scale = [1.0 if certificate.basis == "relative" else 100.0 / abs(nominal) for nominal, *_ in rows]
    u = max(s * U / k for s, (_, _, U, k) in zip(scale, rows, strict=True))
    error = max(s * abs(e) for s, (_, e, _, _) in zip(scale, rows, strict=True))
    return float(np.hypot(u, error / np.sqrt(3)) / 100)


def _bare(found: Covered, name: str, x: Array, stood: Stood, mask: Mask, relative: bool) -> None:
    stated = enlargements()["no_certificate"][name]
    if "absolute" in stated:
        u = np.full(x.size, float(stated["absolute"]))
    else:
        u = np.full(x.size, float(stated["relative"]) / 100) * (1.0 if relative else np.abs(x))
    label = f"{stood.instrument.code} · 无证书（{name}）"
    found.add(label, name, "common", u, mask)
    found.parts.append(Part(label, name, stood, None, NOT_COVERED, mask))


def _repeatability(found: Covered, name: str, x: Array, stood: Stood, here: Mask, relative: bool) -> None:
    stated = stood.instrument.repeatability
    if stated is None or not here.any():
        return
    s = float(stated)
    if stood.instrument.repeatability_basis == "relative":
        u = np.full(x.size, s / 100) * (1.0 if relative else np.abs(x))
    elif relative:
        return
    else:
        u = np.full(x.size, s)
    found.add(f"{stood.instrument.code} · 重复性", name, "independent", u, here)
