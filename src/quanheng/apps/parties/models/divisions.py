"""Administrative divisions with the time in which they exist, and what became of them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from quanheng.apps.records.base import Record


class Division(Record):
    """A province, city, district or county. Its GB/T 2260 code may be unknown; it is never invented."""

    classified = {"public": "code name name_en level parent valid_from valid_to source"}

    class LevelOf(models.TextChoices):
        PROVINCE = "province", _("省级")
        CITY = "city", _("地级")
        COUNTY = "county", _("县级")
        FUNCTIONAL = "functional", _("功能区")

    code = models.CharField(_("行政区划代码"), max_length=12, blank=True, db_index=True)
    name = models.CharField(_("名称"), max_length=80)
    name_en = models.CharField(_("英文名称"), max_length=120, blank=True)
    level = models.CharField(_("级别"), max_length=12, choices=LevelOf.choices)
    parent = models.ForeignKey(
        "self", verbose_name=_("上级"), null=True, blank=True, on_delete=models.PROTECT
    )
    valid_from = models.DateField(_("起始"), null=True, blank=True)
    valid_to = models.DateField(_("终止"), null=True, blank=True)
    source = models.CharField(_("来源"), max_length=200, blank=True)

    class Meta:
        ordering = ["code", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["code", "valid_from"], condition=~models.Q(code=""), name="division_code_once"
            )
        ]
        verbose_name = _("行政区划")

    def __str__(self) -> str:
        return self.name


class Succession(Record):
    """One division took over the territory of another, on a day that may be unknown."""

    classified = {"public": "old new on source"}

    old = models.ForeignKey(
        Division, verbose_name=_("原区划"), on_delete=models.PROTECT, related_name="successions"
    )
    new = models.ForeignKey(
        Division, verbose_name=_("现区划"), on_delete=models.PROTECT, related_name="predecessors"
    )
    on = models.DateField(_("日期"), null=True, blank=True)
    source = models.CharField(_("来源"), max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["old", "new"], name="succession_once")]

    def __str__(self) -> str:
        return f"{self.old} → {self.new}"
