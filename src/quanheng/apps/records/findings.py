"""What a verification found: each fault with its place, and how much was looked at."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

KEPT = 1000
PARTS = ("ledger", "bulk", "row", "dependency", "key", "checkpoint", "guard", "file")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong. `part` says which promise is broken; the other fields say where."""

    part: str
    message: str
    seq: int | None = None
    key: str = ""
    field: str = ""
    file: str = ""
    found: str = ""
    expected: str = ""

    def line(self) -> str:
        """The fault in one line: place first."""
        place = [
            f"entry {self.seq}" if self.seq is not None else "",
            self.key,
            self.field,
            f"file {self.file}" if self.file else "",
        ]
        text = f"{self.part}: {', '.join(p for p in place if p)}: {self.message}"
        if self.found or self.expected:
            text += f" (found {self.found!r}, expected {self.expected!r})"
        return text

    def as_dict(self) -> dict[str, Any]:
        return {k: v for k, v in asdict(self).items() if v not in ("", None)}


@dataclass(slots=True)
class Findings:
    """The answer of a verification. Beyond a thousand faults only their number is kept."""

    faults: list[Fault] = field(default_factory=list)
    more: int = 0
    entries: int = 0
    bulk_rows: int = 0
    rows: int = 0
    files: int = 0
    checkpoints: int = 0
    signed: int = 0
    head: str = ""
    fingerprint: str = ""
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        return not self.faults

    @property
    def first(self) -> Fault | None:
        """The fault to look at first: the earliest entry, else whatever comes first."""
        numbered = [f for f in self.faults if f.seq is not None and f.part in ("ledger", "bulk")]
        return min(numbered, key=lambda f: f.seq or 0) if numbered else next(iter(self.faults), None)

    def add(self, fault: Fault) -> None:
        """Keep a fault, or count it."""
        if len(self.faults) < KEPT:
            self.faults.append(fault)
        else:
            self.more += 1

    def room(self, limit: int) -> bool:
        """Whether there are fewer faults than this so far."""
        return len(self.faults) < limit

    def as_dict(self) -> dict[str, Any]:
        """For `--json`: counts, then every fault."""
        counts = {
            name: getattr(self, name)
            for name in ("entries", "bulk_rows", "rows", "files", "checkpoints", "signed", "more", "head")
        }
        return {
            "ok": self.ok,
            **counts,
            "fingerprint": self.fingerprint,
            "seconds": round(self.seconds, 3),
            "first": self.first.as_dict() if self.first else None,
            "faults": [fault.as_dict() for fault in self.faults],
        }
