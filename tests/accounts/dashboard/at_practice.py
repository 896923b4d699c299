"""An app that is registered at the practice provider, seen from the dashboard."""

from __future__ import annotations

from authconfigs.models import AuthConfig
from flowra.models import Project
from tests.factories import make_auth_config, make_toolkit
from tests.provider import PracticeProvider


def at_practice(project: Project, provider: PracticeProvider, **settings: object) -> AuthConfig:
    """An auth config of a toolkit of the project's own, whose client the practice provider knows."""
    make_toolkit(
        project,
        "practice",
        baseUrl=provider.origin,
        authSchemes=["OAUTH2"],
        oauth2={
            "authorizationUrl": f"{provider.origin}/authorize",
            "tokenUrl": f"{provider.origin}/token",
            "tokenAuthMethod": "client_secret_basic",
        },
    )
    made = make_auth_config(project, "practice")
    client = provider.register_client(redirect_uris=[made.redirect_uri], name="Acme")
    made.settings = {"client_id": client.client_id, **settings}
    made.secrets = {"client_secret": client.client_secret}
    made.save()
    return made
