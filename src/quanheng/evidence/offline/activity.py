"""The figures of fuel and bought energy once more, from months, analyses, certificates and rules, in plain Python.

A month is laid evenly on its hours, so that a certificate covers the hours up to its end and no more. What is drawn
once in a month (repeatability, sampling) stays one draw.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from quanheng.evidence.offline.covering import (
    CONDITIONAL,
    Coverage,
    Figures,
    Hourly,
    LaidSource,
    figures_of,
)
from quanheng.evidence.offline.proofs import Case, day_number


class StreamSource(LaidSource):
    """One fuel or one bought energy: what is known of its months laid on their hours."""

    def __init__(self, case: Case, stated: dict[str, Any]) -> None:
        super().__init__(case, stated)
        self.number = [date.fromordinal(day + 719163).month for day in self.days]
        self.hours_of = {m: [h for h, n in enumerate(self.number) if n == m] for m in range(1, 13)}
        self.constants = {name: float(one["value"]) for name, one in stated["constants"].items()}
        self.months = {int(one["recorded"]["month"]): one["recorded"] for one in stated["months"]}
        (self._burnt if self.recorded["kind"] == "fuel" else self._bought)()
        if not self.recorded["point"]:
            self._draw_once_a_month()

    def point_of(self, name: str) -> str:
        return self.recorded["point"] or super().point_of(name)

    def lay(self, name: str, by: float = 1.0) -> Hourly:
        """What the months state, on each of their hours."""
        told = {m: float(row[name]) / by for m, row in self.months.items() if row[name] is not None}
        return {h: value for m, value in told.items() for h in self.hours_of[m]}

    def amounts(self) -> Hourly:
        return {h: value / len(self.hours_of[self.number[h]]) for h, value in self.lay("amount").items()}

    def _bought(self) -> None:
        """E = AD · EF; the error of the meter and of the factor act relatively."""
        point = self.recorded["point"]
        amount = self.read_at(point, "energy_relative") if point else self.amounts()
        stood = (
            self.case.computation["points"][point]["installations"]
            if point
            else self.stated["stood"]["meter"]
        )
        factor = self.constants["emission_factor"] * float(self.stated["factor"]["scale"])
        self.mass = {h: value * factor for h, value in amount.items()}
        self.sensitivity = {"energy_relative": self.mass, "factor_relative": self.mass}
        Coverage(self, "energy_relative", amount, stood, relative=True)
        if self.stated["factor"]["u"] is not None:
            u = float(self.stated["factor"]["u"])
            label = f"因子 · {self.stated['constants']['emission_factor']['id']}"
            self.add(label, "factor_relative", "common", dict.fromkeys(self.mass, u))

    def _burnt(self) -> None:
        """E = FC · C_ar · OF · M_CO2/M_C (GB/T 32150-2015), and its derivatives."""
        amount, stood = self.amounts(), self.stated["stood"]
        scale = float(self.stated["ncv_scale"])
        carbon = self.lay("carbon")
        heated = {h: v for h, v in self.lay("ncv", scale).items() if h not in carbon}
        made = self._days_of_analysis()
        Coverage(self, "fuel_amount_relative", amount, stood["meter"], relative=True)
        for_carbon = Coverage(self, "carbon", carbon, stood["analyser"], relative=False, days=made)
        for_heat = Coverage(self, "ncv", heated, stood["calorimeter"], relative=False, days=made)
        ratio = 1000 * self.constants["molar_mass_co2"] / self.constants["molar_mass_c"]
        for hour, fc in amount.items():
            month = self.months[self.number[hour]]
            if hour in carbon:
                slope = _as_received(month) / 100
                content, answers = (
                    (carbon[hour] + for_carbon.correction.get(hour, 0.0)) * slope,
                    {"carbon": slope},
                )
            else:
                content, answers = self._heat(hour, heated, for_heat.correction, scale)
            self._answer(hour, fc, content, answers, month, ratio)
        self._state_defaults()

    def _heat(
        self, hour: int, heated: Hourly, correction: Hourly, scale: float
    ) -> tuple[float, dict[str, float]]:
        """Carbon from the heating value and a default content, and how it answers to what is measured."""
        per_heat = self.constants["default_content"]
        if hour in heated:
            return (heated[hour] + correction.get(hour, 0.0)) * scale * per_heat, {"ncv": per_heat * scale}
        return self.constants["default_ncv"] * per_heat, {}

    def _answer(
        self,
        hour: int,
        fc: float,
        content: float,
        answers: dict[str, float],
        month: dict[str, Any],
        ratio: float,
    ) -> None:
        measured = month["oxidation"] is not None
        of = (float(month["oxidation"]) if measured else self.constants["default_oxidation"]) / 100
        mass = fc * content * of * ratio
        self.mass[hour] = mass
        effects = {name: fc * of * ratio * slope for name, slope in answers.items()}
        effects["fuel_amount_relative"] = mass
        if "carbon" not in answers:
            effects["default_content_relative"] = mass
        if not answers:
            effects["default_ncv_relative"] = mass
        else:
            effects["sampling_relative"] = mass
        if not measured:
            effects["default_oxidation_relative"] = mass
        for name, effect in effects.items():
            self.sensitivity.setdefault(name, {})[hour] = effect

    def _state_defaults(self) -> None:
        """What is laid down for values of a guideline, and the sampling that was stated."""
        for name in ("default_content", "default_ncv", "default_oxidation"):
            acting = self.sensitivity.get(f"{name}_relative")
            if acting:
                u = float(self.rules["default"][f"{name}_relative"]["relative"]) / 100
                label = f"缺省值 · {self.stated['constants'][name]['id']}"
                self.add(label, f"{name}_relative", "common", dict.fromkeys(acting, u))
                if name != "default_oxidation":
                    self.judge(list(acting), CONDITIONAL)
        measured = self.sensitivity.get("sampling_relative")
        if self.recorded["sampling"] is not None and measured:
            u = float(self.recorded["sampling"]) / 100
            label = f"{self.recorded['code']} · 采制样"
            self.add(label, "sampling_relative", "independent", dict.fromkeys(measured, u))

    def _days_of_analysis(self) -> list[int]:
        """The day on which the fuel of each hour was analysed; the last of the month where nobody said."""
        days = list(self.days)
        for number, month in self.months.items():
            here = self.hours_of[number]
            made = month["analysed_on"]
            day = day_number(made) if made else max(self.days[h] for h in here)
            for hour in here:
                days[hour] = day
        return days

    def _draw_once_a_month(self) -> None:
        """The effect of an error that is drawn once in a month on all its hours stands in the first of them."""
        for (_, name, kind), u in self.components.items():
            if kind != "independent":
                continue
            c, drawn = self.sensitivity.get(name, {}), dict[int, float]()
            for hours in self.hours_of.values():
                here = [h for h in hours if u.get(h, 0.0) > 0 and c.get(h, 0.0) != 0]
                if here:
                    drawn[here[0]] = sum(abs(c[h] * u[h]) for h in here) / abs(c[here[0]])
            u.clear()
            u.update(drawn)


def _as_received(month: dict[str, Any]) -> float:
    """The factor from the basis of an analysis to as received (GB/T 483-2007)."""
    if month["basis"] == "ar":
        return 1.0
    wet = 100 - float(month["moisture_ar"])
    return wet / (100 if month["basis"] == "d" else 100 - float(month["moisture_ad"]))


def recompute_activity(case: Case) -> Figures:
    """Value, uncertainty, contributions and coverage of a statement by activity data."""
    return figures_of([StreamSource(case, one) for one in case.computation["sources"]])
