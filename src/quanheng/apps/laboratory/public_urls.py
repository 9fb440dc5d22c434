"""Addresses of the public verification, below `/verify/`. They are printed on papers and never change."""

from django.urls import path

from quanheng.apps.laboratory import public

app_name = "verify"
urlpatterns = [
    path("", public.VerifyStart.as_view(), name="start"),
    path("c/<str:code>", public.VerifyCertificate.as_view(), name="certificate"),
]
