"""Signed-in browsers of every role in a world of two tenants."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.test import Client
from tests.web_pages import world as made

from quanheng.apps.records import personal
from quanheng.web import sealing

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture(autouse=True)
def _own_folders(settings, tmp_path):
    settings.KEYS_FOLDER = tmp_path / "keys"
    cache.clear()
    yield
    personal._master.cache_clear()
    sealing._box.cache_clear()


@pytest.fixture
def world(db):
    """Units, people and roles; nobody has a second factor."""
    return made.build()


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
