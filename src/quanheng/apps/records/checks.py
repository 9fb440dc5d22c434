"""System checks of the house: a model with an unclassified field does not start."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.core import checks

from quanheng.apps.records.classify import Level, levels, unclassified
from quanheng.apps.records.storable import UNSTABLE_FIELDS


def house_models() -> list[type]:
    """Every concrete model of our own apps."""
    return [m for m in apps.get_models() if m.__module__.startswith("quanheng.apps.")]


def classification_is_complete(app_configs: Any = None, **kwargs: Any) -> list[checks.CheckMessage]:
    """Every field of every model of the house has a level."""
    return [
        checks.Error(
            f"{model._meta.label}.{name} has no classification",
            hint="Name the field in `classified` of its model.",
            id="records.E001",
        )
        for model in house_models()
        for name in unclassified(model)
    ]


def recorded_fields_are_stable(app_configs: Any = None, **kwargs: Any) -> list[checks.CheckMessage]:
    """A recorded value must read back as it was set: floats and durations do not on both databases."""
    return [
        checks.Error(
            f"{model._meta.label}.{field.name} is a {type(field).__name__}",
            hint="Use a DecimalField, an IntegerField or text.",
            id="records.E002",
        )
        for model in house_models()
        for field in model._meta.concrete_fields
        if getattr(model, "ledgered", False) and isinstance(field, UNSTABLE_FIELDS)
        if levels(model).get(field.name) is not Level.TECHNICAL
    ]


def register() -> None:
    """Have both checks run with Django's own."""
    checks.register(classification_is_complete)
    checks.register(recorded_fields_are_stable)
