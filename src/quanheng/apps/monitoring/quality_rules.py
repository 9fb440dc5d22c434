"""The rules by which readings are judged, as data with a version. It reads them and checks their form; it judges nothing."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from quanheng.errors import BadInput, Problem

LARGEST = 100_000  # bytes
RULES = ("complete", "valid", "consistent", "timely", "plausible", "traceable")


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class Range(_Form):
    """Limits in the kept unit of the quantity, both allowed."""

    low: float
    high: float

    @model_validator(mode="after")
    def _ordered(self) -> Range:
        if self.low > self.high:
            raise ValueError("low lies above high")
        return self


class Spike(_Form):
    """See `science.series.checks.spikes`."""

    half_window: int = Field(ge=1, le=1000)
    threshold: float = Field(gt=0)
    floor: float = Field(default=0.0, ge=0)
    longest: int = Field(default=1, ge=1)
    beyond: float = Field(default=0.0, ge=0)
    tail: float = Field(default=0.99, gt=0, lt=1)


class Stuck(_Form):
    """See `science.series.checks.stuck`."""

    count: int = Field(ge=2)
    resolution: float = Field(default=0.0, ge=0)
    rare: float | None = Field(default=None, gt=0)
    but: float | None = None


class Tests(_Form):
    """The tests of one series; one that is left out is not made. Gaps and duplicates need no figures."""

    range: Range | None = None
    spike: Spike | None = None
    stuck: Stuck | None = None


class TestSet(_Form):
    """The tests by quantity, and those for a quantity without its own."""

    default: Tests
    quantities: dict[str, Tests] = Field(default_factory=dict)


class Pairs(_Form):
    """See `science.series.derived.derived`."""

    steps: float = Field(gt=0)
    least_correlation: float = Field(gt=0, le=1)
    share: float = Field(default=1.0, gt=0, le=1)
    fewest: int = Field(ge=2)


class Timely(_Form):
    """Days after the end of the month of a reading within which it is received in time."""

    days_after_month: int = Field(ge=0)


class RuleFile(_Form):
    """One version of the rules."""

    id: str = Field(pattern=r"^[a-z0-9._-]{1,60}$")
    version: str = Field(min_length=1, max_length=40)
    status: Literal["proposal", "adopted"] = "proposal"
    verified: Literal["none", "one reader", "two readers"] = "none"
    source: str = ""
    tests: TestSet
    derived: Pairs
    timely: Timely
    weights: dict[str, float]

    @field_validator("weights")
    @classmethod
    def _weighed(cls, weights: dict[str, float]) -> dict[str, float]:
        unknown = sorted(set(weights) - set(RULES))
        if unknown:
            raise ValueError(f"no such rule: {unknown[0][:40]}; known: {', '.join(RULES)}")
        if any(weight < 0 for weight in weights.values()) or sum(weights.values()) <= 0:
            raise ValueError("weights must not be negative, and one must be above 0")
        return weights


@dataclass(frozen=True, slots=True)
class Rules:
    """A rule file and the hash of its text, which pins it."""

    file: RuleFile
    digest: str

    @property
    def id(self) -> str:
        return self.file.id

    @property
    def version(self) -> str:
        return self.file.version

    def tests(self, quantity: str = "") -> Tests:
        """The tests for a quantity."""
        return self.file.tests.quantities.get(quantity, self.file.tests.default)

    def parameters(self, test: str, quantity: str = "") -> dict[str, Any]:
        """The figures by which a test judges a quantity; empty for a test without figures."""
        if test == "derived":
            return self.file.derived.model_dump()
        found = getattr(self.tests(quantity), test, None)
        return found.model_dump(exclude_none=True) if isinstance(found, _Form) else {}


@cache
def packaged() -> Rules:
    """The rules of the product."""
    name = "quality_rules.yaml"
    return read((files(__package__) / name).read_bytes(), name)


def load(path: Path) -> Rules:
    """Rules from a file."""
    try:
        if path.stat().st_size > LARGEST:
            raise BadInput("the rules are too large", file=path.name, expected=f"{LARGEST} bytes or less")
        return read(path.read_bytes(), path.name)
    except OSError as error:
        raise BadInput("cannot be read", file=path.name, found=error.strerror or "") from None


def read(content: bytes, name: str) -> Rules:
    """Rules from the bytes of a file; every wrong key is named."""
    try:
        file = RuleFile.model_validate(yaml.safe_load(content.decode("utf-8")))
    except ValidationError as error:
        raise BadInput(
            Problem(e["msg"].removeprefix("Value error, "), field=".".join(map(str, e["loc"])), file=name)
            for e in error.errors()
        ) from None
    except (UnicodeError, RecursionError, yaml.YAMLError) as error:
        raise BadInput("the rules cannot be read", file=name, found=str(error)[:120]) from None
    return Rules(file, hashlib.sha256(content).hexdigest())
