"""Addresses of sources, statements and their chains, below `/carbon/`."""

from django.urls import path

from quanheng.apps.carbon import views
from quanheng.apps.carbon.chain_page import ChainPage

urlpatterns = [
    path("statements/", views.StatementList.as_view(), name="statements"),
    path("statements/<uuid:pk>/", views.StatementPage.as_view(), name="statement"),
    path("statements/<uuid:pk>/chain/", ChainPage.as_view(), name="chain"),
    path("sources/", views.SourceList.as_view(), name="sources"),
    path("sources/<uuid:pk>/", views.SourcePage.as_view(), name="source"),
]
