"""Sites and their measuring points: entered here and nowhere else."""

from __future__ import annotations

from typing import Annotated

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from quanheng.apps.monitoring import policy
from quanheng.apps.monitoring.actions.words import Name, PointCode, SiteCode
from quanheng.apps.monitoring.models import Point, Site
from quanheng.apps.parties import queries as parties
from quanheng.apps.records.action import Act, action


@action("monitoring.site.register", policy=policy.register_site, title=_("登记场所"))
def register_site(
    act: Act,
    *,
    owner: Annotated[str, Field(title=_("所属单位"))],
    code: SiteCode,
    name: Name,
    time_zone: Annotated[str, Field(max_length=40, title=_("时区"))] = "Asia/Shanghai",
) -> Site:
    """Enter a site of an organisation."""
    organisation = parties.organisation(owner)
    return act.create(
        Site(owner=organisation, code=code, name=name, time_zone=time_zone, division=organisation.division)
    )


@action("monitoring.point.register", policy=policy.keep_site, title=_("登记测点"))
def register_point(
    act: Act,
    *,
    site: SiteCode,
    code: PointCode,
    name: Name,
    quantity: Annotated[str, Field(max_length=40, title=_("被测量"))],
    interval: Annotated[int, Field(ge=1, le=86400, title=_("间隔（秒）"))] = 3600,
) -> Point:
    """Enter a measuring point of a site."""
    place = policy.site_named(site)
    return act.create(
        Point(owner=place.owner, site=place, code=code, name=name, quantity=quantity, interval=interval)
    )
