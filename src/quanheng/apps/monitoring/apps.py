"""Where readings come from: sites, points, what is installed there, and their way into the lake."""

from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    name = "quanheng.apps.monitoring"
    label = "monitoring"
    verbose_name = "监测"

    def ready(self) -> None:
        from quanheng.apps.monitoring import actions, policy, registrations  # noqa: F401  (they register)
