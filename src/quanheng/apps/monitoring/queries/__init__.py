"""The only reader of sites, points and readings for other apps and for pages."""

from quanheng.apps.monitoring.policy import site_named
from quanheng.apps.monitoring.quantities import conversion, quantities
from quanheng.apps.monitoring.queries.places import (
    InstallationFacts,
    batches,
    installations_of,
    kept_sites,
    point_named,
    points,
    points_of,
    readable_site,
    sites,
    standing_at,
)
from quanheng.apps.monitoring.queries.quality import (
    flags,
    judged,
    quality_reports,
    refused_rows,
    rules,
    series,
)
from quanheng.apps.monitoring.queries.series import (
    Pin,
    _lake,
    batch,
    lake,
    pin_now,
    readings,
    unrecorded,
    version,
    versions,
    year_of,
)

__all__ = [
    "InstallationFacts",
    "Pin",
    "_lake",
    "batch",
    "batches",
    "conversion",
    "flags",
    "installations_of",
    "judged",
    "kept_sites",
    "lake",
    "pin_now",
    "point_named",
    "points",
    "points_of",
    "quality_reports",
    "quantities",
    "readable_site",
    "readings",
    "refused_rows",
    "rules",
    "series",
    "site_named",
    "sites",
    "standing_at",
    "unrecorded",
    "version",
    "versions",
    "year_of",
]
