"""Makes the form of an act from the schema of its input, and turns what was typed back into the act's plain values.

The schema stays the only rule: the form knows just enough of it to draw a fitting field and to say early that
something is missing. What is wrong beyond that comes from the schema or from the act itself, field by field.
"""

from __future__ import annotations

import datetime as dt
import enum
import json
import re
import tempfile
import types
import typing
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pydantic
from django import forms
from django.apps import apps
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic_core import PydanticUndefined

from quanheng.apps.records.uploads import Upload
from quanheng.errors import BadInput, Problem
from quanheng.web.problems import schema_words, spoken

LONG_TEXT = 200  # from this length on a text gets an area of its own
REQUIRED = {"required": gettext_lazy("请填写")}
UPLOAD_FOLDER_PREFIX = "quanheng-upload-"


class DayInput(forms.DateInput):
    input_type = "date"


class MomentInput(forms.DateTimeInput):
    input_type = "datetime-local"


class JsonField(forms.CharField):
    """A list of rows or a mapping, typed as JSON: for inputs that no simple field can hold."""

    widget = forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "class": "qh-mono"})

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        try:
            return json.loads(text, parse_float=Decimal)
        except json.JSONDecodeError as error:
            place = {"line": error.lineno, "column": error.colno}
            raise forms.ValidationError(_("第 %(line)s 行第 %(column)s 字不是 JSON") % place) from None

    def prepare_value(self, value: Any) -> Any:
        return (
            value
            if isinstance(value, str) or value is None
            else json.dumps(value, ensure_ascii=False, indent=1)
        )


class RowsField(JsonField):
    """A list of flat rows: one in each line, values in the order of the columns, as they come out of a spreadsheet.

    JSON is taken as well, for rows whose values hold blanks.
    """

    def __init__(self, *, columns: list[str], needed: int, **given: Any) -> None:
        self.columns, self.needed = columns, needed
        super().__init__(**given)

    def to_python(self, value: Any) -> Any:
        text = (value or "").strip()
        if text.startswith("["):
            return super().to_python(text)
        return [self._row(n, line) for n, line in enumerate(text.splitlines(), 1) if line.strip()]

    def _row(self, n: int, line: str) -> dict[str, str]:
        values = [
            part.strip()
            for part in (line.split("\t") if "\t" in line else re.split(r"[,，;；\s]+", line.strip()))
        ]
        if not self.needed <= len(values) <= len(self.columns):
            told = {"n": n, "found": len(values), "wanted": len(self.columns)}
            raise forms.ValidationError(_("第 %(n)s 行有 %(found)s 个值，应为 %(wanted)s 个") % told)
        return dict(zip(self.columns, values, strict=False))  # the last ones may have defaults


class LinesField(forms.CharField):
    """A list of texts, one in each line."""

    widget = forms.Textarea(attrs={"rows": 4})

    def to_python(self, value: Any) -> Any:
        return [line.strip() for line in str(super().to_python(value) or "").splitlines() if line.strip()]

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value


