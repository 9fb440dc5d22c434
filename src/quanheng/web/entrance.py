"""The pages at the door that the sign-in library has not: registration of an enterprise, and a password by code.

No page here tells whether a login name exists.
"""

from __future__ import annotations

from typing import Any

from allauth.account import views as library
from allauth.core import ratelimit
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quanheng.apps.parties import actions
from quanheng.apps.parties import queries as parties
from quanheng.apps.parties.policy import VISITOR
from quanheng.apps.records.action import REGISTRY, perform
from quanheng.errors import BadInput, Refused
from quanheng.web.act_forms import REQUIRED, ActForm
from quanheng.web.problems import spoken

APPLY = "parties.organisation.apply"
APPLICANT_KINDS = ("enterprise", "institution")

NOT_ACCEPTED = gettext_lazy("登录名或一次性口令不对，或者口令已过期、已用过。请管理员重新签发。")


class PasswordField(forms.CharField):
    """A password: never shown again, never trimmed."""

    def __init__(self, **given: Any) -> None:
        widget = forms.PasswordInput(attrs={"autocomplete": given.pop("autocomplete", "new-password")})
        super().__init__(strip=False, max_length=200, widget=widget, **given)


class TwicePassword(forms.Form):
    """A new password, typed twice."""

    password = PasswordField(
        label=gettext_lazy("新密码"), help_text=gettext_lazy("至少 12 个字符，不能全是数字")
    )
    again = PasswordField(label=gettext_lazy("再输一次新密码"))

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("password") and given.get("again") and given["password"] != given["again"]:
            self.add_error("again", _("两次输入的密码不同"))
        return given

    def blame(self, problems: Any) -> None:
        """Put what is wrong at its field."""
        for problem in problems:
            self.add_error(problem.field if problem.field in self.fields else None, spoken(problem))


class LostForm(TwicePassword):
    login = forms.CharField(
        label=gettext_lazy("登录名"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "username"}),
    )
    code = forms.CharField(
        label=gettext_lazy("一次性口令"),
        max_length=60,
        help_text=gettext_lazy("形如 AB2CD-EF3GH-JK4MN-PQ5RS，不分大小写"),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code"}),
    )
    field_order = ["login", "code", "password", "again"]


def lost_password(request: HttpRequest) -> HttpResponse:
    """Set a password with a one-time code from an administrator."""
    form = LostForm(request.POST or None)
    page = {"page_title": _("设置密码"), "form": form, "has_mail": settings.HAS_MAIL}
    if request.method != "POST":
        return render(request, "account/lost.html", page)
    if not ratelimit.consume(request, action="reset_password_from_key"):
        form.add_error(None, _("试得太频繁，请 1 分钟后再试"))
        return render(request, "account/lost.html", page, status=429)
    if form.is_valid() and _set_by_code(form):
        messages.success(request, _("密码已设置，请登录"))
        return HttpResponseRedirect(reverse("account_login"))
    return render(request, "account/lost.html", page, status=422)


def _set_by_code(form: LostForm) -> bool:
    given = form.cleaned_data
    try:
        actions.set_password(
            VISITOR, login=given["login"].strip(), code=given["code"], password=given["password"]
        )
    except Refused:
        form.add_error(None, NOT_ACCEPTED)
    except BadInput as error:  # a name or code of the wrong form is told in the same words as a wrong one
        form.blame([p for p in error.problems if p.field == "password"])
        if not form.errors:
            form.add_error(None, NOT_ACCEPTED)
    return not form.errors


# ---- change ----------------------------------------------------------------------------------------------------


class ChangePassword(library.PasswordChangeView):
    """The library's page; a password that the house finds too weak is told at its field."""

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            return super().form_valid(form)
        except ValidationError as error:
            form.add_error("password1", error)
            return self.form_invalid(form)

    def get_success_url(self) -> str:
        return reverse("home")

    def get_form(self, form_class: Any = None) -> Any:
        form = super().get_form(form_class)
        words = {"oldpassword": _("现在的密码"), "password1": _("新密码"), "password2": _("再输一次新密码")}
        for name, label in words.items():
            form.fields[name].label = label
            form.fields[name].widget.attrs.pop("placeholder", None)
        form.fields["oldpassword"].help_text = ""
        form.fields["password1"].help_text = _("至少 12 个字符，不能全是数字")
        return form


