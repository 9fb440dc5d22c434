"""Uncertainty of measurement in the order of the Guide: budget, degrees of freedom, coverage, reporting."""

from quanheng.science.uncertainty.coverage import coverage_factor, effective_dof
from quanheng.science.uncertainty.result import Contribution, Result, combine
from quanheng.science.uncertainty.rounding import (
    format_result,
    group_digits,
    round_result,
    round_to_place,
    round_to_step,
    round_uncertainty,
)

__all__ = [
    "Contribution",
    "Result",
    "combine",
    "coverage_factor",
    "effective_dof",
    "format_result",
    "group_digits",
    "round_result",
    "round_to_place",
    "round_to_step",
    "round_uncertainty",
]
