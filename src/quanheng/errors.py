"""The two ways in which the house says no: bad input, and a refusal by right or rule.

Both carry all that a person needs to go on. This file knows nothing of pages, the API or the command line;
each of them turns these errors into its own form.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with the input: where it stands, what was found, what was expected, what to do."""

    message: str
    field: str = ""
    row: int | None = None
    file: str = ""
    found: str = ""
    expected: str = ""
    remedy: str = ""

    def line(self) -> str:
        """The problem in one line: place first, then what is wrong, then what to do."""
        place = [self.file, f"row {self.row}" if self.row is not None else "", self.field]
        where = ", ".join(p for p in place if p)
        parts = [f"{where}: {self.message}" if where else self.message]
        if self.found:
            parts.append(f"found {self.found!r}")
        if self.expected:
            parts.append(f"expected {self.expected}")
        if self.remedy:
            parts.append(self.remedy)
        return "; ".join(parts)

    def as_dict(self) -> dict[str, object]:
        return {k: v for k, v in asdict(self).items() if v not in ("", None)}


class QuanhengError(Exception):
    """What every error of the house that is meant for a person derives from."""


class BadInput(QuanhengError):
    """Input that cannot be taken (exit code 2, HTTP 422). Nothing that was good is lost by it."""

    def __init__(
        self,
        problems: str | Problem | Iterable[Problem],
        *,
        field: str = "",
        row: int | None = None,
        file: str = "",
        found: str = "",
        expected: str = "",
        remedy: str = "",
    ) -> None:
        if isinstance(problems, str):
            problems = [Problem(problems, field, row, file, found, expected, remedy)]
        elif isinstance(problems, Problem):
            problems = [problems]
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(p.line() for p in self.problems))


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer of a policy or a guard: may it be, and if not, why and by which article."""

    ok: bool
    reason: str = ""
    cite: str = ""
    instead: str = ""

    def __bool__(self) -> bool:
        return self.ok


ALLOWED = Verdict(True)


class Refused(QuanhengError):
    """An act that a right or a rule does not allow (exit code 3, HTTP 403), with the article."""

    def __init__(self, verdict: Verdict | str, cite: str = "", instead: str = "") -> None:
        self.verdict = verdict if isinstance(verdict, Verdict) else Verdict(False, verdict, cite, instead)
        super().__init__(self.line())

    def line(self) -> str:
        v = self.verdict
        return v.reason + (f"（{v.cite}）" if v.cite else "") + (f" {v.instead}" if v.instead else "")