change_password = login_required(ChangePassword.as_view())


# ---- registration ----------------------------------------------------------------------------------------------


class RegisterForm(ActForm):
    """The form of the act by which a unit registers itself, with lists for place and authority."""

    field_order = [
        "uscc",
        "name",
        "kind",
        "division",
        "authority",
        "address",
        "contact",
        "login",
        "phone",
        "email",
    ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(REGISTRY[APPLY], *args, **kwargs)
        self.order_fields(self.field_order)
        self._choose("kind", [(k, w) for k, w in self.fields["kind"].choices if k in APPLICANT_KINDS])
        places = parties.divisions().exclude(level="province")
        self._choose("division", [(d.code or d.name, d.name) for d in places], _("所在地"))
        bureaus = parties.public_organisations().filter(kind="bureau")
        self._choose("authority", [(unit.code, unit.name) for unit in bureaus])
        self.fields["address"].widget = forms.TextInput()
        self._help()
        self._passwords()

    def _help(self) -> None:
        words = {
            "uscc": _("18 位，见营业执照"),
            "login": _("小写字母开头，3 至 40 个字母、数字、点或横线；以后不能改"),
            "contact": _("管理员负责本单位的人员和数据"),
        }
        for name, help_text in words.items():
            self.fields[name].help_text = help_text

    def _choose(self, name: str, choices: list[tuple[str, Any]], label: Any = "") -> None:
        """A list in place of a free text; with one answer only, it is given already."""
        if name in self.fields and choices:
            old = self.fields[name]
            asking = [] if len(choices) == 1 else [("", _("请选择"))]
            asking = [] if old.initial else asking
            self.fields[name] = forms.ChoiceField(
                label=label or old.label,
                required=True,
                error_messages=REQUIRED,
                choices=[*asking, *choices],
                initial=old.initial,
            )

    def _passwords(self) -> None:
        """The manager chooses the password now and may sign in once the unit is confirmed."""
        if "password" not in self.fields:
            return
        self.fields["password"] = PasswordField(label=_("密码"), help_text=_("至少 12 个字符，不能全是数字"))
        self.fields["again"] = PasswordField(label=_("再输一次密码"))

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for name in ("password", "again"):
            if name in self.fields and not given.get(name) and name not in self.errors:
                self.add_error(name, _("请填写"))
        if "again" in self.fields and given.get("password") != given.get("again"):
            self.add_error("again", _("两次输入的密码不同"))
        return given


def register(request: HttpRequest) -> HttpResponse:
    """An enterprise registers itself by its code; an officer confirms before anything is open to it."""
    form = RegisterForm(request.POST or None)
    if request.method == "POST" and _registered(request, form):
        return HttpResponseRedirect(reverse("registered"))
    status = 422 if request.method == "POST" else 200
    return render(
        request, "account/register.html", {"page_title": _("企业注册"), "form": form}, status=status
    )


def _registered(request: HttpRequest, form: RegisterForm) -> bool:
    if not ratelimit.consume(request, action="signup"):
        form.add_error(None, _("试得太频繁，请 1 分钟后再试"))
    if not form.is_valid():
        return False
    try:
        done = perform(REGISTRY[APPLY], VISITOR, form.values())
    except Refused as refusal:
        form.add_error(None, refusal.verdict.reason)
        return False
    except BadInput as error:
        form.blame(error)
        return False
    unit = done.result
    request.session["registered"] = {"name": unit.name, "uscc": unit.uscc, "division": str(unit.division or ""),
                                     "login": form.cleaned_data["login"], "entry": done.entry.seq}  # fmt: skip
    return True


def registered(request: HttpRequest) -> HttpResponse:
    """What was handed in and what comes next."""
    told = request.session.get("registered")
    if not told:
        return HttpResponseRedirect(reverse("account_signup"))
    return render(request, "account/registered.html", {"page_title": _("已提交注册"), "told": told})
