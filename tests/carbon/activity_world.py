"""A boiler whose months can be computed on paper: a belt scale, a carbon analyser, a calorimeter and a power meter."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.carbon import world

from quanheng.apps.carbon import actions as carbon

POWER = "企业温室气体排放核算方法与报告指南 发电设施 | 2022"
COPIES = "行业企业温室气体核算方法与报告指南 缺省值 | 公开实现甲"
GRID = "电力二氧化碳排放因子 | 2022 | 全国 | 电网平均因子 | 全国平均"


def boiler(cast: dict[str, Any], **more: Any) -> None:
    """Coal on a belt scale (U 1 %, k = 2), carbon by an analyser (U 0.4 % C, repeatability 0.3 % C)."""
    clerk, technician = cast["clerk"], cast["technician"]
    world.instrument(clerk, "BELT", "mass", "t")
    world.instrument(clerk, "CHN", "carbon_content", "%", "0.3", "absolute")
    world.instrument(clerk, "CAL", "heating_value", "MJ/kg")
    world.certificate(technician, "C-BELT", "BELT", "t", [("100", "0", "1")], ("10", "500"), basis="relative")
    world.certificate(technician, "C-CHN", "CHN", "%", [("20", "0", "0.4"), ("90", "0", "0.4")], ("20", "90"))
    world.certificate(
        technician, "C-CAL", "CAL", "MJ/kg", [("10", "0", "0.1"), ("30", "0", "0.1")], ("10", "30")
    )
    stream(cast, **more)


def stream(cast: dict[str, Any], code: str = "COAL", **more: Any) -> Any:
    given = {
        "kind": "fuel", "fuel": "燃煤", "defaults": POWER, "meter": "BELT", "analyser": "CHN",
        "calorimeter": "CAL", **more,
    }  # fmt: skip
    return carbon.register_stream(cast["clerk"], site="S1", code=code, name=code, **given)


def month(cast: dict[str, Any], number: int, amount: str, carbon_ar: str | None = None, **more: Any) -> Any:
    analysis = {"carbon": Decimal(carbon_ar), "basis": "ar"} if carbon_ar else {}
    given = {"stream": "COAL", "year": 2025, "unit": "t", **analysis, **more}
    return carbon.enter_month(cast["clerk"], site="S1", month=number, amount=Decimal(amount), **given)
