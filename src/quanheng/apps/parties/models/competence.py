"""What people can: experts who may be called, and qualifications with their items and terms (first form)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from quanheng.apps.records.base import Owned, Record


class Expert(Record):
    """A person in the expert pool of an authority."""

    classified = {"internal": "person authority fields title employer joined_on left_on"}

    person = models.ForeignKey(
        "parties.Person", verbose_name=_("人员"), on_delete=models.PROTECT, related_name="expert_of"
    )
    authority = models.ForeignKey(
        "parties.Organisation", verbose_name=_("建库单位"), on_delete=models.PROTECT, related_name="experts"
    )
    fields = models.JSONField(_("专业领域"))
    title = models.CharField(_("职称"), max_length=60, blank=True)
    employer = models.CharField(_("工作单位"), max_length=120)
    joined_on = models.DateField(_("入库日期"))
    left_on = models.DateField(_("出库日期"), null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "authority"], condition=models.Q(left_on=None), name="expert_once"
            )
        ]

    def __str__(self) -> str:
        return str(self.person)


class Qualification(Owned):
    """What a person of an organisation is qualified for, by which paper, until when."""

    classified = {"internal": "person kind item number issued_on valid_to"}

    class Kind(models.TextChoices):
        VERIFIER = "verifier", _("检定人员资格")
        REGISTERED = "registered", _("注册计量师")
        EXAMINER = "examiner", _("计量标准考评员")
        AUTHORISED_SIGNATORY = "signatory", _("授权签字人")
        OTHER = "other", _("其他")

    person = models.ForeignKey(
        "parties.Person", verbose_name=_("人员"), on_delete=models.PROTECT, related_name="qualifications"
    )
    kind = models.CharField(_("种类"), max_length=16, choices=Kind.choices)
    item = models.CharField(_("项目"), max_length=120)
    number = models.CharField(_("证书编号"), max_length=60, blank=True)
    issued_on = models.DateField(_("发证日期"))
    valid_to = models.DateField(_("有效期至"), null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.person} {self.item}"