class ActForm(forms.Form):
    """The form of one act. `given` holds the act's values after `is_valid()`; uploads lie in a folder that
    `clean_up()` takes away."""

    def __init__(self, spec: Any, *args: Any, only: Iterable[str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.spec = spec
        self.folder: tempfile.TemporaryDirectory[str] | None = None
        wanted = None if only is None else set(only)
        for name, info in spec.input.model_fields.items():
            if wanted is None or name in wanted:
                self.fields[name] = field_for(spec, name, info)
        for name, value in dict(self.initial).items():
            if name in self.fields:
                self.initial[name] = _initial(self.fields[name], value)

    @property
    def has_files(self) -> bool:
        return any(isinstance(field, forms.FileField) for field in self.fields.values())

    def clean(self) -> dict[str, Any]:
        """Ask the schema too, so that a person learns of all faults at once."""
        cleaned = super().clean() or {}
        if self.errors:
            self.cleaned_data = cleaned
            self._ask_schema()
        return cleaned

    def _ask_schema(self) -> None:
        known = {
            k: v for k, v in self.cleaned_data.items() if v not in (None, "") and not hasattr(v, "chunks")
        }
        known = {k: v for k, v in known.items() if k in self.spec.input.model_fields}
        try:
            self.spec.input.model_validate(known)
        except pydantic.ValidationError as error:
            silent = [p for p in schema_words(error) if p.field.partition(".")[0] in known]
            self.blame(BadInput(silent) if silent else BadInput([]))

    def values(self) -> dict[str, Any]:
        """What was filled in; what was left empty is absent, so that the act's own defaults hold."""
        filled = {k: v for k, v in self.cleaned_data.items() if k in self.spec.input.model_fields}
        return {k: self._plain(v) for k, v in filled.items() if not _empty(self.spec, k, v)}

    def _plain(self, value: Any) -> Any:
        return self._kept(value) if hasattr(value, "chunks") else value

    def _kept(self, upload: Any) -> Upload:
        if self.folder is None:
            self.folder = tempfile.TemporaryDirectory(prefix=UPLOAD_FOLDER_PREFIX)
        handle, path = tempfile.mkstemp(dir=self.folder.name)
        with open(handle, "wb") as out:
            for chunk in upload.chunks():
                out.write(chunk)
        return Upload(Path(upload.name).name, Path(path))

    def clean_up(self) -> None:
        if self.folder is not None:
            self.folder.cleanup()

    def blame(self, error: BadInput | pydantic.ValidationError) -> None:
        """Put what is wrong at the fields it belongs to; the rest stands above the form."""
        problems = schema_words(error) if isinstance(error, pydantic.ValidationError) else error.problems
        for problem in problems:
            name, _dot, inside = problem.field.partition(".")
            known = name in self.fields
            self.add_error(name if known else None, _line(problem, inside if known else problem.field))


def _line(problem: Problem, place: str) -> forms.ValidationError:
    words = spoken(problem)
    return forms.ValidationError(f"{place}：{words}" if place else words)


def _empty(spec: Any, name: str, value: Any) -> bool:
    """Nothing was entered and the act has its own default."""
    return (
        value in (None, "", [])
        and not isinstance(value, bool)
        and not spec.input.model_fields[name].is_required()
    )


def _initial(field: forms.Field, value: Any) -> Any:
    if isinstance(field, forms.BooleanField):
        return str(value).lower() in ("1", "true", "on", "yes")
    return value


# ---- one field -----------------------------------------------------------------------------------------------


def field_for(spec: Any, name: str, info: Any) -> forms.Field:
    """The form field for one parameter of an act."""
    kind, optional = _kind(info.annotation)
    common: dict[str, Any] = {
        "label": info.title or name,
        "help_text": info.description or "",
        "required": info.is_required() and kind is not bool,
        "error_messages": REQUIRED,
    }
    if info.default is not PydanticUndefined and info.default is not None:
        common["initial"] = info.default
    choices = choices_for(spec, name, kind)
    if choices:
        empty = [] if common["required"] or not optional else [("", _("不填"))]
        return forms.ChoiceField(choices=[*_asking(common), *empty, *choices], **common)
    return _plain_field(kind, _limits(info), common)


def _asking(common: Mapping[str, Any]) -> list[tuple[str, str]]:
    """A required choice without a default begins with a question, not with somebody's answer."""
    return [("", _("请选择"))] if common["required"] and "initial" not in common else []


def _kind(annotation: Any) -> tuple[Any, bool]:
    """The type without Annotated and None, and whether None is allowed."""
    while typing.get_origin(annotation) is typing.Annotated:
        annotation = typing.get_args(annotation)[0]
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        rest = [a for a in typing.get_args(annotation) if a is not type(None)]
        return (_kind(rest[0])[0] if len(rest) == 1 else Any), len(rest) < len(typing.get_args(annotation))
    return annotation, False


def _limits(info: Any) -> dict[str, Any]:
    """Least, greatest, longest: from the schema's own constraints, also those inside an Annotated alias."""
    found: dict[str, Any] = {}
    for one in [*info.metadata, *_inner(info.annotation)]:
        for name in ("ge", "gt", "le", "lt", "min_length", "max_length"):
            if getattr(one, name, None) is not None:
                found.setdefault(name, getattr(one, name))
    return found


def _inner(annotation: Any) -> Iterable[Any]:
    for part in typing.get_args(annotation):
        yield from getattr(part, "metadata", ())
        if typing.get_origin(part) is typing.Annotated:
            yield from typing.get_args(part)[1:]


def _plain_field(kind: Any, limits: Mapping[str, Any], common: dict[str, Any]) -> forms.Field:
    origin = typing.get_origin(kind)
    if origin is list and _kind(typing.get_args(kind)[0])[0] is str:
        return LinesField(**{**common, "help_text": common["help_text"] or _("每行一个")})
    columns = flat_columns(kind)
    if columns:
        return RowsField(
            columns=list(columns),
            needed=_needed(kind),
            **{**common, "help_text": common["help_text"] or rows_help(columns)},
        )
    if origin in (list, dict, tuple) or kind in (list, dict, Any) or _is_model(kind):
        return JsonField(**{**common, "help_text": common["help_text"] or json_help(kind)})
    if kind is bool:
        return forms.BooleanField(**common)
    if kind is int:
        return forms.IntegerField(min_value=limits.get("ge"), max_value=limits.get("le"), **common)
    if kind is Decimal or kind is float:
        return forms.DecimalField(widget=forms.TextInput(attrs={"inputmode": "decimal"}), **common)
    if kind is Upload:
        return forms.FileField(**common)
    return _text_or_time(kind, limits, common)


def _text_or_time(kind: Any, limits: Mapping[str, Any], common: dict[str, Any]) -> forms.Field:
    if kind is pydantic.AwareDatetime or kind is dt.datetime:
        zone = timezone.get_current_timezone_name()
        help_text = common["help_text"] or _("按 %(zone)s 的时间") % {"zone": zone}
        moment = MomentInput(format="%Y-%m-%dT%H:%M")
        formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]
        return forms.DateTimeField(widget=moment, input_formats=formats, **{**common, "help_text": help_text})
    if kind is dt.date:
        return forms.DateField(widget=DayInput(format="%Y-%m-%d"), input_formats=["%Y-%m-%d"], **common)
    longest = limits.get("max_length")
    if kind is pydantic.SecretStr:
        secret = forms.PasswordInput(attrs={"autocomplete": "new-password"})
        return forms.CharField(max_length=longest, widget=secret, strip=False, **common)
    widget: forms.Widget = (
        forms.Textarea(attrs={"rows": 3}) if longest and longest >= LONG_TEXT else forms.TextInput()
    )
    return forms.CharField(max_length=longest, widget=widget, **common)


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, pydantic.BaseModel)


