"""BASIC: a user name and a password (RFC 7617)."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass

from authconfigs.catalogue.toolkit import Field, Toolkit
from flowra.errors import InvalidInput

from .scheme import Signature, named_as_here, needed

USERNAME = Field(name="username", display_name="User name")
PASSWORD = Field(name="password", display_name="Password", type="password", secret=True)


@dataclass(frozen=True, slots=True)
class Basic:
    """The user name is no secret: support must be able to see whose account it is."""

    name: str = "BASIC"
    secret_fields: tuple[str, ...] = ("password",)
    needs_redirect: bool = False
    refreshes: bool = False

    def auth_config_fields(self, toolkit: Toolkit) -> tuple[Field, ...]:
        """What the toolkit itself asks for."""
        return toolkit.config_fields

    def account_fields(self, toolkit: Toolkit) -> tuple[Field, ...]:
        """User name and password, as the service calls them."""
        return named_as_here(toolkit, USERNAME, PASSWORD)

    def signed_headers(self, toolkit: Toolkit, values: Mapping[str, str]) -> Signature:
        """`Authorization: Basic`, in UTF-8; a user name may not have a colon (RFC 7617, 2)."""
        username = needed(values, "username")
        if ":" in username:
            raise InvalidInput.field("username", "may not have a colon")
        pair = f"{username}:{needed(values, 'password')}".encode()
        return Signature(headers={"Authorization": "Basic " + base64.b64encode(pair).decode("ascii")})


BASIC = Basic()
