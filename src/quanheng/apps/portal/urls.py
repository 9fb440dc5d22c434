"""Addresses of the public pages."""

from django.urls import path

from quanheng.apps.portal import views

app_name = "portal"
urlpatterns = [path("organisations/", views.OrganisationList.as_view(), name="organisations")]
