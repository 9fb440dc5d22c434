"""From a certificate up to the standards on which it stands, judged at a given day; and down to what stands on it.

A standard is named by its certificate, ISSUER/NUMBER. What this installation holds of that certificate is looked up
when one asks, so a paper that is entered later joins by itself. A level is carried upwards from the weakest part:
`bad` (revoked, expired, not yet in force, or out of force on the day of use) before `warn` (replaced by a newer one)
before `unknown` (named on paper only, or nothing named) before `ok`. Coverage of readings is judged elsewhere.

Whoever may see a certificate sees the names, validity and standing of the standards above it, not their results.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from django.db.models import Q

from quanheng.apps.laboratory.models import Certificate, Check, StandardUse

Level = Literal["ok", "unknown", "warn", "bad"]
ORDER: dict[Level, int] = {"ok": 0, "unknown": 1, "warn": 2, "bad": 3}
LEVEL_OF: dict[str, Level] = {
    "in_force": "ok",
    "recorded": "ok",
    "national": "ok",
    "stated": "unknown",
    "not_named": "unknown",
    "replaced": "warn",
    "not_yet": "bad",
    "expired": "bad",
    "expired_at_use": "bad",
    "not_yet_at_use": "bad",
    "revoked": "bad",
    "circular": "bad",
}
DEEPEST = 20


@dataclass(frozen=True, slots=True)
class Node:
    """One certificate, check or named standard in the graph: how it stands by itself, and with all above it.

    `own` is how it stands by itself on the day (a key of LEVEL_OF); `level` includes everything above. `since` is the
    day of revocation, replacement or the last day of validity. `used_on` is the day on which the child used it.
    A certificate that several use is drawn with all above it once; elsewhere it is `repeated`.
    """

    name: str
    title: str
    kind: Literal["certificate", "check", "stated", "national", "none"]
    own: str
    level: Level
    id: str = ""
    since: dt.date | None = None
    valid_from: dt.date | None = None
    valid_until: dt.date | None = None
    used_on: dt.date | None = None
    parents: tuple[Node, ...] = field(default=())
    repeated: bool = False

    def weak(self) -> Iterator[Node]:
        """The parts that do not stand by themselves, from here upwards, each once."""
        seen: set[str] = set()
        for node in self._all():
            if LEVEL_OF[node.own] != "ok" and f"{node.name} {node.own}" not in seen:
                seen.add(f"{node.name} {node.own}")
                yield node

    def _all(self) -> Iterator[Node]:
        yield self
        for parent in self.parents:
            yield from parent._all()

    def as_dict(self) -> dict[str, Any]:
        """The graph as plain data."""
        days = {name: getattr(self, name) for name in ("since", "valid_from", "valid_until", "used_on")}
        return {
            "name": self.name,
            "title": self.title,
            "kind": self.kind,
            "own": self.own,
            "level": self.level,
            **{name: day.isoformat() for name, day in days.items() if day},
            **({"repeated": True} if self.repeated else {}),
            "standards": [parent.as_dict() for parent in self.parents],
        }


def of_certificate(row: Certificate, day: dt.date) -> Node:
    """The graph above one certificate, as it stood on a day."""
    return _Walk(day, _gathered(StandardUse.objects.filter(certificate=row))).certificate(row, ())


def of_check(row: Check, day: dt.date) -> Node:
    """The graph above one check. The check itself does not expire; what it used does."""
    walk = _Walk(day, _gathered(StandardUse.objects.filter(check_record=row)))
    parents = walk.parents(f"check {row.pk}", row.done_on, ())
    level = _worst("ok", parents)
    return Node(row.number, row.procedure, "check", "recorded", level, id=str(row.pk), parents=parents)


def standing_on(actor: Any, name: str) -> tuple[list[str], int]:
    """Names of the certificates and checks that stand on a certificate, directly or through others.

    Those that the actor may see by name, the others counted.
    """
    certificates, checks = _below(name)
    seen = Certificate.objects.for_user(actor).filter(pk__in=certificates).select_related("owner")
    seen_checks = Check.objects.for_user(actor).filter(pk__in=checks)
    named = [row.name for row in seen] + [row.number for row in seen_checks]
    return sorted(named), len(certificates) + len(checks) - len(named)


def _below(name: str) -> tuple[set[Any], set[Any]]:
    certificates: set[Any] = set()
    checks: set[Any] = set()
    asked, names = set(), {name}
    while names:
        asked |= names
        uses = StandardUse.objects.filter(traced_by__in=names).values_list("certificate", "check_record")
        direct, found = set(), list(uses)
        checks |= {check for _certificate, check in found if check}
        direct = {pk for pk, _check in found if pk} - certificates
        certificates |= direct
        rows = Certificate.objects.filter(pk__in=direct).select_related("owner")
        names = {row.name for row in rows} - asked
    return certificates, checks


def own_standing(row: Certificate, day: dt.date) -> tuple[str, dt.date | None]:
    """How a certificate stands by itself on a day, and since when it does not stand."""
    ended = row.ended_on is not None and row.ended_on <= day
    if ended and row.state == Certificate.State.REVOKED:
        return "revoked", row.ended_on
    if ended and row.state == Certificate.State.REPLACED:
        return "replaced", row.ended_on
    return _by_dates(row.valid_from, row.valid_until, day)


def _by_dates(
    first: dt.date | None, last: dt.date | None, day: dt.date, at_use: str = ""
) -> tuple[str, dt.date | None]:
    if first is not None and day < first:
        return f"not_yet{at_use}", first
    if last is not None and day > last:
        return f"expired{at_use}", last
    return "in_force", None


def _worst(own: Level, parents: Iterable[Node]) -> Level:
    return max([own, *(parent.level for parent in parents)], key=ORDER.__getitem__)


# ---- what the graph is made of: two questions to the database for each generation -----------------------------


@dataclass(slots=True)
class _Gathered:
    rows: dict[str, Certificate] = field(default_factory=dict)
    uses: dict[str, list[StandardUse]] = field(default_factory=dict)


def _gathered(first: Any) -> _Gathered:
    found = _Gathered()
    generation = list(first)
    while generation:
        for use in generation:
            found.uses.setdefault(_user(use), []).append(use)
        wanted = {use.traced_by for use in generation if use.traced_by} - found.rows.keys()
        above = _named(wanted)
        found.rows |= above
        pks = [row.pk for row in above.values()]
        generation = list(StandardUse.objects.filter(certificate__in=pks)) if pks else []
    return found


def _user(use: StandardUse) -> str:
    return f"certificate {use.certificate_id}" if use.certificate_id else f"check {use.check_record_id}"


def _named(names: Iterable[str]) -> dict[str, Certificate]:
    """The certificates of these names that this installation holds."""
    condition = Q()
    for name in names:
        issuer, _, number = name.partition("/")
        condition |= Q(owner__code=issuer, number=number)
    if not condition:
        return {}
    rows = Certificate.objects.filter(condition).select_related("owner", "instrument")
    return {row.name: row for row in rows}


@dataclass(frozen=True, slots=True)
class _Walk:
    day: dt.date
    found: _Gathered
    drawn: dict[str, Node] = field(default_factory=dict)

    def certificate(self, row: Certificate, above: tuple[str, ...]) -> Node:
        if row.name in self.drawn:
            return replace(self.drawn[row.name], parents=(), repeated=True)
        own, since = own_standing(row, self.day)
        parents = self.parents(f"certificate {row.pk}", row.issued_on, (*above, row.name))
        node = Node(
            row.name, str(row.instrument), "certificate", own, _worst(LEVEL_OF[own], parents), id=str(row.pk),
            since=since, valid_from=row.valid_from, valid_until=row.valid_until, parents=parents,
        )  # fmt: skip
        self.drawn[row.name] = node
        return node

    def parents(self, user: str, used_on: dt.date, above: tuple[str, ...]) -> tuple[Node, ...]:
        uses = sorted(self.found.uses.get(user, []), key=lambda use: use.n)
        named = tuple(self._parent(use, used_on, above) for use in uses)
        return named or (Node("", "", "none", "not_named", "unknown"),)

    def _parent(self, use: StandardUse, used_on: dt.date, above: tuple[str, ...]) -> Node:
        row = self.found.rows.get(use.traced_by)
        if use.traced_by in above or len(above) > DEEPEST:
            return Node(use.traced_by, use.name, "certificate", "circular", "bad", used_on=used_on)
        node = self._stated(use) if row is None else replace(self.certificate(row, above), title=use.name)
        return self._at_use(replace(node, used_on=used_on), use)

    def _stated(self, use: StandardUse) -> Node:
        """A standard of which this installation holds no certificate: only what the paper says of it."""
        kind: Literal["national", "stated"] = "national" if use.level == "national" else "stated"
        own, since = _by_dates(None, use.valid_until, self.day)
        own = kind if own == "in_force" else own
        return Node(
            use.traced_by, use.name, kind, own, LEVEL_OF[own], since=since, valid_until=use.valid_until
        )

    def _at_use(self, node: Node, use: StandardUse) -> Node:
        """A standard that was out of force on the day of use never carried the certificate at all."""
        if node.used_on is None or node.own in ("revoked", "circular"):
            return node
        last = node.valid_until if node.kind == "certificate" else use.valid_until
        own, since = _by_dates(node.valid_from, last, node.used_on, "_at_use")
        return node if own == "in_force" else replace(node, own=own, since=since, level="bad")
