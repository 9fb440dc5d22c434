"""What can be wrong with a row, in the words of the page. The parser itself speaks English, as all errors do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from django.utils.translation import gettext_lazy as _

MESSAGES = {
    "not a number": _("不是数字。"),
    "not a time": _("不是时间。"),
    "not a time of a reading": _("不会是读数的时间。"),
    "lies in the future": _("在将来，不会是测得的。"),
    "this time stands in the file twice": _("这个时间在文件里出现两次。"),
    "this time does not exist: the clock was put forward over it": _("这个时间不存在：夏令时把钟拨过去了。"),
    "this time came twice: the clock was put back": _("这个时间有两次：夏令时把钟拨回了。"),
    "not the start of an interval": _("不是一个间隔的起点。"),
    "has more fields than the header": _("这一行的列比表头多。"),
    "has fewer fields than the header": _("这一行的列比表头少。"),
}
REMEDIES = {
    "write it without separators between thousands": _("请去掉千位分隔符。"),
    "write numbers without separators between thousands, and every row to its end": _(
        "请去掉千位分隔符，并把每行写全。"
    ),
    "write it with its offset, for example +01:00": _("请写上与协调世界时的差，例如 +01:00。"),
}


def told(problems: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Stored problems as the report of an import shows them."""
    return [
        {
            **problem,
            "message": MESSAGES.get(problem["message"], problem["message"]),
            "remedy": REMEDIES.get(problem.get("remedy", ""), problem.get("remedy", "")),
        }
        for problem in problems
    ]


TESTS = {
    "gap": _("缺测"),
    "range": _("超量程"),
    "spike": _("突跳"),
    "stuck": _("长时间不变"),
    "derived": _("由另一序列推算，不是独立测量"),
    "duplicate_identical": _("重复，数值相同"),
    "duplicate_conflicting": _("重复，数值不同"),
    "out_of_order": _("顺序不对"),
    "unreadable": _("无法读出"),
}
LANES = {
    "gap": _("缺测"),
    "range": _("超限"),
    "spike": _("突跳"),
    "stuck": _("不变"),
}  # short, beside a chart
RULES = {
    "complete": (_("完整"), _("应有读数的间隔都有读数")),
    "valid": (_("有效"), _("读数在被测量的合理范围内")),
    "consistent": (_("一致"), _("同一时间先后收到的数值相同")),
    "timely": (_("及时"), _("在规定的天数内首次收到")),
    "plausible": (_("合理"), _("没有突跳，也没有长时间不变")),
    "traceable": (_("可溯源"), _("测点上有器具，器具当时有在效证书")),
}


def called(test: str) -> Any:
    """The word of a test."""
    return TESTS.get(test, test)


def ratio_text(ratio: float) -> str:
    """A ratio of two series with six digits and without an exponent."""
    return np.format_float_positional(ratio, precision=6, fractional=False, trim="-")


EXPLAINED = {
    "gap": _("应有 %(n)s 个读数没有"),
    "range": _("应在 %(low)s 至 %(high)s 之间"),
    "spike": _("离前后各 %(half_window)s 个读数的中位数超过 %(threshold)s 倍稳健标准偏差，随即回来"),
    "stuck": _("连续 %(n)s 个读数不变，最多容许 %(most)s 个"),
}


def explained(test: str, n: int, parameters: Mapping[str, Any]) -> str:
    """Why readings carry a flag, in one sentence with the figures of its rule; empty where there is none."""
    if test not in EXPLAINED:
        return ""
    shown = {name: f"{value:g}" for name, value in parameters.items() if isinstance(value, int | float)}
    return EXPLAINED[test] % {**shown, "n": n, "most": int(parameters.get("count", 1)) - 1}
