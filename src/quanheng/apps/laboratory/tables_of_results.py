"""The lines of papers as they are typed in: points of certificates, standards named, readings of checks.

Here shape and numbers are judged, row by row; what an act makes of them stands in `actions`. Nothing is stored.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import Annotated, Any

from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, Field, field_validator

from quanheng.errors import BadInput, Problem
from quanheng.science.calibration import CalibrationCurve
from quanheng.science.calibration import CalibrationPoint as Point

MOST_DIGITS = 15
CERTIFICATE_NAME = r"^[^/\s][^/]*/\S.*$"


def _exact(text: str) -> str:
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"not a number: {text[:40]!r}") from None
    finite = value.is_finite() and math.isfinite(float(value))
    if not finite or len(value.as_tuple().digits) > MOST_DIGITS:
        raise ValueError(f"not a finite number of at most 15 digits: {text[:40]!r}")
    return format(value, "f")


def _above_zero(text: str) -> str:
    if Decimal(text) <= 0:
        raise ValueError(f"must be greater than 0, found {text}")
    return text


class CalibrationPoint(BaseModel):
    """One line of a certificate: nominal indication, error of indication, expanded uncertainty and its k.

    The error is indication minus reference value, in the unit of the certificate or in % of the nominal value.
    """

    model_config = ConfigDict(extra="forbid")  # a misspelt k must not become 2
    nominal: Annotated[str, Field(title=_("示值"))]
    error: Annotated[str, Field(title=_("示值误差"))]
    U: str
    k: str = "2"

    _number = field_validator("nominal", "error", "U", "k")(_exact)
    _positive = field_validator("U", "k")(_above_zero)


class CorrectionPoint(BaseModel):
    """The same line where the paper gives the correction: reference value minus indication, so minus the error."""

    model_config = ConfigDict(extra="forbid")
    nominal: Annotated[str, Field(title=_("示值"))]
    correction: Annotated[str, Field(title=_("修正值"))]
    U: str
    k: str = "2"

    _number = field_validator("nominal", "correction", "U", "k")(_exact)
    _positive = field_validator("U", "k")(_above_zero)

    def as_error(self) -> CalibrationPoint:
        """The line with the error of indication: the same figure with the opposite sign."""
        turned = self.correction[1:] if self.correction.startswith("-") else f"-{self.correction}"
        error = turned if Decimal(self.correction) else self.correction.removeprefix("-")
        return CalibrationPoint(nominal=self.nominal, error=error, U=self.U, k=self.k)


class StandardGiven(BaseModel):
    """A standard that a paper names: its certificate as ISSUER/NUMBER where the paper gives one, and until when."""

    model_config = ConfigDict(extra="forbid")
    name: Annotated[str, Field(min_length=1, max_length=120, title=_("标准名称"))]
    certificate: Annotated[
        str, Field(max_length=101, pattern=rf"^$|{CERTIFICATE_NAME}", title=_("标准的证书"))
    ] = ""
    valid_until: Annotated[dt.date | None, Field(title=_("标准有效期至"))] = None
    level: Annotated[str, Field(pattern="^(standard|national)$", title=_("级别（standard 或 national）"))] = (
        "standard"  # a text, so that a standard is one line of a form
    )

    @field_validator("valid_until", mode="before")
    @classmethod
    def _no_day(cls, value: Any) -> Any:
        return None if value == "" else value

    @field_validator("level", mode="before")
    @classmethod
    def _no_level(cls, value: Any) -> Any:
        return "standard" if value == "" else value


class CheckReading(BaseModel):
    """One reading of a check: at which level, against which reference value, what was indicated, by which standard."""

    model_config = ConfigDict(extra="forbid")
    level: Annotated[str, Field(min_length=1, max_length=40, title=_("点"))]
    reference: Annotated[str, Field(title=_("参考值"))]
    indication: Annotated[str, Field(title=_("示值"))]
    standard: Annotated[str, Field(max_length=101, title=_("所用标准"))] = ""

    _number = field_validator("reference", "indication")(_exact)


def as_errors(
    points: Sequence[CalibrationPoint], corrections: Sequence[CorrectionPoint]
) -> tuple[str, list[CalibrationPoint]]:
    """Which of the two a paper gives, and its lines with the error of indication. Both or neither is refused."""
    if points and corrections:
        raise BadInput(
            "gives errors and corrections at once", field="corrections", expected="one of the two, as printed"
        )
    if not points and not corrections:
        raise BadInput("a certificate without a point says nothing", field="points", expected="at least one")
    return ("error", list(points)) if points else ("correction", [one.as_error() for one in corrections])


def refuse_unfit(points: Sequence[CalibrationPoint], basis: str, low: Decimal, high: Decimal) -> None:
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


def check_points(readings: Iterable[CheckReading]) -> list[dict[str, Any]]:
    """The levels of a check with their readings, mean and error (mean indication minus reference), in order."""
    levels: dict[str, list[CheckReading]] = {}
    for one in readings:
        levels.setdefault(one.level, []).append(one)
    return [_level(name, rows) for name, rows in levels.items()]


def _level(name: str, rows: list[CheckReading]) -> dict[str, Any]:
    first = rows[0]
    for other in rows[1:]:
        if (Decimal(other.reference), other.standard) != (Decimal(first.reference), first.standard):
            found = f"{other.reference} {other.standard}".strip()
            expected = f"{first.reference} {first.standard}".strip()
            raise BadInput(
                f"level {name} has two references", field="readings", found=found, expected=expected
            )
    mean = _mean([Decimal(row.indication) for row in rows])
    return {
        "level": name,
        "reference": first.reference,
        "readings": [row.indication for row in rows],
        "mean": format(mean, "f"),
        "error": format(mean - Decimal(first.reference), "f"),
        "standard": first.standard,
    }


def _mean(values: Sequence[Decimal]) -> Decimal:
    """The mean with two digits more than the finest reading; rounding as in GB/T 8170 (half to even)."""
    finest = min(int(value.as_tuple().exponent) for value in values)
    mean = sum(values, Decimal(0)) / len(values)
    return mean.quantize(Decimal(1).scaleb(min(finest, 0) - 2), ROUND_HALF_EVEN)
