"""代理: a person switches to act for another who appointed him, and back. Each act then names both.

The switch only chooses among appointments in force; to appoint somebody is an act of its own.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from quanheng.apps.parties import queries as parties

KEY = "on_behalf"


@login_required
@require_http_methods(["GET", "POST"])
def deputies(request: HttpRequest) -> HttpResponse:
    """For whom the person may act today, and for whom he acts now."""
    if request.method == "POST":
        return switch(request, request.POST.get("deputy", ""))
    person: Any = request.user
    titles = parties.role_titles()
    rows = [
        {
            "pk": str(d.pk),
            "name": d.principal.name,
            "role": titles.get(d.role, d.role),
            "until": d.valid_to,
            "reason": d.reason,
        }
        for d in parties.standing_in(person)
    ]
    page = {"page_title": _("代理"), "rows": rows, "present": request.session.get(KEY, "")}
    return render(request, "account/deputies.html", page)


def switch(request: HttpRequest, chosen: str) -> HttpResponse:
    """Act for the chosen person, or for oneself again; an appointment that is not in force is refused."""
    if not chosen:
        request.session.pop(KEY, None)
        messages.info(request, _("已回到本人身份"))
        return HttpResponseRedirect(reverse("home"))
    person: Any = request.user
    offered = {str(d.pk): d for d in parties.standing_in(person)}
    if chosen not in offered:
        messages.error(request, _("这项代理不存在，或不在代理期内"))
        return HttpResponseRedirect(reverse("deputies"))
    request.session[KEY] = chosen
    messages.info(
        request, _("现在代 %(name)s 办理，每一步都记两个人的名字") % {"name": offered[chosen].principal.name}
    )
    return HttpResponseRedirect(reverse("home"))
