"""What both databases can keep without changing it, so that a value just set is the value read back.

SQLite keeps 15 digits of a decimal, PostgreSQL takes no zero character in a text, and neither takes half of a
surrogate pair. Such values are refused by name before they are stored. This file knows nothing of the ledger.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

MOST_DIGITS = 15
UNSTABLE_FIELDS = (models.FloatField, models.DurationField)


def without_empty_text(row: models.Model) -> None:
    """Take an empty text for nothing where a field holds no text: Django would only notice while saving."""
    for field in row._meta.concrete_fields:
        if field.null and not field.empty_strings_allowed and getattr(row, field.attname) == "":
            setattr(row, field.attname, None)


def misfits(row: models.Model) -> None:
    """Raise Django's ValidationError naming each field whose value one of the databases would change or refuse."""
    problems = {
        field.name: [problem]
        for field in row._meta.concrete_fields
        if (problem := misfit(getattr(row, field.attname)))
    }
    if problems:
        raise ValidationError(problems)


def misfit(value: Any) -> str:
    """Why this value cannot be kept as it is; empty if it can."""
    if isinstance(value, str):
        return _text_misfit(value)
    if isinstance(value, Decimal):
        digits = len(value.normalize().as_tuple().digits) if value.is_finite() else MOST_DIGITS + 1
        return _("有效数字超过 15 位，数据库无法原样保存") if digits > MOST_DIGITS else ""
    if isinstance(value, dict):
        return next((m for pair in value.items() for part in pair if (m := misfit(part))), "")
    if isinstance(value, list | tuple):
        return next((m for part in value if (m := misfit(part))), "")
    return ""


def _text_misfit(text: str) -> str:
    if "\x00" in text:
        return _("含有零字符")
    if not text.isascii() and any("\ud800" <= c <= "\udfff" for c in text):
        return _("含有不完整的字符")
    return ""
