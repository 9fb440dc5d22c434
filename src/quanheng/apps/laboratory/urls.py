"""Addresses of instruments and certificates, below `/laboratory/`."""

from django.urls import path

from quanheng.apps.laboratory import views

urlpatterns = [
    path("instruments/", views.InstrumentList.as_view(), name="instruments"),
    path("instruments/<uuid:pk>/", views.InstrumentPage.as_view(), name="instrument"),
    path("certificates/", views.CertificateList.as_view(), name="certificates"),
    path("certificates/<uuid:pk>/", views.CertificatePage.as_view(), name="certificate"),
]
