"""Addresses of the platform."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def healthz(request: HttpRequest) -> HttpResponse:
    """Answers while the process lives."""
    return HttpResponse("ok", content_type="text/plain")


urlpatterns = [path("healthz", healthz), path("accounts/", include("allauth.urls"))]
