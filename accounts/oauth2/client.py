"""An OAuth client in action: a toolkit's endpoints with their templates filled, and the auth config's registration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from accounts.service_call import template_values
from authconfigs.actions.managed_clients import registration_of
from authconfigs.catalogue.fill import fill
from authconfigs.catalogue.toolkit import OAuth2, Toolkit
from authconfigs.models import AuthConfig


@dataclass(frozen=True, slots=True)
class Client:
    """What every call to one authorization server needs; `values` fill the templates in its URLs, `through` is a
    forward proxy's URL.
    """

    toolkit: Toolkit
    oauth2: OAuth2
    client_id: str
    client_secret: str
    redirect_uri: str
    user_scopes: tuple[str, ...]
    values: Mapping[str, str]
    through: str = ""

    def __repr__(self) -> str:
        return f"Client({self.toolkit.slug})"

    def url(self, template: str) -> str:
        """A URL of the toolkit with this connection's values in it."""
        return fill(template, self.values)

    @property
    def issuer(self) -> str | None:
        """The authorization server's issuer identifier (RFC 8414, 2), where it has one."""
        return self.url(self.oauth2.issuer) if self.oauth2.issuer else None

    def context(self) -> dict[str, str | None]:
        """What is fixed when the button is pressed and must be the same at the callback (RFC 9700, 4.4)."""
        return {
            "clientId": self.client_id,
            "redirectUri": self.redirect_uri,
            "issuer": self.issuer,
            "authorizationUrl": self.url(self.oauth2.authorization_url),
            "tokenUrl": self.url(self.oauth2.token_url),
        }


def client_of(auth_config: AuthConfig, toolkit: Toolkit, connection_data: Mapping[str, Any]) -> Client:
    """The client of `auth_config`, for one connection; raises InvalidInput where a template lacks its value."""
    assert toolkit.oauth2 is not None, "an OAuth auth config is only made for a toolkit with OAuth"
    registration = registration_of(auth_config)
    values = template_values(auth_config, toolkit, connection_data)
    return Client(
        toolkit=toolkit,
        oauth2=toolkit.oauth2,
        client_id=registration.client_id,
        client_secret=registration.client_secret,
        redirect_uri=auth_config.redirect_uri,
        user_scopes=tuple(auth_config.settings.get("user_scopes") or ()),
        values={**values, "client_id": registration.client_id},
        through=auth_config.proxy_url,
    )
