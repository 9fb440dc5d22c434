"""CO2 of burnt fuel from its amount, its carbon and what of it was oxidised; and of bought energy by a factor.

Values are per period (a month, or an hour of one). Which of their errors are common to the periods is not said
here: that is a matter of the instruments, and of `quanheng.science.series.total`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from quanheng.errors import BadInput, Problem
from quanheng.science.carbon.cems import MassRate

Array = NDArray[np.float64]
FuelBasis = Literal["ar", "ad", "d"]


@dataclass(frozen=True, slots=True)
class Quantity:
    """A derived quantity and how it answers to each input: value, and input -> d value / d input."""

    value: Array
    sensitivities: Mapping[str, Array]


def carbon_as_received(
    carbon: ArrayLike,
    *,
    basis: FuelBasis,
    moisture_ar: ArrayLike | None = None,
    moisture_ad: ArrayLike | None = None,
) -> Quantity:
    """Carbon content as received from the basis in which the laboratory gives it.

    Parameters
    ----------
    carbon : mass fraction of carbon, %, on ``basis``
    basis : ``ar`` as received, ``ad`` air-dried, ``d`` dry
    moisture_ar : total moisture as received, %; needed for ``ad`` and ``d``
    moisture_ad : moisture of the air-dried sample, %; needed for ``ad``

    Returns
    -------
    Quantity : C_ar in %, with sensitivities to ``carbon``, ``moisture_ar`` and ``moisture_ad`` (those that act)

    Raises
    ------
    BadInput : unknown basis, a moisture that is needed and absent, a value outside 0 to 100 %

    Notes
    -----
    C_ar = C_ad · (100 - M_ar)/(100 - M_ad);  C_ar = C_d · (100 - M_ar)/100

    References
    ----------
    GB/T 483-2007 (conversion between bases of coal analysis)
    """
    if basis not in ("ar", "ad", "d"):
        raise BadInput("unknown basis", field="basis", found=str(basis), expected="ar, ad or d")
    c = _percent(carbon, "carbon", full=True)
    if basis == "ar":
        return Quantity(c, {"carbon": np.ones_like(c)})
    m_ar = _percent(_needed(moisture_ar, "moisture_ar", basis), "moisture_ar")
    if basis == "d":
        c, m_ar = np.broadcast_arrays(c, m_ar)
        return Quantity(c * (100 - m_ar) / 100, {"carbon": (100 - m_ar) / 100, "moisture_ar": -c / 100})
    m_ad = _percent(_needed(moisture_ad, "moisture_ad", basis), "moisture_ad")
    c, m_ar, m_ad = np.broadcast_arrays(c, m_ar, m_ad)
    share = (100 - m_ar) / (100 - m_ad)
    return Quantity(
        c * share,
        {"carbon": share, "moisture_ar": -c / (100 - m_ad), "moisture_ad": c * share / (100 - m_ad)},
    )


def mass_weighted(values: ArrayLike, masses: ArrayLike) -> float:
    """Mean of the values weighted by mass.

    Parameters
    ----------
    values : in any unit, NaN where not analysed
    masses : of the lots that the values stand for, not negative

    Returns
    -------
    The weighted mean over the analysed lots, in the unit of the values

    Raises
    ------
    BadInput : no analysed lot, a negative mass, or arrays that differ in length

    References
    ----------
    GB/T 32150-2015: values of a month from the analyses of its lots, of a year from its months
    """
    x, m = (np.atleast_1d(np.asarray(a, dtype=np.float64)) for a in (values, masses))
    if x.shape != m.shape:
        raise BadInput("values and masses differ in length", found=f"{x.size} and {m.size}")
    known = ~np.isnan(x)
    if (m < 0).any() or np.isnan(m).any():
        raise BadInput("a mass is negative or unknown", field="masses")
    if not m[known].sum() > 0:
        raise BadInput("no analysed lot: the mean is unknown", field="values")
    return float((x[known] * m[known]).sum() / m[known].sum())


def fuel_emission(
    amount: ArrayLike,
    carbon: ArrayLike,
    oxidation: ArrayLike,
    *,
    molar_mass_co2: float,
    molar_mass_c: float,
) -> MassRate:
    """Mass of CO2 of the fuel burnt in each period.

    Parameters
    ----------
    amount : fuel burnt, t (gas: 10^4 m3 in the standard state)
    carbon : carbon as received, t per t of fuel (gas: t per 10^4 m3)
    oxidation : share of the carbon that is oxidised, 1
    molar_mass_co2, molar_mass_c : g/mol; 44 and 12, or those of the atomic weights: part of the method

    Returns
    -------
    MassRate : kg per period, NaN where an input is unknown; sensitivities to ``amount``, ``carbon``,
        ``oxidation``, ``molar_mass_co2``, ``molar_mass_c``

    Raises
    ------
    BadInput : a negative or infinite input, an oxidation above 1, a molar mass that is not positive

    Notes
    -----
    E = FC · C_ar · OF · M_CO2/M_C

    References
    ----------
    GB/T 32150-2015 and the guidelines by industry: E = Σ FC · C_ar · OF · 44/12
    """
    given = {"amount": amount, "carbon": carbon, "oxidation": oxidation}
    x = _aligned(given)
    _refuse_meaningless(x, {"molar_mass_co2": molar_mass_co2, "molar_mass_c": molar_mass_c})
    ratio = 1000 * molar_mass_co2 / molar_mass_c  # kg of CO2 per t of carbon
    fc, c, of = x["amount"], x["carbon"], x["oxidation"]
    mass = fc * c * of * ratio
    return _with_gaps(
        mass,
        {
            "amount": c * of * ratio,
            "carbon": fc * of * ratio,
            "oxidation": fc * c * ratio,
            "molar_mass_co2": mass / molar_mass_co2,
            "molar_mass_c": -mass / molar_mass_c,
        },
    )


def energy_emission(amount: ArrayLike, factor: ArrayLike) -> MassRate:
    """Mass of CO2 of bought electricity or heat in each period.

    Parameters
    ----------
    amount : electricity, kWh; or heat, GJ
    factor : kg CO2 per kWh, or per GJ

    Returns
    -------
    MassRate : kg per period, with sensitivities to ``amount`` and ``factor``

    Raises
    ------
    BadInput : a negative or infinite input

    Notes
    -----
    E = AD · EF

    References
    ----------
    GB/T 32150-2015 (bought electricity and heat); the factor from ``quanheng.norms``
    """
    x = _aligned({"amount": amount, "factor": factor})
    _refuse_meaningless(x, {})
    return _with_gaps(x["amount"] * x["factor"], {"amount": x["factor"].copy(), "factor": x["amount"].copy()})


def _needed(values: ArrayLike | None, name: str, basis: str) -> ArrayLike:
    if values is None:
        raise BadInput("is needed on this basis", field=name, found=basis)
    return values


def _percent(values: ArrayLike, name: str, *, full: bool = False) -> Array:
    x = np.atleast_1d(np.asarray(values, dtype=np.float64))
    wrong = (x < 0) | (x > 100 if full else x >= 100)
    if wrong.any():
        row = int(np.argmax(wrong))
        raise BadInput("is no mass fraction", field=name, row=row, found=str(x[row]), expected="0 to 100 %")
    return x


def _aligned(given: Mapping[str, ArrayLike]) -> dict[str, Array]:
    arrays = [np.atleast_1d(np.asarray(values, dtype=np.float64)) for values in given.values()]
    try:
        return dict(zip(given, np.broadcast_arrays(*arrays), strict=True))
    except ValueError:
        sizes = ", ".join(f"{name} {a.size}" for name, a in zip(given, arrays, strict=True))
        raise BadInput("the inputs differ in length", found=sizes, expected="one value per period") from None


def _refuse_meaningless(inputs: Mapping[str, Array], constants: Mapping[str, float]) -> None:
    problems = [
        Problem("constant must be positive", name, found=str(value), expected="> 0")
        for name, value in constants.items()
        if not (np.isfinite(value) and value > 0)
    ]
    for name, values in inputs.items():
        wrong = (values < 0) | np.isinf(values) | ((values > 1) if name == "oxidation" else False)
        if wrong.any():
            row = int(np.argmax(wrong))
            expected = "0 to 1" if name == "oxidation" else "0 or more"
            problems.append(Problem("has no meaning", name, row, found=str(values[row]), expected=expected))
    if problems:
        raise BadInput(problems)


def _with_gaps(mass: Array, partial: Mapping[str, Array]) -> MassRate:
    missing = np.isnan(mass)
    gaps = {name: np.where(missing, np.nan, values) for name, values in partial.items()}
    return MassRate(mass, gaps, int(missing.sum()))
