"""What falls with a certificate, told by later apps: each registers one function, the laboratory asks them all.

No function here changes anything. The laboratory knows nothing of statements; it prints and counts what it is told.

    @effects.register("carbon.statements")
    def fallen(actor, certificate: CertificateFacts, kind: str) -> Effect: ...

`actor` is who asks: the function answers with figures only where he may see them (the issuer gets counts and whom to
tell, the owner his figures, the regulator both). `certificate` is as `queries.CertificateFacts` has it. `kind` is
"revoked" or "replaced". The answer is one mapping, every key optional, numbers as exact text:

    {"readings": n, "hours": n, "tonnes": "…",
     "statements": [{"number": "…", "owner": "…", "old": {"value": "…", "U": "…"}, "proposed": {"value": "…", "U": "…"}}],
     "tell": [{"organisation": "…", "count": n}]}
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from quanheng.apps.laboratory.facts import CertificateFacts

Kind = Literal["revoked", "replaced"]
Effect = dict[str, Any]
Foretell = Callable[[Any, CertificateFacts, Kind], Effect]


@dataclass
class Effects:
    """Functions by name; the name says which app registered it."""

    functions: dict[str, Foretell] = field(default_factory=dict)

    def register(self, name: str) -> Callable[[Foretell], Foretell]:
        def keep(function: Foretell) -> Foretell:
            if name in self.functions:
                raise RuntimeError(f"{name} is registered twice")
            self.functions[name] = function
            return function

        return keep

    def of(self, actor: Any, certificate: CertificateFacts, kind: Kind) -> dict[str, Effect]:
        """What each registered function answers, by its name."""
        return {name: tell(actor, certificate, kind) for name, tell in self.functions.items()}


effects = Effects()
