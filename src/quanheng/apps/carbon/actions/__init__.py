"""The only writer of emission sources, statements and restatements."""

from quanheng.apps.carbon.actions.activities import enter_month, register_stream, stop_stream, take_in_months
from quanheng.apps.carbon.actions.papers import pack, publish
from quanheng.apps.carbon.actions.restatements import confirm, decline, note_norm, propose
from quanheng.apps.carbon.actions.sources import register_source
from quanheng.apps.carbon.actions.statements import state

__all__ = [
    "confirm",
    "decline",
    "enter_month",
    "note_norm",
    "pack",
    "propose",
    "publish",
    "register_source",
    "register_stream",
    "state",
    "stop_stream",
    "take_in_months",
]
