"""Instruments, certificates, the standards that they name, and checks: enough to say what stood behind a reading."""

from __future__ import annotations

import base64
import datetime as dt
import secrets

from django.db import models
from django.utils.translation import gettext_lazy as _

from quanheng.apps.records.base import Owned


def new_code() -> str:
    """A verification code: 128 random bits in base 32, so that nobody finds a certificate by trying."""
    return base64.b32encode(secrets.token_bytes(16)).decode().rstrip("=")


class Instrument(Owned):
    """A measuring instrument or standard, known by maker, model and serial number.

    An empty unit says that nobody stated one: such an instrument is listed, but takes no certificate.
    """

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
    unit = models.CharField(_("计量单位"), max_length=20, blank=True)
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
    """What an issuing organisation states of one instrument; it belongs to its issuer and is never rewritten.

    `points` hold the error of indication (indication minus reference value) whatever the paper gives; `gives` says
    which of the two was printed. A correction is the error with the opposite sign, in the same unit and basis.
    """

    classified = {
        "public": "number kind issued_on valid_from valid_until state",
        "internal": "instrument unit basis gives points range_low range_high standards environment ended_on reason "
        "entered_by entered_people confirmed_by confirmed_at known_from ended_at replaced_by verification_code",
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
        CONFIRMED = "confirmed", _("器具所属单位录入，出具单位已确认")

    class Gives(models.TextChoices):
        ERROR = "error", _("示值误差")
        CORRECTION = "correction", _("修正值")

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
    gives = models.CharField(_("纸面给出"), max_length=10, choices=Gives.choices, default=Gives.ERROR)
    points = models.JSONField(_("校准点"))
    range_low = models.DecimalField(_("范围下限"), max_digits=24, decimal_places=9)
    range_high = models.DecimalField(_("范围上限"), max_digits=24, decimal_places=9)
    standards = models.CharField(_("所用计量标准"), max_length=300, blank=True)
    environment = models.CharField(_("环境条件"), max_length=200, blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.VALID)
    ended_on = models.DateField(_("撤销或替换日期"), null=True, blank=True)
    reason = models.CharField(_("原因"), max_length=300, blank=True)
    replaced_by = models.ForeignKey(
        "self", verbose_name=_("替换它的证书"), null=True, blank=True, on_delete=models.PROTECT, related_name="replaces"
    )  # fmt: skip
    entered_by = models.CharField(_("由谁录入"), max_length=9, choices=EnteredBy.choices)
    entered_people = models.JSONField(_("录入人"), default=list, blank=True)
    confirmed_by = models.CharField(_("确认人"), max_length=120, blank=True)
    confirmed_at = models.DateTimeField(_("出具单位确认时间"), null=True, blank=True)
    known_from = models.DateTimeField(_("录入时间"))
    ended_at = models.DateTimeField(_("撤销或替换时间"), null=True, blank=True)
    verification_code = models.CharField(
        _("核验码"), max_length=26, unique=True, default=new_code, editable=False
    )

    class Meta:
        ordering = ["-issued_on", "number"]
        constraints = [models.UniqueConstraint(fields=["owner", "number"], name="certificate_number_once")]
        verbose_name = _("证书")

    def state_at(self, moment: dt.datetime) -> str:
        """What was known of it at a moment: a later revocation does not change what stood before."""
        known = self.ended_at is None or self.ended_at <= moment
        return self.state if known else self.State.VALID

    def entered_by_at(self, moment: dt.datetime) -> str:
        """Whether its issuer stood behind it at a moment: a later confirmation does not reach back."""
        later = self.confirmed_at is not None and self.confirmed_at > moment
        return self.EnteredBy.HOLDER if later else self.entered_by

    @property
    def unconfirmed(self) -> bool:
        """Whether only the holder of the instrument says that it was issued."""
        return self.entered_by == self.EnteredBy.HOLDER

    @property
    def name(self) -> str:
        """ISSUER/NUMBER, as it is named everywhere outside."""
        return f"{self.owner.code}/{self.number}"

    def __str__(self) -> str:
        return self.number


class Check(Owned):
    """Readings of an instrument against references without a stated uncertainty, for example a linearity test.

    It shows errors of indication and is no certificate: it covers no reading. Errors are mean indication minus reference.
    """

    classified = {
        "internal": "instrument number procedure done_on clock result unit span points source known_from"
    }

    instrument = models.ForeignKey(
        Instrument, verbose_name=_("器具"), on_delete=models.PROTECT, related_name="checks"
    )
    number = models.CharField(_("核查编号"), max_length=60)
    procedure = models.CharField(_("方法"), max_length=120)
    done_on = models.DateField(_("核查日期"))
    clock = models.CharField(_("开始时刻（当地）"), max_length=5, blank=True)
    result = models.CharField(_("记录的结论"), max_length=40, blank=True)
    unit = models.CharField(_("计量单位"), max_length=20)
    span = models.DecimalField(_("量程"), max_digits=24, decimal_places=9, null=True, blank=True)
    points = models.JSONField(_("核查点"))
    source = models.CharField(_("来源"), max_length=300, blank=True)
    known_from = models.DateTimeField(_("录入时间"))

    class Meta:
        ordering = ["-done_on", "number"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "instrument", "number"], name="check_number_once")
        ]
        verbose_name = _("核查记录")

    def __str__(self) -> str:
        return self.number


