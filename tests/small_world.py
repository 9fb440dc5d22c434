"""The people of the small world, entered once for each module; each test has its own lake and file store."""

from __future__ import annotations

import pytest
from tests.carbon import world
from tests.worlds import forget, give, kept


@pytest.fixture(scope="module")
def _people(django_db_setup, django_db_blocker, tmp_path_factory):
    with kept(django_db_blocker, tmp_path_factory.mktemp("people"), world.people) as folder:
        yield folder


@pytest.fixture
def cast(_people, db, settings, tmp_path):
    """The people of the small world."""
    give(_people, settings, tmp_path)
    yield world.actors()
    forget()


@pytest.fixture
def plant(cast):
    """The site with its four points and instruments, without certificates."""
    world.plant(cast)
    return cast
