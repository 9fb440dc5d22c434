"""From where a request comes: the connection, or what a proxy of ours says of it.

Anybody can write an X-Forwarded-For. Each proxy of ours appends the address that it saw, so with n of them the n-th
address from the end is the first that no user could have written.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse


class AddressMiddleware:
    """Sets REMOTE_ADDR to the user's address where `PROXIES` of ours stand before the service."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        told = behind(request.META.get("HTTP_X_FORWARDED_FOR", ""), settings.PROXIES)
        if told:
            request.META["REMOTE_ADDR"] = told
        return self.get_response(request)


def behind(forwarded: str, proxies: int) -> str:
    """The address that the outermost of our proxies saw; empty where none is told or it is no address."""
    told = [one.strip() for one in forwarded.split(",")]
    if proxies < 1 or len(told) < proxies:
        return ""
    try:
        return str(ipaddress.ip_address(told[-proxies]))
    except ValueError:
        return ""
