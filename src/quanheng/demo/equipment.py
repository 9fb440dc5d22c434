"""The instruments of the made-up plant and the certificates that they had over three years.

Among the thirty: one ran out in the middle of the year and nobody noticed for a while (the moisture meter), one has a
range that the readings leave (the flow meter), one came late (the flow meter of November), and two analysers share the
year because the first one drifted.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

# code, name, maker, model, serial, quantity, unit, repeatability, its basis
INSTRUMENTS = (
    ("AN-01", "CO₂ 分析仪", "渝仪", "GA-5000", "A5-20117", "co2_concentration", "%", "0.4", "relative"),
    (
        "AN-02",
        "CO₂ 分析仪（备用）",
        "渝仪",
        "GA-5000",
        "A5-20342",
        "co2_concentration",
        "%",
        "0.4",
        "relative",
    ),
    ("FT-01", "烟气流量计", "川流", "UF-300", "U3-00482", "flow", "m³/h", "0.8", "relative"),
    ("TT-01", "温度变送器", "渝仪", "TT-100", "T1-33901", "temperature", "°C", "0.2", "absolute"),
    ("PT-01", "绝压变送器", "渝仪", "PT-200", "P2-10277", "pressure", "kPa", "0.05", "absolute"),
    ("MT-01", "湿度仪", "川测", "HM-20", "H2-05512", "moisture", "%", "0.1", "absolute"),
    ("BC-01", "入炉煤皮带秤", "渝衡", "ICS-17", "IC-7741", "mass", "t", "0.2", "relative"),
    ("EA-01", "元素分析仪", "川析", "CHN-6", "C6-1180", "carbon_content", "%", "0.3", "relative"),
    ("BL-01", "全水分天平", "渝衡", "BS-220", "BS-9035", "moisture", "%", "0.1", "absolute"),
    ("LR-01", "量热仪", "川析", "LR-8", "L8-0452", "heating_value", "GJ/t", "0.1", "relative"),
    ("WH-01", "关口电能表", "渝电", "DTZ-331", "D3-66120", "active_energy", "kWh", "0.05", "relative"),
    ("GF-01", "启动用天然气流量计", "川流", "TBQ-80", "TB-2207", "gas_volume", "m³", "0.5", "relative"),
)


# quantity -> what the centre measured against, down to the national standard; and until when that was good
STANDARDS = {
    "co2_concentration": ("氮中二氧化碳气体标准物质（示例）", dt.date(2026, 12, 31)),
    "flow": ("音速喷嘴法气体流量国家标准（示例）", dt.date(2027, 6, 30)),
    "gas_volume": ("音速喷嘴法气体流量国家标准（示例）", dt.date(2027, 6, 30)),
    "temperature": ("铂电阻温度计国家标准（示例）", dt.date(2027, 3, 31)),
    "pressure": ("活塞式压力计国家标准（示例）", dt.date(2027, 9, 30)),
    "moisture": ("双压法湿度国家标准（示例）", dt.date(2026, 12, 31)),
    "mass": ("千克原器组国家标准（示例）", dt.date(2028, 12, 31)),
    "carbon_content": ("煤中元素标准物质（示例）", dt.date(2027, 12, 31)),
    "heating_value": ("苯甲酸量热标准物质（示例）", dt.date(2027, 12, 31)),
    "active_energy": ("交流功率国家标准（示例）", dt.date(2027, 12, 31)),
}


@dataclass(frozen=True, slots=True)
class Paper:
    """A certificate as the centre issued it; points are (nominal, error, U) in the unit or in %, k = 2."""

    number: str
    instrument: str
    unit: str
    basis: str
    points: tuple[tuple[str, str, str], ...]
    start: dt.date
    end: dt.date

    @property
    def range(self) -> tuple[Decimal, Decimal]:
        """Lowest and highest calibrated point."""
        nominal = sorted(Decimal(point[0]) for point in self.points)
        return nominal[0], nominal[-1]


def _papers(code: str, unit: str, basis: str, shape: str, *terms: str) -> list[Paper]:
    """Certificates of one instrument: the points of `shape`, and one `number first last errors` for each term."""
    grid = [point.split("±") for point in shape.split()]
    made = []
    for term in terms:
        number, first, last, errors = term.split()
        points = tuple((x, e, U) for (x, U), e in zip(grid, errors.split(","), strict=True))
        days = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
        made.append(Paper(f"JL-{number}", code, unit, basis, points, *days))
    return made


CERTIFICATES = (
    *_papers("AN-01", "%", "absolute", "5±0.10 10±0.12 15±0.16",
             "2024-0188 2024-01-08 2024-07-07 0.02,0.03,0.04",
             "2024-1188 2024-07-01 2024-12-31 0.03,0.05,0.06",
             "2025-0012 2025-01-01 2025-06-30 0.03,0.05,0.07",
             "2025-1204 2025-07-01 2025-12-31 -0.02,-0.03,-0.05"),
    *_papers("AN-02", "%", "absolute", "5±0.10 10±0.12 15±0.16",
             "2024-1431 2024-11-20 2025-11-19 0.01,0.01,0.02",
             "2025-1877 2025-11-18 2026-11-17 0.01,0.02,0.03"),
    *_papers("FT-01", "m³/h", "relative", "300000±3.0 600000±2.4 1000000±2.2",
             "2023-2091 2023-11-02 2024-10-31 0.5,0.4,0.4",
             "2024-2207 2024-11-01 2025-10-31 0.6,0.4,0.5",
             "2025-2316 2025-11-12 2026-11-11 0.7,0.5,0.5"),
    *_papers("TT-01", "°C", "absolute", "0±0.3 50±0.3 100±0.4",
             "2023-0905 2023-09-18 2024-09-17 0.1,0.1,0.1",
             "2024-0917 2024-09-17 2026-09-16 0.1,0.1,0.2"),
    *_papers("PT-01", "kPa", "absolute", "80±0.06 100±0.06 120±0.08",
             "2024-0029 2024-01-03 2024-12-31 0.02,0.02,0.03",
             "2025-0031 2025-01-01 2025-12-31 0.02,0.03,0.03"),
    *_papers("MT-01", "%", "absolute", "5±0.5 15±0.6 25±0.9",
             "2023-1502 2023-07-02 2024-06-30 0.1,0.2,0.2",
             "2024-0733 2024-07-01 2025-06-30 0.1,0.2,0.3",
             "2025-1655 2025-10-16 2026-10-15 0.1,0.2,0.2"),
    *_papers("BC-01", "t", "relative", "100±0.50 500±0.50 1000±0.50",
             "2023-2240 2023-12-20 2024-06-19 0.3,0.2,0.3",
             "2024-0871 2024-06-18 2024-12-17 0.2,0.2,0.2",
             "2024-2318 2024-12-16 2025-06-15 0.2,0.3,0.2",
             "2025-0871 2025-06-14 2025-12-31 0.4,0.3,0.3"),
    *_papers("EA-01", "%", "absolute", "40±0.40 60±0.40 80±0.50",
             "2024-0077 2024-01-16 2025-01-15 0.10,0.10,0.15",
             "2025-0077 2025-01-14 2026-01-13 0.10,0.15,0.15"),
    *_papers("BL-01", "%", "absolute", "1±0.10 10±0.15 20±0.20",
             "2024-0078 2024-01-16 2025-01-15 0.02,0.03,0.05",
             "2025-0078 2025-01-14 2026-01-13 0.02,0.03,0.05"),
    *_papers("LR-01", "GJ/t", "relative", "15±0.5 20±0.5 25±0.5",
             "2024-1310 2024-09-02 2025-09-01 0.1,0.1,0.1",
             "2025-1310 2025-09-01 2026-08-31 0.1,0.1,0.1"),
    *_papers("WH-01", "kWh", "relative", "100±0.10 1000±0.10 10000±0.12",
             "2023-5520 2023-03-01 2025-02-28 0.05,0.05,0.06",
             "2025-5520 2025-02-27 2027-02-26 0.05,0.06,0.06"),
    *_papers("GF-01", "m³", "relative", "50±0.8 500±0.6 1000±0.6",
             "2024-1980 2024-05-06 2025-05-05 0.3,0.2,0.2",
             "2025-1980 2025-05-05 2026-05-04 0.3,0.3,0.2"),
)  # fmt: skip
