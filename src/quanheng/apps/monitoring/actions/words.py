"""The forms of codes and names that the acts of this app share."""

from __future__ import annotations

from typing import Annotated

from django.utils.translation import gettext_lazy as _
from pydantic import Field

Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$")]
Name = Annotated[str, Field(min_length=1, max_length=120, title=_("名称"))]
SiteCode = Annotated[Code, Field(title=_("场所编号"))]
PointCode = Annotated[Code, Field(title=_("测点编号"))]
InstrumentCode = Annotated[str, Field(max_length=40, title=_("器具编号"))]
