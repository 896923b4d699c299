"""Whose client an auth config is: its own, or one that the operator of this Flowra put into a TOML file.

The file that FLOWRA_MANAGED_CLIENTS names has a table a toolkit:

    [slack]
    client_id = "1234.5678"
    client_secret = "…"
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.core.exceptions import ImproperlyConfigured

from authconfigs.catalogue.load import all_toolkits
from authconfigs.models import AuthConfig
from flowra.errors import Conflict


@dataclass(frozen=True, slots=True)
class Registration:
    """A client as the service knows it; `client_secret` is empty for a public one."""

    client_id: str
    client_secret: str = field(default="", repr=False)


def registration_of(auth_config: AuthConfig) -> Registration:
    """The client that acts for this auth config; raises Conflict when the operator took a managed one away."""
    if not auth_config.is_provider_managed:
        secrets = auth_config.secrets or {}
        return Registration(
            client_id=str(auth_config.settings.get("client_id", "")),
            client_secret=str(secrets.get("client_secret", "")),
        )
    client = managed_clients().get(auth_config.toolkit_slug)
    if client is None:
        raise Conflict(
            f"The operator of this Flowra has no client for {auth_config.toolkit_slug} any more.",
            code="no_managed_client",
        )
    return client


def managed_clients() -> Mapping[str, Registration]:
    """The operator's clients by toolkit; raises ImproperlyConfigured saying what is wrong with the file."""
    path = settings.FLOWRA_MANAGED_CLIENTS
    return _read(path) if path else {}


@lru_cache(maxsize=4)
def _read(path: str) -> Mapping[str, Registration]:
    try:
        tables = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(f"FLOWRA_MANAGED_CLIENTS: {path} cannot be read: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise ImproperlyConfigured(f"FLOWRA_MANAGED_CLIENTS: {path} is no TOML: {error}") from error
    return {slug: _registration(path, slug, table) for slug, table in tables.items()}


def _registration(path: str, slug: str, table: Any) -> Registration:
    if slug not in all_toolkits():
        raise ImproperlyConfigured(
            f"FLOWRA_MANAGED_CLIENTS: {path}: there is no toolkit {slug} in the catalogue"
        )
    known = {"client_id", "client_secret"}
    if not isinstance(table, dict) or not table.keys() <= known or not table.get("client_id"):
        raise ImproperlyConfigured(
            f"FLOWRA_MANAGED_CLIENTS: {path}: [{slug}] must have client_id, may have client_secret, and nothing else"
        )
    if not all(isinstance(value, str) for value in table.values()):
        raise ImproperlyConfigured(f"FLOWRA_MANAGED_CLIENTS: {path}: [{slug}] must have texts")
    return Registration(**table)


def check_managed_clients(**_: Any) -> Sequence[CheckMessage]:
    """`authconfigs.E002` when the operator's file cannot be used."""
    try:
        managed_clients()
    except ImproperlyConfigured as error:
        return [
            Error(str(error), hint="Mend the file, or unset FLOWRA_MANAGED_CLIENTS.", id="authconfigs.E002")
        ]
    return []
