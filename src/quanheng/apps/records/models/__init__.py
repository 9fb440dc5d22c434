"""What the records app stores: the ledger, the outbox, attachments, keys, dependencies, notices, jobs."""

from quanheng.apps.records.models.files import Attachment, StoredFile
from quanheng.apps.records.models.ledger import Checkpoint, Dependency, LedgerEntry, LedgerRow, PersonalKey
from quanheng.apps.records.models.outbox import Delivery, Notification, OutboxEvent
from quanheng.apps.records.models.work import Job, Replay

__all__ = [
    "Attachment",
    "Checkpoint",
    "Delivery",
    "Dependency",
    "Job",
    "LedgerEntry",
    "LedgerRow",
    "Notification",
    "OutboxEvent",
    "PersonalKey",
    "Replay",
    "StoredFile",
]
