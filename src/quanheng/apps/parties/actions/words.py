"""The types of input that several acts of this app share, with their words in forms."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from django.utils.translation import gettext_lazy as _
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr

from quanheng.law.identity import check_uscc, normalise_code


def _uscc(text: str) -> str:
    code = normalise_code(text)
    if code:
        verdict = check_uscc(code)
        if not verdict.ok:
            raise ValueError(f"{verdict.reason}（{verdict.cite}）")
        if verdict.parts is None or not verdict.parts.kind:
            raise ValueError(f"前两位 {code[:2]} 不是登记管理部门和机构类别的代码（{verdict.cite}）")
    return code


def _verbatim(text: object) -> object:
    """A password is taken as it was typed, with blanks at its ends; other texts of an act lose them."""
    return SecretStr(text) if isinstance(text, str) else text


NewPassword = Annotated[SecretStr, BeforeValidator(_verbatim), Field(max_length=200, title=_("新密码"))]
UnitRef = Annotated[str, Field(min_length=1, max_length=120, title=_("单位"))]
Login = Annotated[str, Field(pattern=r"^[a-z][a-z0-9._-]{2,39}$", title=_("登录名"))]
PersonName = Annotated[str, Field(min_length=1, max_length=60, title=_("姓名"))]
UnitName = Annotated[str, Field(min_length=2, max_length=120, title=_("单位名称"))]
Uscc = Annotated[str, Field(max_length=40, title=_("统一社会信用代码")), AfterValidator(_uscc)]
Kind = Annotated[
    Literal["bureau", "local_bureau", "centre", "enterprise", "department", "institution", "operator"],
    Field(title=_("种类")),
]
UnitKind = Annotated[
    Literal["central", "provincial_enterprise", "provincial_institution", "municipal", "district", "other"],
    Field(title=_("隶属")),
]
DivisionRef = Annotated[str, Field(max_length=80, title=_("所在地（行政区划代码或名称）"))]
Reason = Annotated[str, Field(min_length=2, max_length=300, title=_("原因"))]
Email = Annotated[str, Field(max_length=120, title=_("电子邮箱"))]
Phone = Annotated[str, Field(max_length=20, title=_("联系电话"))]
Day = Annotated[dt.date, Field(title=_("日期"))]
