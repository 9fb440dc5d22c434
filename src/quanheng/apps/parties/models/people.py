"""A person who signs in. Contact data are personal: the ledger holds only commitments to them."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.hashers import check_password
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from quanheng.apps.records.base import Record, RecordQuerySet


class PersonManager(BaseUserManager.from_queryset(RecordQuerySet)):  # type: ignore[misc]  # made at run time from a queryset
    """Looks people up by login name; people are made by actions, not by managers."""

    def get_by_natural_key(self, login: str) -> Person:
        return self.get(login=login)


class Person(AbstractBaseUser, Record):
    """A natural person with one account; accounts are never shared."""

    classified = {
        "internal": "login name name_en is_active must_change_password",
        "personal": "email phone id_number",
        "secret": "password",
        "technical": "last_login language",
    }

    login = models.CharField(
        _("登录名"),
        max_length=40,
        unique=True,
        validators=[
            RegexValidator(r"^[a-z][a-z0-9._-]{2,39}$", _("小写字母开头，3 至 40 个字母、数字、点、横线"))
        ],
    )
    name = models.CharField(_("姓名"), max_length=60)
    name_en = models.CharField(_("英文姓名"), max_length=120, blank=True)
    email = models.EmailField(_("电子邮箱"), blank=True)
    phone = models.CharField(_("联系电话"), max_length=20, blank=True)
    id_number = models.CharField(_("身份证件号码"), max_length=30, blank=True)
    is_active = models.BooleanField(_("可以登录"), default=True)
    must_change_password = models.BooleanField(_("须改密码"), default=False)
    language = models.CharField(_("界面语言"), max_length=10, blank=True)

    objects = PersonManager()
    USERNAME_FIELD = "login"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]
    is_staff = False
    is_superuser = False
    on_behalf_urn = ""
    on_behalf_name = ""

    class Meta:
        ordering = ["name"]
        verbose_name = _("人员")

    def __str__(self) -> str:
        return self.name

    @property
    def urn(self) -> str:
        return f"urn:quanheng:parties:person:{self.pk}"

    @property
    def display_name(self) -> str:
        return self.name

    @property
    def username(self) -> str:
        return self.login

    @property
    def person(self) -> Person:
        """Whose rights count: the person's own. A deputy answers with the one he stands in for."""
        return self

    def check_password(self, raw_password: str | None) -> bool:
        """Compare without the silent re-hash of the base class: a stored password changes by an act only."""
        return check_password(raw_password, self.password)

    def has_perm(self, perm: str, obj: object = None) -> bool:
        return False

    def has_module_perms(self, app_label: str) -> bool:
        return False
