"""A small world for tests of the interface: a bureau, a centre, two plants that are strangers, and their keys."""

from __future__ import annotations

import datetime as dt
import itertools
import json
from dataclasses import dataclass, field
from typing import Any

from django.test import Client
from django.utils import timezone

from quanheng.apps.laboratory import actions as laboratory
from quanheng.apps.monitoring import actions as monitoring
from quanheng.apps.parties import actions as parties
from quanheng.apps.parties import queries
from quanheng.apps.records.action import REGISTRY, SYSTEM
from quanheng.apps.records.reads import load

BUREAU, CENTRE, OURS, THEIRS = "BUREAU", "CENTRE", "OURS", "THEIRS"
UNITS = ((BUREAU, "bureau"), (CENTRE, "centre"), (OURS, "enterprise"), (THEIRS, "enterprise"))
PEOPLE = (
    ("officer", BUREAU, "bureau_officer"),
    ("technician", CENTRE, "technician"),
    ("signatory", CENTRE, "signatory"),
    ("clerk", OURS, "enterprise_clerk"),
    ("stranger", THEIRS, "enterprise_clerk"),
)
_serial = itertools.count(1)


def scopes() -> list[str]:
    """Every scope that there is."""
    acts = {spec.scope for spec in REGISTRY.values() if spec.api}
    return sorted(acts | {noun.scope for noun in load().values()})


@dataclass
class Program:
    """A test client that sends a key."""

    secret: str
    client: Client = field(default_factory=lambda: Client(raise_request_exception=False))

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(f"/api/v1/{path}", headers=self._headers(headers))

    def act(self, verb: str, values: Any = None, *, body: bytes | None = None, **headers: str) -> Any:
        content = json.dumps(values or {}).encode() if body is None else body
        kind = headers.pop("content_type", "application/json")
        return self.client.post(
            f"/api/v1/acts/{verb}", content, content_type=kind, headers=self._headers(headers)
        )

    def send(self, verb: str, parts: dict[str, Any], **headers: str) -> Any:
        return self.client.post(f"/api/v1/acts/{verb}", parts, headers=self._headers(headers))

    def _headers(self, more: dict[str, str]) -> dict[str, str]:
        named = {name.replace("_", "-"): value for name, value in more.items()}
        return {**({"Authorization": f"Bearer {self.secret}"} if self.secret else {}), **named}


class World:
    """Everybody registered; `key("clerk")` is a program of the clerk's."""

    def __init__(self) -> None:
        parties.register_division(SYSTEM, name="渝中区", level="county", code="500103", source="测试")
        for code, kind in UNITS:
            above = "" if code == BUREAU else BUREAU
            parties.register_organisation(SYSTEM, code=code, name=f"{code}单位", kind=kind, authority=above)
        self.secrets: dict[str, str] = {}
        self.units = {login: unit for login, unit, _role in PEOPLE}
        for login, unit, role in PEOPLE:
            parties.register_person(
                SYSTEM, login=login, name=f"{login}员", organisation=unit, phone="13812345678"
            )
            parties.grant_role(SYSTEM, login=login, organisation=unit, role=role)

    def person(self, login: str) -> Any:
        return queries.person(login)

    def issue(self, login: str, given: list[str] | None = None, days: int = 30) -> Any:
        """A key for this person's organisation."""
        return parties.issue_key(
            SYSTEM,
            organisation=self.units[login],
            login=login,
            name="测试程序",
            scopes=scopes() if given is None else given,
            valid_to=timezone.localdate() + dt.timedelta(days),
        )

    def key(self, login: str, given: list[str] | None = None) -> Program:
        return Program(self.issue(login, given).secret)

    # ---- things ----

    def instrument(self, owner: str = OURS, code: str | None = None) -> Any:
        """An instrument of a plant, entered by its clerk."""
        return laboratory.register_instrument(
            self.person("clerk" if owner == OURS else "stranger"), **instrument(owner, code)
        )

    def site(self, owner: str = OURS, code: str = "SITE-1") -> Any:
        """A site with one point."""
        keeper = self.person("clerk" if owner == OURS else "stranger")
        made = monitoring.register_site(keeper, owner=owner, code=code, name="一号机组")
        monitoring.register_point(keeper, site=code, code="CO2", name="浓度", quantity="co2_concentration")
        return made


def instrument(owner: str = OURS, code: str | None = None) -> dict[str, Any]:
    """The values of an instrument that is not there yet."""
    n = next(_serial)
    return {
        "owner": owner,
        "code": code or f"AN-{n:03}",
        "name": "分析仪",
        "maker": "渝仪",
        "model": "GA",
        "serial": f"S{n}",
        "quantity": "co2_concentration",
        "unit": "%",
        "repeatability": "0.4",
    }


READINGS = b"time,CO2 [%]\n2025-01-01 00:00,11.21\n2025-01-01 01:00,11.30\n2025-01-01 02:00,11.00\n"
