"""Addresses of instruments and certificates, below `/laboratory/`."""

from django.urls import path

from quanheng.apps.laboratory import views

urlpatterns = [
    path("instruments/", views.InstrumentList.as_view(), name="instruments"),
    path("instruments/<uuid:pk>/", views.InstrumentPage.as_view(), name="instrument"),
    path("certificates/", views.CertificateList.as_view(), name="certificates"),
    path("certificates/<uuid:pk>/", views.CertificatePage.as_view(), name="certificate"),
    path("checks/<uuid:pk>/", views.CheckPage.as_view(), name="check"),
    path("intakes/", views.IntakeList.as_view(), name="intakes"),
    path("intakes/<uuid:pk>/", views.IntakePage.as_view(), name="intake"),
    path("template.xlsx", views.Template.as_view(), name="template"),
]
