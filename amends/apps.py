"""The one Django app. When it is ready, wiring.py tells who hears of what."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class AmendsConfig(AppConfig):
    name = "amends"
    label = "amends"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import_module("amends.plumbing.logs").configure()
        import_module("amends.plumbing.shifted").install()
        import_module("amends.wiring").connect()
