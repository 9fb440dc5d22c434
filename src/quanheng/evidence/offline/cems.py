"""The figures of continuous measurement once more, from readings, certificates and rules, in plain Python."""

from __future__ import annotations

from typing import Any

from quanheng.evidence.offline.covering import (
    CONDITIONAL,
    HOUR_US,
    Coverage,
    Figures,
    Hourly,
    LaidSource,
    figures_of,
)
from quanheng.evidence.offline.filling import fill_hours
from quanheng.evidence.offline.proofs import Case, microseconds_of

ZERO_CELSIUS, ATMOSPHERE = 273.15, 101.325  # K, kPa
CEMS_INPUTS = ("concentration", "flow", "temperature", "pressure", "moisture")
FILLED = "substituted_relative"
ACTS_ON = {"concentration_relative": "co2_concentration", "flow_relative": "flow"}


class CemsSource(LaidSource):
    """One source: its mass (kg/h), sensitivities, components and worst verdict, each by the hour's number."""

    def __init__(self, case: Case, stated: dict[str, Any]) -> None:
        super().__init__(case, stated)
        (self._reported if self.recorded["form"] == "mass" else self._computed)()
        self.filled: Hourly = {}
        if stated["rule"] is not None:
            self._fill(stated["rule"])

    def point_of(self, name: str) -> str:
        at = "mass" if self.recorded["form"] == "mass" else name
        return str(self.recorded["points"].get(at, super().point_of(name)))

    def indications(self, name: str) -> Hourly:
        return self.read_at(self.recorded["points"][name], name)

    def _reported(self) -> None:
        self.mass = self.indications("mass")
        point = self.case.computation["points"][self.recorded["points"]["mass"]]
        for name, quantity in ACTS_ON.items():
            self.sensitivity[name] = self.mass
            stood = [one for one in point["installations"] if self.instrument(one)["quantity"] == quantity]
            Coverage(self, name, self.mass, stood, relative=True)

    def _computed(self) -> None:
        given = [name for name in CEMS_INPUTS if name in self.recorded["points"]]
        dry = self.recorded["basis"] == "dry"
        corrected: dict[str, Hourly] = {}
        for name in given:
            if name == "moisture" and not dry:
                continue  # a concentration on the wet basis does not ask for it
            x = self.indications(name)
            point = self.case.computation["points"][self.recorded["points"][name]]
            found = Coverage(self, name, x, point["installations"], relative=False)
            corrected[name] = {hour: value + found.correction.get(hour, 0.0) for hour, value in x.items()}
        self._rate(corrected, dry)

    def _rate(self, x: dict[str, Hourly], dry: bool) -> None:
        """m = C/100 · Q · 273.15/(273.15 + t) · p/101.325 · (1 - X/100) · M/V (HJ 75-2017), and its derivatives."""
        constants = self.stated["constants"]
        density = float(constants["molar_mass"]["value"]) / float(constants["molar_volume"]["value"])
        partial: dict[str, Hourly] = {name: {} for name in x}
        for hour in sorted(set.intersection(*(set(values) for values in x.values()))):
            c, q, p = x["concentration"][hour], x["flow"][hour], x["pressure"][hour]
            kelvin = ZERO_CELSIUS + x["temperature"][hour]
            dry_part = 1 - x["moisture"][hour] / 100 if dry else 1.0
            state = ZERO_CELSIUS / kelvin / ATMOSPHERE
            mass = c / 100 * q * state * p * dry_part * density
            self.mass[hour] = mass
            partial["concentration"][hour] = q * state * p * dry_part * density / 100
            partial["flow"][hour] = c / 100 * state * p * dry_part * density
            partial["temperature"][hour] = -mass / kelvin
            partial["pressure"][hour] = c / 100 * q * state * dry_part * density
            if dry:
                partial["moisture"][hour] = -c / 100 * q * state * p * density / 100
        self.sensitivity = partial

    def _fill(self, rule: dict[str, Any]) -> None:
        """Missing hours stand on the rule and on the uncertainty that is laid down for it, and on nothing measured."""
        known_at = microseconds_of(self.case.computation["known_at"])
        come = min(max(-((self.first - known_at) // HOUR_US), 0), self.count)
        self.filled = fill_hours(self.mass, self.days, come, rule)
        if not self.filled:
            return
        for components in self.components.values():
            for hour in self.filled:
                components.pop(hour, None)
        self.mass = {**self.mass, **self.filled}
        self.sensitivity[FILLED] = self.filled
        u = float(self.rules["substituted"][FILLED]["relative"]) / 100
        label = f"{self.recorded['code']} · 缺测补入（{rule['key']}）"
        self.add(label, FILLED, "common", dict.fromkeys(self.filled, u))
        for hour in self.filled:
            self.worst[hour] = CONDITIONAL


def recompute_cems(case: Case) -> Figures:
    """Value, uncertainty, contributions and coverage of a statement by continuous measurement."""
    return figures_of([CemsSource(case, one) for one in case.computation["sources"]])
