"""What everybody may see without signing in."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "quanheng.apps.portal"
    label = "portal"
    verbose_name = "公开页面"
