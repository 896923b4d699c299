"""The first floor."""

from __future__ import annotations

from django.apps import AppConfig


class AuthConfigsApp(AppConfig):
    """Which services there are, and how an app is registered with them."""

    name = "authconfigs"
    verbose_name = "Auth configs"
