"""A stack of three hours whose figures can be computed on paper, and a neighbour who must see nothing of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from quanheng.apps.carbon import actions as carbon
from quanheng.apps.laboratory import actions as laboratory
from quanheng.apps.monitoring import actions as monitoring
from quanheng.apps.parties import actions as parties
from quanheng.apps.parties import queries
from quanheng.apps.records.action import SYSTEM
from quanheng.apps.records.uploads import Upload

UNITS = (
    ("BUR", "示例市局", "bureau", ""),
    ("LAB", "示例计量院", "centre", "BUR"),
    ("LAB2", "另一家计量院", "centre", "BUR"),
    ("PLANT", "示例热电厂", "enterprise", "BUR"),
    ("MILL", "示例纸厂", "enterprise", "BUR"),
)
PEOPLE = (
    ("officer", "BUR", "bureau_officer"),
    ("technician", "LAB", "technician"),
    ("signatory", "LAB", "signatory"),
    ("stranger", "LAB2", "technician"),
    ("clerk", "PLANT", "enterprise_clerk"),
    ("neighbour", "MILL", "enterprise_clerk"),
)
LONG_AGO = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


def people() -> dict[str, Any]:
    """Enter everybody; gives them by login name, ready to act."""
    for code, name, kind, above in UNITS:
        parties.register_organisation(SYSTEM, code=code, name=name, kind=kind, authority=above)
    for login, unit, role in PEOPLE:
        parties.register_person(SYSTEM, login=login, name=login, organisation=unit)
        parties.grant_role(SYSTEM, login=login, organisation=unit, role=role)
    return actors()


def actors() -> dict[str, Any]:
    """Everybody, ready to act, by login name."""
    return {login: queries.actor_for(queries.person(login)) for login, _, _ in PEOPLE}


def instrument(
    actor: Any, code: str, quantity: str, unit: str, repeatability: str | None = None, basis: str = "relative"
) -> None:
    laboratory.register_instrument(
        actor, owner="PLANT", code=code, name=code, maker="示例", model="M", serial=code, quantity=quantity,
        unit=unit, repeatability=repeatability and Decimal(repeatability), repeatability_basis=basis,
    )  # fmt: skip


def certificate(
    actor: Any,
    number: str,
    held: str,
    unit: str,
    points: Sequence[tuple[str, str, str]],
    span: tuple[str, str],
    term: tuple[str, str | None] = ("2024-01-01", "2026-12-31"),
    basis: str = "absolute",
    issuer: str = "LAB",
) -> Any:
    first, last = (dt.date.fromisoformat(day) if day else None for day in term)
    return laboratory.enter_certificate(
        actor, issuer=issuer, number=number, kind="calibration", owner="PLANT", instrument=held, issued_on=first,
        valid_from=first, valid_until=last, unit=unit, basis=basis, range_low=Decimal(span[0]),
        range_high=Decimal(span[1]), points=[{"nominal": n, "error": e, "U": U, "k": "2"} for n, e, U in points],
    )  # fmt: skip


def point(actor: Any, code: str, quantity: str, site: str = "S1") -> None:
    monitoring.register_point(actor, site=site, code=code, name=code, quantity=quantity)


def install(actor: Any, at: str, held: str, acts_on: str = "", **when: dt.datetime) -> None:
    monitoring.install(
        actor, site="S1", point=at, instrument=held, acts_on=acts_on, **{"valid_from": LONG_AGO, **when}
    )


def wet_stack(cast: dict[str, Any], code: str = "K1", **points: str) -> None:
    """A source on the wet basis: no moisture, so four inputs."""
    carbon.register_source(
        cast["clerk"], site="S1", code=code, name=code, form="concentration", basis="wet",
        points={"concentration": "C", "flow": "Q", "temperature": "T", "pressure": "P", **points},
    )  # fmt: skip


def plant(cast: dict[str, Any], zone: str = "Asia/Shanghai") -> None:
    """A site with the four points of a wet stack, an analyser and a flow meter, each with one certificate."""
    clerk = cast["clerk"]
    monitoring.register_site(clerk, owner="PLANT", code="S1", name="一号厂", time_zone=zone)
    for code, quantity in (
        ("C", "co2_concentration"), ("Q", "flow"), ("T", "temperature"), ("P", "pressure"),
    ):  # fmt: skip
        point(clerk, code, quantity)
    instrument(clerk, "AN", "co2_concentration", "%", "1")
    instrument(clerk, "FL", "flow", "m3/h")
    instrument(clerk, "TT", "temperature", "degC")
    instrument(clerk, "PT", "pressure", "kPa")
    for at, held in (("C", "AN"), ("Q", "FL"), ("T", "TT"), ("P", "PT")):
        install(clerk, at, held)


def readings(actor: Any, folder: Path, rows: Iterable[str], name: str = "r.csv", header: str = "") -> Any:
    path = folder / name
    head = header or "time,C [%],Q [m3/h],T [degC],P [kPa]"
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return monitoring.take_in(actor, site="S1", file=Upload.local(path))
