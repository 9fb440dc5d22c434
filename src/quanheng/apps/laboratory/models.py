"""Instruments and certificates in their smallest form: enough to say which certificate covered a reading."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.utils.translation import gettext_lazy as _

from quanheng.apps.records.base import Owned


class Instrument(Owned):
    """A measuring instrument, known by maker, model and serial number."""

    classified = {"internal": "code name maker model serial quantity unit repeatability repeatability_basis"}

    class Basis(models.TextChoices):
        ABSOLUTE = "absolute", _("绝对值")
        RELATIVE = "relative", _("相对示值（%）")

    code = models.CharField(_("器具编号"), max_length=40)
    name = models.CharField(_("名称"), max_length=80)
    maker = models.CharField(_("制造单位"), max_length=120)
    model = models.CharField(_("型号规格"), max_length=80)
    serial = models.CharField(_("出厂编号"), max_length=80)
    quantity = models.CharField(_("被测量"), max_length=40)
    unit = models.CharField(_("计量单位"), max_length=20)
    repeatability = models.DecimalField(
        _("重复性标准偏差"), max_digits=18, decimal_places=9, null=True, blank=True
    )
    repeatability_basis = models.CharField(
        _("重复性的表示"), max_length=10, choices=Basis.choices, default=Basis.RELATIVE
    )

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "code"], name="instrument_code_once"),
            models.UniqueConstraint(fields=["maker", "model", "serial"], name="instrument_serial_once"),
        ]
        verbose_name = _("计量器具")

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Certificate(Owned):
    """What an issuing organisation states of one instrument; it belongs to its issuer and is never rewritten."""

    classified = {
        "public": "number kind issued_on state",
        "internal": "instrument valid_from valid_until unit basis points range_low range_high standards ended_on reason "
        "entered_by known_from ended_at",
    }

    class Kind(models.TextChoices):
        VERIFICATION = "verification", _("检定证书")
        CALIBRATION = "calibration", _("校准证书")
        TEST = "test", _("测试报告")

    class State(models.TextChoices):
        VALID = "valid", _("有效")
        REVOKED = "revoked", _("已撤销")
        REPLACED = "replaced", _("已被替换")

    class EnteredBy(models.TextChoices):
        ISSUER = "issuer", _("出具单位录入")
        HOLDER = "holder", _("器具所属单位录入，出具单位未确认")

    number = models.CharField(_("证书编号"), max_length=60)
    kind = models.CharField(_("种类"), max_length=14, choices=Kind.choices)
    instrument = models.ForeignKey(
        Instrument, verbose_name=_("器具"), on_delete=models.PROTECT, related_name="certificates"
    )
    issued_on = models.DateField(_("签发日期"))
    valid_from = models.DateField(_("生效日期"))
    valid_until = models.DateField(_("有效期至"), null=True, blank=True)
    unit = models.CharField(_("计量单位"), max_length=20)
    basis = models.CharField(_("误差的表示"), max_length=10, choices=Instrument.Basis.choices)
    points = models.JSONField(_("校准点"))
    range_low = models.DecimalField(_("范围下限"), max_digits=24, decimal_places=9)
    range_high = models.DecimalField(_("范围上限"), max_digits=24, decimal_places=9)
    standards = models.CharField(_("所用计量标准"), max_length=300, blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.VALID)
    ended_on = models.DateField(_("撤销或替换日期"), null=True, blank=True)
    reason = models.CharField(_("原因"), max_length=300, blank=True)
    entered_by = models.CharField(_("由谁录入"), max_length=6, choices=EnteredBy.choices)
    known_from = models.DateTimeField(_("录入时间"))
    ended_at = models.DateTimeField(_("撤销或替换时间"), null=True, blank=True)

    class Meta:
        ordering = ["-issued_on", "number"]
        constraints = [models.UniqueConstraint(fields=["owner", "number"], name="certificate_number_once")]
        verbose_name = _("证书")

    def state_at(self, moment: dt.datetime) -> str:
        """What was known of it at a moment: a later revocation does not change what stood before."""
        known = self.ended_at is None or self.ended_at <= moment
        return self.state if known else self.State.VALID

    def __str__(self) -> str:
        return self.number
