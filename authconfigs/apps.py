"""The first floor."""

from __future__ import annotations

from django.apps import AppConfig
from django.core.checks import register

from authconfigs.catalogue.startup_check import check_catalogue


class AuthConfigsApp(AppConfig):
    """Which services there are, and how an app is registered with them."""

    name = "authconfigs"
    verbose_name = "Auth configs"

    def ready(self) -> None:
        """The catalogue is checked whenever the project's checks are run."""
        register(check_catalogue, "authconfigs")
