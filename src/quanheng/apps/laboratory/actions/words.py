"""Types of parameters that several acts share, and the small checks that name a field."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Literal, TypeVar

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from quanheng.apps.laboratory.tables_of_results import CERTIFICATE_NAME
from quanheng.errors import BadInput

Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$", title=_("编号"))]
Text = Annotated[str, Field(min_length=1, max_length=120)]
Basis = Literal["absolute", "relative"]
Unit = Annotated[str, Field(min_length=1, max_length=20, title=_("计量单位"))]
Named = Annotated[str, Field(pattern=CERTIFICATE_NAME, max_length=101, title=_("证书（出具单位/编号）"))]
Reason = Annotated[str, Field(min_length=4, max_length=300, title=_("原因"))]
Source = Annotated[str, Field(max_length=300, title=_("来源"))]

Ordered = TypeVar("Ordered", Decimal, dt.date)


def _ordered(field: str, low: Ordered, high: Ordered) -> None:
    if low > high:
        raise BadInput("lies before its beginning", field=field, found=str(high), expected=f"{low} or more")


def _not_after(field: str, day: dt.date, today: dt.date) -> None:
    if day > today:
        raise BadInput("lies in the future", field=field, found=str(day), expected=f"{today} or earlier")
