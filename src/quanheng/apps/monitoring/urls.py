"""Addresses of sites, points and batches, below `/monitoring/`."""

from django.urls import path

from quanheng.apps.monitoring import views

urlpatterns = [
    path("sites/", views.SiteList.as_view(), name="sites"),
    path("sites/<uuid:pk>/", views.SitePage.as_view(), name="site"),
    path("sites/<uuid:pk>/template/", views.SiteTemplate.as_view(), name="template"),
    path("points/", views.PointList.as_view(), name="points"),
    path("points/<uuid:pk>/", views.PointPage.as_view(), name="point"),
    path("batches/", views.BatchList.as_view(), name="batches"),
    path("batches/<uuid:pk>/", views.BatchPage.as_view(), name="batch"),
    path("batches/<uuid:pk>/refused/", views.BatchProblems.as_view(), name="refused"),
    path("quality/", views.QualityList.as_view(), name="quality"),
    path("quality/<uuid:pk>/", views.QualityPage.as_view(), name="qualityreport"),
]
