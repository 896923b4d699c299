"""A project registers its client of a service, or says that it takes people's keys there."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction

from authconfigs.catalogue.toolkit import Toolkit
from authconfigs.models import AuthConfig, ProjectToolkit
from authconfigs.models.auth_config import RawCredentials
from authconfigs.schemes import Scheme, scheme_named
from flowra.errors import Conflict, InvalidInput, NotFound
from flowra.events.names import EventType
from flowra.events.record import Actor, record
from flowra.models import Project
from flowra.near_match import near_match

from .checked_auth_config import (
    checked_display_name,
    checked_proxy_url,
    checked_raw_credentials,
    checked_tools,
)
from .checked_credentials import checked_credentials
from .managed_clients import managed_clients
from .toolkit_for import toolkit_for

CUSTOM, MANAGED = "use_custom_auth", "use_provider_managed_auth"
TYPES = (CUSTOM, MANAGED)
MAX_AUTH_CONFIGS = 10_000
_NAME_LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz"


def create_auth_config(
    project: Project,
    *,
    toolkit_slug: str,
    actor: Actor,
    type: str = CUSTOM,
    auth_scheme: str | None = None,
    display_name: str = "",
    credentials: Mapping[str, Any] | None = None,
    restrict_to_following_tools: Sequence[str] = (),
    proxy_url: str = "",
    raw_credentials: str = RawCredentials.SCOPE,
    named: str = "authConfig.",
    reserved_id: str | None = None,
) -> AuthConfig:
    """Stores it, its secrets sealed, with the event. `auth_scheme` None is the toolkit's first; `reserved_id` is one that
    reserve_id gave out.

    Raises InvalidInput naming each wrong field under `named` (`authConfig.credentials.client_id`), or `toolkit.slug`;
    Conflict for a toolkit that the project switched off, and for a reserved id that was used before.
    """
    toolkit = _usable_toolkit(project, toolkit_slug)
    if type not in TYPES:
        raise InvalidInput.field(
            f"{named}type", f"must be one of {', '.join(TYPES)}.{near_match(type, TYPES)}"
        )
    is_managed = type == MANAGED
    scheme = checked_scheme(toolkit, auth_scheme, f"{named}authScheme")
    if is_managed and (
        scheme.name != "OAUTH2" or toolkit.slug not in managed_clients() or toolkit.id is not None
    ):
        raise InvalidInput.field(
            f"{named}type", f"the operator of this Flowra has no client for {toolkit.name}; use {CUSTOM}"
        )
    checked = checked_credentials(
        toolkit, scheme, credentials or {}, is_managed=is_managed, named=f"{named}credentials."
    )
    auth_config = AuthConfig(
        project=project,
        toolkit_slug=toolkit.slug,
        name=f"{toolkit.slug}-{''.join(secrets.choice(_NAME_LETTERS) for _ in range(6))}",
        display_name=checked_display_name(display_name, named),
        auth_scheme=scheme.name,
        is_provider_managed=is_managed,
        settings=checked.public,
        restrict_to_following_tools=checked_tools(project, toolkit, restrict_to_following_tools, named),
        proxy_url=checked_proxy_url(proxy_url, named),
        raw_credentials=checked_raw_credentials(raw_credentials, named),
    )
    if reserved_id is not None:
        auth_config.pk = reserved_id
    auth_config.secrets = checked.secret
    try:
        _store(auth_config, actor)
    except IntegrityError as error:
        if reserved_id is None or not AuthConfig.objects.filter(pk=reserved_id).exists():
            raise
        raise Conflict("An auth config was made with this id already.", code="id_taken") from error
    return auth_config


def _store(auth_config: AuthConfig, actor: Actor) -> None:
    with transaction.atomic():
        if AuthConfig.live.filter(project_id=auth_config.project_id).count() >= MAX_AUTH_CONFIGS:
            raise Conflict(f"A project may have at most {MAX_AUTH_CONFIGS} auth configs.", code="too_many")
        auth_config.save(force_insert=True)
        record(
            EventType.AUTH_CONFIG_CREATED,
            project_id=auth_config.project_id,
            subject=("auth_config", auth_config.pk),
            actor=actor,
            data={
                "toolkit": auth_config.toolkit_slug,
                "authScheme": auth_config.auth_scheme,
                "name": auth_config.name,
            },
        )


def checked_scheme(toolkit: Toolkit, name: str | None, field: str) -> Scheme:
    """One of the toolkit's schemes, its first with None; raises InvalidInput naming `field` for any other."""
    if name is None:
        return scheme_named(toolkit.auth_schemes[0])
    if name not in toolkit.auth_schemes:
        raise InvalidInput.field(field, f"{toolkit.name} takes {', '.join(toolkit.auth_schemes)}")
    return scheme_named(name)


def _usable_toolkit(project: Project, slug: str) -> Toolkit:
    try:
        toolkit = toolkit_for(project, slug)
    except NotFound as error:
        raise InvalidInput.field("toolkit.slug", error.message) from error
    if toolkit.id is not None and not ProjectToolkit.objects.filter(pk=toolkit.id, is_active=True).exists():
        raise Conflict(f"The toolkit {slug} is switched off.", code="toolkit_disabled")
    return toolkit
