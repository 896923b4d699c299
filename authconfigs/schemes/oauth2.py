"""OAUTH2: the authorization code grant (RFC 6749, 4.1), used as a bearer token (RFC 6750)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from authconfigs.catalogue.toolkit import Field, Toolkit

from .scheme import Signature, as_header, needed


@dataclass(frozen=True, slots=True)
class OAuth2Scheme:
    """The person agrees at the service; nothing is typed here but what its addresses need."""

    name: str = "OAUTH2"
    secret_fields: tuple[str, ...] = (
        "access_token",
        "refresh_token",
        "id_token",
        "user_access_token",
        "user_refresh_token",
    )
    needs_redirect: bool = True
    refreshes: bool = True

    def auth_config_fields(self, toolkit: Toolkit) -> tuple[Field, ...]:
        """The client's registration at the service, and the scopes to ask for.

        A public client has no secret (RFC 6749, 2.1). Lists of scopes are written as one text, parted as the
        service parts them.
        """
        oauth2 = toolkit.oauth2
        public = oauth2 is not None and oauth2.token_auth_method == "none"
        fields = [
            Field(
                name="client_id",
                display_name="Client ID",
                description="From the app you registered at the service.",
            )
        ]
        if not public:
            fields.append(
                Field(
                    name="client_secret",
                    display_name="Client secret",
                    description="Shown with the client ID. Kept encrypted.",
                    type="password",
                    secret=True,
                )
            )
        if oauth2 is not None:
            fields.append(
                Field(
                    name="scopes",
                    display_name="Scopes",
                    description="What the app asks people for.",
                    required=False,
                    default=oauth2.scope_separator.join(oauth2.default_scopes) or None,
                )
            )
            if oauth2.user_scope_parameter is not None:
                fields.append(
                    Field(
                        name="user_scopes",
                        display_name="User scopes",
                        description="What the app asks for in the person's own name.",
                        required=False,
                    )
                )
        return (*fields, *toolkit.config_fields)

    def account_fields(self, toolkit: Toolkit) -> tuple[Field, ...]:
        """Nothing: the service asks."""
        return ()

    def signed_headers(self, toolkit: Toolkit, values: Mapping[str, str]) -> Signature:
        """`Authorization: Bearer` with the access token (RFC 6750, 2.1)."""
        token = needed(values, "access_token")
        return Signature(headers={"Authorization": as_header("Bearer " + token, "access_token")})


OAUTH2 = OAuth2Scheme()
