"""Organisations: authorities, centres, enterprises, departments. Each answers to an authority and lies in a division."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from quanheng.apps.records.base import Record


class Organisation(Record):
    """A legal unit. What it may do follows from approvals elsewhere, never from its kind alone."""

    classified = {
        "public": "code name name_en uscc kind unit_kind division authority state",
        "internal": "address registered_on registered_by reason",
    }

    class Kind(models.TextChoices):
        BUREAU = "bureau", _("省级、市级市场监管局")
        LOCAL_BUREAU = "local_bureau", _("区县局（市州局）")
        CENTRE = "centre", _("计量中心、计量技术机构")
        ENTERPRISE = "enterprise", _("企业")
        DEPARTMENT = "department", _("政府部门")
        INSTITUTION = "institution", _("事业单位、高校、科研院所")
        OPERATOR = "operator", _("平台运行单位")

    class UnitKind(models.TextChoices):
        CENTRAL = "central", _("中央在地方单位")
        PROVINCIAL_ENTERPRISE = "provincial_enterprise", _("省属企业")
        PROVINCIAL_INSTITUTION = "provincial_institution", _("省属事业单位")
        MUNICIPAL = "municipal", _("市属单位")
        DISTRICT = "district", _("区县属单位")
        OTHER = "other", _("其他单位")

    class State(models.TextChoices):
        PENDING = "pending", _("待确认")
        ACTIVE = "active", _("正常")
        REJECTED = "rejected", _("不予确认")
        CLOSED = "closed", _("已注销")

    code = models.CharField(
        _("简码"), max_length=40, unique=True, help_text=_("在命令行和证书编号前使用，如 CQIM")
    )
    name = models.CharField(_("名称"), max_length=120)
    name_en = models.CharField(_("英文名称"), max_length=200, blank=True)
    uscc = models.CharField(_("统一社会信用代码"), max_length=18, blank=True)
    kind = models.CharField(_("种类"), max_length=16, choices=Kind.choices)
    unit_kind = models.CharField(_("隶属"), max_length=24, choices=UnitKind.choices, default=UnitKind.OTHER)
    division = models.ForeignKey(
        "parties.Division", verbose_name=_("所在地"), null=True, blank=True, on_delete=models.PROTECT
    )
    authority = models.ForeignKey(
        "self",
        verbose_name=_("主管的市场监管局"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    address = models.CharField(_("地址"), max_length=200, blank=True)
    state = models.CharField(_("状态"), max_length=12, choices=State.choices, default=State.ACTIVE)
    registered_on = models.DateTimeField(_("登记时间"), null=True, blank=True)
    registered_by = models.CharField(_("登记人"), max_length=120, blank=True)
    reason = models.CharField(_("处理意见"), max_length=300, blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["uscc"],
                condition=~Q(uscc="") & ~Q(state="rejected"),
                name="organisation_uscc_once",
                violation_error_message=_("这个统一社会信用代码已经登记过"),
            )
        ]
        verbose_name = _("单位")

    def __str__(self) -> str:
        return self.name


class Partnership(Record):
    """One organisation works with another for a purpose, for example as a partner in building a centre."""

    classified = {"internal": "organisation partner purpose valid_from valid_to"}

    organisation = models.ForeignKey(
        Organisation, verbose_name=_("单位"), on_delete=models.PROTECT, related_name="partnerships"
    )
    partner = models.ForeignKey(
        Organisation, verbose_name=_("合作单位"), on_delete=models.PROTECT, related_name="+"
    )
    purpose = models.CharField(_("事项"), max_length=120)
    valid_from = models.DateField(_("起始"))
    valid_to = models.DateField(_("终止"), null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.organisation} · {self.partner}"
