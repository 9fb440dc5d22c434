"""System checks of the house: a model with an unclassified field does not start."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.core import checks

from quanheng.apps.records.classify import unclassified


def house_models() -> list[type]:
    """Every concrete model of our own apps."""
    return [m for m in apps.get_models() if m.__module__.startswith("quanheng.apps.")]


def classification_is_complete(app_configs: Any = None, **kwargs: Any) -> list[checks.CheckMessage]:
    return [
        checks.Error(
            f"{model._meta.label}.{name} has no classification",
            hint="Name the field in `classified` of its model.",
            id="records.E001",
        )
        for model in house_models()
        for name in unclassified(model)
    ]


def register() -> None:
    checks.register(classification_is_complete)
