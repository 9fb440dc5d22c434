"""Uncertainty of measurement in the order of the Guide: model, propagation, Monte Carlo, budget, coverage, reporting.

``model.build`` makes a model of formulas or functions; ``propagate`` and ``simulate`` evaluate it; ``read_budget``
and ``evaluate`` do the same with a budget file.
"""

from quanheng.science.uncertainty.budget import Budget, evaluate, read_budget
from quanheng.science.uncertainty.coverage import coverage_factor, effective_dof
from quanheng.science.uncertainty.expression import Expression, parse
from quanheng.science.uncertainty.model import Input, Model, build
from quanheng.science.uncertainty.montecarlo import Simulated, Simulation, simulate
from quanheng.science.uncertainty.propagation import Propagated, Propagation, propagate
from quanheng.science.uncertainty.result import Contribution, Result, combine
from quanheng.science.uncertainty.rounding import (
    format_result,
    group_digits,
    round_result,
    round_to_place,
    round_to_step,
    round_uncertainty,
)
from quanheng.science.uncertainty.validation import Validation, validate

__all__ = [
    "Budget",
    "Contribution",
    "Expression",
    "Input",
    "Model",
    "Propagated",
    "Propagation",
    "Result",
    "Simulated",
    "Simulation",
    "Validation",
    "build",
    "combine",
    "coverage_factor",
    "effective_dof",
    "evaluate",
    "format_result",
    "group_digits",
    "parse",
    "propagate",
    "read_budget",
    "round_result",
    "round_to_place",
    "round_to_step",
    "round_uncertainty",
    "simulate",
    "validate",
]
