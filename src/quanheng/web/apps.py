"""The roof of the pages: shared shell, components and templates. It stores nothing."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "quanheng.web"
    label = "web"
    verbose_name = "页面"
