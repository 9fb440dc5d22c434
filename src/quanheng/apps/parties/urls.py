"""Addresses of the pages of parties, below `/parties/`."""

from django.urls import path

from quanheng.apps.parties import views

urlpatterns = [
    path("organisations/", views.OrganisationList.as_view(), name="organisations"),
    path("organisations/<uuid:pk>/", views.OrganisationPage.as_view(), name="organisation"),
    path("people/", views.PersonList.as_view(), name="people"),
    path("people/<uuid:pk>/", views.PersonPage.as_view(), name="person"),
    path("people/<uuid:pk>/code/", views.CodePage.as_view(), name="code"),
    path("me/", views.MyPage.as_view(), name="me"),
    path("roles/", views.RoleBook.as_view(), name="roles"),
    path("grants/", views.GrantList.as_view(), name="grants"),
    path("experts/", views.ExpertList.as_view(), name="experts"),
    path("staff/", views.QualificationList.as_view(), name="staff"),
    path("keys/", views.KeyList.as_view(), name="keys"),
    path("keys/new/", views.NewKey.as_view(), name="new_key"),
]
