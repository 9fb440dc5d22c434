"""Signed-in browsers of every role in a world of two tenants."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.test import Client
from tests.web_pages import world as made
from tests.worlds import forget, give, kept

from quanheng.web import sealing

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture(autouse=True)
def _own_folders(settings, tmp_path):
    settings.KEYS_FOLDER = tmp_path / "keys"
    settings.CHECKPOINTS_FOLDER = tmp_path / "checkpoints"
    cache.clear()
    yield
    forget()
    sealing._box.cache_clear()


@pytest.fixture(scope="module")
def _built(django_db_setup, django_db_blocker, tmp_path_factory):
    with kept(django_db_blocker, tmp_path_factory.mktemp("world"), made.build) as folder:
        yield folder


@pytest.fixture
def world(_built, db, settings, tmp_path):
    """Units, people and roles; nobody has a second factor."""
    give(_built, settings, tmp_path)
    return made.World()


@pytest.fixture
def signed_in(world) -> Callable[..., Client]:
    """`signed_in("chenjing")` is a browser of that person, with a second factor where one is needed."""

    def _signed_in(login: str, factor: bool = True) -> Client:
        person = world[login]
        if factor and not person.authenticator_set.exists():
            made.enrol(person)
        client = Client()
        client.force_login(person, backend=BACKEND)
        return client

    return _signed_in
