"""Uncertainty that the house lays down where nothing measured speaks: one relative error, the same wherever it acts."""

from __future__ import annotations

import numpy as np

from quanheng.apps.carbon.coverage import CONDITIONAL, Covered, Mask, Part, Stood, enlargements, nobody
from quanheng.science.series.total import Component


def stated(label: str, name: str, rule: str, mask: Mask, reasons: tuple[str, ...]) -> Covered:
    """A component of `enlargements.yaml`, common to all hours of a mask; with reasons, these hours are conditional."""
    u = np.where(mask, float(enlargements()[rule][name]["relative"]) / 100, 0.0)
    nothing = np.zeros(mask.size, dtype=bool)
    component = Component(label, name, "common", u, mask)
    if not reasons:
        return Covered(np.zeros(mask.size), [component], nothing, nothing)
    part = Part(label, name, Stood("", "", nobody(name), None, None, ()), None, CONDITIONAL, mask, reasons)
    return Covered(np.zeros(mask.size), [component], mask, nothing, [part])
