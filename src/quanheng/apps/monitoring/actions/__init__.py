"""The only writer of sites, points, installations and readings."""

from quanheng.apps.monitoring.actions.installations import correct_installation, end_installation, install
from quanheng.apps.monitoring.actions.intake import take_in
from quanheng.apps.monitoring.actions.places import register_point, register_site

__all__ = [
    "correct_installation",
    "end_installation",
    "install",
    "register_point",
    "register_site",
    "take_in",
]
