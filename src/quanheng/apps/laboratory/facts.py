"""Instruments and certificates as plain values, which later apps compute with. Nothing is read or stored here."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """What a certificate states, as plain values that later apps compute with."""

    id: str
    name: str
    instrument: str
    kind: str
    issued_on: dt.date
    valid_from: dt.date
    valid_until: dt.date | None
    unit: str
    basis: str
    points: tuple[tuple[str, str, str, str], ...]
    range_low: str
    range_high: str
    standards: str
    state: str
    entered_by: str
    version: str


@dataclass(frozen=True, slots=True)
class InstrumentFacts:
    """What is known of an instrument, as plain values."""

    id: str
    code: str
    name: str
    maker: str
    model: str
    serial: str
    quantity: str
    unit: str
    repeatability: str | None
    repeatability_basis: str


@dataclass(frozen=True, slots=True)
class Ended:
    """That a certificate no longer stands: in which words, since when and why."""

    word: str
    on: dt.date | None
    reason: str
