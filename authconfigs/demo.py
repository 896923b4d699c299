"""What `serve --demo` needs of this floor: the practice provider as a project's own toolkit, and a client there."""

from __future__ import annotations

import secrets
from typing import Any

from authconfigs.actions.create_auth_config import create_auth_config
from authconfigs.actions.create_toolkit import create_toolkit
from authconfigs.actions.update_toolkit import update_toolkit
from authconfigs.models import AuthConfig, ProjectToolkit
from flowra.events.record import Actor
from flowra.models import Project
from flowra.serving.demo import PracticeClient

SLUG = "practice"
CLIENT_ID = "flowra-demo"
SCOPES = ["openid", "profile", "email", "messages:read", "offline_access"]


def register_practice(project: Project, provider_url: str, actor: Actor) -> PracticeClient:
    """The project's toolkit and auth config for the provider at `provider_url`, made or brought up to date.

    The provider forgets its clients when it ends: tell it this one at every start.
    """
    definition = _definition(provider_url)
    toolkit = ProjectToolkit.objects.filter(project=project, slug=SLUG).first()
    if toolkit is None:
        create_toolkit(project, definition, actor=actor)
    elif toolkit.definition.get("baseUrl") != definition["baseUrl"]:
        update_toolkit(toolkit, definition, actor=actor)
    auth_config = (
        AuthConfig.live.filter(project=project, toolkit_slug=SLUG, auth_scheme="OAUTH2", is_disabled=False)
        .order_by("created_at")
        .first()
    )
    if auth_config is None:
        auth_config = create_auth_config(
            project,
            toolkit_slug=SLUG,
            auth_scheme="OAUTH2",
            display_name="Practice, for trying out",
            credentials={
                "client_id": CLIENT_ID,
                "client_secret": secrets.token_urlsafe(32),
                "scopes": SCOPES,
            },
            actor=actor,
        )
    return PracticeClient(
        auth_config_id=auth_config.pk,
        client_id=str(auth_config.settings.get("client_id", "")),
        client_secret=str((auth_config.secrets or {}).get("client_secret", "")),
        redirect_uri=auth_config.redirect_uri,
    )


def _definition(provider_url: str) -> dict[str, Any]:
    return {
        "slug": SLUG,
        "name": "Practice",
        "description": "A make-believe service on this machine, for trying out.",
        "baseUrl": provider_url,
        "authSchemes": ["OAUTH2"],
        "oauth2": {
            "issuer": provider_url,
            "authorizationUrl": f"{provider_url}/authorize",
            "tokenUrl": f"{provider_url}/token",
            "revocationUrl": f"{provider_url}/revoke",
            "userinfoUrl": f"{provider_url}/userinfo",
            "defaultScopes": SCOPES,
            "tokenAuthMethod": "client_secret_basic",
        },
    }
