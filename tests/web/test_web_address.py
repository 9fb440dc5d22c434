"""Limits count users, not the proxy before them; and nobody chooses the address that is counted."""

from __future__ import annotations

import pytest
from django.test import RequestFactory

from quanheng.web.address import AddressMiddleware, behind


@pytest.mark.parametrize(
    ("forwarded", "proxies", "address"),
    [
        ("203.0.113.7", 0, ""),
        ("203.0.113.7", 1, "203.0.113.7"),
        ("10.9.9.9, 203.0.113.7", 1, "203.0.113.7"),
        ("10.9.9.9, 203.0.113.7, 192.0.2.1", 2, "203.0.113.7"),
        ("2001:db8::1", 1, "2001:db8::1"),
        ("203.0.113.7", 2, ""),
        ("", 1, ""),
        ("unknown", 1, ""),
        ("<script>", 1, ""),
    ],
)
def test_the_address_is_the_one_that_our_outermost_proxy_saw(forwarded, proxies, address) -> None:
    assert behind(forwarded, proxies) == address


@pytest.mark.parametrize(("proxies", "seen"), [(0, "127.0.0.1"), (1, "203.0.113.7")])
def test_what_follows_in_the_request_sees_that_address(settings, proxies, seen) -> None:
    settings.PROXIES = proxies
    request = RequestFactory().get("/", headers={"X-Forwarded-For": "198.51.100.1, 203.0.113.7"})
    assert AddressMiddleware(lambda r: r.META["REMOTE_ADDR"])(request) == seen
