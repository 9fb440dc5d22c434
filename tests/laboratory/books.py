"""Workbooks of the laboratory for tests: sheets by name, rows as lists, the head of each sheet first."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from quanheng.apps.records.uploads import Upload

INSTRUMENT_HEAD = [
    "所属单位", "器具编号", "名称", "制造单位", "型号规格", "出厂编号", "被测量", "计量单位",
]  # fmt: skip
CERTIFICATE_HEAD = [
    "出具单位", "证书编号", "种类", "器具所属单位", "器具编号", "签发日期", "生效日期", "有效期至", "计量单位",
    "误差的表示", "范围下限", "范围上限",
]  # fmt: skip
POINT_HEAD = ["出具单位", "证书编号", "示值", "示值误差", "修正值", "U", "k"]
STANDARD_HEAD = ["出具单位", "证书编号", "标准名称", "标准的证书", "标准有效期至", "级别"]
DAY = dt.date(2025, 1, 2)


def analyser(code: str = "AN", owner: str = "PLANT") -> list[Any]:
    return [owner, code, "分析仪", "示例", "GA-1", f"S-{code}", "co2_concentration", "%"]


def paper(number: str = "N-1", code: str = "AN", issuer: str = "LAB", **changed: Any) -> list[Any]:
    row = dict(
        zip(
            CERTIFICATE_HEAD,
            [issuer, number, "校准证书", "PLANT", code, DAY, DAY, dt.date(2026, 1, 1), "%", "绝对值", 5, 15],
            strict=True,
        )
    )
    return list({**row, **changed}.values())


def point(
    number: str = "N-1", nominal: Any = 5, error: Any = 0.1, correction: Any = None, U: Any = 0.2
) -> list:
    return ["LAB", number, nominal, error, correction, U, 2]


def saved(folder: Path, name: str = "lab.xlsx", **sheets: list[list[Any]]) -> Upload:
    heads = {
        "器具": INSTRUMENT_HEAD, "证书": CERTIFICATE_HEAD, "校准点": POINT_HEAD, "所用标准": STANDARD_HEAD,
    }  # fmt: skip
    book = Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        table = book.create_sheet(title)
        for row in [heads[title], *rows]:
            table.append(row)
    path = folder / name
    book.save(path)
    return Upload(name, path)
