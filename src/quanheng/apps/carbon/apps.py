"""From readings to tonnes: sources, methods, statements, and the way back."""

from django.apps import AppConfig


class CarbonConfig(AppConfig):
    name = "quanheng.apps.carbon"
    label = "carbon"
    verbose_name = "碳排放"

    def ready(self) -> None:
        from quanheng.apps.carbon import (  # noqa: F401  (they register)
            actions,
            activity_handlers,
            cems,
            effects,
            fuel,
            handlers,
            policy,
            registrations,
        )
