"""Emission sources and the statements made of them. A statement is never rewritten; a newer one replaces it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from quanheng.apps.carbon.activity.models import ActivityFile, ActivityMonth, ActivityStream
from quanheng.apps.records.base import Owned

__all__ = ["ActivityFile", "ActivityMonth", "ActivityStream", "Source", "Statement"]


class Source(Owned):
    """An emission source whose CO2 is measured: which points carry its inputs, and how they are to be read."""

    classified = {"internal": "site code name form basis points molar_mass molar_volume substitution"}

    class Form(models.TextChoices):
        CONCENTRATION = "concentration", _("浓度 × 流量")
        MASS = "mass", _("监测系统给出的质量流量")

    class Basis(models.TextChoices):
        WET = "wet", _("湿基")
        DRY = "dry", _("干基")

    class Substitution(models.TextChoices):
        NONE = "none", _("不补")
        HJ75 = "hj75", _("HJ 75 的规则")
        PART75 = "part75", _("40 CFR 75 的规则（简化）")

    site = models.ForeignKey(
        "monitoring.Site", verbose_name=_("场所"), on_delete=models.PROTECT, related_name="+"
    )
    code = models.CharField(_("排放源编号"), max_length=40)
    name = models.CharField(_("名称"), max_length=120)
    form = models.CharField(_("测量方式"), max_length=14, choices=Form.choices)
    basis = models.CharField(_("浓度的基准"), max_length=4, choices=Basis.choices, blank=True)
    points = models.JSONField(_("测点"))
    molar_mass = models.CharField(_("摩尔质量的出处"), max_length=200, blank=True)
    molar_volume = models.CharField(_("摩尔体积的出处"), max_length=200, blank=True)
    substitution = models.CharField(
        _("缺测时段"), max_length=10, choices=Substitution.choices, default=Substitution.NONE
    )

    class Meta:
        ordering = ["site", "code"]
        constraints = [models.UniqueConstraint(fields=["site", "code"], name="source_code_once")]
        verbose_name = _("排放源")

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Statement(Owned):
    """A stated emission: value, expanded uncertainty, how it came about, and the readings it is pinned to."""

    classified = {
        "internal": "number site year method edition value standard_uncertainty expanded_uncertainty coverage_factor dof hours hours_of_year lake_version result state "
        "made_at replaces causes touched decided_at reason"
    }

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        PROPOSED = "proposed", _("待确认")
        CURRENT = "current", _("现行")
        REPLACED = "replaced", _("已被替换")
        DECLINED = "declined", _("未采纳")
        SUPERSEDED = "superseded", _("已被更新的重述取代")

    class Method(models.TextChoices):
        CEMS = "cems", _("连续监测法")
        FUEL = "fuel", _("燃料含碳量法")
        ELECTRICITY = "electricity", _("外购电力和热力")

    number = models.CharField(_("编号"), max_length=30, unique=True)
    site = models.ForeignKey(
        "monitoring.Site", verbose_name=_("场所"), on_delete=models.PROTECT, related_name="+"
    )
    year = models.PositiveIntegerField(_("年度"))
    method = models.CharField(_("方法"), max_length=20, choices=Method.choices)
    edition = models.PositiveIntegerField(_("版次"), default=1)
    value = models.DecimalField(_("排放量 t CO₂"), max_digits=18, decimal_places=6)
    standard_uncertainty = models.DecimalField(_("标准不确定度 t"), max_digits=18, decimal_places=6)
    expanded_uncertainty = models.DecimalField(_("扩展不确定度 t"), max_digits=18, decimal_places=6)
    coverage_factor = models.DecimalField(_("包含因子"), max_digits=12, decimal_places=9)
    dof = models.DecimalField(_("有效自由度"), max_digits=20, decimal_places=6, null=True, blank=True)
    hours = models.PositiveIntegerField(_("有读数的小时"))
    hours_of_year = models.PositiveIntegerField(_("全年小时"))
    lake_version = models.BigIntegerField(_("读数版本"))
    result = models.JSONField(_("结果"))
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.CURRENT)
    made_at = models.DateTimeField(_("核算时间"))
    replaces = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="newer"
    )
    causes = models.JSONField(_("重述的起因"), default=list, blank=True)
    touched = models.JSONField(_("涉及的读数和小时"), default=dict, blank=True)
    decided_at = models.DateTimeField(_("确认或不采纳的时间"), null=True, blank=True)
    reason = models.CharField(_("不采纳的原因"), max_length=300, blank=True)

    class Meta:
        ordering = ["-made_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["site", "year", "method"],
                condition=models.Q(state="current"),
                name="statement_current_once",
            ),
            models.UniqueConstraint(
                fields=["site", "year", "method"],
                condition=models.Q(state="proposed"),
                name="statement_proposed_once",
            ),
            models.UniqueConstraint(
                fields=["site", "year", "method", "edition"], name="statement_edition_once"
            ),
        ]
        verbose_name = _("核算结果")

    def __str__(self) -> str:
        return f"{self.number} {self.year}"
