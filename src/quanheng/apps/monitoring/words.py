"""What can be wrong with a row, in the words of the page. The parser itself speaks English, as all errors do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

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
