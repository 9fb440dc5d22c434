"""Readings under their certificates, and the sum of a year, once more in plain Python: what all methods share.

It is written apart from the platform's own computation, after the same formulas, so that an error in one of the two
shows. Sums are exactly rounded (`math.fsum`), so the order of the hours does not matter.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from typing import Any

from quanheng.evidence.offline.proofs import Case, day_number, microseconds_of

HOUR_US = 3_600_000_000
MOST_HOURS = 9000  # of a year, so that a crafted number cannot keep the program busy
COVERED, CONDITIONAL, BARE = 1, 2, 3
VERDICT_WORDS = {COVERED: "covered", CONDITIONAL: "conditional", BARE: "not covered"}
Hourly = dict[int, float]


class Figures:
    """What a method gives: value, u and U in tonnes, hours, contributions as (input, kind, u), tonnes and hours by verdict."""

    def __init__(self) -> None:
        self.value = self.u = self.U = 0.0
        self.hours = 0
        self.contributions: list[tuple[str, str, float]] = []
        self.tonnes: dict[str, float] = {}
        self.counted: dict[str, int] = {}


class LaidSource:
    """One source on the hours of a year: mass (kg/h), sensitivities, components, worst verdict, by the hour's number."""

    def __init__(self, case: Case, stated: dict[str, Any]) -> None:
        self.case, self.stated, self.recorded = case, stated, stated["recorded"]
        hours = case.computation["hours"]
        self.first, self.count = microseconds_of(hours["first"]), int(hours["count"])
        if not 0 < self.count <= MOST_HOURS:
            raise ValueError("hours")
        self.days = site_days(self.first, self.count, hours["offsets"])
        self.rules = case.table("rules.json")
        self.components: dict[tuple[str, str, str], Hourly] = {}
        self.worst: dict[int, int] = {}
        self.mass: Hourly = {}
        self.sensitivity: dict[str, Hourly] = {}

    def point_of(self, name: str) -> str:
        """The point at which an input is read; what is not read there is shared with no other source."""
        return f"{self.recorded['code']}/{name}"

    def read_at(self, point: str, name: str) -> Hourly:
        """The readings that stand on an hour of the year, less those that the statement left out."""
        laid: Hourly = {}
        for at, value in self.case.readings[point].items():
            hour, rest = divmod(at - self.first, HOUR_US)
            if value is not None and not rest and 0 <= hour < self.count:
                laid[hour] = value
        departures = self.stated["departures"].get(name, {})
        for hour in departures.get("left_out", ()):
            laid.pop(hour, None)
        laid.update({int(hour): float(value) for hour, value in departures.get("put_in", {}).items()})
        return laid

    def instrument(self, installation: dict[str, Any]) -> dict[str, Any]:
        """What the ledger records of the instrument of an installation."""
        wanted = installation["recorded"]["instrument"]
        known = self.case.table("instruments.json")
        found: dict[str, Any] = next(one["recorded"] for one in known if one["id"] == wanted)
        return found

    def add(self, label: str, name: str, kind: str, u: Hourly) -> None:
        """A component; the same certificate met again is the same error."""
        self.components.setdefault((label, name, kind), {}).update(u)

    def judge(self, hours: list[int], verdict: int) -> None:
        for hour in hours:
            if self.worst.get(hour, 0) < verdict:
                self.worst[hour] = verdict


