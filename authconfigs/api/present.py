"""Toolkits and auth configs as the contract shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from authconfigs.actions.checked_credentials import fields_asked
from authconfigs.actions.dependents import count_dependents
from authconfigs.actions.toolkit_for import read_own, toolkits_for
from authconfigs.catalogue.load import all_toolkits
from authconfigs.catalogue.logo import logo_url
from authconfigs.catalogue.toolkit import Toolkit
from authconfigs.models import AuthConfig, ProjectToolkit
from authconfigs.schemes import scheme_named
from authconfigs.schemes.details import auth_config_details
from flowra.api.rendering import instant
from flowra.models import Project
from flowra.redaction import last_four

# What discovery found out for the flow's own use.
_NOT_SHOWN = ("pkce", "sendsIss")

TOOLKIT_FIELDS = (
    "id",
    "slug",
    "name",
    "description",
    "logo",
    "categories",
    "baseUrl",
    "website",
    "docsUrl",
    "authSchemes",
    "requiresAuth",
    "isGlobal",
    "isActive",
    "getCurrentUserEndpoint",
    "oauth2",
    "apiKey",
    "authConfigDetails",
    "createdAt",
    "updatedAt",
)
AUTH_CONFIG_FIELDS = (
    "id",
    "name",
    "displayName",
    "toolkit",
    "authScheme",
    "isProviderManaged",
    "isDisabled",
    "status",
    "failing",
    "credentials",
    "redirectUri",
    "rawCredentials",
    "restrictToFollowingTools",
    "proxyConfig",
    "connectionCount",
    "createdAt",
    "updatedAt",
)


def requires_auth(toolkit: Toolkit) -> bool:
    """Whether it takes more than nothing."""
    return any(scheme != "NO_AUTH" for scheme in toolkit.auth_schemes)


@cache
def present_global_toolkit(slug: str) -> dict[str, Any]:
    """A toolkit of the catalogue; its id is its slug. The same object each time: it is not to be changed."""
    toolkit = all_toolkits()[slug]
    return _toolkit(
        toolkit,
        id=toolkit.slug,
        own=None,
        oauth2=None
        if toolkit.oauth2 is None
        else {
            "defaultScopes": list(toolkit.oauth2.default_scopes),
            "scopeSeparator": toolkit.oauth2.scope_separator,
            "authorizationUrl": toolkit.oauth2.authorization_url,
            "tokenUrl": toolkit.oauth2.token_url,
        },
        api_key=None
        if toolkit.api_key is None
        else {"in": toolkit.api_key.place, "name": toolkit.api_key.name, "prefix": toolkit.api_key.prefix},
        current_user=toolkit.test_call.url if toolkit.test_call else None,
    )


def present_own_toolkit(own: ProjectToolkit) -> dict[str, Any]:
    """A project's own, with what it was defined with."""
    definition: Mapping[str, Any] = own.definition
    oauth2 = definition.get("oauth2")
    return _toolkit(
        read_own(own),
        id=own.pk,
        own=own,
        oauth2={name: value for name, value in oauth2.items() if name not in _NOT_SHOWN} if oauth2 else None,
        api_key=definition.get("apiKey"),
        current_user=definition.get("getCurrentUserEndpoint"),
    )


def _toolkit(
    toolkit: Toolkit,
    *,
    id: str,
    own: ProjectToolkit | None,
    oauth2: Mapping[str, Any] | None,
    api_key: Mapping[str, Any] | None,
    current_user: str | None,
) -> dict[str, Any]:
    return {
        "id": id,
        "slug": toolkit.slug,
        "name": toolkit.name,
        "description": toolkit.description,
        "logo": logo_url(toolkit),
        "categories": list(toolkit.categories),
        "baseUrl": toolkit.base_url,
        "website": toolkit.website,
        "docsUrl": toolkit.docs_url,
        "authSchemes": list(toolkit.auth_schemes),
        "requiresAuth": requires_auth(toolkit),
        "isGlobal": own is None,
        "isActive": own is None or own.is_active,
        "getCurrentUserEndpoint": current_user,
        "oauth2": oauth2,
        "apiKey": api_key,
        "authConfigDetails": auth_config_details(toolkit),
        "createdAt": instant(own.created_at) if own else None,
        "updatedAt": instant(own.updated_at) if own else None,
    }


def present_auth_configs(project: Project, auth_configs: Sequence[AuthConfig]) -> list[dict[str, Any]]:
    """Each as the contract shows it; two queries for all of them."""
    toolkits = toolkits_for(project, {each.toolkit_slug for each in auth_configs})
    counts = count_dependents([each.pk for each in auth_configs])
    return [_auth_config(each, toolkits.get(each.toolkit_slug), counts[each.pk]) for each in auth_configs]


def present_auth_config(project: Project, auth_config: AuthConfig) -> dict[str, Any]:
    """One of them."""
    return present_auth_configs(project, [auth_config])[0]


def _auth_config(auth_config: AuthConfig, toolkit: Toolkit | None, connections: int) -> dict[str, Any]:
    return {
        "id": auth_config.pk,
        "name": auth_config.name,
        "displayName": auth_config.display_name or auth_config.name,
        "toolkit": {
            "slug": auth_config.toolkit_slug,
            "name": toolkit.name if toolkit else auth_config.toolkit_slug,
            "logo": logo_url(toolkit) if toolkit else "",
        },
        "authScheme": auth_config.auth_scheme,
        "isProviderManaged": auth_config.is_provider_managed,
        "isDisabled": auth_config.is_disabled,
        "status": "DISABLED" if auth_config.is_disabled else "ENABLED",
        "failing": {"since": instant(auth_config.failing_since), "message": auth_config.failing_words}
        if auth_config.failing_since
        else None,
        "credentials": masked_credentials(auth_config, toolkit),
        "redirectUri": auth_config.redirect_uri
        if scheme_named(auth_config.auth_scheme).needs_redirect
        else None,
        "rawCredentials": auth_config.raw_credentials,
        "restrictToFollowingTools": list(auth_config.restrict_to_following_tools),
        "proxyConfig": {"proxyUrl": auth_config.proxy_url} if auth_config.proxy_url else None,
        "connectionCount": connections,
        "createdAt": instant(auth_config.created_at),
        "updatedAt": instant(auth_config.updated_at),
    }


def masked_credentials(auth_config: AuthConfig, toolkit: Toolkit | None) -> dict[str, Any]:
    """What is stored, every secret masked to its last four characters; scopes as they will be asked for."""
    shown: dict[str, Any] = dict(auth_config.settings)
    if toolkit is not None and toolkit.oauth2 is not None and auth_config.auth_scheme == "OAUTH2":
        shown.setdefault("scopes", list(toolkit.oauth2.default_scopes))
    shown.update({name: last_four(str(value)) for name, value in (auth_config.secrets or {}).items()})
    if toolkit is not None:
        order = [
            each.name
            for each in fields_asked(
                toolkit, scheme_named(auth_config.auth_scheme), is_managed=auth_config.is_provider_managed
            )
        ]
        shown = dict(
            sorted(shown.items(), key=lambda item: order.index(item[0]) if item[0] in order else len(order))
        )
    return shown
