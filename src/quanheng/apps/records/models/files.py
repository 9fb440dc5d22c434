"""Files by content: the bytes lie in the store under their hash; rows here tell who brought them and to what."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from quanheng.apps.records.base import Owned, Record


class StoredFile(Record):
    """One content, known by its SHA-256; the same bytes are stored once."""

    classified = {"internal": "sha256 size media_type"}

    sha256 = models.CharField(_("校验码"), max_length=64, unique=True)
    size = models.BigIntegerField(_("字节数"))
    media_type = models.CharField(_("类型"), max_length=120)

    def __str__(self) -> str:
        return self.sha256[:12]


class Attachment(Owned):
    """A file handed in to an object. A replaced file keeps its row; the newer one names it.

    `original_sha256` is the hash of what was brought, before side data were taken away; of an untouched file that of
    the stored content. Who brought the file can so still prove that it was his.
    """

    classified = {
        "internal": "file object kind name brought_by brought_at replaces removed_metadata original_sha256 declared"
    }

    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    object = models.CharField(_("对象"), max_length=160, db_index=True)
    kind = models.CharField(_("种类"), max_length=60)
    name = models.CharField(_("文件名"), max_length=200)
    brought_by = models.CharField(_("提交人"), max_length=120)
    brought_at = models.DateTimeField(_("提交时间"))
    replaces = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="newer"
    )
    removed_metadata = models.CharField(_("已去除的附带信息"), max_length=200, blank=True)
    original_sha256 = models.CharField(_("提交时的校验码"), max_length=64)
    declared = models.BooleanField(_("已声明真实"), default=False)

    class Meta:
        ordering = ["-brought_at"]

    def __str__(self) -> str:
        return self.name
