"""Work in progress that is not an act: long jobs with their progress, and answers kept for repeated requests."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from quanheng.apps.records.base import Record


class Job(Record):
    """A long job: how far it is, and whether somebody asked it to stop."""

    ledgered = False
    classified = {
        "internal": "kind title person arguments result error at",
        "technical": "state done total step cancel changed_at",
    }

    kind = models.CharField(_("种类"), max_length=80)
    title = models.CharField(_("名称"), max_length=200)
    person = models.UUIDField(_("发起人"), db_index=True)
    arguments = models.JSONField(_("参数"))
    state = models.CharField(_("状态"), max_length=12, default="waiting", db_index=True)
    done = models.IntegerField(_("已完成"), default=0)
    total = models.IntegerField(_("总数"), default=0)
    step = models.CharField(_("当前步骤"), max_length=120, blank=True)
    cancel = models.BooleanField(_("要求停止"), default=False)
    result = models.JSONField(_("结果"), null=True)
    error = models.TextField(_("错误"), blank=True)
    at = models.DateTimeField(_("发起时间"), auto_now_add=True)
    changed_at = models.DateTimeField(_("变更时间"), auto_now=True)

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return self.title


class Replay(models.Model):
    """The answer to a request with an idempotency key, so that a repeated request is not a second act."""

    ledgered = False
    classified = {"technical": "id key owner fingerprint status body at"}

    key = models.CharField(max_length=200)
    owner = models.CharField(max_length=120)
    fingerprint = models.CharField(max_length=64)
    status = models.IntegerField(default=0)
    body = models.JSONField(null=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "key"], name="replay_once")]
