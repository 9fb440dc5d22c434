"""Sites, points, installations, batches of readings and judgements of them. The readings themselves lie in the lake."""

from __future__ import annotations

import zoneinfo

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from quanheng.apps.monitoring.quantities import quantities
from quanheng.apps.records.base import Owned


def known_zone(name: str) -> None:
    """A site's time zone must be one that this machine knows."""
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        raise ValidationError(_("没有这个时区：%(name)s"), params={"name": name}) from None


def known_quantity(key: str) -> None:
    """A point measures one of the quantities of `quantities.yaml`."""
    if key not in quantities():
        raise ValidationError(_("没有这个被测量：%(key)s"), params={"key": key})


class Site(Owned):
    """A place with points; its time zone decides what its day and year are."""

    classified = {"internal": "code name time_zone division"}

    code = models.CharField(_("场所编号"), max_length=40, unique=True)
    name = models.CharField(_("名称"), max_length=120)
    time_zone = models.CharField(_("时区"), max_length=40, default="Asia/Shanghai", validators=[known_zone])
    division = models.ForeignKey(
        "parties.Division",
        verbose_name=_("所在地"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    class Meta:
        ordering = ["code"]
        verbose_name = _("场所")

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Point(Owned):
    """A measuring point of a site: one quantity, one interval."""

    classified = {"internal": "site code name quantity interval"}

    site = models.ForeignKey(Site, verbose_name=_("场所"), on_delete=models.PROTECT, related_name="points")
    code = models.CharField(_("测点编号"), max_length=40)
    name = models.CharField(_("名称"), max_length=120)
    quantity = models.CharField(_("被测量"), max_length=40, validators=[known_quantity])
    interval = models.PositiveIntegerField(_("间隔（秒）"), default=3600)

    class Meta:
        ordering = ["site", "code"]
        constraints = [models.UniqueConstraint(fields=["site", "code"], name="point_code_once")]
        verbose_name = _("测点")

    def __str__(self) -> str:
        return f"{self.site.code}/{self.code}"

    @property
    def unit(self) -> str:
        """The unit in which the readings of this point are kept."""
        return quantities()[self.quantity].unit


class Installation(Owned):
    """An instrument at a point from one time to another, as it was known from one time to another."""

    classified = {"internal": "point instrument acts_on valid_from valid_to known_from known_to"}

    point = models.ForeignKey(
        Point, verbose_name=_("测点"), on_delete=models.PROTECT, related_name="installations"
    )
    instrument = models.ForeignKey(
        "laboratory.Instrument", verbose_name=_("器具"), on_delete=models.PROTECT, related_name="+"
    )
    acts_on = models.CharField(_("作用于"), max_length=40, blank=True)
    valid_from = models.DateTimeField(_("安装时间"))
    valid_to = models.DateTimeField(_("拆除时间"), null=True, blank=True)
    known_from = models.DateTimeField(_("登记时间"))
    known_to = models.DateTimeField(_("更正时间"), null=True, blank=True)

    class Meta:
        ordering = ["point", "valid_from"]
        verbose_name = _("安装")

    def __str__(self) -> str:
        return f"{self.point} · {self.instrument}"


class Batch(Owned):
    """Readings taken in together. Their place in the lake is `seq`; a batch not listed here is never read."""

    classified = {
        "internal": "site seq batch_key file name rows refused first last root received_at problems"
    }

    site = models.ForeignKey(Site, verbose_name=_("场所"), on_delete=models.PROTECT, related_name="batches")
    seq = models.BigIntegerField(_("提交序号"), unique=True)
    batch_key = models.CharField(_("批次键"), max_length=200, unique=True)
    file = models.CharField(_("文件校验码"), max_length=64)
    name = models.CharField(_("文件名"), max_length=200)
    rows = models.BigIntegerField(_("读数"))
    refused = models.BigIntegerField(_("未收的行"))
    first = models.DateTimeField(_("最早"), null=True)
    last = models.DateTimeField(_("最晚"), null=True)
    root = models.CharField(_("默克尔根"), max_length=64)
    received_at = models.DateTimeField(_("收到时间"))
    problems = models.JSONField(_("未收的原因"), default=list, blank=True)

    class Meta:
        ordering = ["-seq"]
        verbose_name = _("读数批次")

    def __str__(self) -> str:
        return f"#{self.seq} {self.name}"


class QualityReport(Owned):
    """A judgement of a site's readings over a period: by which rules, at which state of the readings, and why.

    `shares`, `points` and `flags` hold numbers of readings and moments; nothing here changes a reading.
    """

    classified = {
        "internal": "site start end commit without known_at rules rules_version rules_digest score shares points "
        "flags flag_count refused judged_at"
    }

    site = models.ForeignKey(Site, verbose_name=_("场所"), on_delete=models.PROTECT, related_name="+")
    start = models.DateTimeField(_("自"))
    end = models.DateTimeField(_("至（不含）"))
    commit = models.BigIntegerField(_("读数版本"))
    without = models.JSONField(_("不含的提交"), default=list, blank=True)
    known_at = models.DateTimeField(_("按何时所知"))
    rules = models.CharField(_("规则"), max_length=60)
    rules_version = models.CharField(_("规则版本"), max_length=40)
    rules_digest = models.CharField(_("规则校验码"), max_length=64)
    score = models.DecimalField(_("得分"), max_digits=5, decimal_places=2, null=True)
    shares = models.JSONField(_("各项"), default=list)
    points = models.JSONField(_("各测点"), default=list)
    flags = models.JSONField(_("标记"), default=list, blank=True)
    flag_count = models.BigIntegerField(_("标记数"), default=0)
    refused = models.BigIntegerField(_("未收的行"), default=0)
    judged_at = models.DateTimeField(_("评价时间"))

    class Meta:
        ordering = ["-judged_at"]
        verbose_name = _("数据质量评价")

    def __str__(self) -> str:
        return f"{self.site.code} {self.start:%Y-%m-%d}/{self.end:%Y-%m-%d}"
