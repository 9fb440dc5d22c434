"""Addresses of sources, statements and their chains, below `/carbon/`."""

from django.urls import path

from quanheng.apps.carbon import views
from quanheng.apps.carbon.activity import pages as activity_pages
from quanheng.apps.carbon.chain.page import ChainPage
from quanheng.apps.carbon.comparison.page import ComparePage
from quanheng.apps.carbon.papers import leaving
from quanheng.apps.carbon.restatement import pages as restatement_pages

urlpatterns = [
    path("statements/", views.StatementList.as_view(), name="statements"),
    path("statements/<uuid:pk>/", views.StatementPage.as_view(), name="statement"),
    path("statements/<uuid:pk>/chain/", ChainPage.as_view(), name="chain"),
    path("statements/<uuid:pk>/evidence.zip", leaving.TakeEvidence.as_view(), name="evidence"),
    path("verifier.py", leaving.TakeVerifier.as_view(), name="verifier"),
    path("restatements/", restatement_pages.RestatementList.as_view(), name="restatements"),
    path("restatements/<uuid:pk>/", restatement_pages.RestatementPage.as_view(), name="restatement"),
    path("fallen/", restatement_pages.FallenPage.as_view(), name="fallen"),
    path("statements/<uuid:pk>/month/", activity_pages.ActivityChainPage.as_view(), name="activity-chain"),
    path("compare/", ComparePage.as_view(), name="compare"),
    path("activity/", activity_pages.StreamList.as_view(), name="streams"),
    path("activity/template/", activity_pages.Template.as_view(), name="activity-template"),
    path("activity/files/", activity_pages.FileList.as_view(), name="activity-files"),
    path("activity/files/<uuid:pk>/", activity_pages.FilePage.as_view(), name="activity-file"),
    path("activity/<uuid:pk>/", activity_pages.StreamPage.as_view(), name="stream"),
    path("sources/", views.SourceList.as_view(), name="sources"),
    path("sources/<uuid:pk>/", views.SourcePage.as_view(), name="source"),
]
