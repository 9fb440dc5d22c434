"""Addresses of sites, points and batches, below `/monitoring/`."""

from django.urls import path

from quanheng.apps.monitoring import views

urlpatterns = [
    path("sites/", views.SiteList.as_view(), name="sites"),
    path("sites/<uuid:pk>/", views.SitePage.as_view(), name="site"),
    path("points/", views.PointList.as_view(), name="points"),
    path("batches/", views.BatchList.as_view(), name="batches"),
    path("batches/<uuid:pk>/", views.BatchPage.as_view(), name="batch"),
]