def site_days(first: int, count: int, offsets: list[list[Any]]) -> list[int]:
    """The day at the site of each hour, as days since 1970; offsets: from when on, seconds ahead of UTC."""
    changes = [(microseconds_of(since), int(seconds)) for since, seconds in offsets]
    starts = [since for since, _ in changes]
    days = []
    for n in range(count):
        at = first + n * HOUR_US
        ahead = changes[max(bisect_right(starts, at) - 1, 0)][1]
        days.append((at // 1_000_000 + ahead) // 86400)
    return days


class CertificateTable:
    """A certificate's table and range in the unit of the readings, and its term in days since 1970."""

    def __init__(self, stated: dict[str, Any], factor: float, offset: float, undated_days: int) -> None:
        told = stated["recorded"]
        self.name, self.percent = stated["name"], told["basis"] == "relative"
        self.dated = told["valid_until"] is not None
        self.first = day_number(told["valid_from"])
        self.last = day_number(told["valid_until"]) if self.dated else self.first + undated_days - 1
        self.rank = (told["valid_from"], told["issued_on"], self.name)
        by = 1.0 if self.percent else factor
        raw = [[float(point[key]) for key in ("nominal", "error", "U", "k")] for point in told["points"]]
        self.raw = raw
        self.rows = sorted((factor * n + offset, by * e, abs(by) * U / k) for n, e, U, k in raw)
        self.nominal = [row[0] for row in self.rows]
        ends = (factor * float(told["range_low"]) + offset, factor * float(told["range_high"]) + offset)
        self.low, self.high = min(ends), max(ends)

    def ask(self, x: float, outside_factor: float) -> tuple[float, float, bool]:
        """Correction, standard uncertainty, and whether the reading lies outside the range."""
        error, u = self._between(x)
        if self.percent:
            reference = x / (1 + error / 100)
            correction, u = reference - x, abs(reference) * u / 100
        else:
            correction = -error
        outside = x < self.low or x > self.high
        if outside:
            end = self.low if x < self.low else self.high
            u = u * outside_factor * (1.0 if self.percent or end == 0 else max(1.0, abs(x / end)))
        return correction, u, outside

    def _between(self, x: float) -> tuple[float, float]:
        place = bisect_right(self.nominal, x)
        if place == 0 or place == len(self.rows):
            return self.rows[min(place, len(self.rows) - 1)][1:]
        (x0, e0, u0), (x1, e1, u1) = self.rows[place - 1], self.rows[place]
        return (e1 - e0) / (x1 - x0) * (x - x0) + e0, (u1 - u0) / (x1 - x0) * (x - x0) + u0

    def relative_u(self) -> float | None:
        """Where no indication is recorded: u² = max(U/k)² + (max|e|/√3)², in 1; None if all points are at zero."""
        rows = [row for row in self.raw if self.percent or row[0] != 0]
        if not rows:
            return None
        scale = [1.0 if self.percent else 100.0 / abs(row[0]) for row in rows]
        u = max(s * row[2] / row[3] for s, row in zip(scale, rows, strict=True))
        error = max(s * abs(row[1]) for s, row in zip(scale, rows, strict=True))
        return math.hypot(u, error / math.sqrt(3)) / 100


class Coverage:
    """Judges every reading of one input: correction, components and verdicts go to its source."""

    def __init__(
        self,
        source: LaidSource,
        name: str,
        x: Hourly,
        stood: list[dict[str, Any]],
        relative: bool,
        days: list[int] | None = None,
    ) -> None:
        self.source, self.name, self.x, self.relative = source, name, x, relative
        self.days = (
            source.days if days is None else days
        )  # analyses are judged by the day on which they were made
        self.rules = source.rules
        self.correction: Hourly = {}
        left = set(x)
        for one in stood:
            here = self._within(one["recorded"])
            left.difference_update(here)
            self._instrument(one, here)
        if left:
            self._bare("—", sorted(left))

    def _within(self, told: dict[str, Any]) -> list[int]:
        first = self.source.first
        start = microseconds_of(told["valid_from"]) - first if told["valid_from"] else 0
        end = microseconds_of(told["valid_to"]) - first if told["valid_to"] else None
        return [h for h in self.x if h * HOUR_US >= start and (end is None or h * HOUR_US < end)]

    def _instrument(self, installation: dict[str, Any], here: list[int]) -> None:
        instrument, days = self.source.instrument(installation), self.days
        left = here
        for table, first, last, reason in self._terms(installation):
            mine = [h for h in left if first <= days[h] <= last]
            if mine and self._under(instrument["code"], table, mine, reason):
                left = [h for h in left if not first <= days[h] <= last]
        if left:
            self._bare(instrument["code"], left)
        self._repeatability(instrument, here)

    def _terms(self, installation: dict[str, Any]) -> list[tuple[CertificateTable, int, int, str]]:
        """Certificates in force, the newest first; then those that ran out not long ago, the latest first."""
        undated = int(self.rules["undated"]["days"])
        by_id = {one["id"]: one for one in self.source.case.table("certificates.json")}
        tables = [
            CertificateTable(by_id[use["certificate"]], float(use["factor"]), float(use["offset"]), undated)
            for use in installation["certificates"]
            if by_id[use["certificate"]]["state"] == "valid"
        ]
        tables.sort(key=lambda table: table.rank, reverse=True)
        terms = [(t, t.first, t.last, "" if t.dated else "undated") for t in tables]
        within = int(self.rules["expired"]["within_days"])
        for t in sorted(tables, key=lambda table: table.last, reverse=True):
            terms.append((t, t.last + 1, t.last + within, "expired"))
        return terms

    def _under(self, code: str, table: CertificateTable, hours: list[int], reason: str) -> bool:
        enlarged = float(self.rules[reason]["factor"]) if reason else 1.0
        held, outside = CONDITIONAL if reason else COVERED, []
        if self.relative:
            one = table.relative_u()
            if one is None:
                return False
            u = dict.fromkeys(hours, one * enlarged)
        else:
            factor, u = float(self.rules["out_of_range"]["factor"]), {}
            for h in hours:
                self.correction[h], size, beyond = table.ask(self.x[h], factor)
                u[h] = size * enlarged
                if beyond:
                    outside.append(h)
        self.source.add(f"{code} · {table.name}", self.name, "common", u)
        self.source.judge(hours, held)
        self.source.judge(outside, CONDITIONAL)
        return True

    def _bare(self, code: str, hours: list[int]) -> None:
        stated = self.rules["no_certificate"][self.name]
        if "absolute" in stated:
            u = dict.fromkeys(hours, float(stated["absolute"]))
        else:
            share = float(stated["relative"]) / 100
            u = {h: share if self.relative else share * abs(self.x[h]) for h in hours}
        self.source.add(f"{code} · 无证书（{self.name}）", self.name, "common", u)
        self.source.judge(hours, BARE)

    def _repeatability(self, instrument: dict[str, Any], here: list[int]) -> None:
        if instrument["repeatability"] is None or not here:
            return
        s = float(instrument["repeatability"])
        if instrument["repeatability_basis"] == "relative":
            u = {h: s / 100 if self.relative else s / 100 * abs(self.x[h]) for h in here}
        else:
            u = dict.fromkeys(here, s)
        self.source.add(f"{instrument['code']} · 重复性", self.name, "independent", u)


def figures_of(sources: list[LaidSource]) -> Figures:
    """Value, uncertainty, contributions and coverage of all sources together."""
    figures = Figures()
    masses = [mass for one in sources for mass in one.mass.values()]
    figures.value, figures.hours = math.fsum(masses) * 1e-3, len(masses)
    effects = _effects(sources)
    figures.u = math.hypot(*(u for _, _, u in effects)) if effects else 0.0
    figures.U = 2.0 * figures.u
    figures.contributions = effects
    for one in sources:
        for hour, mass in one.mass.items():
            word = VERDICT_WORDS[one.worst[hour]]
            figures.counted[word] = figures.counted.get(word, 0) + 1
            figures.tonnes[word] = figures.tonnes.get(word, 0.0) + mass / 1000
    return figures


def _effects(sources: list[LaidSource]) -> list[tuple[str, str, float]]:
    """Each component's part of u: a common error adds up with its sign, an independent one in squares."""
    merged: dict[tuple[str, str, str], list[Hourly]] = {}
    for n, one in enumerate(sources):
        for key, u in one.components.items():
            merged.setdefault(key, [{} for _ in sources])[n].update(u)
    _join_draws(sources, merged)
    effects = []
    for (_, name, kind), by_source in merged.items():
        steps = [
            one.sensitivity[name][hour] * u * 1e-3
            for one, us in zip(sources, by_source, strict=True)
            for hour, u in us.items()
            if hour in one.mass
        ]
        size = abs(math.fsum(steps)) if kind == "common" else math.sqrt(math.fsum(s * s for s in steps))
        effects.append((name, kind, size))
    return effects


def _join_draws(sources: list[LaidSource], merged: dict[tuple[str, str, str], list[Hourly]]) -> None:
    """A reading that serves two sources is one draw: its effects add up before they are squared."""
    users: dict[tuple[str, str], list[int]] = {}
    for n, one in enumerate(sources):
        for name in one.sensitivity:
            users.setdefault((one.point_of(name), name), []).append(n)
    for (_, name), (first, *others) in users.items():
        for (_, of, kind), by_source in merged.items():
            if kind != "independent" or of != name:
                continue
            for other in others:
                _join(
                    sources[first].sensitivity[name],
                    by_source[first],
                    sources[other].sensitivity[name],
                    by_source[other],
                )


def _join(c1: Hourly, u1: Hourly, c2: Hourly, u2: Hourly) -> None:
    for hour in u1.keys() & u2.keys() & c1.keys() & c2.keys():
        if u1[hour] > 0 and u2[hour] > 0 and c1[hour] != 0:
            u1[hour] = abs(u1[hour] * c1[hour] + u2[hour] * c2[hour]) / abs(c1[hour])
            u2[hour] = 0.0
