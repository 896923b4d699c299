"""What social-auth-core knows of a service, taken from its backends instead of being written down again."""

from __future__ import annotations

from typing import Any, NoReturn

# By the name that social-auth-core gives the backend; imported only when a toolkit inherits from it, because
# the package brings a second HTTP client and an OAuth library along.
BACKENDS = {
    "discord": "social_core.backends.discord.DiscordOAuth2",
    "github": "social_core.backends.github.GithubOAuth2",
    "gitlab": "social_core.backends.gitlab.GitLabOAuth2",
    "google-oauth2": "social_core.backends.google.GoogleOAuth2",
    "hubspot": "social_core.backends.hubspot.HubSpotOAuth2",
    "microsoft-graph": "social_core.backends.microsoft.MicrosoftOAuth2",
    "slack": "social_core.backends.slack.SlackOAuth2",
}


def known_to_social_auth(backend: str) -> dict[str, Any]:
    """Parts of a toolkit's table: `oauth2` and `identity`, with only what the backend says. Raises KeyError.

    Whether a server takes PKCE is told only where the backend uses it, and the method of a revocation never:
    the backends that have one say GET, where their services document RFC 7009's POST.
    """
    from django.utils.module_loading import import_string
    from social_core.backends.oauth import BaseOAuth2PKCE
    from social_core.strategy import BaseStrategy

    class NoSettings(BaseStrategy[Any]):
        """A strategy of a site that has set nothing and was asked nothing."""

        def get_setting(self, name: str, backend: Any = None) -> NoReturn:
            raise KeyError(name)

        def get_request_data(self, merge: bool = True) -> dict[str, Any]:
            return {}

        def build_absolute_uri(self, path: str | None = None) -> str:
            return path or ""

    known = import_string(BACKENDS[backend])(strategy=NoSettings())
    oauth2: dict[str, Any] = {
        "authorization_url": known.authorization_url(),
        "token_url": known.access_token_url(),
        "scope_separator": known.SCOPE_SEPARATOR,
        "scope_parameter": known.SCOPE_PARAMETER_NAME,
        "default_scopes": known.get_scope(),
        "token_auth_method": "client_secret_basic" if known.use_basic_auth() else "client_secret_post",
        "token_body": known.ACCESS_TOKEN_PAYLOAD,
    }
    if isinstance(known, BaseOAuth2PKCE):
        oauth2["pkce"] = known.DEFAULT_USE_PKCE
    if known.REVOKE_TOKEN_URL:
        oauth2["revoke"] = {"url": known.REVOKE_TOKEN_URL}
    return {"oauth2": oauth2, "identity": {"id": [known.ID_KEY]}}
