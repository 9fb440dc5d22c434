"""Says in the reader's language what is wrong with an input: the schema's findings, and the sentences of the acts.

The acts speak English, because the command line and the API answer in it; here stand the words for the page. A
sentence without words here is shown as it is. Nothing is judged here.
"""

from __future__ import annotations

from typing import Any

import pydantic
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from quanheng.errors import Problem

# What the schema finds, by pydantic's name of the error; values in braces come with the error.
SCHEMA = {
    "missing": gettext_lazy("请填写"),
    "string_too_short": gettext_lazy("至少 {min_length} 个字"),
    "string_too_long": gettext_lazy("最多 {max_length} 个字"),
    "string_pattern_mismatch": gettext_lazy("格式不对，应符合 {pattern}"),
    "string_type": gettext_lazy("应为文字"),
    "int_parsing": gettext_lazy("应为整数"),
    "int_type": gettext_lazy("应为整数"),
    "int_from_float": gettext_lazy("应为整数"),
    "decimal_parsing": gettext_lazy("应为数字"),
    "decimal_type": gettext_lazy("应为数字"),
    "finite_number": gettext_lazy("应为有限的数"),
    "bool_parsing": gettext_lazy("应为是或否"),
    "greater_than": gettext_lazy("应大于 {gt}"),
    "greater_than_equal": gettext_lazy("不小于 {ge}"),
    "less_than": gettext_lazy("应小于 {lt}"),
    "less_than_equal": gettext_lazy("不大于 {le}"),
    "date_parsing": gettext_lazy("应为日期，如 2026-11-21"),
    "date_from_datetime_parsing": gettext_lazy("应为日期，如 2026-11-21"),
    "datetime_parsing": gettext_lazy("应为时间，如 2026-11-21T08:30+08:00"),
    "timezone_aware": gettext_lazy("应写明时区"),
    "literal_error": gettext_lazy("只能是 {expected}"),
    "enum": gettext_lazy("只能是 {expected}"),
    "too_short": gettext_lazy("至少 {min_length} 项"),
    "too_long": gettext_lazy("最多 {max_length} 项"),
    "list_type": gettext_lazy("应为列表"),
    "dict_type": gettext_lazy("应为名称与值的对照"),
    "model_type": gettext_lazy("应为名称与值的对照"),
    "extra_forbidden": gettext_lazy("没有这一项"),
    "is_instance_of": gettext_lazy("请选一个文件"),
}

# What acts say. The key is the act's own English sentence.
SENTENCES = {
    "unknown organisation": gettext_lazy("没有这个单位"),
    "unknown person": gettext_lazy("没有这个人员"),
    "unknown site": gettext_lazy("没有这个场所"),
    "unknown point": gettext_lazy("没有这个测点"),
    "unknown instrument": gettext_lazy("没有这个器具"),
    "unknown certificate": gettext_lazy("没有这份证书"),
    "unknown source": gettext_lazy("没有这个排放源"),
    "no such file": gettext_lazy("没有这个文件"),
    "is empty": gettext_lazy("是空的"),
    "is not in force": gettext_lazy("已经失效"),
    "exists already": gettext_lazy("已经有了"),
    "ends before it begins": gettext_lazy("结束早于开始"),
    "lies before its beginning": gettext_lazy("早于起点"),
    "not a finite number": gettext_lazy("不是有限的数"),
    "not a date": gettext_lazy("不是日期"),
    "a column is missing": gettext_lazy("缺一列"),
    "an unknown column": gettext_lazy("有一列不认识"),
    "is not a CSV table": gettext_lazy("不是 CSV 表格"),
    "no reading in this file": gettext_lazy("文件里没有可用的读数"),
    "was taken in already, nothing was added": gettext_lazy("这个文件导入过，没有重复导入"),
    "another instrument stood at this point at that time": gettext_lazy("这段时间该测点已装有另一台器具"),
    "end its installation first": gettext_lazy("请先登记它的拆除"),
    "not a time with a time zone": gettext_lazy("不是带时区的时间"),
    "name a file that exists": gettext_lazy("请选一个存在的文件"),
    "the login name of an active account": gettext_lazy("可以登录的登录名"),
    "unknown stream of activity data": gettext_lazy("没有这项活动数据"),
    "not a guideline with its edition": gettext_lazy("应写“指南 | 版本”"),
    "this guideline gives nothing for this fuel": gettext_lazy("这份指南没有这种燃料"),
    "unknown guideline or edition": gettext_lazy("没有这份指南或这个版本"),
    "is a factor of another kind": gettext_lazy("不是这种能源的因子"),
    "does not belong to this kind": gettext_lazy("这一种类不用填"),
    "is told by the installations at the point": gettext_lazy("由测点上的安装说明，不在这里填"),
    "is not over yet": gettext_lazy("还没有结束"),
    "belongs to a fuel": gettext_lazy("只有燃料才填"),
    "is of no use without the carbon content": gettext_lazy("没有元素碳含量就不用填"),
    "a gas is entered by its heating value": gettext_lazy("气体按低位发热量录入"),
    "is needed with this carbon content": gettext_lazy("按这个基准要填"),
    "leaves nothing of the fuel": gettext_lazy("不能到 100%"),
    "is not given by the guideline": gettext_lazy("指南没有给出，请填实测值"),
    "is not measured, and the guideline gives no default": gettext_lazy("没有实测，指南也没有缺省值"),
    "stands so already, nothing was changed": gettext_lazy("与已有的相同，没有改动"),
    "this month stands in the file twice": gettext_lazy("这个月在文件里出现两次"),
    "the site has no activity data for this method": gettext_lazy("这个场所没有这种方法的活动数据"),
    "no month of this year is known": gettext_lazy("这一年没有月值"),
    "the two methods have no hour in common": gettext_lazy("两种方法没有都有数据的小时"),
    "takes two different methods": gettext_lazy("要选两种不同的方法"),
    "is read at a point": gettext_lazy("由测点读数得出，不按月录入"),
    "this hour has no complete reading: it was put in by rule": gettext_lazy(
        "这个小时没有齐全的读数，是按规则补入的"
    ),
}


def schema_words(error: pydantic.ValidationError) -> list[Problem]:
    """The findings of a schema in words."""
    return [_finding(one) for one in error.errors(include_url=False)]


def _finding(one: Any) -> Problem:
    place = ".".join(str(part + 1 if isinstance(part, int) else part) for part in one["loc"])
    words = SCHEMA.get(one["type"])
    if words is None:
        return Problem(one["msg"].removeprefix("Value error, "), field=place)
    return Problem(str(words).format(**{"expected": "", **one.get("ctx", {})}), field=place)


def spoken(problem: Problem) -> str:
    """A problem in one sentence of the present language: what is wrong, what was found, what to do."""
    parts = [_said(problem.message)]
    if problem.found:
        parts.append(_("填的是 %(found)s") % {"found": problem.found})
    if problem.expected:
        parts.append(_("应为 %(expected)s") % {"expected": _said(problem.expected)})
    if problem.remedy:
        parts.append(_said(problem.remedy))
    text = _("，").join(part.rstrip("。") for part in parts)
    return _("第 %(row)s 行：%(text)s") % {"row": problem.row, "text": text} if problem.row else text


def _said(sentence: str) -> str:
    if (get_language() or "").startswith("en"):
        return sentence
    return str(SENTENCES.get(sentence, sentence))
