"""What programs may read of the laboratory: instruments, certificates and checks."""

from __future__ import annotations

from quanheng.apps.laboratory import queries
from quanheng.apps.laboratory.models import Certificate, Check, Instrument
from quanheng.apps.records.reads import Noun, readable

readable(
    Noun(
        "laboratory",
        "instruments",
        "instrument",
        "instruments",
        Instrument,
        queries.instruments,
        filters=("code", "serial"),
    )
)
readable(
    Noun(
        "laboratory",
        "certificates",
        "certificate",
        "certificates",
        Certificate,
        queries.certificates,
        filters=("number", "state"),
    )
)
readable(
    Noun(
        "laboratory",
        "checks",
        "check",
        "checks",
        Check,
        queries.checks,
        filters=("number", "unit"),
    )
)
