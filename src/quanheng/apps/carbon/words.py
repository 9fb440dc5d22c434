"""What is computed, in the words of the pages: inputs, verdicts, reasons, states, and how far a factor was checked."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

INPUTS = {
    "concentration": _("CO₂ 浓度"),
    "flow": _("烟气流量"),
    "temperature": _("烟气温度"),
    "pressure": _("烟气压力"),
    "moisture": _("烟气含湿量"),
    "mass": _("CO₂ 质量流量"),
    "concentration_relative": _("CO₂ 浓度（相对）"),
    "flow_relative": _("烟气流量（相对）"),
    "molar_mass": _("摩尔质量"),
    "molar_volume": _("摩尔体积"),
}
VERDICTS: dict[str, tuple[str, Any]] = {
    "covered": ("ok", _("覆盖")),
    "conditional": ("warn", _("附条件")),
    "not covered": ("bad", _("未覆盖")),
}
REASONS = {
    "out_of_range": _("超出证书范围"),
    "expired": _("证书已过有效期"),
    "undated": _("证书没有写有效期"),
    "no_certificate": _("没有证书"),
}
STATES: dict[str, tuple[str, Any]] = {
    "draft": ("mute", _("草稿")),
    "proposed": ("warn", _("待确认")),
    "current": ("ok", _("现行")),
    "replaced": ("mute", _("已被替换")),
    "declined": ("mute", _("未采纳")),
    "superseded": ("mute", _("已被更新的重述取代")),
}
CAUSES = {
    "certificate": _("证书"),
    "installation": _("安装"),
    "readings": _("读数"),
    "norm": _("因子"),
    "enlargements": _("加大办法"),
    "activity_month": _("活动数据"),
}
CHECKED: dict[str, tuple[str, Any]] = {
    "none": ("mute", _("未核对")),
    "one reader": ("warn", _("一人核对")),
    "two readers": ("ok", _("两人核对")),
}
METHODS = {"cems": _("连续监测法")}


def named(words: dict[str, Any], key: str) -> Any:
    """The word for a key; a key that has none stands as it is."""
    return words.get(key, key)


def norm_in_words(key: str) -> str:
    """The key of a norm value, `norm | edition | table | item | basis`, as people read it."""
    return ", ".join(part.strip() for part in key.split("|") if part.strip())
