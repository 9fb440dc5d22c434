"""The seal of this installation, with which papers are signed: a file beside the other keys, never in the database.

It is made at first need and signs itself. Who has a certificate of an authority puts key and certificates into the
same file as PEM; papers that were signed before keep their own.
"""

from __future__ import annotations

import datetime as dt

from django.conf import settings

from quanheng.apps.records.private import secret_file
from quanheng.documents.signing import Seal, new_seal, read_seal

NAME = "权衡平台签章 installation seal"


def seal(now: dt.datetime) -> Seal:
    """The seal; `now` is the time from which a new one holds."""
    path = settings.KEYS_FOLDER / "seal.pem"
    return read_seal(secret_file(path, lambda: new_seal(NAME, now)))
