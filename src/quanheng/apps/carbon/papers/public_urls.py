"""Address of the public verification of a statement's paper, below `/verify/`. It is printed on papers and never changes."""

from django.urls import path

from quanheng.apps.carbon.papers import public

urlpatterns = [path("s/<str:code>", public.VerifyStatement.as_view(), name="verify-statement")]
