"""What the page shell needs on every page: language, text size, links that switch them, the page's own address.

Who may see which menu entry is decided elsewhere; the menu comes to the page as the variable `menu`.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language

from quanheng.web.preferences import LANGUAGES, TEXT_SIZES, text_size
from quanheng.web.wording import short_language

HTML_LANGUAGE = {"zh": "zh-CN", "en": "en"}


def switch_link(request: HttpRequest, name: str, value: str) -> str:
    """The present query string with `name` set to `value`: a relative link to the same page."""
    query = request.GET.copy()
    query[name] = value
    return f"?{query.urlencode()}"


def shell(request: HttpRequest) -> dict[str, object]:
    """Context processor of all pages."""
    language = short_language(get_language())
    return {
        "html_language": HTML_LANGUAGE[language],
        "language": language,
        "text_size": text_size(request),
        "text_links": [(size, switch_link(request, "text", size)) for size in TEXT_SIZES],
        "other_language_link": switch_link(request, "lang", LANGUAGES[0 if language == "en" else 1]),
        "demo": getattr(settings, "DEMO", False),
        "page_address": request.path,
        "now": timezone.localtime(),
    }
