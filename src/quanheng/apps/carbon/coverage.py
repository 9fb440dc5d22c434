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

from quanheng.apps.laboratory.queries import CertificateFacts, InstrumentFacts, conversion
from quanheng.errors import BadInput
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
    """An instrument at a point from one moment to another (None: still there); unit: in which its readings are kept."""

    installation: str
    version: str
    instrument: InstrumentFacts
    start: dt.datetime | None
    end: dt.datetime | None
    certificates: Sequence[CertificateFacts]
    unit: str = ""


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

    def within(self, start: dt.datetime | None, end: dt.datetime | None) -> Mask:
        mask = np.ones(self.starts.size, dtype=bool)
        if start is not None:
            mask &= self.starts >= int(start.timestamp() * 1_000_000)
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
    """A stretch of readings under one certificate (or none): what the chain needs to name it.

    reasons: why no certificate speaks in full, as keys of `enlargements.yaml`; none where one does.
    """

    component: str
    input: str
    stood: Stood
    certificate: CertificateFacts | None
    verdict: str
    mask: Mask
    reasons: tuple[str, ...] = ()


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
        _bare(found, name, indications, Stood("", "", nobody(name), None, None, ()), left, relative)
    found.bare = np.zeros(hours.starts.size, dtype=bool)
    for part in found.parts:
        if part.verdict == NOT_COVERED:
            found.bare |= part.mask
        elif part.verdict == CONDITIONAL:
            found.conditional |= part.mask
    return found


def nobody(name: str) -> InstrumentFacts:
    return InstrumentFacts("", "—", name, "", "", "", name, "", None, "relative")


def _cover_instrument(
    found: Covered, name: str, x: Array, hours: Hours, stood: Stood, here: Mask, relative: bool
) -> None:
    taken = np.zeros(here.size, dtype=bool)
    for certificate, days, reason in _terms(stood, hours):
        mask = here & days & ~taken
        if mask.any() and _under(found, name, x, stood, certificate, mask, reason, relative):
            taken |= mask
    if (here & ~taken).any():
        _bare(found, name, x, stood, here & ~taken, relative)
    _repeatability(found, name, x, stood, here, relative)


def _terms(stood: Stood, hours: Hours) -> Iterator[tuple[CertificateFacts, Mask, str]]:
    """Certificates in force, the newest first; then those that ran out not long ago, the latest first."""
    rules = enlargements()
    standing = [c for c in stood.certificates if c.state == "valid"]
    newest = sorted(standing, key=lambda c: (c.valid_from, c.issued_on, c.name), reverse=True)
    for certificate in newest:
        first, last = certificate.valid_from.toordinal(), _last_day(certificate)
        mask = (hours.days >= first) & (hours.days <= last)
        yield certificate, mask, "" if certificate.valid_until is not None else "undated"
    for certificate in sorted(newest, key=_last_day, reverse=True):
        last = _last_day(certificate)
        yield (
            certificate,
            (hours.days > last) & (hours.days <= last + rules["expired"]["within_days"]),
            "expired",
        )


def _last_day(certificate: CertificateFacts) -> int:
    if certificate.valid_until is not None:
        return certificate.valid_until.toordinal()
    return certificate.valid_from.toordinal() + int(enlargements()["undated"]["days"]) - 1


@dataclass(frozen=True, slots=True)
class Table:
    """A certificate's table and range in the unit in which readings are kept."""

    curve: CalibrationCurve
    low: float
    high: float


def table_of(certificate: CertificateFacts, unit: str) -> Table:
    """A certificate's table, ready to be asked in a unit (empty: in its own).

    nominal' = f·nominal + o; an error and an uncertainty are differences and take the factor only.
    """
    factor, offset = conversion(certificate.unit, unit) if unit else (1.0, 0.0)
    relative = certificate.basis == "relative"
    if relative and offset:
        raise BadInput(
            "states errors in % of a scale that does not begin at zero",
            field="certificate",
            found=f"{certificate.name}, {certificate.unit}",
            expected=f"errors in {certificate.unit}",
        )
    by = 1.0 if relative else factor
    rows = [tuple(float(x) for x in row) for row in certificate.points]
    points = tuple(CalibrationPoint(factor * n + offset, by * e, abs(by) * U, k) for n, e, U, k in rows)
    ends = sorted(factor * float(x) + offset for x in (certificate.range_low, certificate.range_high))
    return Table(CalibrationCurve(points, "percent" if relative else "absolute"), ends[0], ends[1])


def _under(
    found: Covered,
    name: str,
    x: Array,
    stood: Stood,
    certificate: CertificateFacts,
    mask: Mask,
    reason: str,
    relative: bool,
) -> bool:
    """Readings under one certificate; False where its table cannot speak for them at all."""
    label = f"{stood.instrument.code} · {certificate.name}"
    if relative:
        one = _relative_u(certificate)
        if one is None:
            return False
        u, outside = np.full(x.size, one), np.zeros(x.size, dtype=bool)
    else:
        u, outside = _asked(found, x, table_of(certificate, stood.unit), mask)
    u = u * float(enlargements()[reason]["factor"]) if reason else u
    found.add(label, name, "common", u, mask)
    for part, reasons in ((mask & ~outside, ()), (mask & outside, ("out_of_range",))):
        if part.any():
            reasons = (reason, *reasons) if reason else reasons
            verdict = CONDITIONAL if reasons else COVERED
            found.parts.append(Part(label, name, stood, certificate, verdict, part, reasons))
    return True


def _asked(found: Covered, x: Array, table: Table, mask: Mask) -> tuple[Array, Mask]:
    """Correct the readings and give their standard uncertainty, enlarged outside the range of the certificate."""
    answer = table.curve.at(np.where(mask, x, np.nan), outside="hold")
    found.correction[mask] = answer.correction[mask]
    outside = mask & ((x < table.low) | (x > table.high))
    end = np.where(x < table.low, table.low, table.high)
    with np.errstate(divide="ignore", invalid="ignore"):
        growth = np.where(end == 0, 1.0, np.maximum(1.0, np.abs(x / end)))
    growth = growth if table.curve.form == "absolute" else np.ones(x.size)  # a relative one grows by itself
    return np.where(
        outside, answer.u * float(enlargements()["out_of_range"]["factor"]) * growth, answer.u
    ), outside


def _relative_u(certificate: CertificateFacts) -> float | None:
    """Of an input whose indication is not recorded: the largest u of the table, and the errors not corrected for.

    u² = max(U/k)² + (max|e|/√3)², in 1; the error of indication cannot be corrected without the indication. A
    point at zero has no relative error; a table of such points alone says nothing (None).
    """
    rows = [tuple(float(x) for x in row) for row in certificate.points]
    rows = [row for row in rows if certificate.basis == "relative" or row[0] != 0]
    if not rows:
        return None
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
    found.parts.append(Part(label, name, stood, None, NOT_COVERED, mask, ("no_certificate",)))


def _repeatability(found: Covered, name: str, x: Array, stood: Stood, here: Mask, relative: bool) -> None:
    stated = stood.instrument.repeatability
    if stated is None or not here.any():
        return
    s = float(stated)
    if stood.instrument.repeatability_basis == "relative":
        u = np.full(x.size, s / 100) * (1.0 if relative else np.abs(x))
    elif relative:
        raise BadInput(
            "its repeatability must be stated in % where only the mass rate is recorded",
            field="instrument.repeatability",
            found=f"{stood.instrument.code}: {stated} {stood.instrument.unit}",
        )
    else:
        u = np.full(x.size, s)
    found.add(f"{stood.instrument.code} · 重复性", name, "independent", u, here)
