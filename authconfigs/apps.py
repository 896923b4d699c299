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
        """The catalogue and the operator's clients are checked whenever the project's checks are run."""
        from authconfigs.actions.managed_clients import check_managed_clients

        register(check_catalogue, "authconfigs")
        register(check_managed_clients, "authconfigs")
