"""What the parameters of this app's acts are called and how they look."""

from __future__ import annotations

from typing import Annotated

from django.utils.translation import gettext_lazy as _
from pydantic import Field

SiteCode = Annotated[str, Field(max_length=40, title=_("场所编号"))]
StatementNumber = Annotated[str, Field(min_length=1, max_length=120, title=_("核算结果编号"))]
Reason = Annotated[str, Field(min_length=4, max_length=300, title=_("原因"))]
