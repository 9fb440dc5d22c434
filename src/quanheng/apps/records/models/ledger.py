"""The ledger and what hangs on it. Rows here are written by the ledger itself, never by an app.

Entries and their bulk rows are append-only: triggers in the database refuse every change (see `triggers`).
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class LedgerEntry(models.Model):
    """One act of a person or program, chained to the one before."""

    ledgered = False
    append_only = True
    classified = {
        "internal": "seq at actor actor_name on_behalf on_behalf_name verb object object_name "
        "before after bulk files cite request_id prev digest"
    }

    seq = models.BigIntegerField(_("序号"), primary_key=True)
    at = models.DateTimeField(_("时间"))
    actor = models.CharField(_("操作人标识"), max_length=120)
    actor_name = models.CharField(_("操作人"), max_length=120)
    on_behalf = models.CharField(_("被代理人标识"), max_length=120, blank=True)
    on_behalf_name = models.CharField(_("被代理人"), max_length=120, blank=True)
    verb = models.CharField(_("动作"), max_length=80, db_index=True)
    object = models.CharField(_("对象标识"), max_length=160, db_index=True)
    object_name = models.CharField(_("对象"), max_length=300)
    before = models.JSONField(_("之前"))
    after = models.JSONField(_("之后"))
    bulk = models.JSONField(_("成批"), null=True)
    files = models.JSONField(_("文件"), default=list)
    cite = models.TextField(_("依据"), blank=True)
    request_id = models.CharField(_("请求号"), max_length=64, blank=True)
    prev = models.CharField(_("前一条摘要"), max_length=64, unique=True)
    digest = models.CharField(_("摘要"), max_length=64, unique=True)

    class Meta:
        ordering = ["seq"]
        verbose_name = _("台账记录")

    def __str__(self) -> str:
        return f"{self.seq} {self.verb} {self.object_name}"


class LedgerRow(models.Model):
    """One row touched by a bulk act; the entry holds the Merkle root over all of them."""

    ledgered = False
    append_only = True
    classified = {"internal": "id entry n key before after"}

    entry = models.ForeignKey(LedgerEntry, on_delete=models.PROTECT, related_name="rows")
    n = models.IntegerField(_("行"))
    key = models.CharField(_("对象"), max_length=160, db_index=True)
    before = models.JSONField(_("之前"), null=True)
    after = models.JSONField(_("之后"), null=True)

    class Meta:
        ordering = ["entry_id", "n"]
        constraints = [models.UniqueConstraint(fields=["entry", "n"], name="ledger_row_once")]


class Checkpoint(models.Model):
    """A signed statement of how large the ledger was and which root it had. The signing key lies elsewhere."""

    ledgered = False
    append_only = True
    classified = {"public": "size root at note fingerprint"}

    size = models.BigIntegerField(_("条数"), primary_key=True)
    root = models.CharField(_("根"), max_length=64)
    at = models.DateTimeField(_("时间"))
    note = models.TextField(_("签名文本"))
    fingerprint = models.CharField(_("公钥指纹"), max_length=64)

    class Meta:
        ordering = ["size"]


class PersonalKey(models.Model):
    """The wrapped key of one person; a destroyed key leaves its row without content."""

    ledgered = False
    classified = {"technical": "subject made_at destroyed_at", "secret": "wrapped"}

    subject = models.UUIDField(primary_key=True)
    wrapped = models.BinaryField(null=True)
    made_at = models.DateTimeField(auto_now_add=True)
    destroyed_at = models.DateTimeField(null=True)


class Dependency(models.Model):
    """What a derived result used: certificate, installation, factor, norm, regime, scope, readings.

    One query finds every result that used something, whatever its kind.
    """

    ledgered = False
    append_only = True
    classified = {"internal": "id result_kind result kind used version entry"}

    result_kind = models.CharField(_("结果种类"), max_length=40)
    result = models.CharField(_("结果"), max_length=160, db_index=True)
    kind = models.CharField(_("种类"), max_length=40)
    used = models.CharField(_("所用"), max_length=200)
    version = models.CharField(_("版本"), max_length=80)
    entry = models.ForeignKey(LedgerEntry, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["kind", "used", "version"])]
        constraints = [
            models.UniqueConstraint(
                fields=["entry", "result", "kind", "used", "version"], name="dependency_once"
            )
        ]
