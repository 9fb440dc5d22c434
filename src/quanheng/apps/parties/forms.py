"""The one form of this app that an act's own page cannot be: a key for a program, which is shown once."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from quanheng.errors import Problem


class KeyForm(forms.Form):
    """What a key is for, who answers for it, what it may do, until when."""

    organisation = forms.ChoiceField(label=_("单位"))
    login = forms.CharField(label=_("责任人的登录名"), max_length=40)
    name = forms.CharField(label=_("用途"), max_length=80)
    scopes = forms.CharField(
        label=_("范围"),
        help_text=_("每行一个，如 monitoring.batch:write"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    valid_to = forms.DateField(
        label=_("到期日"), help_text=_("最长一年"), widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, *args: Any, units: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].choices = [(unit.code, unit.name) for unit in units]

    def clean_scopes(self) -> list[str]:
        return [line.strip() for line in self.cleaned_data["scopes"].splitlines() if line.strip()]

    def blame(self, problems: tuple[Problem, ...]) -> None:
        """Put what is wrong at its field."""
        for problem in problems:
            name = problem.field.split(".")[0]
            self.add_error(name if name in self.fields else None, problem.line())
