"""The demonstration told through the real doors: every row enters by the same actions as a user's.

It founds an authority, a centre and a plant, has instruments calibrated and installed, brings a year of readings
through the command line, states the tonne and walks it back.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings

from quanheng.apps.carbon import actions as carbon
from quanheng.apps.carbon import chain as way
from quanheng.apps.carbon.telling import chain_lines, statement_data, statement_lines
from quanheng.apps.laboratory import actions as laboratory
from quanheng.apps.monitoring import actions as monitoring
from quanheng.apps.records.uploads import Upload
from quanheng.demo import people, plant

Say = Callable[[str], None]
YEAR = 2025
SITE = "YJ-CHP"

# code, name, maker, model, serial, quantity, unit, repeatability, its basis
INSTRUMENTS = (
    ("AN-01", "CO₂ 分析仪", "渝仪", "GA-5000", "A5-20117", "co2_concentration", "%", "0.4", "relative"),
    ("FT-01", "烟气流量计", "川流", "UF-300", "U3-00482", "flow", "m³/h", "0.8", "relative"),
    ("TT-01", "温度变送器", "渝仪", "TT-100", "T1-33901", "temperature", "°C", "0.2", "absolute"),
    ("PT-01", "绝压变送器", "渝仪", "PT-200", "P2-10277", "pressure", "kPa", "0.05", "absolute"),
    ("MT-01", "湿度仪", "川测", "HM-20", "H2-05512", "moisture", "%", "0.1", "absolute"),
)
# number, instrument, unit, basis, [(nominal, error, U)], low, high, from, until
CERTIFICATES = (
    ("JL-2024-1188", "AN-01", "%", "absolute", (("5", "0.03", "0.10"), ("10", "0.05", "0.12"), ("15", "0.06", "0.16")), "5", "15", dt.date(2024, 7, 1), dt.date(2025, 6, 30)),
    ("JL-2025-1204", "AN-01", "%", "absolute", (("5", "-0.02", "0.10"), ("10", "-0.03", "0.12"), ("15", "-0.05", "0.16")), "5", "15", dt.date(2025, 7, 1), dt.date(2026, 6, 30)),
    ("JL-2024-2207", "FT-01", "m³/h", "relative", (("300000", "0.6", "3.0"), ("600000", "0.4", "2.4"), ("1000000", "0.5", "2.2")), "300000", "1000000", dt.date(2024, 11, 1), dt.date(2025, 10, 31)),
    ("JL-2024-0917", "TT-01", "°C", "absolute", (("0", "0.1", "0.3"), ("50", "0.1", "0.3"), ("100", "0.2", "0.4")), "0", "100", dt.date(2024, 9, 17), dt.date(2026, 9, 16)),
    ("JL-2025-0031", "PT-01", "kPa", "absolute", (("80", "0.02", "0.06"), ("100", "0.03", "0.06"), ("120", "0.03", "0.08")), "80", "120", dt.date(2025, 1, 1), dt.date(2025, 12, 31)),
    ("JL-2024-1530", "MT-01", "%", "absolute", (("5", "0.1", "0.5"), ("15", "0.2", "0.6"), ("25", "0.3", "0.9")), "5", "25", dt.date(2024, 12, 1), dt.date(2025, 11, 30)),
)  # fmt: skip
POINTS = (
    ("CO2", "CO₂ 浓度（干基）", "co2_concentration", "AN-01", "concentration"),
    ("FLOW", "烟气流量", "flow", "FT-01", "flow"),
    ("TEMP", "烟气温度", "temperature", "TT-01", "temperature"),
    ("PRESS", "烟气绝压", "pressure", "PT-01", "pressure"),
    ("MOIST", "烟气含湿量", "moisture", "MT-01", "moisture"),
)


def tell(say: Say) -> dict[str, Any]:
    """Play the whole story; gives the statement and its chain."""
    say("权衡 Quanheng 演示 · demonstration (seeded, made-up plant)")
    cast = people.enter(say)
    _instruments(cast)
    _site(cast["clerk"])
    batch = _readings(cast["clerk"])
    say(
        f"readings: {batch.rows} taken in from {batch.name}, commit {batch.seq}, {batch.refused} rows refused"
    )
    statement = carbon.state(cast["clerk"], site=SITE, year=YEAR, method="cems")
    for line in statement_lines(statement):
        say(line)
    say("chain of the hour with the largest mass:")
    chain = way.chain(statement)
    for line in chain_lines(chain):
        say("  " + line)
    for line in people.how_to_sign_in(cast):
        say(line)
    return {"statement": statement_data(statement), "chain": chain}


def _instruments(cast: dict[str, Any]) -> None:
    names = (
        "code",
        "name",
        "maker",
        "model",
        "serial",
        "quantity",
        "unit",
        "repeatability",
        "repeatability_basis",
    )
    for row in INSTRUMENTS:
        laboratory.register_instrument(
            cast["clerk"], owner=people.plant_code(), **dict(zip(names, row, strict=True))
        )
    for number, instrument, unit, basis, points, low, high, start, end in CERTIFICATES:
        laboratory.enter_certificate(
            cast["technician"],
            issuer=people.CENTRE,
            number=number,
            kind="calibration",
            owner=people.plant_code(),
            instrument=instrument,
            issued_on=start,
            valid_from=start,
            valid_until=end,
            unit=unit,
            basis=basis,
            points=[{"nominal": x, "error": e, "U": u} for x, e, u in points],
            range_low=Decimal(low),
            range_high=Decimal(high),
        )


def _site(clerk: Any) -> None:
    monitoring.register_site(clerk, owner=people.plant_code(), code=SITE, name="渝江热电 1 号机组")
    for code, name, quantity, instrument, _ in POINTS:
        monitoring.register_point(clerk, site=SITE, code=code, name=name, quantity=quantity)
        since = dt.datetime(2024, 12, 1, tzinfo=dt.timezone(dt.timedelta(hours=8)))
        monitoring.install(clerk, site=SITE, point=code, instrument=instrument, valid_from=since)
    points = {role: code for code, _, _, _, role in POINTS}
    carbon.register_source(
        clerk, site=SITE, code="STACK-1", name="1 号烟囱", form="concentration", basis="dry", points=points
    )


def _readings(clerk: Any) -> Any:
    path = Path(settings.HOME) / "demo" / f"{SITE}-{YEAR}.csv"
    path.parent.mkdir(exist_ok=True)
    plant.write_year(path, YEAR)
    return monitoring.take_in(clerk, site=SITE, file=Upload.local(path))
