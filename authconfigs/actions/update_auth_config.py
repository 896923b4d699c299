"""Changing an auth config: its client, its name, and the switch that stops all under it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from authconfigs.models import AuthConfig
from authconfigs.schemes import scheme_named
from flowra.encryption import sealed_for
from flowra.errors import Conflict, NotFound
from flowra.events.names import EventType
from flowra.events.record import Actor, record

from .checked_auth_config import (
    checked_display_name,
    checked_proxy_url,
    checked_raw_credentials,
    checked_tools,
)
from .checked_credentials import Credentials, checked_credentials
from .toolkit_for import toolkit_for

TRIES = 5
WIRE_NAMES = {
    "display_name": "displayName",
    "is_disabled": "isDisabled",
    "restrict_to_following_tools": "restrictToFollowingTools",
    "proxy_url": "proxyConfig",
    "raw_credentials": "rawCredentials",
    "settings": "credentials",
    "secrets": "credentials",
}


def update_auth_config(
    auth_config: AuthConfig,
    actor: Actor,
    *,
    display_name: str | None = None,
    is_disabled: bool | None = None,
    credentials: Mapping[str, Any] | None = None,
    restrict_to_following_tools: Sequence[str] | None = None,
    proxy_url: str | None = None,
    raw_credentials: str | None = None,
    named: str = "",
) -> AuthConfig:
    """Changes what is not None, with the event; `credentials` are laid over the stored ones.

    In the values of `credentials`, null takes an optional one away, and a secret's mask, sent back as it was shown,
    leaves it as it is. Raises InvalidInput naming the field under `named`, NotFound when it was deleted meanwhile.
    """
    plain: dict[str, Any] = {}
    if display_name is not None:
        plain["display_name"] = checked_display_name(display_name, named)
    if is_disabled is not None:
        plain["is_disabled"] = is_disabled
    if restrict_to_following_tools is not None:
        plain["restrict_to_following_tools"] = checked_tools(
            auth_config.project,
            toolkit_for(auth_config.project, auth_config.toolkit_slug),
            restrict_to_following_tools,
            named,
            before=auth_config.restrict_to_following_tools,
        )
    if proxy_url is not None:
        plain["proxy_url"] = checked_proxy_url(proxy_url, named)
    if raw_credentials is not None:
        plain["raw_credentials"] = checked_raw_credentials(raw_credentials, named)
    for _ in range(TRIES):
        changes = {field: value for field, value in plain.items() if value != getattr(auth_config, field)}
        secret: dict[str, str] | None = None
        if credentials is not None:
            before = Credentials(dict(auth_config.settings), dict(auth_config.secrets or {}))
            after = checked_credentials(
                toolkit_for(auth_config.project, auth_config.toolkit_slug),
                scheme_named(auth_config.auth_scheme),
                credentials,
                is_managed=auth_config.is_provider_managed,
                before=before,
                named=f"{named}credentials.",
            )
            if after.public != before.public:
                changes["settings"] = after.public
            secret = after.secret if after.secret != before.secret else None
        if (not changes and secret is None) or _store(auth_config, changes, secret, actor):
            return auth_config
        auth_config = AuthConfig.live.select_related("project").filter(pk=auth_config.pk).first() or _gone()
    raise Conflict("Others kept changing this auth config at the same moment. Try again.")


def _store(
    auth_config: AuthConfig, changes: dict[str, Any], secret: dict[str, str] | None, actor: Actor
) -> bool:
    """Whether the row was still as it was read, and so is changed now."""
    now = timezone.now()
    columns = dict(changes)
    if secret is not None:
        columns["secrets"] = sealed_for(AuthConfig, "secrets", auth_config.pk, secret)
    named = {WIRE_NAMES[field] for field in columns}
    if "credentials" in named:
        # Whether the service takes this client is not known yet.
        columns |= {"failing_since": None, "failing_words": ""}
    with transaction.atomic():
        stored = AuthConfig.live.filter(pk=auth_config.pk, updated_at=auth_config.updated_at).update(
            **columns, updated_at=now
        )
        if not stored:
            return False
        data: dict[str, Any] = {"changed": sorted(named)}
        if "is_disabled" in changes:
            data["isDisabled"] = changes["is_disabled"]
        record(
            EventType.AUTH_CONFIG_UPDATED,
            project_id=auth_config.project_id,
            subject=("auth_config", auth_config.pk),
            actor=actor,
            data=data,
        )
    for field, value in changes.items():
        setattr(auth_config, field, value)
    if "credentials" in named:
        auth_config.failing_since, auth_config.failing_words = None, ""
    if secret is not None:
        auth_config.secrets = secret
    auth_config.updated_at = now
    return True


def _gone() -> AuthConfig:
    raise NotFound("There is no such auth config in this project.", code="auth_config_not_found")
