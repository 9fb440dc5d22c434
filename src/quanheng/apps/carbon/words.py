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
    "fuel_amount_relative": _("燃料量（相对）"),
    "carbon": _("元素碳含量"),
    "ncv": _("低位发热量"),
    "moisture_ar": _("全水分"),
    "moisture_ad": _("空干基水分"),
    "oxidation": _("碳氧化率"),
    "sampling_relative": _("采制样（相对）"),
    "energy_relative": _("购入能量（相对）"),
    "factor_relative": _("排放因子"),
    "emission_factor": _("排放因子"),
    "default_content": _("单位热值含碳量缺省值"),
    "default_ncv": _("低位发热量缺省值"),
    "default_oxidation": _("碳氧化率缺省值"),
    "default_content_relative": _("单位热值含碳量缺省值（相对）"),
    "default_ncv_relative": _("低位发热量缺省值（相对）"),
    "default_oxidation_relative": _("碳氧化率缺省值（相对）"),
    "molar_mass_co2": _("CO₂ 的摩尔质量"),
    "molar_mass_c": _("碳的摩尔质量"),
    "substituted_relative": _("缺测补入（相对）"),
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
    "default": _("用了指南的缺省值"),
    "substituted": _("缺测时段按规则补入"),
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
    "substitution": _("缺测补入的规则"),
}
CHECKED: dict[str, tuple[str, Any]] = {
    "none": ("mute", _("未核对")),
    "one reader": ("warn", _("一人核对")),
    "two readers": ("ok", _("两人核对")),
}
METHODS = {"cems": _("连续监测法"), "fuel": _("燃料含碳量法"), "electricity": _("外购电力和热力")}
HOW = {
    "measured carbon": _("实测元素碳"),
    "measured heating value": _("实测发热量，含碳量取缺省值"),
    "default": _("发热量和含碳量都取缺省值"),
    "factor": _("排放因子"),
}


def component(label: str, name: str) -> str:
    """The label of a component as people read it: an input in it goes by its word, not by its key."""
    return label.replace(f"（{name}）", f"（{named(INPUTS, name)}）")


def named(words: dict[str, Any], key: str) -> Any:
    """The word for a key; a key that has none stands as it is."""
    return words.get(key, key)


def norm_in_words(key: str) -> str:
    """The key of a norm value, `norm | edition | table | item | basis`, as people read it."""
    return ", ".join(part.strip() for part in key.split("|") if part.strip())
