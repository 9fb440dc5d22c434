"""Who there is: organisations, people, roles, and what they may."""

from django.apps import AppConfig


class PartiesConfig(AppConfig):
    name = "quanheng.apps.parties"
    label = "parties"
    verbose_name = "单位与人员"

    def ready(self) -> None:
        from quanheng.apps.parties import (  # noqa: F401  (each of them registers something)
            actions,
            handlers,
            registrations,
            visibility,
        )
