"""Who may act for which organisation, in which role, in which territory and under which regime, from when to when."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from quanheng.apps.records.base import Owned, Record


class Membership(Record):
    """A person works for an organisation."""

    classified = {"internal": "person organisation title valid_from valid_to"}

    person = models.ForeignKey(
        "parties.Person", verbose_name=_("人员"), on_delete=models.PROTECT, related_name="memberships"
    )
    organisation = models.ForeignKey(
        "parties.Organisation", verbose_name=_("单位"), on_delete=models.PROTECT, related_name="members"
    )
    title = models.CharField(_("职务"), max_length=60, blank=True)
    valid_from = models.DateField(_("起始"))
    valid_to = models.DateField(_("终止"), null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "organisation"], condition=models.Q(valid_to=None), name="membership_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.organisation}"


class RoleGrant(Record):
    """A role given to a member of an organisation; the roles themselves are data in `roles.yaml`."""

    classified = {"internal": "person organisation role regime territory valid_from valid_to granted_by"}

    person = models.ForeignKey(
        "parties.Person", verbose_name=_("人员"), on_delete=models.PROTECT, related_name="grants"
    )
    organisation = models.ForeignKey(
        "parties.Organisation", verbose_name=_("单位"), on_delete=models.PROTECT, related_name="grants"
    )
    role = models.CharField(_("角色"), max_length=40)
    regime = models.CharField(_("管理办法"), max_length=12, blank=True)
    territory = models.ForeignKey(
        "parties.Division",
        verbose_name=_("辖区"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    valid_from = models.DateField(_("起始"))
    valid_to = models.DateField(_("终止"), null=True, blank=True)
    granted_by = models.CharField(_("授予人"), max_length=120)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "organisation", "role", "regime", "territory"],
                condition=models.Q(valid_to=None),
                nulls_distinct=False,
                name="role_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.role}"


class Deputy(Record):
    """A person may act for another for a time; each such act names both."""

    classified = {"internal": "principal deputy role valid_from valid_to reason"}

    principal = models.ForeignKey(
        "parties.Person", verbose_name=_("被代理人"), on_delete=models.PROTECT, related_name="deputies"
    )
    deputy = models.ForeignKey(
        "parties.Person", verbose_name=_("代理人"), on_delete=models.PROTECT, related_name="stands_in_for"
    )
    role = models.CharField(_("角色"), max_length=40)
    valid_from = models.DateField(_("起始"))
    valid_to = models.DateField(_("终止"))
    reason = models.CharField(_("原因"), max_length=200)

    def __str__(self) -> str:
        return f"{self.deputy} → {self.principal}"


class ApiKey(Owned):
    """A program's key: only a digest is stored, the key itself is shown once."""

    classified = {
        "internal": "name prefix scopes person valid_to revoked_at",
        "secret": "digest",
        "technical": "last_used_at",
    }

    name = models.CharField(_("用途"), max_length=80)
    prefix = models.CharField(_("前缀"), max_length=12, unique=True)
    digest = models.CharField(_("摘要"), max_length=64)
    scopes = models.JSONField(_("范围"))
    person = models.ForeignKey(
        "parties.Person", verbose_name=_("责任人"), on_delete=models.PROTECT, related_name="keys"
    )
    valid_to = models.DateField(_("到期日"))
    revoked_at = models.DateTimeField(_("停用时间"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("最近使用"), null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name} {self.prefix}"


class OneTimeCode(Record):
    """A code that lets a person set a password once: for a new account or a lost password."""

    classified = {"internal": "person purpose valid_until used_at issued_by", "secret": "digest"}

    person = models.ForeignKey(
        "parties.Person", verbose_name=_("人员"), on_delete=models.PROTECT, related_name="codes"
    )
    purpose = models.CharField(_("用途"), max_length=20)
    digest = models.CharField(_("摘要"), max_length=64, unique=True)
    valid_until = models.DateTimeField(_("有效至"))
    used_at = models.DateTimeField(_("使用时间"), null=True, blank=True)
    issued_by = models.CharField(_("签发人"), max_length=120)

    def __str__(self) -> str:
        return f"{self.person} {self.purpose}"
