"""The forms of the interface's own answers: what an act came to, and what went wrong."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Shape(BaseModel):
    """An answer with exactly these fields."""

    model_config = ConfigDict(extra="forbid")


class LedgerPlace(Shape):
    """Where the act stands in the ledger."""

    seq: int = Field(ge=1)
    digest: str = Field(pattern="^[0-9a-f]{64}$")


class Done(Shape):
    """What came of an act: its object and its ledger entry."""

    urn: str = Field(description="the object of the act; empty if it has none")
    kind: str = Field(description="app.model of the object")
    name: str
    ledger: LedgerPlace


class InputProblem(Shape):
    """One thing that is wrong with the input."""

    message: str
    field: str
    row: int = Field(default=1, ge=1, description="absent where the problem is in no row")
    file: str = ""
    found: str = ""
    expected: str = ""
    remedy: str = ""


class ProblemDetails(Shape):
    """RFC 9457. `cite` is the article behind a refusal, `instead` what is open instead."""

    type: str
    title: str
    status: int
    detail: str
    cite: str = ""
    instead: str = ""
    problems: list[InputProblem] = []
    request: str = Field(description="the number of this request, as in the header X-Request-Id")
