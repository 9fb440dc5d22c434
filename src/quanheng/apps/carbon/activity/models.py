"""Activity data: what a site burns or buys, stream by stream and month by month. A month is never rewritten.

A corrected month is a new row; the earlier one keeps from when to when it was what was known, so that a statement
made of it comes out again.
"""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from quanheng.apps.records.base import Owned


class ActivityStream(Owned):
    """One fuel that is burnt, or one energy that is bought: what measures it and which norm values stand in for it."""

    classified = {
        "internal": "site code name kind fuel defaults ratio factor point meter analyser calorimeter sampling "
        "known_from known_to"
    }

    class Kind(models.TextChoices):
        FUEL = "fuel", _("燃料")
        ELECTRICITY = "electricity", _("外购电力")
        HEAT = "heat", _("外购热力")

    class Ratio(models.TextChoices):
        PLAIN = "44/12", _("44/12")
        WEIGHTS = "44.0095/12.0107", _("44.0095/12.0107（原子量 2007）")

    site = models.ForeignKey(
        "monitoring.Site", verbose_name=_("场所"), on_delete=models.PROTECT, related_name="+"
    )
    code = models.CharField(_("活动数据编号"), max_length=40)
    name = models.CharField(_("名称"), max_length=120)
    kind = models.CharField(_("种类"), max_length=12, choices=Kind.choices)
    fuel = models.CharField(_("燃料品种"), max_length=40, blank=True)
    defaults = models.CharField(_("缺省值的出处"), max_length=200, blank=True)
    ratio = models.CharField(_("CO₂ 与碳的质量比"), max_length=20, choices=Ratio.choices, blank=True)
    factor = models.CharField(_("排放因子的出处"), max_length=300, blank=True)
    point = models.CharField(_("测点"), max_length=40, blank=True)
    meter = models.ForeignKey(
        "laboratory.Instrument",
        verbose_name=_("计量器具"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    analyser = models.ForeignKey(
        "laboratory.Instrument",
        verbose_name=_("元素碳分析仪器"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    calorimeter = models.ForeignKey(
        "laboratory.Instrument",
        verbose_name=_("发热量分析仪器"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    sampling = models.DecimalField(
        _("采制样的相对标准不确定度（%）"),
        max_digits=9,
        decimal_places=4,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    known_from = models.DateTimeField(_("登记时间"))
    known_to = models.DateTimeField(_("停用时间"), null=True, blank=True)

    class Meta:
        ordering = ["site", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["site", "code"], condition=models.Q(known_to=None), name="activity_stream_code_once"
            )
        ]
        verbose_name = _("活动数据")

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class ActivityFile(Owned):
    """A file of months that was taken in: how many rows landed, and why the others did not."""

    classified = {"internal": "site name file rows refused problems received_at"}

    site = models.ForeignKey(
        "monitoring.Site", verbose_name=_("场所"), on_delete=models.PROTECT, related_name="+"
    )
    name = models.CharField(_("文件名"), max_length=200)
    file = models.CharField(_("文件校验码"), max_length=64)
    rows = models.PositiveIntegerField(_("收下的行"))
    refused = models.PositiveIntegerField(_("未收的行"))
    problems = models.JSONField(_("未收的原因"), default=list, blank=True)
    received_at = models.DateTimeField(_("收到时间"))

    class Meta:
        ordering = ["-received_at"]
        verbose_name = _("活动数据文件")

    def __str__(self) -> str:
        return self.name


class ActivityMonth(Owned):
    """The amount of one stream in one month and the analysis of its fuel, as known from one time to another."""

    classified = {
        "internal": "stream year month amount unit carbon basis moisture_ar moisture_ad ncv oxidation analysed_on report "
        "file row known_from known_to replaces"
    }

    class Basis(models.TextChoices):
        AS_RECEIVED = "ar", _("收到基")
        AIR_DRIED = "ad", _("空干基")
        DRY = "d", _("干基")

    stream = models.ForeignKey(
        ActivityStream, verbose_name=_("活动数据"), on_delete=models.PROTECT, related_name="months"
    )
    year = models.PositiveIntegerField(_("年"))
    month = models.PositiveIntegerField(_("月"), validators=[MinValueValidator(1), MaxValueValidator(12)])
    amount = models.DecimalField(
        _("数量"), max_digits=20, decimal_places=6, validators=[MinValueValidator(0)]
    )
    unit = models.CharField(_("单位"), max_length=12)
    carbon = models.DecimalField(_("元素碳含量（%）"), max_digits=9, decimal_places=5, null=True, blank=True)
    basis = models.CharField(_("基准"), max_length=2, choices=Basis.choices, blank=True)
    moisture_ar = models.DecimalField(_("全水分（%）"), max_digits=8, decimal_places=4, null=True, blank=True)
    moisture_ad = models.DecimalField(
        _("空干基水分（%）"), max_digits=8, decimal_places=4, null=True, blank=True
    )
    ncv = models.DecimalField(_("低位发热量"), max_digits=12, decimal_places=5, null=True, blank=True)
    oxidation = models.DecimalField(_("碳氧化率（%）"), max_digits=8, decimal_places=4, null=True, blank=True)
    analysed_on = models.DateField(_("分析日期"), null=True, blank=True)
    report = models.CharField(_("检测报告编号"), max_length=80, blank=True)
    file = models.ForeignKey(
        ActivityFile,
        verbose_name=_("文件"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    row = models.PositiveIntegerField(_("文件中的行"), null=True, blank=True)
    known_from = models.DateTimeField(_("录入时间"))
    known_to = models.DateTimeField(_("更正时间"), null=True, blank=True)
    replaces = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="newer"
    )

    class Meta:
        ordering = ["stream", "year", "month", "known_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["stream", "year", "month"],
                condition=models.Q(known_to=None),
                name="activity_month_once",
            )
        ]
        verbose_name = _("活动数据月值")

    def __str__(self) -> str:
        return f"{self.stream.code} {self.year}-{self.month:02d}"
