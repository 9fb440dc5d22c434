"""One fuel over the hours of a year: its carbon as analysed or by default, and the uncertainty of each.

What holds for every stream stands in `stream_years`; the formula itself in `science.carbon.fuel`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from quanheng.apps.carbon.activity import values as activity_values
from quanheng.apps.carbon.activity.models import ActivityMonth, ActivityStream
from quanheng.apps.carbon.activity.stream_years import Frame, StreamYear, hours_of_month, laid, stood_by
from quanheng.apps.carbon.coverage import Array, Covered, Hours, Mask, cover
from quanheng.apps.carbon.stated import stated
from quanheng.norms import NormValue
from quanheng.science.carbon.cems import MassRate
from quanheng.science.carbon.fuel import carbon_as_received, fuel_emission
from quanheng.science.series.total import Component

MEASURED, HEATED, DEFAULT = "measured carbon", "measured heating value", "default"


@dataclass(slots=True)
class Analysis:
    """Carbon of the fuel in each hour (t per kept unit), its derivatives, and where each kind of value stands."""

    content: Array
    partial: dict[str, Array]
    default_content: Mask
    default_ncv: Mask
    how: dict[int, str]


def fuel_year(stream: ActivityStream, months: list[ActivityMonth], frame: Frame) -> StreamYear:
    defaults = activity_values.defaults_of(stream.defaults, stream.fuel, frame.on)
    constants = _fuel_constants(stream, defaults, frame)
    amount = frame.lay({m.month: float(m.amount) for m in months}) / hours_of_month(frame)
    carbon = frame.lay({m.month: float(m.carbon) for m in months if m.carbon is not None})
    gas = defaults.unit == activity_values.GAS
    scale, ncv_unit = (10.0, "MJ/m**3") if gas else (1.0, "GJ/t")  # 1 MJ/m3 = 10 GJ per 10^4 m3
    heated = [m for m in months if m.carbon is None and m.ncv is not None]
    ncv = frame.lay({m.month: float(m.ncv) / scale for m in heated if m.ncv is not None})
    analysed = _analysed(months, frame)
    covered = {
        "fuel_amount_relative": cover(
            "fuel_amount_relative", amount, frame.hours, stood_by(stream.meter_id, "", frame), relative=True
        ),
        "carbon": cover("carbon", carbon, analysed, stood_by(stream.analyser_id, "%", frame)),
        "ncv": cover("ncv", ncv, analysed, stood_by(stream.calorimeter_id, ncv_unit, frame)),
    }
    corrected = {"carbon": carbon + covered["carbon"].correction, "ncv": ncv + covered["ncv"].correction}
    analysis = _analysis(months, corrected["carbon"], corrected["ncv"] * scale, constants, frame)
    analysis.partial["ncv"] *= scale
    measured = frame.lay({m.month: float(m.oxidation) / 100 for m in months if m.oxidation is not None})
    default = (
        float(constants["default_oxidation"].value) / 100 if "default_oxidation" in constants else np.nan
    )
    oxidation = np.where(np.isnan(measured), default, measured)
    rate = _fuel_rate(amount, analysis, oxidation, np.isnan(measured), constants)
    covered |= _stated_defaults(constants, analysis, np.isnan(measured), rate)
    _add_sampling(covered, stream, ~(analysis.default_content & analysis.default_ncv), rate)
    indications = {"fuel_amount_relative": amount, "carbon": carbon, "ncv": ncv}
    others = {"content": analysis.content, "oxidation": oxidation}
    return laid(
        stream, frame, {**indications, **others}, {"fuel_amount_relative": amount, **corrected, **others},
        covered, rate, _taken(constants, analysis, np.isnan(measured), rate), months, analysis.how,
    )  # fmt: skip


def _fuel_constants(
    stream: ActivityStream, defaults: activity_values.Defaults, frame: Frame
) -> dict[str, NormValue]:
    co2, carbon = activity_values.ratio_of(stream.ratio, frame.on)
    found = {"molar_mass_co2": co2, "molar_mass_c": carbon}
    for name, value in (
        ("default_content", defaults.content),
        ("default_ncv", defaults.ncv),
        ("default_oxidation", defaults.oxidation),
    ):
        if value is not None:
            found[name] = value
    return {name: frame.norm(value) for name, value in found.items()}


def _analysed(months: Sequence[ActivityMonth], frame: Frame) -> Hours:
    """The days on which the analyses of each hour's fuel were made; the last of the month where nobody said."""
    days = frame.hours.days.copy()
    for m in months:
        here = frame.number == m.month
        days[here] = m.analysed_on.toordinal() if m.analysed_on else days[here].max()
    return Hours(frame.hours.starts, days)


