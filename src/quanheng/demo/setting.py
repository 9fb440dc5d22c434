"""The plant of the demonstration set up as its people and the centre's would: equipment, points, sources, streams."""

from __future__ import annotations

import datetime as dt
from typing import Any

from quanheng.apps.carbon import actions as carbon
from quanheng.apps.laboratory import actions as laboratory
from quanheng.apps.monitoring import actions as monitoring
from quanheng.demo import coal, equipment, people, plant

SITE, YEAR = "YJ-CHP", 2025
HERE = dt.timezone(dt.timedelta(hours=8))
SINCE = dt.datetime(2024, 12, 1, tzinfo=HERE)
EXCHANGED = dt.datetime(YEAR, *plant.EXCHANGED, tzinfo=HERE)
# code, name, quantity, [(instrument, from, to)], role in the source
POINTS = (
    ("CO2", "CO₂ 浓度（干基）", "co2_concentration", (("AN-01", SINCE, EXCHANGED), ("AN-02", EXCHANGED, None)), "concentration"),
    ("FLOW", "烟气流量", "flow", (("FT-01", SINCE, None),), "flow"),
    ("TEMP", "烟气温度", "temperature", (("TT-01", SINCE, None),), "temperature"),
    ("PRESS", "烟气绝压", "pressure", (("PT-01", SINCE, None),), "pressure"),
    ("MOIST", "烟气含湿量", "moisture", (("MT-01", SINCE, None),), "moisture"),
)  # fmt: skip
DEFAULTS = "行业企业温室气体核算方法与报告指南 缺省值 | 公开实现甲"


def set_up(cast: dict[str, Any]) -> None:
    """Everything that stands before the first reading comes."""
    _instruments(cast["clerk"])
    _certificates(cast["technician"])
    _points(cast["clerk"])
    _sources(cast["clerk"])


def _instruments(clerk: Any) -> None:
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
    for row in equipment.INSTRUMENTS:
        laboratory.register_instrument(clerk, owner=people.plant_code(), **dict(zip(names, row, strict=True)))


def _certificates(technician: Any) -> None:
    measures = {code: quantity for code, _, _, _, _, quantity, *_ in equipment.INSTRUMENTS}
    for paper in equipment.CERTIFICATES:
        low, high = paper.range
        name, until = equipment.STANDARDS[measures[paper.instrument]]
        laboratory.enter_certificate(
            technician,
            issuer=people.CENTRE,
            number=paper.number,
            kind="calibration",
            owner=people.plant_code(),
            instrument=paper.instrument,
            issued_on=paper.start,
            valid_from=paper.start,
            valid_until=paper.end,
            unit=paper.unit,
            basis=paper.basis,
            points=[{"nominal": x, "error": e, "U": u} for x, e, u in paper.points],
            range_low=low,
            range_high=high,
            traced_to=[{"name": name, "valid_until": until, "level": "national"}],
        )


def _points(clerk: Any) -> None:
    monitoring.register_site(clerk, owner=people.plant_code(), code=SITE, name="渝江热电 1 号机组")
    for code, name, quantity, stood, _role in POINTS:
        monitoring.register_point(clerk, site=SITE, code=code, name=name, quantity=quantity)
        for instrument, start, end in stood:
            monitoring.install(
                clerk, site=SITE, point=code, instrument=instrument, valid_from=start, valid_to=end
            )


def _sources(clerk: Any) -> None:
    points = {role: code for code, _, _, _, role in POINTS}
    carbon.register_source(
        clerk, site=SITE, code="STACK-1", name="1 号烟囱", form="concentration", basis="dry", points=points,
        substitution="hj75",
    )  # fmt: skip
    carbon.register_stream(
        clerk, site=SITE, code=coal.STREAM, name="入炉煤", kind="fuel", fuel="烟煤", defaults=DEFAULTS,
        meter="BC-01", analyser="EA-01", calorimeter="LR-01", sampling="0.6",
    )  # fmt: skip
