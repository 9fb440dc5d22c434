"""The only writer of instruments and certificates."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal, InvalidOperation
from typing import Annotated, Literal, TypeVar

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, Field, field_validator

from quanheng.apps.laboratory import policy
from quanheng.apps.laboratory.events import CertificateRevoked
from quanheng.apps.laboratory.models import Certificate, Instrument
from quanheng.apps.laboratory.queries import certificate_named, instrument_named
from quanheng.apps.laboratory.units import conversion
from quanheng.apps.parties import queries as parties
from quanheng.apps.records.action import Act, action
from quanheng.errors import BadInput, Problem
from quanheng.science.calibration import CalibrationCurve
from quanheng.science.calibration import CalibrationPoint as Point

Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$", title=_("编号"))]
Text = Annotated[str, Field(min_length=1, max_length=120)]
Basis = Literal["absolute", "relative"]


class CalibrationPoint(BaseModel):
    """One line of a certificate: nominal indication, error of indication, expanded uncertainty and its k."""

    model_config = ConfigDict(extra="forbid")  # a misspelt k must not become 2
    nominal: str
    error: str
    U: str
    k: str = "2"

    @field_validator("nominal", "error", "U", "k")
    @classmethod
    def _number(cls, text: str) -> str:
        try:
            value = Decimal(text)
        except InvalidOperation:
            raise ValueError(f"not a number: {text[:40]!r}") from None
        if not value.is_finite() or not math.isfinite(float(value)) or len(value.as_tuple().digits) > 15:
            raise ValueError(f"not a finite number of at most 15 digits: {text[:40]!r}")
        return format(value, "f")

    @field_validator("U", "k")
    @classmethod
    def _positive(cls, text: str) -> str:
        if Decimal(text) <= 0:
            raise ValueError(f"must be greater than 0, found {text}")
        return text


@action("laboratory.instrument.register", policy=policy.register_instrument, title=_("登记器具"))
def register_instrument(
    act: Act,
    *,
    owner: Annotated[str, Field(title=_("所属单位"))],
    code: Code,
    name: Annotated[Text, Field(title=_("名称"))],
    maker: Annotated[Text, Field(title=_("制造单位"))],
    model: Annotated[Text, Field(title=_("型号规格"))],
    serial: Annotated[Text, Field(title=_("出厂编号"))],
    quantity: Annotated[Text, Field(title=_("被测量"))],
    unit: Annotated[str, Field(min_length=1, max_length=20, title=_("计量单位"))],
    repeatability: Annotated[Decimal | None, Field(ge=0, title=_("重复性标准偏差"))] = None,
    repeatability_basis: Annotated[Basis, Field(title=_("重复性的表示"))] = "relative",
) -> Instrument:
    """Enter an instrument into its owner's list."""
    return act.create(
        Instrument(
            owner=parties.organisation(owner),
            code=code,
            name=name,
            maker=maker,
            model=model,
            serial=serial,
            quantity=quantity,
            unit=unit,
            repeatability=repeatability,
            repeatability_basis=repeatability_basis,
        )
    )


@action("laboratory.certificate.enter", policy=policy.enter_certificate, title=_("录入证书"))
def enter_certificate(
    act: Act,
    *,
    issuer: Annotated[str, Field(title=_("出具单位"))],
    number: Annotated[str, Field(min_length=1, max_length=60, title=_("证书编号"))],
    kind: Annotated[Literal["verification", "calibration", "test"], Field(title=_("种类"))],
    owner: Annotated[str, Field(title=_("器具所属单位"))],
    instrument: Annotated[str, Field(title=_("器具编号"))],
    issued_on: Annotated[dt.date, Field(title=_("签发日期"))],
    valid_from: Annotated[dt.date, Field(title=_("生效日期"))],
    unit: Annotated[str, Field(min_length=1, max_length=20, title=_("计量单位"))],
    basis: Annotated[Basis, Field(title=_("误差的表示"))],
    points: Annotated[list[CalibrationPoint], Field(min_length=1, max_length=200, title=_("校准点"))],
    range_low: Annotated[Decimal, Field(title=_("范围下限"))],
    range_high: Annotated[Decimal, Field(title=_("范围上限"))],
    valid_until: Annotated[dt.date | None, Field(title=_("有效期至"))] = None,
    standards: Annotated[str, Field(max_length=300, title=_("所用计量标准"))] = "",
) -> Certificate:
    """Enter what a certificate states; a value that it does not state is not guessed."""
    held = instrument_named(owner, instrument)
    _ordered("range_high", range_low, range_high)
    _ordered("valid_until", valid_from, valid_until or valid_from)
    _not_after("issued_on", issued_on, timezone.localdate(act.at))
    if unit != held.unit:
        conversion(unit, held.unit)
    _refuse_unfit_table(points, basis, range_low, range_high)
    by_issuer = policy.of_issuer(act.actor, issuer).ok
    return act.create(
        Certificate(
            owner=parties.organisation(issuer),
            number=number,
            kind=kind,
            instrument=held,
            issued_on=issued_on,
            valid_from=valid_from,
            valid_until=valid_until,
            unit=unit,
            basis=basis,
            points=[point.model_dump() for point in points],
            range_low=range_low,
            range_high=range_high,
            standards=standards,
            entered_by=Certificate.EnteredBy.ISSUER if by_issuer else Certificate.EnteredBy.HOLDER,
            known_from=act.at,
        )
    )


Ordered = TypeVar("Ordered", Decimal, dt.date)


def _ordered(field: str, low: Ordered, high: Ordered) -> None:
    if low > high:
        raise BadInput("lies before its beginning", field=field, found=str(high), expected=f"{low} or more")


def _not_after(field: str, day: dt.date, today: dt.date) -> None:
    if day > today:
        raise BadInput("lies in the future", field=field, found=str(day), expected=f"{today} or earlier")


def _refuse_unfit_table(points: list[CalibrationPoint], basis: str, low: Decimal, high: Decimal) -> None:
    """A table must be readable by the science that will use it, and lie within the range that it is stated for."""
    problems = [
        Problem("lies outside the stated range", "points", n, found=p.nominal, expected=f"{low} to {high}")
        for n, p in enumerate(points, 1)
        if not low <= Decimal(p.nominal) <= high
    ]
    if problems:
        raise BadInput(problems)
    rows = tuple(Point(float(p.nominal), float(p.error), float(p.U), float(p.k)) for p in points)
    CalibrationCurve(rows, "percent" if basis == "relative" else "absolute")


@action(
    "laboratory.certificate.revoke",
    policy=policy.revoke_certificate,
    title=_("撤销证书"),
    irreversible=True,
)
def revoke_certificate(
    act: Act,
    *,
    certificate: Annotated[str, Field(pattern=r"^[^/]+/.+$", title=_("证书（出具单位/编号）"))],
    reason: Annotated[str, Field(min_length=4, max_length=300, title=_("原因"))],
) -> Certificate:
    """Take back a certificate. It stays readable, and everything that used it is found."""
    stored = certificate_named(certificate)
    if stored.state != Certificate.State.VALID:
        raise BadInput("is not in force", field="certificate", found=str(stored.get_state_display()))
    act.update(
        stored,
        state=Certificate.State.REVOKED,
        ended_on=timezone.localdate(act.at),
        ended_at=act.at,
        reason=reason,
    )
    act.emit(
        CertificateRevoked(
            certificate=str(stored.pk), name=certificate, reason=reason, version=stored.state, at=act.at
        )
    )
    return stored
