"""Mass of CO2 per hour from a continuous emission monitoring system, with its sensitivities.

Mass is never corrected to a reference oxygen content: that correction belongs to concentration limits of
pollutants. Substituting missing hours is not done here either: a missing hour stays missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from quanheng.errors import BadInput, Problem

Array = NDArray[np.float64]
Basis = Literal["wet", "dry"]

STANDARD_TEMPERATURE = 273.15  # K, standard state of HJ 75-2017
STANDARD_PRESSURE = 101.325  # kPa, standard state of HJ 75-2017


@dataclass(frozen=True, slots=True)
class MassRate:
    """Hourly mass and how it answers to each input.

    mass: kg/h, NaN where an input is missing; sensitivities: input -> d mass / d input, in kg/h per unit of
    the input, NaN in the same hours; missing: number of hours without a mass.
    """

    mass: Array
    sensitivities: Mapping[str, Array]
    missing: int


def co2_mass_rate(
    concentration: ArrayLike,
    flow: ArrayLike,
    temperature: ArrayLike,
    pressure: ArrayLike,
    moisture: ArrayLike | None = None,
    *,
    basis: Basis,
    molar_mass: float,
    molar_volume: float,
) -> MassRate:
    """Hourly mass of CO2 from concentration and volumetric stack flow.

    Parameters
    ----------
    concentration : CO2, % by volume, on ``basis``
    flow : actual volumetric flow of the wet stack gas at stack conditions, m3/h
    temperature : stack gas, °C
    pressure : stack gas, absolute, kPa
    moisture : water vapour, % by volume; needed on the dry basis only
    basis : ``wet`` or ``dry``, the state in which the concentration is given
    molar_mass : of CO2, g/mol
    molar_volume : at 273.15 K and 101.325 kPa, L/mol; ideal or real gas is part of the method (0.7 %)

    Returns
    -------
    MassRate with sensitivities to concentration, flow, temperature, pressure, moisture (dry basis only),
    molar_mass and molar_volume

    Raises
    ------
    BadInput : unknown basis, moisture absent on the dry basis, arrays that do not fit together, a value
        for which the formula has no meaning (with the row, counted from 0)

    Notes
    -----
    Q_sn = Q · 273.15/(273.15 + t) · p/101.325 (wet);  dry: · (1 - X/100)
    m = C/100 · Q_sn · M/V_m
    The partial derivatives are written as products, so that they hold where an input is zero.
    A relative error of the stack area acts on ``flow`` as u(Q) = Q · u(A)/A.

    References
    ----------
    HJ 75-2017, annex with the calculation formulas (flow in the standard state); molar mass and molar
    volume from ``quanheng.norms``
    """
    if basis not in ("wet", "dry"):
        raise BadInput("unknown basis", field="basis", found=str(basis), expected="wet or dry")
    if basis == "dry" and moisture is None:
        raise BadInput("a concentration on the dry basis needs the moisture", field="moisture")
    given = {"concentration": concentration, "flow": flow, "temperature": temperature, "pressure": pressure}
    if basis == "dry" and moisture is not None:
        given["moisture"] = moisture
    inputs = _aligned(given)
    _refuse_meaningless(inputs, molar_mass, molar_volume)

    missing = np.any([np.isnan(a) for a in inputs.values()], axis=0)
    c, q, p = inputs["concentration"], inputs["flow"], inputs["pressure"]
    kelvin = STANDARD_TEMPERATURE + inputs["temperature"]
    dry_part = 1 - inputs["moisture"] / 100 if basis == "dry" else np.ones_like(c)
    density = molar_mass / molar_volume  # kg/m3 in the standard state
    state = STANDARD_TEMPERATURE / kelvin / STANDARD_PRESSURE  # per kPa
    mass = c / 100 * q * state * p * dry_part * density

    partial = {
        "concentration": q * state * p * dry_part * density / 100,
        "flow": c / 100 * state * p * dry_part * density,
        "temperature": -mass / kelvin,
        "pressure": c / 100 * q * state * dry_part * density,
        "molar_mass": mass / molar_mass,
        "molar_volume": -mass / molar_volume,
    }
    if basis == "dry":
        partial["moisture"] = -c / 100 * q * state * p * density / 100
    return _with_gaps(mass, partial, missing)


def reported_mass_rate(mass: ArrayLike) -> MassRate:
    """Hourly mass as the monitoring system reports it, when concentration and flow are not at hand.

    Parameters
    ----------
    mass : kg/h, NaN where missing

    Returns
    -------
    MassRate with sensitivities to ``concentration_relative`` and ``flow_relative``: the relative errors
    (1, not %) of the gas analyser and of the flow monitor, each with the estimate zero

    Raises
    ------
    BadInput : an infinite value

    Notes
    -----
    m = m_reported · (1 + d_C) · (1 + d_Q), so dm/dd = m for both. Whatever was computed from the same
    concentration and flow (heat input, for instance) shares both errors and is no independent check.
    """
    reported = _aligned({"mass": mass})["mass"]
    if np.isinf(reported).any():
        raise BadInput("a mass is infinite", field="mass", row=int(np.argmax(np.isinf(reported))))
    partial = {"concentration_relative": reported.copy(), "flow_relative": reported.copy()}
    return _with_gaps(reported, partial, np.isnan(reported))


def _aligned(given: Mapping[str, ArrayLike]) -> dict[str, Array]:
    arrays = {name: np.atleast_1d(np.asarray(values, dtype=np.float64)) for name, values in given.items()}
    try:
        shape = np.broadcast_shapes(*(a.shape for a in arrays.values()))
    except ValueError:
        sizes = ", ".join(f"{name} {a.size}" for name, a in arrays.items())
        raise BadInput(
            "the inputs differ in length", found=sizes, expected="one value per hour each"
        ) from None
    return {name: np.broadcast_to(a, shape) for name, a in arrays.items()}


def _refuse_meaningless(inputs: Mapping[str, Array], molar_mass: float, molar_volume: float) -> None:
    problems = [
        Problem("constant must be positive", name, found=str(constant), expected="> 0")
        for name, constant in (("molar_mass", molar_mass), ("molar_volume", molar_volume))
        if not (np.isfinite(constant) and constant > 0)
    ]
    limits = {
        "concentration": (
            -100.0,
            100.0,
            "-100 to 100 %",
        ),  # small negative readings of an idle stack are real
        "flow": (-np.inf, np.inf, "a finite flow"),
        "temperature": (-STANDARD_TEMPERATURE, np.inf, "above -273.15 °C"),
        "pressure": (0.0, np.inf, "above 0 kPa"),
        "moisture": (0.0, 100.0, "0 to below 100 %"),
    }
    for name, values in inputs.items():
        low, high, expected = limits[name]
        below = values < low if name in ("concentration", "moisture") else values <= low
        above = values > high if name == "concentration" else values >= high
        wrong = below | above
        if wrong.any():
            row = int(np.argmax(wrong))
            message = f"{int(wrong.sum())} value(s) without physical meaning"
            problems.append(Problem(message, name, row, found=str(float(values[row])), expected=expected))
    if problems:
        raise BadInput(problems)


def _with_gaps(mass: Array, partial: Mapping[str, Array], missing: NDArray[np.bool_]) -> MassRate:
    gaps = {name: np.where(missing, np.nan, values) for name, values in partial.items()}
    return MassRate(np.where(missing, np.nan, mass), gaps, int(missing.sum()))
