"""Addresses of the records' pages, below `/records/`."""

from django.urls import path

from quanheng.apps.records import views

urlpatterns = [
    path("ledger/", views.LedgerList.as_view(), name="ledger"),
    path("ledger/<int:seq>/", views.EntryPage.as_view(), name="ledgerentry"),
    path("of/<str:urn>/", views.ObjectHistory.as_view(), name="history"),
    path("uses/", views.Uses.as_view(), name="uses"),
    path("integrity/", views.Integrity.as_view(), name="integrity"),
    path("jobs/", views.JobList.as_view(), name="jobs"),
    path("jobs/<uuid:pk>/", views.JobPage.as_view(), name="job"),
    path("files/<uuid:pk>/", views.Download.as_view(), name="attachment"),
]
