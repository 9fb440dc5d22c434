"""The first app on the ladder: what was done, by whom, provably."""

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "quanheng.apps.records"
    label = "records"
    verbose_name = "记录"

    def ready(self) -> None:
        from quanheng.apps.records import actions, checks, registrations, triggers  # noqa: F401  (they register)

        checks.register()
        triggers.keep_after_migrations()
