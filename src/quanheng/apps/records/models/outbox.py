"""Facts on their way: events written in the transaction of their act, delivered after commit, at least once."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class OutboxEvent(models.Model):
    """A typed fact that later apps may subscribe to."""

    ledgered = False
    classified = {"internal": "id kind payload entry at", "technical": "settled next_try"}

    kind = models.CharField(_("种类"), max_length=80, db_index=True)
    payload = models.JSONField(_("内容"))
    entry = models.ForeignKey("records.LedgerEntry", on_delete=models.PROTECT, related_name="events")
    at = models.DateTimeField(_("时间"))
    settled = models.BooleanField(_("已送完"), default=False)
    next_try = models.DateTimeField(_("下次投递"), null=True)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["next_try", "id"], condition=models.Q(settled=False), name="outbox_waiting")
        ]


class Delivery(models.Model):
    """How far one subscriber has come with one event."""

    ledgered = False
    classified = {"technical": "id event subscriber done_at attempts last_error next_try"}

    event = models.ForeignKey(OutboxEvent, on_delete=models.CASCADE, related_name="deliveries")
    subscriber = models.CharField(max_length=120)
    done_at = models.DateTimeField(null=True)
    attempts = models.IntegerField(default=0)
    last_error = models.TextField(blank=True)
    next_try = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "subscriber"], name="delivery_once")]


class Notification(models.Model):
    """A short notice to one person, made by a subscriber or an act, read on the home page."""

    ledgered = False
    classified = {"internal": "id person text url kind at", "technical": "read_at"}

    person = models.UUIDField(_("收件人"), db_index=True)
    kind = models.CharField(_("种类"), max_length=80)
    text = models.CharField(_("内容"), max_length=300)
    url = models.CharField(_("地址"), max_length=300, blank=True)
    at = models.DateTimeField(_("时间"), auto_now_add=True)
    read_at = models.DateTimeField(_("已读"), null=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["person", "read_at"])]
