"""What is known about an input, as a probability distribution: estimate, standard uncertainty, draws.

Each class has the keys of the budget file as its fields. It answers two questions that must not be mixed: what the
Guide takes (``estimate``, ``u``, ``dof``), and what Monte Carlo draws (``draw``). For readings these differ on
purpose: the Guide's u is s/sqrt(n) with n - 1 degrees of freedom, the draw is from the t distribution.
"""

from quanheng.science.uncertainty.distributions.bounded import (
    Arcsine,
    CurvilinearTrapezoid,
    Rectangular,
    Trapezoidal,
    Triangular,
)
from quanheng.science.uncertainty.distributions.frame import (
    Array,
    Constant,
    Distribution,
    keys,
    number,
    numbers,
)
from quanheng.science.uncertainty.distributions.others import Discrete, Exponential, Gamma
from quanheng.science.uncertainty.distributions.scaled import Normal, Readings, Scaled, StudentT

KINDS: dict[str, type[Distribution]] = {
    cls.kind: cls
    for cls in (
        Normal, StudentT, Rectangular, Arcsine, Triangular, Trapezoidal, CurvilinearTrapezoid, Exponential, Gamma, Discrete,
    )
}  # fmt: skip

__all__ = [
    "KINDS",
    "Arcsine",
    "Array",
    "Constant",
    "CurvilinearTrapezoid",
    "Discrete",
    "Distribution",
    "Exponential",
    "Gamma",
    "Normal",
    "Readings",
    "Rectangular",
    "Scaled",
    "StudentT",
    "Trapezoidal",
    "Triangular",
    "keys",
    "number",
    "numbers",
]