def flat_columns(kind: Any) -> dict[str, Any]:
    """The columns of a list of rows whose values are all single, with their words; empty for anything else."""
    row = _row_model(kind)
    single = (str, int, float, Decimal, dt.date)
    if row is None or not all(_kind(i.annotation)[0] in single for i in row.model_fields.values()):
        return {}
    required = [info.is_required() for info in row.model_fields.values()]
    if required != sorted(required, reverse=True):
        return {}  # a value in the middle may be missing: a line could be read in two ways
    return {name: info.title or name for name, info in row.model_fields.items()}


def _row_model(kind: Any) -> Any:
    arguments = typing.get_args(kind) if typing.get_origin(kind) is list else ()
    row: Any = _kind(arguments[0])[0] if arguments else None
    return row if _is_model(row) else None


def _needed(kind: Any) -> int:
    """How many values a row has at least."""
    return sum(info.is_required() for info in _row_model(kind).model_fields.values())


def rows_help(columns: Mapping[str, Any]) -> str:
    """How a row is written."""
    return _("每行一组，依次为 %(names)s；可从 Excel 粘贴") % {"names": "、".join(map(str, columns.values()))}


def json_help(kind: Any) -> str:
    """Names of the fields of one row, so that a person can write the JSON without the manual."""
    inner: Any = next((_kind(a)[0] for a in typing.get_args(kind) if _is_model(_kind(a)[0])), kind)
    if not _is_model(inner):
        return _("JSON")
    names = "、".join(f"{n}（{i.title}）" if i.title else n for n, i in inner.model_fields.items())
    return _("JSON，每行的字段：%(names)s") % {"names": names}


# ---- choices -------------------------------------------------------------------------------------------------


def choices_for(spec: Any, name: str, kind: Any) -> list[tuple[str, Any]]:
    """The options of a Literal or an enumeration, in words."""
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return [(str(one.value), getattr(one, "label", one.value)) for one in kind]
    if typing.get_origin(kind) is not typing.Literal:
        return []
    values = [str(value) for value in typing.get_args(kind)]
    words = words_of(spec.app, name, values)
    return [(value, words.get(value, value)) for value in values]


def words_of(app: str, name: str, values: list[str]) -> dict[str, Any]:
    """The words for the values of a Literal: those of the app's stored field of the same name that knows them all."""
    for model in apps.get_app_config(app).get_models():
        for field in model._meta.concrete_fields:
            words = dict(field.flatchoices or ())
            if field.name == name and set(values) <= set(words):
                return words
    return {}


__all__ = ["ActForm", "choices_for", "field_for", "json_help"]