def _analysis(
    months: Sequence[ActivityMonth], carbon: Array, ncv: Array, constants: dict[str, NormValue], frame: Frame
) -> Analysis:
    size = frame.number.size
    partial = {name: np.zeros(size) for name in ("carbon", "moisture_ar", "moisture_ad", "ncv")}
    found = Analysis(np.full(size, np.nan), partial, np.zeros(size, bool), np.zeros(size, bool), {})
    per_heat = float(constants["default_content"].value) if "default_content" in constants else np.nan
    for m in months:
        here = frame.number == m.month
        if m.carbon is not None:
            found.how[m.month] = MEASURED
            _as_received(m, carbon[here], here, found)
            continue
        found.how[m.month] = DEFAULT if m.ncv is None else HEATED
        heat = ncv[here] if m.ncv is not None else float(constants["default_ncv"].value)
        found.content[here], found.default_content[here] = heat * per_heat, True
        found.default_ncv[here] = m.ncv is None
        partial["ncv"][here] = per_heat if m.ncv is not None else 0.0
    return found


def _as_received(m: ActivityMonth, carbon: Array, here: Mask, found: Analysis) -> None:
    moisture = {
        name: float(getattr(m, name))
        for name in ("moisture_ar", "moisture_ad")
        if getattr(m, name) is not None
    }
    answer = carbon_as_received(carbon, basis=m.basis, **moisture)  # type: ignore[arg-type]  # one of three, as it was entered
    found.content[here] = answer.value / 100
    for name, values in answer.sensitivities.items():
        found.partial[name][here] = values / 100


def _fuel_rate(
    amount: Array,
    analysis: Analysis,
    oxidation: Array,
    default_oxidation: Mask,
    constants: dict[str, NormValue],
) -> MassRate:
    """The mass of each hour, answering to what is measured, and in relative terms to what is not."""
    plain = fuel_emission(
        amount,
        analysis.content,
        oxidation,
        molar_mass_co2=float(constants["molar_mass_co2"].value),
        molar_mass_c=float(constants["molar_mass_c"].value),
    )
    mass, by = plain.mass, plain.sensitivities
    answers = {
        "fuel_amount_relative": mass,
        "molar_mass_co2": by["molar_mass_co2"],
        "molar_mass_c": by["molar_mass_c"],
    }
    answers |= {name: by["carbon"] * slope for name, slope in analysis.partial.items()}
    answers["default_content_relative"] = mass * analysis.default_content
    answers["default_ncv_relative"] = mass * analysis.default_ncv
    answers["default_oxidation_relative"] = mass * default_oxidation
    answers["oxidation"] = by["oxidation"] * ~default_oxidation
    answers["sampling_relative"] = mass * ~analysis.default_ncv
    acting = {name: values for name, values in answers.items() if np.nan_to_num(values).any()}
    return MassRate(mass, acting, plain.missing)


def _stated_defaults(
    constants: dict[str, NormValue], analysis: Analysis, default_oxidation: Mask, rate: MassRate
) -> dict[str, Covered]:
    """The uncertainty of default values: stated by the house where the guideline states none, common to all months."""
    known = ~np.isnan(rate.mass)
    masks = {
        "default_content": analysis.default_content & known,
        "default_ncv": analysis.default_ncv & known,
        "default_oxidation": default_oxidation & known,
    }
    found = {}
    for name, mask in masks.items():
        if mask.any():
            key = f"{name}_relative"
            reasons = (
                () if name == "default_oxidation" else ("default",)
            )  # nobody measures oxidation each month
            found[key] = stated(_label(constants[name]), key, "default", mask, reasons)
    return found


def _label(value: NormValue) -> str:
    """One value of one guideline is one error, in whichever streams and months it stands in."""
    return f"缺省值 · {value.table} {value.item}（{value.norm} {value.edition} {value.basis}）"


def _add_sampling(
    covered: dict[str, Covered], stream: ActivityStream, measured: Mask, rate: MassRate
) -> None:
    mask = measured & ~np.isnan(rate.mass)
    if stream.sampling is not None and mask.any():
        u = np.where(mask, float(stream.sampling) / 100, 0.0)
        covered["carbon"].components.append(
            Component(f"{stream.code} · 采制样", "sampling_relative", "independent", u, mask)
        )


def _taken(
    constants: dict[str, NormValue], analysis: Analysis, default_oxidation: Mask, rate: MassRate
) -> dict[str, NormValue]:
    """The norm values that entered the figure."""
    known = ~np.isnan(rate.mass)
    masks = {
        "default_content": analysis.default_content, "default_ncv": analysis.default_ncv,
        "default_oxidation": default_oxidation,
    }  # fmt: skip
    return {
        name: value for name, value in constants.items() if name not in masks or (masks[name] & known).any()
    }
