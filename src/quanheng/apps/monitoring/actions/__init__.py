"""The only writer of sites, points, installations and readings."""

from quanheng.apps.monitoring.actions.installations import correct_installation, end_installation, install
from quanheng.apps.monitoring.actions.intake import enter_reading, take_in
from quanheng.apps.monitoring.actions.places import register_point, register_site
from quanheng.apps.monitoring.actions.quality import judge_quality

__all__ = [
    "correct_installation",
    "end_installation",
    "enter_reading",
    "install",
    "judge_quality",
    "register_point",
    "register_site",
    "take_in",
]
