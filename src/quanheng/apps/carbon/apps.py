"""From readings to tonnes: sources, methods, statements, and the way back."""

from django.apps import AppConfig


class CarbonConfig(AppConfig):
    name = "quanheng.apps.carbon"
    label = "carbon"
    verbose_name = "碳排放"

    def ready(self) -> None:
        from quanheng.apps.carbon import actions, cems, policy, registrations  # noqa: F401  (they register)
        from quanheng.apps.carbon.activity import handlers as activity_handlers  # noqa: F401  (likewise)
        from quanheng.apps.carbon.activity import methods  # noqa: F401  (likewise)
        from quanheng.apps.carbon.restatement import effects, handlers  # noqa: F401  (likewise)
