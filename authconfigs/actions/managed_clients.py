"""Whose client an auth config uses: its own, or the operator's."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from authconfigs.models import AuthConfig
from flowra.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Registration:
    """A client as a service knows it; `client_secret` is empty for a public one."""

    client_id: str
    client_secret: str = field(default="", repr=False)


@cache
def managed_clients() -> dict[str, Registration]:
    """The operator's clients by toolkit slug: tables of `client_id` and `client_secret` in FLOWRA_MANAGED_CLIENTS.

    Raises ImproperlyConfigured for a file that cannot be read so.
    """
    path = settings.FLOWRA_MANAGED_CLIENTS
    if not path:
        return {}
    try:
        with Path(path).open("rb") as file:
            tables = tomllib.load(file)
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ImproperlyConfigured(f"FLOWRA_MANAGED_CLIENTS cannot be read: {type(error).__name__}") from error
    found = {}
    for slug, table in tables.items():
        if not isinstance(table, dict) or not isinstance(table.get("client_id"), str):
            raise ImproperlyConfigured(f"FLOWRA_MANAGED_CLIENTS: [{slug}] needs a client_id")
        found[slug] = Registration(table["client_id"], str(table.get("client_secret", "")))
    return found


def registration_of(auth_config: AuthConfig) -> Registration:
    """The client to use; raises InvalidInput where the operator has none for that service any more."""
    if auth_config.is_provider_managed:
        managed = managed_clients().get(auth_config.toolkit_slug)
        if managed is None:
            raise InvalidInput.field("authConfig.type", "The operator of this Flowra has no client for this service.")
        return managed
    return Registration(auth_config.settings.get("client_id", ""), auth_config.secrets.get("client_secret", ""))
