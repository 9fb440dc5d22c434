"""What gives a reading its trust: instruments and the certificates that cover them."""

from django.apps import AppConfig


class LaboratoryConfig(AppConfig):
    name = "quanheng.apps.laboratory"
    label = "laboratory"
    verbose_name = "实验室"

    def ready(self) -> None:
        from quanheng.apps.laboratory import actions, policy, registrations  # noqa: F401  (they register)