class StandardUse(Owned):
    """A standard that a certificate or a check names: by the certificate of the standard, or as the paper puts it."""

    classified = {"internal": "certificate check_record n name traced_by valid_until level"}

    class Level(models.TextChoices):
        STANDARD = "standard", _("计量标准")
        NATIONAL = "national", _("国家基准、国家标准物质")

    certificate = models.ForeignKey(
        Certificate, null=True, blank=True, on_delete=models.PROTECT, related_name="uses_standards"
    )
    check_record = models.ForeignKey(
        Check, null=True, blank=True, on_delete=models.PROTECT, related_name="uses_standards"
    )
    n = models.PositiveSmallIntegerField(_("次序"))
    name = models.CharField(_("标准名称"), max_length=120)
    traced_by = models.CharField(_("标准的证书"), max_length=101, blank=True, db_index=True)
    valid_until = models.DateField(_("标准有效期至"), null=True, blank=True)
    level = models.CharField(_("级别"), max_length=10, choices=Level.choices, default=Level.STANDARD)

    class Meta:
        ordering = ["n"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(certificate__isnull=False) ^ models.Q(check_record__isnull=False),
                name="standard_use_of_one",
            )
        ]
        verbose_name = _("所用标准")

    def __str__(self) -> str:
        return self.name


class Placement(Owned):
    """Where an instrument served from one day to another, as a foreign plan states it; no installation at a point.

    Both days belong to it. Where one instrument follows another, the plan names the day of the change with both.
    """

    classified = {"internal": "instrument place role valid_from valid_until source known_from"}

    instrument = models.ForeignKey(
        Instrument, verbose_name=_("器具"), on_delete=models.PROTECT, related_name="placements"
    )
    place = models.CharField(_("位置"), max_length=80)
    role = models.CharField(_("用途"), max_length=80, blank=True)
    valid_from = models.DateField(_("从"))
    valid_until = models.DateField(_("到"), null=True, blank=True)
    source = models.CharField(_("来源"), max_length=300, blank=True)
    known_from = models.DateTimeField(_("录入时间"))

    class Meta:
        ordering = ["place", "valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["instrument", "place", "valid_from"], name="placement_once")
        ]
        verbose_name = _("装用记载")

    def __str__(self) -> str:
        return f"{self.place} {self.valid_from}"


class Intake(Owned):
    """One file of instruments, certificates or checks: what landed, what was there already, why the rest did not."""

    classified = {"internal": "name file mapping landed known refused left_out problems received_at"}

    name = models.CharField(_("文件名"), max_length=200)
    file = models.CharField(_("文件校验码"), max_length=64)
    mapping = models.TextField(_("对照文件"), blank=True)
    landed = models.JSONField(_("收下"), default=dict, blank=True)
    known = models.JSONField(_("已有"), default=dict, blank=True)
    refused = models.JSONField(_("未收"), default=dict, blank=True)
    left_out = models.JSONField(_("不收的种类"), default=dict, blank=True)
    problems = models.JSONField(_("未收的原因"), default=list, blank=True)
    received_at = models.DateTimeField(_("收到时间"))

    class Meta:
        ordering = ["-received_at"]
        verbose_name = _("导入记录")

    def __str__(self) -> str:
        return self.name
