"""Text size and language: a plain link sets a cookie and comes back to the same page."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.middleware.locale import LocaleMiddleware
from django.test import RequestFactory
from django.utils.translation import get_language

from quanheng.web.context import shell
from quanheng.web.preferences import PreferencesMiddleware, text_size


def answer(path: str, method: str = "get"):
    page = PreferencesMiddleware(lambda request: HttpResponse("page"))
    return page(getattr(RequestFactory(), method)(path))


def test_a_size_is_kept_and_the_rest_of_the_address_stays():
    response = answer("/cases/?stage=2&text=huge&sort=due")
    assert response.status_code == 302
    assert response["Location"] == "/cases/?stage=2&sort=due"
    assert response.cookies["qh_text"].value == "huge"
    assert response.cookies["qh_text"]["httponly"] and response.cookies["qh_text"]["samesite"] == "Lax"


def test_the_language_goes_into_the_cookie_that_django_reads(settings):
    response = answer("/?lang=en")
    assert response.cookies[settings.LANGUAGE_COOKIE_NAME].value == "en"
    assert response["Location"] == "/"


@pytest.mark.parametrize("path", ["/search/?text=压力表", "/?lang=de", "/?text=", "/"])
def test_other_values_pass_through_untouched(path):
    response = answer(path)
    assert response.content == b"page" and not response.cookies


def test_a_posted_form_is_never_redirected():
    assert answer("/?text=huge", "post").content == b"page"


def test_no_redirect_to_another_host():
    request = RequestFactory().get("/")
    request.path = "//elsewhere.example/"
    request.GET = request.GET.copy()
    request.GET["text"] = "huge"
    response = PreferencesMiddleware(lambda r: HttpResponse("page"))(request)
    assert not response["Location"].startswith("//")


def test_the_language_of_the_browser_does_not_decide():
    seen = []
    page = LocaleMiddleware(lambda request: seen.append(get_language()) or HttpResponse("page"))
    PreferencesMiddleware(page)(RequestFactory().get("/", headers={"accept-language": "en-GB,en"}))
    assert seen == ["zh-hans"]


def test_a_strange_cookie_is_normal_text():
    request = RequestFactory().get("/")
    request.COOKIES["qh_text"] = '"><script>'
    assert text_size(request) == "normal"


def test_switch_links_keep_the_filter_of_the_page(ask):
    context = shell(ask("/cases/?stage=2"))
    assert ("large", "?stage=2&text=large") in context["text_links"]
    assert context["other_language_link"] == "?stage=2&lang=en"
    assert context["html_language"] == "zh-CN"
