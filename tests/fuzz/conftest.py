"""One furnished world for all examples of an operation; its folders are thrown away, no brake slows the fuzzing."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.cache import cache
from tests.api.world import CENTRE, OURS, READINGS, World

from quanheng.apps.carbon.actions import register_source, state
from quanheng.apps.laboratory.actions import enter_certificate
from quanheng.apps.monitoring import queries
from quanheng.apps.monitoring.actions import install, register_point, take_in
from quanheng.apps.records import files, personal
from quanheng.apps.records.uploads import Upload


@pytest.fixture
def furnished(db, settings, tmp_path_factory) -> World:
    """A world with one of everything, all of it the first plant's."""
    folder = tmp_path_factory.mktemp("home")
    settings.KEYS_FOLDER = folder / "keys"
    settings.CHECKPOINTS_FOLDER = folder / "checkpoints"
    settings.FILE_STORE = (folder / "files").as_uri()
    settings.LAKE_FOLDER = folder / "lake"
    settings.API_REQUESTS_PER_MINUTE = 10**9
    cache.clear()
    world = World()
    _furnish(world, folder)
    yield world
    personal._master.cache_clear()
    files._opened.cache_clear()
    queries._lake.cache_clear()


def _furnish(world: World, folder) -> None:
    clerk = world.person("clerk")
    world.site()
    world.instrument(OURS, "AN-1")
    since = dt.datetime(2024, 12, 1, tzinfo=dt.UTC)
    enter_certificate(
        world.person("technician"),
        issuer=CENTRE,
        number="JL-1",
        kind="calibration",
        owner=OURS,
        instrument="AN-1",
        issued_on=since.date(),
        valid_from=since.date(),
        valid_until=dt.date(2026, 1, 1),
        unit="%",
        basis="absolute",
        points=[{"nominal": "5", "error": "0.1", "U": "0.2"}, {"nominal": "15", "error": "0.1", "U": "0.2"}],
        range_low="1",
        range_high="20",
    )
    install(clerk, site="SITE-1", point="CO2", instrument="AN-1", valid_from=since)
    register_point(clerk, site="SITE-1", code="MASS", name="质量流量", quantity="co2_mass_rate")
    register_source(clerk, site="SITE-1", code="STACK", name="烟囱", form="mass", points={"mass": "MASS"})
    file = folder / "year.csv"
    file.write_bytes(READINGS)
    take_in(clerk, site="SITE-1", file=Upload.local(file))
    mass = folder / "mass.csv"
    mass.write_bytes(READINGS.replace(b"CO2 [%]", b"MASS [kg/h]"))
    take_in(clerk, site="SITE-1", file=Upload.local(mass))
    state(clerk, site="SITE-1", year=2025)
