"""Addresses of sources, statements and their chains, below `/carbon/`."""

from django.urls import path

from quanheng.apps.carbon import restatement_pages, views
from quanheng.apps.carbon.chain_page import ChainPage

urlpatterns = [
    path("statements/", views.StatementList.as_view(), name="statements"),
    path("statements/<uuid:pk>/", views.StatementPage.as_view(), name="statement"),
    path("statements/<uuid:pk>/chain/", ChainPage.as_view(), name="chain"),
    path("restatements/", restatement_pages.RestatementList.as_view(), name="restatements"),
    path("restatements/<uuid:pk>/", restatement_pages.RestatementPage.as_view(), name="restatement"),
    path("fallen/", restatement_pages.FallenPage.as_view(), name="fallen"),
    path("sources/", views.SourceList.as_view(), name="sources"),
    path("sources/<uuid:pk>/", views.SourcePage.as_view(), name="source"),
]
